//! Entries as JSON, in the words of the GraphQL schema.

use anyhow::Result;
use inkstand_blog::Reader;
use inkstand_model::{Entry, EntryId, Format};
use serde_json::{Value, json};

use super::which::id_of;
use crate::say::say;

/// Says one entry, with its body.
pub(crate) async fn say_one(reader: &Reader, entry: &Entry) -> Result<()> {
    let mut value = values(reader, &[entry]).await?.pop().unwrap_or_default();
    if let Some(body) = reader.bodies(&[entry.id]).await?.remove(&entry.id) {
        value["excerpt"] = json!(body.excerpt);
        let markdown = body.format == Format::Markdown;
        value[if markdown { "markdown" } else { "html" }] = json!(body.source);
    }
    say(serde_json::to_string_pretty(&value)?)
}

/// Says a list of entries, without their bodies.
pub(crate) async fn say_list(reader: &Reader, entries: &[&Entry]) -> Result<()> {
    say(serde_json::to_string_pretty(&values(reader, entries).await?)?)
}

async fn values(reader: &Reader, entries: &[&Entry]) -> Result<Vec<Value>> {
    let ids: Vec<EntryId> = entries.iter().map(|entry| entry.id).collect();
    let mut filings = reader.filings(&ids).await?;
    let values = entries.iter().map(|entry| {
        let filed = filings.remove(&entry.id).unwrap_or_default();
        json!({
            "id": id_of(entry),
            "number": entry.number,
            "version": entry.version,
            "status": entry.publication.status().as_str().to_uppercase(),
            "title": entry.title,
            "slug": entry.slug.as_str(),
            "path": entry.path.encoded(),
            "publishedAt": entry.publication.date().map(inkstand_model::Instant::to_rfc3339),
            "updatedAt": entry.updated_at.to_rfc3339(),
            "language": entry.language.as_str(),
            "featured": entry.featured,
            "tags": filed.tags.iter().map(|tag| tag.slug.as_str()).collect::<Vec<_>>(),
            "categories": filed.categories.iter().map(|category| category.slug.as_str()).collect::<Vec<_>>(),
            "authors": filed.authors.iter().map(|author| author.slug.as_str()).collect::<Vec<_>>(),
            "series": filed.series.as_ref().map(|series| series.slug.as_str().to_owned()),
        })
    });
    Ok(values.collect())
}
