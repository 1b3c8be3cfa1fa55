//! Posts and pages.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use inkstand_model as model;
use inkstand_model::EntryKind;

use crate::{
    connection::{Connection, LARGEST_PAGE, bounded},
    loader::{AuthorsOf, BodyOf, ChildrenOf, FiledOf, NeighboursOf, RelatedTo, TranslationsOf, load},
    node_id::NodeId,
    object::{
        Author, Category, Entry, EntryStatus, Revision, RevisionTotal, Series, Tag,
        entry_interface::{EntrySource, Heading, Image, Seo},
        revisions,
    },
    request::state,
    scalar::{DateTime, Html, Language, Slug, Url},
};

/// Characters that `text` gives at most where a length is named.
const LONGEST_TEXT: i32 = 1_000_000;

/// Defines an object with the fields that a post and a page share, and its own behind them.
macro_rules! entry_object {
    ($(#[$doc:meta])* $name:ident, $kind:expr, { $($own:tt)* }) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub(crate) struct $name(Arc<model::Entry>);

        impl From<model::Entry> for $name {
            fn from(entry: model::Entry) -> Self {
                Self(Arc::new(entry))
            }
        }

        impl From<Arc<model::Entry>> for $name {
            fn from(entry: Arc<model::Entry>) -> Self {
                Self(entry)
            }
        }

        $(#[$doc])*
        #[Object]
        impl $name {
            /// The global id: opaque, never given to anything else.
            pub(crate) async fn id(&self) -> ID {
                NodeId::Entry($kind, self.0.id).into()
            }

            /// A small number, unique among posts and pages.
            pub(crate) async fn number(&self) -> i32 {
                i32::try_from(self.0.number).unwrap_or(i32::MAX)
            }

            /// The readable part of the address, unique among its kind.
            pub(crate) async fn slug(&self) -> Slug {
                Slug(self.0.slug.clone())
            }

            /// Where it stands on this site, beginning with `/`, not percent-encoded; for a draft, where it would
            /// stand.
            pub(crate) async fn path(&self) -> String {
                self.0.path.as_str().to_owned()
            }

            /// Its whole address.
            pub(crate) async fn url(&self, ctx: &Context<'_>) -> Url {
                Url(state(ctx).url(&self.0.path))
            }

            /// Plain text.
            pub(crate) async fn title(&self) -> &str {
                &self.0.title
            }

            /// Where it is in its life.
            pub(crate) async fn status(&self) -> EntryStatus {
                self.0.publication.status().into()
            }

            /// The body as safe HTML.
            pub(crate) async fn html(&self, ctx: &Context<'_>) -> Result<Html> {
                Ok(Html(body(ctx, &self.0).await?.map(|body| body.html.clone()).unwrap_or_default()))
            }

            /// The source of the body; null where it was not written in Markdown.
            pub(crate) async fn markdown(&self, ctx: &Context<'_>) -> Result<Option<String>> {
                let body = body(ctx, &self.0).await?;
                Ok(body.filter(|body| body.format == model::Format::Markdown).map(|body| body.source.clone()))
            }

            /// The body's words without markup, paragraphs apart by a blank line.
            pub(crate) async fn text(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Cut at a word so that at most so many characters remain, `…` included.")]
                max_length: Option<i32>,
            ) -> Result<String> {
                let most = max_length.map(|most| bounded("maxLength", most, LONGEST_TEXT)).transpose()?;
                let Some(body) = body(ctx, &self.0).await? else { return Ok(String::new()) };
                Ok(most.map_or_else(|| body.text.clone(), |most| model::cut_at_word(&body.text, most as usize)))
            }

            /// The author's excerpt, else what stands before `<!--more-->`, else the first paragraph.
            pub(crate) async fn excerpt_html(&self) -> Html {
                Html(self.0.excerpt_html.clone())
            }

            /// The excerpt without markup.
            pub(crate) async fn excerpt_text(&self) -> &str {
                &self.0.excerpt_text
            }

            /// The headings of the body, in order.
            pub(crate) async fn headings(&self, ctx: &Context<'_>) -> Result<Vec<Heading>> {
                let body = body(ctx, &self.0).await?;
                Ok(body.map(|body| body.headings.iter().map(Heading::from).collect()).unwrap_or_default())
            }

            /// When it was or will be published; null for a draft.
            pub(crate) async fn published_at(&self) -> Option<DateTime> {
                self.0.published_at().map(DateTime)
            }

            /// When what it says last changed.
            pub(crate) async fn updated_at(&self) -> DateTime {
                DateTime(self.0.updated_at)
            }

            /// The language it is written in.
            pub(crate) async fn language(&self) -> Language {
                Language(self.0.language.clone())
            }

            /// The same in other languages.
            pub(crate) async fn translations(&self, ctx: &Context<'_>) -> Result<Vec<Entry>> {
                let Some(group) = self.0.translation_group else { return Ok(Vec::new()) };
                let members = load(ctx, TranslationsOf(group)).await?.unwrap_or_default();
                Ok(members.into_iter().filter(|entry| entry.id != self.0.id).map(Entry::from).collect())
            }

            /// The picture on top of it.
            pub(crate) async fn cover(&self) -> Option<Image> {
                self.0.cover.as_ref().map(Image::from)
            }

            /// What search engines and shared links are told, every fallback applied.
            pub(crate) async fn seo(&self, ctx: &Context<'_>) -> Seo {
                Seo::new(&self.0, state(ctx).url(&self.0.path))
            }

            /// Who wrote it, in the order of the byline.
            pub(crate) async fn authors(&self, ctx: &Context<'_>) -> Result<Vec<Author>> {
                let filed = load(ctx, FiledOf(self.0.id)).await?.unwrap_or_default();
                Ok(filed.authors.iter().cloned().map(Author::from).collect())
            }

            /// Grows with every change; null unless the viewer may edit it.
            pub(crate) async fn version(&self, ctx: &Context<'_>) -> Result<Option<i32>> {
                Ok(may_edit(ctx, &self.0).await?.then(|| i32::try_from(self.0.version).unwrap_or(i32::MAX)))
            }

            /// What its author wrote, as an editor shows it; null unless the viewer may edit it.
            pub(crate) async fn source(&self, ctx: &Context<'_>) -> Result<Option<EntrySource>> {
                if !may_edit(ctx, &self.0).await? {
                    return Ok(None);
                }
                Ok(body(ctx, &self.0).await?.map(|body| EntrySource::new(&self.0, &body)))
            }

            /// What it said before, the latest first; null unless the viewer may edit it.
            pub(crate) async fn revisions(
                &self,
                ctx: &Context<'_>,
                first: Option<i32>,
                after: Option<String>,
            ) -> Result<Option<Connection<Revision, RevisionTotal>>> {
                if !may_edit(ctx, &self.0).await? {
                    return Ok(None);
                }
                revisions(ctx, &self.0, first, after).await.map(Some)
            }

            $($own)*
        }
    };
}

entry_object! {
    /// A dated entry: in lists, archives and feeds.
    Post, EntryKind::Post, {
        /// Hashtags of the body without `#`. They are searched as `#word`, and are no tags.
        async fn hashtags(&self) -> &[String] {
            &self.0.hashtags
        }

        /// Whether its author wants it shown before others.
        async fn featured(&self) -> bool {
            self.0.featured
        }

        /// Minutes to read it, at least 1.
        async fn reading_minutes(&self) -> i32 {
            i32::try_from(self.0.reading_minutes).unwrap_or(i32::MAX)
        }

        /// Words of the body.
        async fn word_count(&self) -> i32 {
            i32::try_from(self.0.word_count).unwrap_or(i32::MAX)
        }

        /// The categories that it is filed under.
        async fn categories(&self, ctx: &Context<'_>) -> Result<Vec<Category>> {
            let filed = load(ctx, FiledOf(self.0.id)).await?.unwrap_or_default();
            Ok(filed.categories.iter().cloned().map(Category::from).collect())
        }

        /// Its tags.
        async fn tags(&self, ctx: &Context<'_>) -> Result<Vec<Tag>> {
            let filed = load(ctx, FiledOf(self.0.id)).await?.unwrap_or_default();
            Ok(filed.tags.iter().cloned().map(Tag::from).collect())
        }

        /// Its place in a series, if it is part of one.
        async fn series(&self, ctx: &Context<'_>) -> Result<Option<SeriesPart>> {
            let filed = load(ctx, FiledOf(self.0.id)).await?.unwrap_or_default();
            let Some(series) = filed.series.clone() else { return Ok(None) };
            let parts = load(ctx, series.id).await?.unwrap_or_default();
            let Some(place) = parts.iter().position(|part| part.entry == self.0.id) else { return Ok(None) };
            Ok(Some(SeriesPart::new(place, series, self.clone())))
        }

        /// The next newer post.
        async fn newer(&self, ctx: &Context<'_>) -> Result<Option<Post>> {
            Ok(load(ctx, NeighboursOf(self.0.id)).await?.and_then(|near| near.newer).map(Post::from))
        }

        /// The next older post.
        async fn older(&self, ctx: &Context<'_>) -> Result<Option<Post>> {
            Ok(load(ctx, NeighboursOf(self.0.id)).await?.and_then(|near| near.older).map(Post::from))
        }

        /// The published posts that say most of what this one says, nearest first: for the end of a page. None where it
        /// is not published itself.
        async fn related(
            &self,
            ctx: &Context<'_>,
            #[graphql(default = 5, desc = "At most 100.")] first: i32,
        ) -> Result<Vec<Post>> {
            let first = bounded("first", first, LARGEST_PAGE)? as usize;
            let related = load(ctx, RelatedTo { post: self.0.id, first }).await?.unwrap_or_default();
            Ok(related.into_iter().map(Post::from).collect())
        }
    }
}

entry_object! {
    /// An undated entry: in menus, with a place in a tree.
    Page, EntryKind::Page, {
        /// The place among its siblings; lower ones come first.
        async fn menu_order(&self) -> i32 {
            self.0.menu_order
        }

        /// The page above.
        async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Page>> {
            let Some(parent) = self.0.parent else { return Ok(None) };
            Ok(load(ctx, parent).await?.map(Page::from))
        }

        /// The pages below, in menu order.
        async fn children(&self, ctx: &Context<'_>) -> Result<Vec<Page>> {
            let children = load(ctx, ChildrenOf(self.0.id)).await?.unwrap_or_default();
            Ok(children.into_iter().map(Page::from).collect())
        }
    }
}

/// The place of a post in a series.
#[derive(SimpleObject)]
pub(crate) struct SeriesPart {
    /// The place among the published posts of the series, from 1.
    position: i32,
    /// The series.
    series: Series,
    /// The post.
    post: Post,
}

impl SeriesPart {
    /// `place` counts from 0.
    pub(crate) fn new(place: usize, series: model::Series, post: Post) -> Self {
        Self { position: i32::try_from(place + 1).unwrap_or(i32::MAX), series: series.into(), post }
    }
}

/// The post with this id, if the viewer may see it.
pub(crate) async fn post(ctx: &Context<'_>, id: model::EntryId) -> Result<Option<Post>> {
    Ok(load(ctx, id).await?.map(Post::from))
}

/// Whether the viewer may edit it. The bylines are looked up for all entries of a list at once.
async fn may_edit(ctx: &Context<'_>, entry: &model::Entry) -> Result<bool> {
    let reader = &state(ctx).reader;
    if *reader.viewer() == model::Viewer::Anonymous {
        return Ok(false);
    }
    if reader.may_edit(entry, &[]) {
        return Ok(true);
    }
    let authors = load(ctx, AuthorsOf(entry.id)).await?.unwrap_or_default();
    Ok(reader.may_edit(entry, &authors))
}

async fn body(ctx: &Context<'_>, entry: &model::Entry) -> Result<Option<Arc<model::EntryBody>>> {
    load(ctx, BodyOf(entry.id)).await
}
