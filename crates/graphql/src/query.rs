//! The reads.

mod accounts;
mod filter;
mod terms;
mod webhooks;

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, MergedObject, Object, OneofObject, Result};
use inkstand_blog::WriteError;
use inkstand_model as model;
use inkstand_model::EntryKind;

pub(crate) use filter::PostFilter;
use filter::SearchMatching;

use crate::{
    code,
    connection::{Connection, PageArguments, bounded, page_size},
    cursor::{HitCursor, Key},
    error::{fault, refusal},
    loader::{ById, load},
    node_id::NodeId,
    object::{
        Account, ArchiveMonth, Author, Category, ChangeList, EntryStatus, EntryTotal, Node, Page, Post,
        PostOrder, Route, SearchConnection, SearchIn, SearchOrder, Series, Site, Suggestion, Tag,
    },
    request::state,
    scalar::{Html, Seq, Slug},
};

/// Ids that `nodes` takes at once.
const MOST_IDS: usize = 100;

/// Changes at once.
const MOST_CHANGES: i32 = 1_000;

/// Suggestions at once.
const MOST_SUGGESTIONS: i32 = 50;

/// Hits that can be paged through; nobody reads further, and each page costs all pages before it.
const FURTHEST_HIT: u32 = 10_000;

/// Everything that can be read.
#[derive(MergedObject, Default)]
#[graphql(name = "Query")]
pub(crate) struct QueryRoot(Entries, terms::Terms, Finding, accounts::Accounts, webhooks::Webhooks);

/// How to name one post or page: by exactly one of these.
#[derive(OneofObject)]
pub(crate) enum PostBy {
    /// By global id.
    Id(ID),
    /// By slug.
    Slug(Slug),
    /// By its address on this site, also an old one, in any spelling; a whole URL is taken too.
    Path(String),
    /// By number.
    Number(i32),
}

/// Posts, pages and the site.
#[derive(Default)]
struct Entries;

#[Object]
impl Entries {
    /// Fetches what is a `Node` by its global id.
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Node>> {
        fetch(ctx, NodeId::parse(&id)?).await
    }

    /// Fetches many things by their global ids, at most 100, in their order; null for what is not there.
    async fn nodes(&self, ctx: &Context<'_>, ids: Vec<ID>) -> Result<Vec<Option<Node>>> {
        if ids.len() > MOST_IDS {
            return Err(refusal(
                code::BAD_PAGE,
                format!("at most {MOST_IDS} ids at once, not {}", ids.len()),
            ));
        }
        let ids = ids.iter().map(NodeId::parse).collect::<Result<Vec<_>>>()?;
        futures::future::try_join_all(ids.into_iter().map(|id| fetch(ctx, id))).await
    }

    /// The blog as a whole.
    async fn site(&self, ctx: &Context<'_>) -> Result<Site> {
        Ok(Site(state(ctx).site(ctx).await?))
    }

    /// Where an address leads: for front ends that render any path.
    async fn route(&self, ctx: &Context<'_>, path: String) -> Result<Route> {
        let Ok(path) = model::Path::parse(&path) else {
            // What cannot be an address leads nowhere, as any other that nobody has.
            return Ok(Route::new(inkstand_blog::Route::Nothing, state(ctx)));
        };
        let route = state(ctx).reader.route(&path).await.map_err(|error| fault(ctx, error))?;
        Ok(Route::new(route, state(ctx)))
    }

    /// One post; null where there is none.
    async fn post(&self, ctx: &Context<'_>, by: PostBy) -> Result<Option<Post>> {
        Ok(find(ctx, EntryKind::Post, by).await?.map(Post::from))
    }

    /// One page; null where there is none.
    async fn page(&self, ctx: &Context<'_>, by: PostBy) -> Result<Option<Page>> {
        Ok(find(ctx, EntryKind::Page, by).await?.map(Page::from))
    }

    /// Markdown as a post would show it, for an editor's side window. For those who may write.
    async fn preview_markdown(&self, ctx: &Context<'_>, markdown: String) -> Result<Html> {
        match state(ctx).reader.preview_markdown(markdown).await {
            Ok(html) => Ok(Html(html)),
            Err(WriteError::Blog(error)) => Err(fault(ctx, error)),
            Err(refused) => Err(refusal(code::BAD_INPUT, format!("`markdown`: {refused}"))),
        }
    }

    /// Posts, newest first unless ordered otherwise: 10, or as many as `first` or `last` says, at most 100.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a Relay connection")]
    async fn posts(
        &self,
        ctx: &Context<'_>,
        filter: Option<PostFilter>,
        order_by: Option<PostOrder>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        #[graphql(desc = "Leave out so many first, at most 10000, for numbered pages.")] skip: Option<i32>,
    ) -> Result<Connection<Post, EntryTotal>> {
        let filter = filter.map(PostFilter::read).transpose()?.unwrap_or_default();
        let order = order_by.map_or_else(model::EntryOrder::default, Into::into);
        let page = PageArguments { first, after, last, before, skip };
        entries(ctx, EntryKind::Post, filter, order, &page).await
    }

    /// Pages, latest first.
    async fn pages(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "In one of these stages, published ones where none is named; the others are for those who may edit."
        )]
        status: Option<Vec<EntryStatus>>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Page, EntryTotal>> {
        let page = PageArguments { first, after, last, before, skip: None };
        let statuses = status.unwrap_or_default().into_iter().map(Into::into).collect();
        let filter = model::EntryFilter { statuses, ..model::EntryFilter::default() };
        entries(ctx, EntryKind::Page, filter, model::EntryOrder::Newest, &page).await
    }

    /// The months in which something was published, latest first.
    async fn archive(&self, ctx: &Context<'_>) -> Result<Vec<ArchiveMonth>> {
        let months = state(ctx).reader.archive().await.map_err(|error| fault(ctx, error))?;
        Ok(months
            .into_iter()
            .map(|(year, month, posts)| ArchiveMonth {
                year: year.into(),
                month: month.into(),
                post_count: i32::try_from(posts).unwrap_or(i32::MAX),
            })
            .collect())
    }

    /// What changed since a position, for front ends that build pages ahead of time: keep `next` and ask again
    /// with it. Without `after`, everything from the beginning of the log.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        after: Option<Seq>,
        #[graphql(default = 500, desc = "At most 1000.")] first: i32,
    ) -> Result<ChangeList> {
        let first = bounded("first", first, MOST_CHANGES)?;
        let after = after.map_or(model::Seq::ZERO, |seq| seq.0);
        let reader = &state(ctx).reader;
        let found = reader.changes_after(after, first.into()).await.map_err(|error| fault(ctx, error))?;
        let next = if found.reset {
            reader.last_seq().await.map_err(|error| fault(ctx, error))?
        } else {
            found.next
        };
        let nodes = found.changes.iter().filter_map(crate::object::EntryChange::new).collect();
        Ok(ChangeList { nodes, next: Seq(next), reset: found.reset })
    }
}

/// Search and suggestions.
#[derive(Default)]
struct Finding;

#[Object]
impl Finding {
    /// Searches posts and pages by text, conditions or both. No text is an error: quotes make a phrase, `-word`
    /// leaves out, `tag:slug`, `category:slug`, `author:name`, `title:word`, `#hashtag`, `in:pages`, `lang:de`,
    /// `before:2024` and `after:2024-05-01` (days in the site's zone) narrow, and whatever does not parse is searched as
    /// words.
    ///
    /// Those who may edit find drafts and the like as they list them, by `status` of the filter: editors all of them,
    /// authors their own.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a Relay connection")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was typed; without it, everything that passes the filter is found.")]
        text: Option<String>,
        #[graphql(name = "in", default_with = "vec![SearchIn::Posts, SearchIn::Pages]")] within: Vec<
            SearchIn,
        >,
        filter: Option<PostFilter>,
        matching: Option<SearchMatching>,
        #[graphql(default_with = "SearchOrder::Relevance")] order_by: SearchOrder,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<SearchConnection> {
        let limit = page_size("first", first.unwrap_or(10))?;
        let skip = match after {
            None => 0,
            Some(after) => HitCursor::decode("after", &after)?.0.saturating_add(1),
        };
        if skip.saturating_add(limit) > FURTHEST_HIT {
            let message =
                format!("only the first {FURTHEST_HIT} hits can be paged through; narrow the search");
            return Err(refusal(code::BAD_PAGE, message));
        }
        let kinds = within.into_iter().map(|kind| match kind {
            SearchIn::Posts => EntryKind::Post,
            SearchIn::Pages => EntryKind::Page,
        });
        let ahead = ctx.look_ahead();
        let hit_fields = [ahead.field("nodes"), ahead.field("edges").field("node")];
        let request = model::SearchRequest {
            text: text.unwrap_or_default(),
            kinds: kinds.collect(),
            filter: filter.map(PostFilter::read).transpose()?.unwrap_or_default(),
            matching: matching.map(SearchMatching::read).transpose()?.unwrap_or_default(),
            order: order_by.into(),
            limit,
            skip,
            marks: hit_fields.iter().any(|hit| hit.field("title").exists() || hit.field("body").exists()),
            total: ahead.field("totalCount").exists(),
            did_you_mean: ahead.field("didYouMean").exists(),
            ..model::SearchRequest::default()
        };
        let hits_wanted = ["nodes", "edges", "pageInfo", "corrected", "didYouMean"]
            .iter()
            .any(|field| ahead.field(field).exists());
        find_hits(ctx, request, hits_wanted).await
    }

    /// Titles, tags and authors of which a word begins with `prefix`, best first.
    async fn suggest(
        &self,
        ctx: &Context<'_>,
        prefix: String,
        #[graphql(default = 8, desc = "At most 50.")] first: i32,
    ) -> Result<Vec<Suggestion>> {
        let first = bounded("first", first, MOST_SUGGESTIONS)? as usize;
        let found = state(ctx).reader.suggest(prefix, first).await.map_err(|error| fault(ctx, error))?;
        let resolved = found.into_iter().map(|suggestion| terms::resolve_suggestion(ctx, suggestion));
        Ok(futures::future::try_join_all(resolved).await?.into_iter().flatten().collect())
    }
}

async fn find_hits(
    ctx: &Context<'_>,
    mut request: model::SearchRequest,
    hits_wanted: bool,
) -> Result<SearchConnection> {
    let reader = &state(ctx).reader;
    let mut results = model::SearchResults::default();
    let mut entries = HashMap::new();
    if hits_wanted {
        results = reader.search(request.clone()).await.map_err(|error| fault(ctx, error))?;
        let ids: Vec<_> = results.hits.iter().map(|hit| hit.id).collect();
        if !ids.is_empty() {
            entries = reader.entries_by_ids(&ids).await.map_err(|error| fault(ctx, error))?;
        }
    }
    // What else is asked of this search need not look for it again.
    request.did_you_mean = false;
    let places = request.skip..;
    let hits = places
        .zip(results.hits)
        // What was unpublished since the index last looked is not there any more.
        .filter_map(|(place, hit)| entries.remove(&hit.id).map(|entry| (place, hit, entry)))
        .collect();
    // Asked afterwards: the search may have been the one that found the index damaged.
    let complete = reader.search_is_complete();
    Ok(SearchConnection {
        request: Arc::new(request),
        hits,
        has_next: results.has_next,
        total: results.total,
        corrected: results.corrected,
        did_you_mean: results.did_you_mean,
        complete,
    })
}

async fn fetch(ctx: &Context<'_>, id: NodeId) -> Result<Option<Node>> {
    Ok(match id {
        NodeId::Entry(kind, id) => load(ctx, id).await?.filter(|entry| entry.kind == kind).map(Node::from),
        NodeId::Author(id) => load(ctx, ById(id)).await?.map(|author| Node::Author(Author(author))),
        NodeId::Tag(id) => load(ctx, ById(id)).await?.map(|tag| Node::Tag(Tag(tag))),
        NodeId::Category(id) => load(ctx, ById(id)).await?.map(|category| Node::Category(Category(category))),
        NodeId::Series(id) => load(ctx, ById(id)).await?.map(|series| Node::Series(Series(series))),
        NodeId::Account(id) => load(ctx, id).await?.map(|account| Node::Account(Account::from(account))),
        // A token is seen with its account alone.
        NodeId::Token(_) => None,
    })
}

async fn find(ctx: &Context<'_>, kind: EntryKind, by: PostBy) -> Result<Option<Arc<model::Entry>>> {
    let reader = &state(ctx).reader;
    let found = match by {
        PostBy::Id(id) => reader.entry(NodeId::parse_entry(&id, kind)?).await,
        PostBy::Slug(slug) => reader.entry_by_slug(kind, &slug.0).await,
        PostBy::Number(number) => reader.entry_by_number(kind, number.into()).await,
        PostBy::Path(path) => match model::Path::parse(&path) {
            Err(_) => Ok(None),
            Ok(path) => reader.route(&path).await.map(|route| match route {
                inkstand_blog::Route::Here(entry) | inkstand_blog::Route::Moved(entry) => Some(entry),
                inkstand_blog::Route::Gone | inkstand_blog::Route::Nothing => None,
            }),
        },
    };
    Ok(found.map_err(|error| fault(ctx, error))?.filter(|entry| entry.kind == kind))
}

async fn entries<Node: async_graphql::OutputType + From<Arc<model::Entry>>>(
    ctx: &Context<'_>,
    kind: EntryKind,
    filter: model::EntryFilter,
    order: model::EntryOrder,
    page: &PageArguments,
) -> Result<Connection<Node, EntryTotal>> {
    let request = page.entries(order)?;
    let reader = &state(ctx).reader;
    let found = if ctx.look_ahead().field("totalCount").exists() {
        reader.entries_and_count(kind, &filter, order, &request).await
    } else {
        reader.entries(kind, &filter, order, &request).await.map(|slice| (slice, None))
    };
    let (slice, count) = found.map_err(|error| fault(ctx, error))?;
    let total = match count {
        Some(count) => EntryTotal::Known(i64::try_from(count).unwrap_or(i64::MAX)),
        None => EntryTotal::Filtered(kind, Box::new(filter)),
    };
    Ok(crate::object::entry_connection(slice, order, total))
}
