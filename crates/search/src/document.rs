//! An entry as the index keeps it.

use std::collections::BTreeSet;

use inkstand_model::{AuthorId, EntryId, EntryKind, EntryStatus, Language, SearchDocument, SearchTerm, Slug};
use tantivy::schema::Field;
use tantivy::{TantivyDocument, Term};
use uuid::Uuid;

use crate::analyzer::section;
use crate::schema::Fields;
use crate::tongue::Tongue;
use crate::{weights, words};

/// Separates slug and name in a label; a slug has no such character.
const LABEL_SEPARATOR: char = '\u{0}';

/// Marks a slug that a term had once; a slug has no such character. Filters find it like any other, but no name is
/// offered for it.
const FORMER: char = '\u{1}';

/// How a slug stands in a document whose term had it once.
pub(crate) fn former(slug: &Slug) -> String {
    format!("{FORMER}{slug}")
}

/// What tantivy is to index of an entry.
pub(crate) fn document(entry: &SearchDocument, fields: &Fields) -> TantivyDocument {
    let tongue = Tongue::of(&entry.language);
    let mut document = TantivyDocument::new();
    let (high, low) = entry.id.uuid().as_u64_pair();
    document.add_bytes(fields.id, entry.id.uuid().as_bytes());
    document.add_u64(fields.id_high, high);
    document.add_u64(fields.id_low, low);
    document.add_u64(fields.kind, kind_number(entry.kind));
    if entry.status != EntryStatus::Published {
        document.add_text(fields.status, entry.status.as_str());
        for author in &entry.byline {
            document.add_bytes(fields.byline, author.uuid().as_bytes());
        }
    }

    document.add_text(fields.words, section(tongue, weights::TITLE, &entry.title));
    document.add_text(fields.title_words, section(tongue, 1, &entry.title));
    for (terms, weight) in [
        (&entry.tags, weights::TAG),
        (&entry.categories, weights::CATEGORY),
        (&entry.authors, weights::AUTHOR),
    ] {
        for term in terms {
            document.add_text(fields.words, section(tongue, weight, &term.name));
        }
    }
    document.add_text(fields.words, section(tongue, weights::BODY, &entry.text));

    add_terms(&mut document, &entry.tags, fields.tag, Some(fields.tag_label));
    add_terms(&mut document, &entry.categories, fields.category, Some(fields.category_label));
    add_terms(&mut document, &entry.authors, fields.author, Some(fields.author_label));
    add_terms(&mut document, entry.series.as_slice(), fields.series, None);
    for slug in &entry.category_ancestors {
        document.add_text(fields.category_above, slug.as_str());
    }
    for hashtag in &entry.hashtags {
        document.add_text(fields.hashtag, words::folded(hashtag));
    }
    for tag in language_tags(&entry.language) {
        document.add_text(fields.language, tag);
    }

    if let Some(published_at) = entry.published_at {
        document.add_i64(fields.published, published_at.millis());
    }
    document.add_i64(fields.updated, entry.updated_at.millis());
    if let Some(year) = entry.year {
        document.add_i64(fields.year, i64::from(year));
    }
    document.add_bool(fields.featured, entry.featured);

    document.add_text(fields.stored_title, &entry.title);
    document.add_text(fields.stored_text, &entry.text);
    document.add_text(fields.stored_language, tongue.to_char().to_string());
    document
}

/// The term that an entry is deleted and found by.
pub(crate) fn id_term(id: EntryId, fields: &Fields) -> Term {
    Term::from_field_bytes(fields.id, id.uuid().as_bytes())
}

/// The term that what is not published has for each author of its byline.
pub(crate) fn byline_term(author: AuthorId, fields: &Fields) -> Term {
    Term::from_field_bytes(fields.byline, author.uuid().as_bytes())
}

/// The entry whose id has these halves.
pub(crate) fn entry_id(high: u64, low: u64) -> EntryId {
    EntryId::from_uuid(Uuid::from_u64_pair(high, low))
}

/// How a kind is written.
pub(crate) const fn kind_number(kind: EntryKind) -> u64 {
    match kind {
        EntryKind::Post => 0,
        EntryKind::Page => 1,
    }
}

/// How a kind is read.
pub(crate) const fn kind_of(number: u64) -> EntryKind {
    if number == 1 { EntryKind::Page } else { EntryKind::Post }
}

/// How a language is written for filters: itself and every shorter tag that it belongs to.
fn language_tags(language: &Language) -> impl Iterator<Item = &str> {
    let tag = language.as_str();
    tag.match_indices('-').map(|(end, _)| &tag[..end]).chain([tag])
}

/// Slug and name of a label.
pub(crate) fn split_label(label: &str) -> (&str, &str) {
    label.split_once(LABEL_SEPARATOR).unwrap_or((label, label))
}

fn add_terms(document: &mut TantivyDocument, terms: &[SearchTerm], exact: Field, label: Option<Field>) {
    let mut seen = BTreeSet::new();
    for term in terms {
        if !seen.insert(&term.slug) {
            continue;
        }
        document.add_text(exact, term.slug.as_str());
        for slug in &term.former {
            document.add_text(exact, former(slug));
        }
        if let Some(label) = label {
            document.add_text(label, format!("{}{LABEL_SEPARATOR}{}", term.slug, term.name));
        }
    }
}
