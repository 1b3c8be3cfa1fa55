//! Entries as JSON, in the words of the GraphQL schema.

use anyhow::Result;
use inkstand_blog::Reader;
use inkstand_model::{Entry, EntryId, Format};
use serde_json::{Value, json};

use super::which::id_of;
use crate::say::say;

/// Says one entry, with its body.
pub(crate) async fn say_one(reader: &Reader, entry: &Entry) -> Result<()> {
    let mut value = values(reader, std::slice::from_ref(entry)).await?.pop().unwrap_or_default();
    if let Some(body) = reader.bodies(&[entry.id]).await?.remove(&entry.id) {
        value["excerpt"] = json!(body.excerpt);
        let markdown = body.format == Format::Markdown;
        value[if markdown { "markdown" } else { "html" }] = json!(body.source);
    }
    say(serde_json::to_string_pretty(&value)?)
}

/// Says a list of entries, without their bodies.
pub(crate) async fn say_list(reader: &Reader, entries: &[Entry]) -> Result<()> {
    say(serde_json::to_string_pretty(&values(reader, entries).await?)?)
}

async fn values(reader: &Reader, entries: &[Entry]) -> Result<Vec<Value>> {
    let ids: Vec<EntryId> = entries.iter().map(|entry| entry.id).collect();
    let mut tags = reader.tags_of(&ids).await?;
    let mut categories = reader.categories_of(&ids).await?;
    let mut authors = reader.authors_of(&ids).await?;
    let mut series = reader.series_of(&ids).await?;
    let values = entries.iter().map(|entry| {
        let tags = tags.remove(&entry.id).unwrap_or_default();
        let categories = categories.remove(&entry.id).unwrap_or_default();
        let authors = authors.remove(&entry.id).unwrap_or_default();
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
            "tags": tags.iter().map(|tag| tag.slug.as_str()).collect::<Vec<_>>(),
            "categories": categories.iter().map(|category| category.slug.as_str()).collect::<Vec<_>>(),
            "authors": authors.iter().map(|author| author.slug.as_str()).collect::<Vec<_>>(),
            "series": series.remove(&entry.id).map(|series| series.slug.as_str().to_owned()),
        })
    });
    Ok(values.collect())
}
