//! What to offer while somebody types: JSON, for the script of the search field.

use inkstand_model::{Author, EntryId, Slug, Suggestion, SuggestionKind, Tag};
use serde_json::{Value, json};

use crate::pages::{
    Fault,
    address::TermKind,
    desk::Desk,
    query::Query,
    reply::{JSON, Reply},
    search,
};

/// How many are offered.
const MOST: usize = 8;

/// A list of objects with `text`, `kind` and `url`.
pub(crate) async fn suggestions(desk: &Desk<'_>, query: &Query) -> Result<Reply, Fault> {
    let text = search::text(query);
    let found = if text.is_empty() { Vec::new() } else { desk.reader.suggest(text, MOST).await? };
    let mut ids: Vec<EntryId> = Vec::new();
    let (mut tags, mut authors): (Vec<Slug>, Vec<Slug>) = (Vec::new(), Vec::new());
    for suggestion in &found {
        match &suggestion.kind {
            SuggestionKind::Entry(id, _) => ids.push(*id),
            SuggestionKind::Tag(slug) => tags.push(slug.clone()),
            SuggestionKind::Author(slug) => authors.push(slug.clone()),
        }
    }
    let reader = desk.reader;
    let entries = reader.entries_by_ids(&ids).await?;
    let tags: Vec<Tag> = if tags.is_empty() { Vec::new() } else { reader.terms_by_slugs(&tags).await? };
    let authors: Vec<Author> =
        if authors.is_empty() { Vec::new() } else { reader.terms_by_slugs(&authors).await? };
    // What the reader may not see any more is not there.
    let offered = |suggestion: Suggestion| -> Option<Value> {
        let (kind, url) = match &suggestion.kind {
            SuggestionKind::Entry(id, kind) => (kind.as_str(), desk.at(&entries.get(id)?.path)),
            SuggestionKind::Tag(slug) => {
                let tag = tags.iter().find(|tag| tag.slug == *slug)?;
                ("tag", desk.term(TermKind::Tag, &tag.slug))
            }
            SuggestionKind::Author(slug) => {
                let author = authors.iter().find(|author| author.slug == *slug)?;
                ("author", desk.term(TermKind::Author, &author.slug))
            }
        };
        Some(json!({ "text": suggestion.text, "kind": kind, "url": url.as_str() }))
    };
    let offered: Vec<Value> = found.into_iter().filter_map(offered).collect();
    Ok(Reply::ok(JSON, Value::from(offered).to_string()))
}
