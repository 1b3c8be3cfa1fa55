//! What a post and a page have in common.

use std::sync::Arc;

use async_graphql::{Enum, ID, Interface, SimpleObject};
use inkstand_model as model;

use crate::{
    connection::Connection,
    object::{Author, Page, Post, Revision, RevisionTotal},
    scalar::{DateTime, Html, Language, Slug, Url},
};

/// What a post and a page have in common, so that one fragment renders both.
#[derive(Interface)]
#[graphql(
    field(name = "id", ty = "ID", desc = "The global id: opaque, never given to anything else."),
    field(name = "number", ty = "i32", desc = "A small number, unique among posts and pages."),
    field(name = "slug", ty = "Slug", desc = "The readable part of the address, unique among its kind."),
    field(
        name = "path",
        ty = "String",
        desc = "Where it stands on this site, beginning with `/`, not percent-encoded; for a draft, where it would stand."
    ),
    field(name = "url", ty = "Url", desc = "Its whole address."),
    field(name = "title", ty = "&str", desc = "Plain text."),
    field(name = "status", ty = "EntryStatus", desc = "Where it is in its life."),
    field(name = "html", ty = "Result<Html>", desc = "The body as safe HTML."),
    field(
        name = "markdown",
        ty = "Result<Option<String>>",
        desc = "The source of the body; null where it was not written in Markdown."
    ),
    field(
        name = "text",
        ty = "Result<String>",
        arg(
            name = "max_length",
            ty = "Option<i32>",
            desc = "Cut at a word so that at most so many characters remain, `…` included."
        ),
        desc = "The body's words without markup, paragraphs apart by a blank line."
    ),
    field(
        name = "excerpt_html",
        ty = "Html",
        desc = "The author's excerpt, else what stands before `<!--more-->`, else the first paragraph."
    ),
    field(name = "excerpt_text", ty = "&str", desc = "The excerpt without markup."),
    field(name = "headings", ty = "Result<Vec<Heading>>", desc = "The headings of the body, in order."),
    field(
        name = "published_at",
        ty = "Option<DateTime>",
        desc = "When it was or will be published; null for a draft."
    ),
    field(name = "updated_at", ty = "DateTime", desc = "When what it says last changed."),
    field(name = "language", ty = "Language", desc = "The language it is written in."),
    field(name = "translations", ty = "Result<Vec<Entry>>", desc = "The same in other languages."),
    field(name = "cover", ty = "Option<Image>", desc = "The picture on top of it."),
    field(
        name = "seo",
        ty = "Seo",
        desc = "What search engines and shared links are told, every fallback applied."
    ),
    field(name = "authors", ty = "Result<Vec<Author>>", desc = "Who wrote it, in the order of the byline."),
    field(
        name = "version",
        ty = "Result<Option<i32>>",
        desc = "Grows with every change; null unless the viewer may edit it."
    ),
    field(
        name = "source",
        ty = "Result<Option<EntrySource>>",
        desc = "What its author wrote, as an editor shows it; null unless the viewer may edit it."
    ),
    field(
        name = "revisions",
        ty = "Result<Option<Connection<Revision, RevisionTotal>>>",
        arg(name = "first", ty = "Option<i32>"),
        arg(name = "after", ty = "Option<String>"),
        desc = "What it said before, the latest first; null unless the viewer may edit it."
    )
)]
#[expect(clippy::duplicated_attributes, reason = "fields share types and attribute names")]
pub(crate) enum Entry {
    Post(Post),
    Page(Page),
}

impl From<model::Entry> for Entry {
    fn from(entry: model::Entry) -> Self {
        Self::from(Arc::new(entry))
    }
}

impl From<Arc<model::Entry>> for Entry {
    fn from(entry: Arc<model::Entry>) -> Self {
        match entry.kind {
            model::EntryKind::Post => Self::Post(Post::from(entry)),
            model::EntryKind::Page => Self::Page(Page::from(entry)),
        }
    }
}

/// What the author of an entry wrote, before anything falls back to anything else: what an editor shows, and hands back
/// to an update.
#[derive(SimpleObject)]
pub(crate) struct EntrySource {
    /// The body; null where it was written in HTML.
    markdown: Option<String>,
    /// The body as it was written, not sanitised: show it as text alone. Null where it was written in Markdown.
    html_source: Option<String>,
    /// The author's own excerpt, in Markdown; null where it is taken from the body.
    excerpt: Option<String>,
    /// The date that readers see or will see; for a draft, the one that its author has in mind.
    published_at: Option<DateTime>,
    /// In place of the title.
    seo_title: Option<String>,
    /// In place of the excerpt.
    seo_description: Option<String>,
    /// Where the original stands.
    seo_canonical_url: Option<Url>,
    /// Whether search engines shall leave it out.
    seo_noindex: bool,
}

impl EntrySource {
    pub(crate) fn new(entry: &model::Entry, body: &model::EntryBody) -> Self {
        let is_markdown = body.format == model::Format::Markdown;
        let seo = entry.seo.clone();
        Self {
            markdown: is_markdown.then(|| body.source.clone()),
            html_source: (!is_markdown).then(|| body.source.clone()),
            excerpt: body.excerpt.clone(),
            published_at: entry.publication.date().map(DateTime),
            seo_title: seo.title,
            seo_description: seo.description,
            seo_canonical_url: seo.canonical_url.map(Url),
            seo_noindex: seo.noindex,
        }
    }
}

/// The stage of an entry's life.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "model::EntryStatus")]
pub(crate) enum EntryStatus {
    /// Being written.
    Draft,
    /// Waits for its time.
    Scheduled,
    /// Everybody may read it.
    Published,
    /// For its authors and editors.
    Private,
    /// Thrown away, restorable.
    Trashed,
}

/// A heading of a body.
#[derive(SimpleObject)]
pub(crate) struct Heading {
    /// 1 to 6.
    level: i32,
    /// Plain text.
    text: String,
    /// The `id` that it has in the HTML.
    anchor: String,
}

impl From<&model::Heading> for Heading {
    fn from(heading: &model::Heading) -> Self {
        Self { level: heading.level.into(), text: heading.text.clone(), anchor: heading.anchor.clone() }
    }
}

/// A picture.
#[derive(SimpleObject)]
pub(crate) struct Image {
    /// Its address, as the author wrote it.
    src: Url,
    /// What is to be seen, for those who do not see it; empty where unknown.
    alt: String,
    /// A line below it.
    caption: Option<Html>,
}

impl From<&model::Cover> for Image {
    fn from(cover: &model::Cover) -> Self {
        Self { src: Url(cover.src.clone()), alt: cover.alt.clone(), caption: cover.caption.clone().map(Html) }
    }
}

/// What search engines and shared links are told.
#[derive(SimpleObject)]
pub(crate) struct Seo {
    /// The author's, else the entry's title.
    title: String,
    /// The author's, else the excerpt, cut at a word after about 160 characters.
    description: String,
    /// Where the original stands: the author's, else the entry's own address.
    canonical_url: Url,
    /// Whether search engines shall leave it out.
    noindex: bool,
}

impl Seo {
    pub(crate) fn new(entry: &model::Entry, url: String) -> Self {
        let seo = &entry.seo;
        Self {
            title: entry.seo_title().to_owned(),
            description: entry.seo_description().into_owned(),
            canonical_url: Url(seo.canonical_url.clone().unwrap_or(url)),
            noindex: seo.noindex,
        }
    }
}
