//! The latest posts of a list as a feed.

use std::sync::Arc;

use inkstand_blog::BlogError;
use inkstand_feeds::{Contributor, Feed, FeedFormat, FeedItem, Label, absolute};
use inkstand_model::{
    Entry, EntryFilter, EntryId, EntryKind, EntryOrder, Filings, Instant, SearchOrder, SearchRequest,
    SliceRequest,
};

use crate::pages::{
    Fault,
    address::{Place, TermKind},
    desk::Desk,
    query::Query,
    reply::Reply,
    search,
};

/// Posts in a feed.
const MOST_POSTS: u32 = 20;

/// The feed of what is at `of`; `None` where that is nothing.
pub(crate) async fn reply(
    desk: &Desk<'_>,
    of: &Place,
    format: FeedFormat,
    query: &Query,
) -> Result<Option<Reply>, Fault> {
    let site = &desk.site.title;
    let (path, title, subtitle, asked, posts) = match of {
        Place::Home => {
            let posts = latest(desk, &EntryFilter::default()).await?;
            ("/".to_owned(), site.clone(), desk.site.tagline.clone(), String::new(), posts)
        }
        Place::Term(kind, slug) => {
            let Some(term) = desk.named(*kind, slug).await? else { return Ok(None) };
            let path = kind.path(&term.slug);
            if term.slug != *slug {
                return Ok(Some(Reply::moved(desk.here(&format!("{path}/{}", format.file_name())).as_str())));
            }
            let posts = latest(desk, &term.filter()).await?;
            (path, format!("{}: {site}", term.name), term.description, String::new(), posts)
        }
        Place::Search => {
            let request = search::request(query);
            if !search::is_asked(&request) {
                return Ok(None);
            }
            let title = if request.text.is_empty() { "Search" } else { &request.text };
            let title = format!("{title}: {site}");
            let posts = found(desk, request).await?;
            ("/search".to_owned(), title, String::new(), query.without_all("page").text(), posts)
        }
        _ => return Ok(None),
    };
    let file = format!("{}/{}", path.trim_end_matches('/'), format.file_name());
    let feed = Feed {
        title,
        subtitle,
        language: desk.site.language.as_str().to_owned(),
        page: format!("{}{asked}", desk.whole(&path)),
        address: format!("{}{asked}", desk.whole(&file)),
        // One without posts has to say a date as well.
        updated: posts.iter().map(|post| post.updated_at).max().unwrap_or(Instant::UNIX_EPOCH),
        items: items(desk, &posts).await?,
    };
    let content_type = match format {
        FeedFormat::Atom => "application/atom+xml; charset=utf-8",
        FeedFormat::Rss => "application/rss+xml; charset=utf-8",
        FeedFormat::Json => "application/feed+json; charset=utf-8",
    };
    Ok(Some(Reply::ok(content_type, feed.write(format))))
}

/// The latest posts that pass a filter.
pub(crate) async fn latest(desk: &Desk<'_>, filter: &EntryFilter) -> Result<Vec<Arc<Entry>>, BlogError> {
    let slice = SliceRequest::first(MOST_POSTS);
    Ok(desk.reader.entries(EntryKind::Post, filter, EntryOrder::Newest, &slice).await?.items)
}

/// The latest posts that a search finds.
async fn found(desk: &Desk<'_>, request: SearchRequest) -> Result<Vec<Arc<Entry>>, BlogError> {
    let request = SearchRequest {
        kinds: vec![EntryKind::Post],
        order: SearchOrder::Newest,
        limit: MOST_POSTS,
        ..request
    };
    let ids: Vec<EntryId> = desk.reader.search(request).await?.hits.iter().map(|hit| hit.id).collect();
    desk.entries(&ids).await
}

async fn items(desk: &Desk<'_>, posts: &[Arc<Entry>]) -> Result<Vec<FeedItem>, BlogError> {
    let ids: Vec<EntryId> = posts.iter().map(|post| post.id).collect();
    let bodies = desk.reader.bodies(&ids).await?;
    let filed = desk.filings(posts).await?;
    let nothing = Filings::default();
    let item = |post: &Arc<Entry>| {
        let url = desk.url(&post.path);
        let filed = filed.get(&post.id).map_or(&nothing, |filed| filed.as_ref());
        let authors = filed.authors.iter().map(|author| Contributor {
            name: author.name.clone(),
            url: desk.whole(&TermKind::Author.path(&author.slug)),
        });
        let categories = filed.categories.iter().map(|category| (&category.slug, &category.name));
        let labels = categories.chain(filed.tags.iter().map(|tag| (&tag.slug, &tag.name)));
        FeedItem {
            id: format!("urn:uuid:{}", post.id.uuid()),
            title: post.title.clone(),
            published: post.published_at().unwrap_or(post.created_at),
            updated: post.updated_at,
            authors: authors.collect(),
            labels: labels
                .map(|(slug, name)| Label { term: slug.as_str().to_owned(), name: name.clone() })
                .collect(),
            summary: post.seo_description().into_owned(),
            html: bodies.get(&post.id).map(|body| absolute(&body.html, &url)).unwrap_or_default(),
            language: post.language.as_str().to_owned(),
            picture: post
                .cover
                .as_ref()
                .and_then(|cover| desk.picture(&cover.src, "", None))
                .map(|picture| picture.url.to_string()),
            url,
        }
    };
    Ok(posts.iter().map(item).collect())
}
