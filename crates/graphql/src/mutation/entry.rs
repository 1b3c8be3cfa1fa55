//! Posts and pages.

use std::time::Duration;

use async_graphql::{Context, Error, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use inkstand_blog::{Edit, NewEntry, Step};
use inkstand_model as model;
use inkstand_model::EntryKind;

use crate::{
    code,
    error::refusal,
    mutation::term_input::{Named, must_be},
    node_id::NodeId,
    object::{Page, Post},
    payload::{UserError, payload, user_errors},
    request::state,
    scalar::{DateTime, Language, Url},
};

/// Writes to posts and pages.
#[derive(Default)]
pub(crate) struct EntryMutations;

/// Defines the mutation of a step in an entry's life.
macro_rules! step {
    ($ctx:ident, $kind:ident, $payload:ident, $input:ident, $step:expr) => {{
        let id = NodeId::parse_entry(&$input.id, EntryKind::$kind)?;
        let version = $input.version.map(i64::from);
        let outcome = state($ctx).reader.take_step(EntryKind::$kind, id, version, $step).await;
        $payload::of($ctx, outcome, $kind::from)
    }};
}

#[Object]
impl EntryMutations {
    /// Makes a post: a draft, unless `publish` is true. For authors; with `idempotencyKey`, a request that is sent
    /// again makes nothing twice.
    async fn create_post(&self, ctx: &Context<'_>, input: CreatePostInput) -> Result<PostPayload> {
        let CreatePostInput { title, content, post, publish, idempotency_key } = input;
        let edit = post.fill(content.read(Some(title))?)?;
        let new = NewEntry { edit, publish, idempotency_key };
        let outcome = state(ctx).reader.create_entry(EntryKind::Post, new).await;
        PostPayload::of(ctx, outcome, Post::from)
    }

    /// Changes a post; what is left out stays. For its authors, and for editors. What it said before is kept as a
    /// revision; if it has changed since `version`, nothing is overwritten.
    async fn update_post(&self, ctx: &Context<'_>, input: UpdatePostInput) -> Result<PostPayload> {
        let UpdatePostInput { id, version, title, content, post } = input;
        let id = NodeId::parse_entry(&id, EntryKind::Post)?;
        let edit = post.fill(content.read(title)?)?;
        let outcome = state(ctx).reader.update_entry(EntryKind::Post, id, version.into(), edit).await;
        PostPayload::of(ctx, outcome, Post::from)
    }

    /// Lets everybody read a post, from now on.
    async fn publish_post(&self, ctx: &Context<'_>, input: PublishEntryInput) -> Result<PostPayload> {
        step!(ctx, Post, PostPayload, input, Step::Publish { at: input.published_at.map(|at| at.0) })
    }

    /// Lets everybody read a post from a time to come on. It goes out once, also if no server runs at that moment.
    async fn schedule_post(&self, ctx: &Context<'_>, input: ScheduleEntryInput) -> Result<PostPayload> {
        step!(ctx, Post, PostPayload, input, Step::Schedule { at: input.published_at.0 })
    }

    /// Makes a draft of a post again, or a private post. Its address answers as if nothing stood there, until it is
    /// published again.
    async fn unpublish_post(&self, ctx: &Context<'_>, input: UnpublishEntryInput) -> Result<PostPayload> {
        step!(ctx, Post, PostPayload, input, input.step())
    }

    /// Throws a post away; it can be restored.
    async fn trash_post(&self, ctx: &Context<'_>, input: EntryStepInput) -> Result<PostPayload> {
        step!(ctx, Post, PostPayload, input, Step::Trash)
    }

    /// Takes a post out of the trash, as a draft.
    async fn restore_post(&self, ctx: &Context<'_>, input: EntryStepInput) -> Result<PostPayload> {
        step!(ctx, Post, PostPayload, input, Step::Restore)
    }

    /// Removes a post for good, out of the trash. Its addresses answer "gone" for ever.
    async fn delete_post(&self, ctx: &Context<'_>, input: EntryStepInput) -> Result<DeleteEntryPayload> {
        delete(ctx, EntryKind::Post, &input).await
    }

    /// Makes a page: a draft, unless `publish` is true. For editors.
    async fn create_page(&self, ctx: &Context<'_>, input: CreatePageInput) -> Result<PagePayload> {
        let CreatePageInput { title, content, page, publish, idempotency_key } = input;
        let edit = page.fill(content.read(Some(title))?)?;
        let new = NewEntry { edit, publish, idempotency_key };
        let outcome = state(ctx).reader.create_entry(EntryKind::Page, new).await;
        PagePayload::of(ctx, outcome, Page::from)
    }

    /// Changes a page; what is left out stays. Pages below one that moves move along.
    async fn update_page(&self, ctx: &Context<'_>, input: UpdatePageInput) -> Result<PagePayload> {
        let UpdatePageInput { id, version, title, content, page } = input;
        let id = NodeId::parse_entry(&id, EntryKind::Page)?;
        let edit = page.fill(content.read(title)?)?;
        let outcome = state(ctx).reader.update_entry(EntryKind::Page, id, version.into(), edit).await;
        PagePayload::of(ctx, outcome, Page::from)
    }

    /// Lets everybody read a page, from now on.
    async fn publish_page(&self, ctx: &Context<'_>, input: PublishEntryInput) -> Result<PagePayload> {
        step!(ctx, Page, PagePayload, input, Step::Publish { at: input.published_at.map(|at| at.0) })
    }

    /// Lets everybody read a page from a time to come on.
    async fn schedule_page(&self, ctx: &Context<'_>, input: ScheduleEntryInput) -> Result<PagePayload> {
        step!(ctx, Page, PagePayload, input, Step::Schedule { at: input.published_at.0 })
    }

    /// Makes a draft of a page again, or a private page.
    async fn unpublish_page(&self, ctx: &Context<'_>, input: UnpublishEntryInput) -> Result<PagePayload> {
        step!(ctx, Page, PagePayload, input, input.step())
    }

    /// Throws a page away; it can be restored.
    async fn trash_page(&self, ctx: &Context<'_>, input: EntryStepInput) -> Result<PagePayload> {
        step!(ctx, Page, PagePayload, input, Step::Trash)
    }

    /// Takes a page out of the trash, as a draft.
    async fn restore_page(&self, ctx: &Context<'_>, input: EntryStepInput) -> Result<PagePayload> {
        step!(ctx, Page, PagePayload, input, Step::Restore)
    }

    /// Removes a page for good, out of the trash. Its addresses answer "gone" for ever.
    async fn delete_page(&self, ctx: &Context<'_>, input: EntryStepInput) -> Result<DeleteEntryPayload> {
        delete(ctx, EntryKind::Page, &input).await
    }

    /// Makes a link that shows a post or a page that is not published to whoever has it, for a while. A front end hands
    /// the token back in the header `Inkstand-Preview`, and gets the entry from the same queries, by id, slug or path.
    async fn create_preview(&self, ctx: &Context<'_>, input: CreatePreviewInput) -> Result<PreviewPayload> {
        let (kind, id) = entry_id(&input.id)?;
        // A negative number of minutes is none, which the use case refuses.
        let lasts = Duration::from_secs(u64::try_from(input.minutes).unwrap_or(0) * 60);
        match state(ctx).reader.create_preview(kind, id, lasts).await {
            Ok(preview) => {
                let site = state(ctx).site(ctx).await?;
                let preview = Preview::new(&preview, kind, &site, &state(ctx).public_url);
                Ok(PreviewPayload { preview: Some(preview), user_errors: Vec::new() })
            }
            Err(error) => Ok(PreviewPayload { preview: None, user_errors: user_errors(ctx, error)? }),
        }
    }

    /// Has a post or a page say again what it said at a revision. What it says now becomes a revision, too.
    async fn restore_revision(&self, ctx: &Context<'_>, input: RestoreRevisionInput) -> Result<EntryPayload> {
        let (kind, id) = entry_id(&input.id)?;
        let revision = NodeId::parse_revision(&input.revision)?;
        let version = input.version.into();
        let outcome = state(ctx).reader.restore_revision(kind, id, version, revision).await;
        EntryPayload::of(ctx, outcome, crate::object::Entry::from)
    }
}

fn entry_id(id: &ID) -> Result<(EntryKind, model::EntryId)> {
    match NodeId::parse(id)? {
        NodeId::Entry(kind, id) => Ok((kind, id)),
        _ => Err(refusal(code::BAD_INPUT, format!("{:?} is the id of neither post nor page", id.as_str()))),
    }
}

async fn delete(ctx: &Context<'_>, kind: EntryKind, input: &EntryStepInput) -> Result<DeleteEntryPayload> {
    let id = NodeId::parse_entry(&input.id, kind)?;
    let outcome = state(ctx).reader.delete_entry(kind, id, input.version.map(i64::from)).await;
    DeleteEntryPayload::of(ctx, outcome, |id| NodeId::Entry(kind, id).into())
}

/// What a post and a page say.
#[derive(InputObject)]
struct ContentInput {
    /// The body in CommonMark with GitHub's extensions. Not together with `html`.
    markdown: Option<String>,
    /// The body in HTML, which is sanitised. Not together with `markdown`.
    html: Option<String>,
    /// An excerpt of the author's own, in Markdown; null takes it from the body.
    excerpt: MaybeUndefined<String>,
    /// The readable part of the address; null makes it of the title. Any text becomes a slug.
    slug: MaybeUndefined<String>,
    /// An address of its own; null makes it by the site's pattern. The one before leads to it for ever.
    path: MaybeUndefined<String>,
    /// The language it is written in; null is the site's.
    language: MaybeUndefined<Language>,
    /// The picture on top of it; null for none.
    cover: MaybeUndefined<CoverInput>,
    /// What search engines and shared links are told, as a whole; `{}` for the fallbacks alone.
    seo: Option<SeoInput>,
    /// The date that readers see; for a draft, the one that its author has in mind.
    published_at: Option<DateTime>,
    /// The byline, in order; at most 100. Left out for a new entry, it is the viewer's own.
    authors: Option<Vec<ID>>,
    /// Old addresses that are to lead to it, besides those that do already; at most 100.
    redirect_from: Option<Vec<String>>,
}

impl ContentInput {
    fn read(self, title: Option<String>) -> Result<Edit> {
        let source = match (self.markdown, self.html) {
            (Some(_), Some(_)) => {
                return Err(refusal(code::BAD_INPUT, "give `markdown` or `html`, not both"));
            }
            (Some(markdown), None) => Some((model::Format::Markdown, markdown)),
            (None, Some(html)) => Some((model::Format::Html, html)),
            (None, None) => None,
        };
        Ok(Edit {
            title,
            source,
            excerpt: self.excerpt.into(),
            slug: self.slug.into(),
            path: self.path.into(),
            language: self.language.map_value(|language| language.0).into(),
            cover: self.cover.map_value(CoverInput::read).into(),
            seo: self.seo.map(SeoInput::read),
            date: self.published_at.map(|at| at.0),
            authors: ids(self.authors)?,
            redirect_from: self.redirect_from,
            ..Edit::default()
        })
    }
}

/// What only a post has.
#[derive(InputObject)]
struct PostInput {
    /// Names of tags; those that are not there are made. At most 100.
    tags: Option<Vec<String>>,
    /// Categories that are there.
    categories: Option<Vec<ID>>,
    /// The series, and the place in it; null takes it out of its series.
    series: MaybeUndefined<SeriesPlaceInput>,
    /// Whether its author wants it shown before others.
    featured: Option<bool>,
}

impl PostInput {
    fn fill(self, edit: Edit) -> Result<Edit> {
        let categories = ids(self.categories)?;
        let place = |place: SeriesPlaceInput| Ok::<_, Error>((must_be(&place.id)?, place.position));
        let series = self.series.map_value(place).transpose()?.into();
        Ok(Edit { tags: self.tags, categories, series, featured: self.featured, ..edit })
    }
}

/// What only a page has.
#[derive(InputObject)]
struct PageInput {
    /// The page above; null puts it at the top.
    parent: MaybeUndefined<ID>,
    /// The place among its siblings; lower ones come first.
    menu_order: Option<i32>,
}

impl PageInput {
    fn fill(self, edit: Edit) -> Result<Edit> {
        let parent =
            self.parent.map_value(|id| NodeId::parse_entry(&id, EntryKind::Page)).transpose()?.into();
        Ok(Edit { parent, menu_order: self.menu_order, ..edit })
    }
}

/// A new post.
#[derive(InputObject)]
struct CreatePostInput {
    /// Plain text, one line of at most 500 characters.
    title: String,
    #[graphql(flatten)]
    content: ContentInput,
    #[graphql(flatten)]
    post: PostInput,
    /// Publish it at once; with a `publishedAt` to come, schedule it.
    #[graphql(default = false)]
    publish: bool,
    /// A name that the client gives to this wish, kept for seven days.
    idempotency_key: Option<String>,
}

/// Changes to a post. What is left out stays; null too, where nothing else is said.
#[derive(InputObject)]
struct UpdatePostInput {
    /// Which one.
    id: ID,
    /// The version that the changes began from.
    version: i32,
    /// Plain text, one line of at most 500 characters.
    title: Option<String>,
    #[graphql(flatten)]
    content: ContentInput,
    #[graphql(flatten)]
    post: PostInput,
}

/// A new page.
#[derive(InputObject)]
struct CreatePageInput {
    /// Plain text, one line of at most 500 characters.
    title: String,
    #[graphql(flatten)]
    content: ContentInput,
    #[graphql(flatten)]
    page: PageInput,
    /// Publish it at once; with a `publishedAt` to come, schedule it.
    #[graphql(default = false)]
    publish: bool,
    /// A name that the client gives to this wish, kept for seven days.
    idempotency_key: Option<String>,
}

/// Changes to a page. What is left out stays; null too, where nothing else is said.
#[derive(InputObject)]
struct UpdatePageInput {
    /// Which one.
    id: ID,
    /// The version that the changes began from.
    version: i32,
    /// Plain text, one line of at most 500 characters.
    title: Option<String>,
    #[graphql(flatten)]
    content: ContentInput,
    #[graphql(flatten)]
    page: PageInput,
}

/// A picture.
#[derive(InputObject)]
struct CoverInput {
    /// Its http or https address, or a path on this site.
    src: String,
    /// What is to be seen, for those who do not see it.
    #[graphql(default)]
    alt: String,
    /// A line below it, in Markdown.
    caption: Option<String>,
}

impl CoverInput {
    fn read(self) -> model::Cover {
        model::Cover { src: self.src, alt: self.alt, caption: self.caption }
    }
}

/// What search engines and shared links are told; what is left out falls back to the entry.
#[derive(InputObject)]
struct SeoInput {
    /// In place of the title.
    title: Option<String>,
    /// In place of the excerpt.
    description: Option<String>,
    /// Where the original stands: a whole http or https address.
    canonical_url: Option<String>,
    /// Keep it out of search engines.
    #[graphql(default = false)]
    noindex: bool,
}

impl SeoInput {
    fn read(self) -> model::Seo {
        let Self { title, description, canonical_url, noindex } = self;
        model::Seo { title, description, canonical_url, noindex }
    }
}

/// A place in a series.
#[derive(InputObject)]
struct SeriesPlaceInput {
    /// The series.
    id: ID,
    /// Sorts the parts; left out, a new part comes last, and an old one stays where it is.
    position: Option<i32>,
}

/// Which entry a step is taken with.
#[derive(InputObject)]
struct EntryStepInput {
    /// Which one.
    id: ID,
    /// If given, only if it still is at this version.
    version: Option<i32>,
}

/// A publication.
#[derive(InputObject)]
struct PublishEntryInput {
    /// Which one.
    id: ID,
    /// If given, only if it still is at this version.
    version: Option<i32>,
    /// The date that readers see, which must not be to come; left out, the one that it had, or now.
    published_at: Option<DateTime>,
}

/// A publication at a time to come.
#[derive(InputObject)]
struct ScheduleEntryInput {
    /// Which one.
    id: ID,
    /// If given, only if it still is at this version.
    version: Option<i32>,
    /// When.
    published_at: DateTime,
}

/// A withdrawal.
#[derive(InputObject)]
struct UnpublishEntryInput {
    /// Which one.
    id: ID,
    /// If given, only if it still is at this version.
    version: Option<i32>,
    /// Keep it as a finished, private one rather than as a draft.
    #[graphql(default = false)]
    private: bool,
}

impl UnpublishEntryInput {
    fn step(&self) -> Step {
        if self.private { Step::MakePrivate } else { Step::Unpublish }
    }
}

/// A revision to be restored.
#[derive(InputObject)]
struct RestoreRevisionInput {
    /// The post or page.
    id: ID,
    /// The version that it is at.
    version: i32,
    /// The id of the revision.
    revision: ID,
}

/// A preview to be made.
#[derive(InputObject)]
struct CreatePreviewInput {
    /// The post or page.
    id: ID,
    /// How many minutes it lasts, at most 43200, which is thirty days.
    #[graphql(default = 1440)]
    minutes: i32,
}

/// A link to a post or a page that is not published.
#[derive(SimpleObject)]
struct Preview {
    /// What the header `Inkstand-Preview` takes. Whoever has it sees the entry: keep it out of logs and caches.
    token: String,
    /// Where to look at it: by the site's `previewUrlPattern`, else the address that it would get with the token as
    /// the parameter `preview`.
    url: Url,
    /// The first moment at which it shows nothing.
    expires_at: DateTime,
}

impl Preview {
    fn new(preview: &inkstand_blog::Preview, kind: EntryKind, site: &model::Site, public_url: &str) -> Self {
        let token = preview.token.clone();
        let url = match (&site.preview_url, model::Path::parse(&preview.path)) {
            (Some(pattern), Ok(path)) => {
                let id = ID::from(NodeId::Entry(kind, preview.entry));
                pattern.url_for(&token, &path, &id)
            }
            _ => format!("{public_url}{}?preview={token}", preview.path),
        };
        Self { token, url: Url(url), expires_at: DateTime(preview.expires) }
    }
}

/// The answer to a preview.
#[derive(SimpleObject)]
struct PreviewPayload {
    /// The link; null where none was made.
    preview: Option<Preview>,
    /// What was wrong with the input; empty where it was done.
    user_errors: Vec<UserError>,
}

payload! {
    /// The answer to a write to a post.
    PostPayload {
        /// The post as it is now; null where nothing was written.
        post: Post
    }
}

payload! {
    /// The answer to a write to a page.
    PagePayload {
        /// The page as it is now; null where nothing was written.
        page: Page
    }
}

payload! {
    /// The answer to a write to a post or a page.
    EntryPayload {
        /// The entry as it is now; null where nothing was written.
        entry: crate::object::Entry
    }
}

payload! {
    /// The answer to a removal.
    DeleteEntryPayload {
        /// The id of what is gone; null where nothing was removed.
        deleted_id: ID
    }
}

fn ids<T: Named>(ids: Option<Vec<ID>>) -> Result<Option<Vec<T>>> {
    ids.map(|ids| ids.iter().map(must_be).collect()).transpose()
}
