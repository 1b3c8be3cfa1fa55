//! Categories, authors and series by what people call them.

use anyhow::Result;
use inkstand_blog::{Reader, Term};
use inkstand_exchange::ReadDocument;
use inkstand_model::{Author, AuthorId, CategoryId, Series, SeriesId, SliceRequest, Slug, TermOrder};

use super::complaint::Complaint;

/// Names that are told to somebody who named another one.
const MOST_TOLD: u32 = 12;

/// Terms that are looked through for a name; a slug finds any.
const MOST_TERMS: u32 = 5_000;

/// Something that can be named.
struct Named<Id> {
    id: Id,
    slug: Slug,
    names: Vec<String>,
}

pub(crate) async fn categories(
    reader: &Reader,
    read: &ReadDocument,
    wrong: &mut Vec<Complaint>,
) -> Result<Vec<CategoryId>> {
    if read.document.categories.is_empty() {
        return Ok(Vec::new());
    }
    let there: Vec<Named<CategoryId>> = reader
        .category_tree()
        .await?
        .iter()
        .map(|category| Named {
            id: category.id,
            slug: category.slug.clone(),
            names: vec![category.name.clone()],
        })
        .collect();
    Ok(found(&there, &read.document.categories, ("category", "categories"), read, wrong))
}

pub(crate) async fn authors(
    reader: &Reader,
    read: &ReadDocument,
    wrong: &mut Vec<Complaint>,
) -> Result<Vec<AuthorId>> {
    if read.document.authors.is_empty() {
        return Ok(Vec::new());
    }
    let there: Vec<Named<AuthorId>> = first_of::<Author>(reader, MOST_TERMS)
        .await?
        .into_iter()
        .map(|author| Named { id: author.id, slug: author.slug, names: vec![author.name, author.handle] })
        .collect();
    Ok(found(&there, &read.document.authors, ("author", "authors"), read, wrong))
}

pub(crate) async fn series(
    reader: &Reader,
    read: &ReadDocument,
    wrong: &mut Vec<Complaint>,
) -> Result<Option<(SeriesId, Option<i32>)>> {
    let Some(series) = &read.document.series else { return Ok(None) };
    let there: Vec<Named<SeriesId>> = first_of::<Series>(reader, MOST_TERMS)
        .await?
        .into_iter()
        .map(|series| Named { id: series.id, slug: series.slug, names: vec![series.name] })
        .collect();
    match find(&there, &series.name, "series") {
        Ok(id) => Ok(Some((id, series.position))),
        Err(reason) => {
            wrong.push(Complaint::about(read, "series", reason));
            Ok(None)
        }
    }
}

/// Those that are there; the others are complained of under the key that they stand in.
fn found<Id: Copy + PartialEq>(
    there: &[Named<Id>],
    called: &[String],
    (what, key): (&str, &'static str),
    read: &ReadDocument,
    wrong: &mut Vec<Complaint>,
) -> Vec<Id> {
    let mut ids = Vec::new();
    for called in called {
        match find(there, called, what) {
            Ok(id) => ids.push(id),
            Err(reason) => wrong.push(Complaint::about(read, key, reason)),
        }
    }
    ids
}

/// Slugs that exist, for the notes in a new file.
pub(crate) async fn known(reader: &Reader) -> Result<[Vec<String>; 3]> {
    let told = |slugs: Vec<Slug>| {
        slugs.iter().take(MOST_TOLD as usize).map(|slug| slug.as_str().to_owned()).collect::<Vec<_>>()
    };
    Ok([
        told(reader.category_tree().await?.iter().map(|category| category.slug.clone()).collect()),
        told(first_of::<Author>(reader, MOST_TOLD).await?.into_iter().map(|author| author.slug).collect()),
        told(first_of::<Series>(reader, MOST_TOLD).await?.into_iter().map(|series| series.slug).collect()),
    ])
}

/// The first terms of a kind by slug.
async fn first_of<T: Term>(reader: &Reader, limit: u32) -> Result<Vec<T>> {
    let slice = SliceRequest::first(limit);
    Ok(reader.terms::<T>(TermOrder::Slug, &slice).await?.items)
}

/// By slug, else by a name that only one has.
fn find<Id: Copy + PartialEq>(there: &[Named<Id>], called: &str, what: &str) -> Result<Id, String> {
    let slug = Slug::from_title(called);
    if let Some(named) = there.iter().find(|named| Some(&named.slug) == slug.as_ref()) {
        return Ok(named.id);
    }
    let lower = called.to_lowercase();
    let has_name = |named: &&Named<Id>| named.names.iter().any(|name| name.to_lowercase() == lower);
    let mut found = there.iter().filter(has_name);
    match (found.next(), found.next()) {
        (Some(named), None) => Ok(named.id),
        (Some(one), Some(other)) => {
            Err(format!("{called:?} may be {} or {}; name it by its slug", one.slug, other.slug))
        }
        (None, _) => {
            let slugs: Vec<&str> = there.iter().map(|named| named.slug.as_str()).collect();
            let more = if slugs.len() > MOST_TOLD as usize { ", …" } else { "" };
            let told = slugs.iter().take(MOST_TOLD as usize).copied().collect::<Vec<_>>().join(", ");
            let told = if told.is_empty() { "none".to_owned() } else { told };
            Err(format!(
                "there is no {what} {called:?}; there {} {told}{more}",
                if slugs.len() > 1 { "are" } else { "is" }
            ))
        }
    }
}
