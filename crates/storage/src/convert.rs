//! Between rows and the model's words.

use inkstand_model::{
    AccountId, Author, AuthorId, Category, CategoryId, Cover, Entry, EntryBody, EntryId, EntryKind, Format,
    Heading, Instant, Language, Path, Publication, Seo, Series, SeriesId, Slug, Tag, TagId,
};
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use crate::{StorageError, entity};

pub(crate) fn instant(what: &'static str, millis: i64) -> Result<Instant, StorageError> {
    Instant::from_millis(millis).map_err(|_| impossible(what, millis))
}

pub(crate) fn impossible(what: &'static str, value: impl ToString) -> StorageError {
    StorageError::Impossible { what, value: value.to_string() }
}

fn publication(status: &str, at: Option<i64>) -> Result<Publication, StorageError> {
    let at = at.map(|at| instant("published_at", at)).transpose()?;
    match (status, at) {
        ("draft", intended) => Ok(Publication::Draft { intended }),
        ("scheduled", Some(at)) => Ok(Publication::Scheduled { at }),
        ("published", Some(at)) => Ok(Publication::Published { at }),
        ("private", at) => Ok(Publication::Private { at }),
        ("trashed", at) => Ok(Publication::Trashed { at }),
        _ => Err(impossible("status", format!("{status} without a date"))),
    }
}

pub(crate) fn kind(text: &str) -> Result<EntryKind, StorageError> {
    match text {
        "post" => Ok(EntryKind::Post),
        "page" => Ok(EntryKind::Page),
        _ => Err(impossible("kind", text)),
    }
}

pub(crate) fn format(text: &str) -> Option<Format> {
    match text {
        "markdown" => Some(Format::Markdown),
        "html" => Some(Format::Html),
        _ => None,
    }
}

pub(crate) const fn format_text(format: Format) -> &'static str {
    match format {
        Format::Markdown => "markdown",
        Format::Html => "html",
    }
}

/// Counts are kept as `i32`; what does not fit is beyond any blog.
fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn strings(json: &str) -> Result<Vec<String>, StorageError> {
    serde_json::from_str(json).map_err(|_| impossible("list", json))
}

impl TryFrom<entity::entry::Model> for Entry {
    type Error = StorageError;

    fn try_from(row: entity::entry::Model) -> Result<Self, StorageError> {
        Ok(Self {
            id: EntryId::from_uuid(row.id),
            kind: kind(&row.kind)?,
            number: row.number,
            slug: Slug::from_stored(row.slug),
            path: Path::from_stored(row.path),
            title: row.title,
            publication: publication(&row.status, row.published_at)?,
            excerpt_html: row.excerpt_html,
            excerpt_text: row.excerpt_text,
            language: Language::parse(&row.language).map_err(|_| impossible("language", &row.language))?,
            translation_group: row.translation_group,
            cover: cover(row.cover_src, row.cover_alt, row.cover_caption),
            seo: Seo {
                title: row.seo_title,
                description: row.seo_description,
                canonical_url: row.seo_canonical_url,
                noindex: row.seo_noindex,
            },
            featured: row.featured,
            parent: row.parent_id.map(EntryId::from_uuid),
            menu_order: row.menu_order,
            hashtags: strings(&row.hashtags)?,
            word_count: row.word_count.unsigned_abs(),
            reading_minutes: row.reading_minutes.unsigned_abs(),
            created_at: instant("created_at", row.created_at)?,
            updated_at: instant("updated_at", row.updated_at)?,
            version: row.version,
            edited_by: row.edited_by.map(AccountId::from_uuid),
        })
    }
}

/// The picture of three columns, as entries and revisions have them.
pub(crate) fn cover(src: Option<String>, alt: Option<String>, caption: Option<String>) -> Option<Cover> {
    src.map(|src| Cover { src, alt: alt.unwrap_or_default(), caption })
}

pub(crate) fn entry_row(entry: &Entry) -> entity::entry::ActiveModel {
    let cover = entry.cover.as_ref();
    entity::entry::ActiveModel {
        id: Set(entry.id.uuid()),
        kind: Set(entry.kind.as_str().to_owned()),
        number: Set(entry.number),
        slug: Set(entry.slug.as_str().to_owned()),
        path: Set(entry.path.as_str().to_owned()),
        title: Set(entry.title.clone()),
        status: Set(entry.publication.status().as_str().to_owned()),
        published_at: Set(entry.publication.date().map(Instant::millis)),
        excerpt_html: Set(entry.excerpt_html.clone()),
        excerpt_text: Set(entry.excerpt_text.clone()),
        language: Set(entry.language.as_str().to_owned()),
        translation_group: Set(entry.translation_group),
        cover_src: Set(cover.map(|cover| cover.src.clone())),
        cover_alt: Set(cover.map(|cover| cover.alt.clone())),
        cover_caption: Set(cover.and_then(|cover| cover.caption.clone())),
        seo_title: Set(entry.seo.title.clone()),
        seo_description: Set(entry.seo.description.clone()),
        seo_canonical_url: Set(entry.seo.canonical_url.clone()),
        seo_noindex: Set(entry.seo.noindex),
        featured: Set(entry.featured),
        parent_id: Set(entry.parent.map(EntryId::uuid)),
        menu_order: Set(entry.menu_order),
        hashtags: Set(json!(entry.hashtags).to_string()),
        word_count: Set(count(entry.word_count)),
        reading_minutes: Set(count(entry.reading_minutes)),
        created_at: Set(entry.created_at.millis()),
        updated_at: Set(entry.updated_at.millis()),
        version: Set(entry.version),
        edited_by: Set(entry.edited_by.map(AccountId::uuid)),
    }
}

impl TryFrom<entity::entry_body::Model> for EntryBody {
    type Error = StorageError;

    fn try_from(row: entity::entry_body::Model) -> Result<Self, StorageError> {
        Ok(Self {
            entry: EntryId::from_uuid(row.entry_id),
            format: format(&row.format).ok_or_else(|| impossible("format", &row.format))?,
            source: row.source,
            excerpt: row.excerpt,
            html: row.html,
            text: row.text,
            headings: headings(&row.headings)?,
            render_version: row.render_version.unsigned_abs(),
        })
    }
}

pub(crate) fn body_row(body: &EntryBody, extra: Option<&str>) -> entity::entry_body::ActiveModel {
    entity::entry_body::ActiveModel {
        entry_id: Set(body.entry.uuid()),
        format: Set(format_text(body.format).to_owned()),
        source: Set(body.source.clone()),
        excerpt: Set(body.excerpt.clone()),
        html: Set(body.html.clone()),
        text: Set(body.text.clone()),
        headings: Set(headings_json(&body.headings)),
        extra: Set(extra.map(str::to_owned)),
        render_version: Set(count(body.render_version)),
    }
}

/// Headings as `[level, anchor, text]` triples.
pub(crate) fn headings_json(headings: &[Heading]) -> String {
    let triples: Vec<Value> = headings.iter().map(|h| json!([h.level, h.anchor, h.text])).collect();
    Value::Array(triples).to_string()
}

fn headings(text: &str) -> Result<Vec<Heading>, StorageError> {
    let triples: Vec<(u8, String, String)> =
        serde_json::from_str(text).map_err(|_| impossible("headings", text))?;
    Ok(triples.into_iter().map(|(level, anchor, text)| Heading { level, text, anchor }).collect())
}

impl From<entity::author::Model> for Author {
    fn from(row: entity::author::Model) -> Self {
        Self {
            id: AuthorId::from_uuid(row.id),
            number: row.number,
            handle: row.handle,
            slug: Slug::from_stored(row.slug),
            name: row.name,
            bio: row.bio,
            url: row.url,
            avatar: row.avatar,
            post_count: row.post_count,
            account: row.account_id.map(AccountId::from_uuid),
        }
    }
}

impl From<entity::tag::Model> for Tag {
    fn from(row: entity::tag::Model) -> Self {
        Self {
            id: TagId::from_uuid(row.id),
            number: row.number,
            slug: Slug::from_stored(row.slug),
            name: row.name,
            description: row.description,
            post_count: row.post_count,
        }
    }
}

impl From<entity::category::Model> for Category {
    fn from(row: entity::category::Model) -> Self {
        Self {
            id: CategoryId::from_uuid(row.id),
            number: row.number,
            slug: Slug::from_stored(row.slug),
            name: row.name,
            description: row.description,
            parent: row.parent_id.map(CategoryId::from_uuid),
            post_count: row.post_count,
        }
    }
}

impl From<entity::series::Model> for Series {
    fn from(row: entity::series::Model) -> Self {
        Self {
            id: SeriesId::from_uuid(row.id),
            number: row.number,
            slug: Slug::from_stored(row.slug),
            name: row.name,
            description: row.description,
            post_count: row.post_count,
        }
    }
}
