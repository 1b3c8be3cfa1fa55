//! What programs ask for by names that they know beforehand.

use axum::http::StatusCode;
use inkstand_blog::{BlogError, Route};
use inkstand_model::{EntryFilter, EntryKind, EntryOrder, EntryStatus, Path, SliceRequest};
use serde_json::json;

use crate::pages::{
    address::TermKind,
    desk::Desk,
    feed::latest,
    query::Query,
    reply::{JSON, MARKDOWN, Reply, TEXT},
};

/// Pages that `/llms.txt` names.
const MOST_PAGES: u32 = 50;

/// Seconds for which another site may show what it was told of a post.
const CACHE_AGE: u32 = 86_400;

/// `/robots.txt`: searches are without end, and GraphQL is nothing to read.
pub(crate) fn robots(desk: &Desk<'_>) -> Reply {
    let base = desk.base();
    Reply::ok(
        TEXT,
        format!(
            "User-agent: *\nDisallow: {base}/search\nDisallow: {base}/graphql\n\nSitemap: {}\n",
            desk.whole("/sitemap.xml")
        ),
    )
}

/// `/llms.txt`: what is here, in Markdown (llmstxt.org).
pub(crate) async fn llms(desk: &Desk<'_>) -> Result<Reply, BlogError> {
    let mut text = format!("# {}\n\n", desk.site.title);
    if !desk.site.tagline.is_empty() {
        text.push_str(&format!("> {}\n\n", desk.site.tagline));
    }
    text.push_str(&format!(
        "Posts and pages come as Markdown where they are asked for with `Accept: text/markdown`. Everything, searches \
         included, can be asked for by GraphQL at {}; {} has the whole texts of the latest posts.\n",
        desk.whole("/graphql"),
        desk.whole("/feed.json"),
    ));
    let slice = SliceRequest::first(MOST_PAGES);
    let filter = EntryFilter::default();
    let pages = desk.reader.entries(EntryKind::Page, &filter, EntryOrder::Oldest, &slice).await?.items;
    for (heading, entries) in [("Pages", pages), ("Latest posts", latest(desk, &filter).await?)] {
        if entries.is_empty() {
            continue;
        }
        text.push_str(&format!("\n## {heading}\n\n"));
        for entry in entries.iter().filter(|entry| !entry.seo.noindex) {
            let title = entry.title.replace(['[', ']'], " ");
            text.push_str(&format!(
                "- [{title}]({}): {}\n",
                desk.url(&entry.path),
                entry.seo_description().split_whitespace().collect::<Vec<_>>().join(" ")
            ));
        }
    }
    Ok(Reply::ok(MARKDOWN, text))
}

/// `/oembed?url=…` (oembed.com): a post or a page as a link with a title. It comes as JSON alone, which the format allows.
pub(crate) async fn oembed(desk: &Desk<'_>, query: &Query) -> Result<Reply, BlogError> {
    if query.first("format").is_some_and(|format| format != "json") {
        let status = StatusCode::NOT_IMPLEMENTED;
        return Ok(Reply { status, ..Reply::ok(TEXT, "only json is spoken here\n".to_owned()) });
    }
    let rest = query.first("url").and_then(|url| url.strip_prefix(desk.public_url()));
    let path = rest.filter(|rest| rest.starts_with('/')).and_then(|rest| Path::parse(rest).ok());
    let Some(path) = path else { return Ok(Reply::nothing()) };
    let entry = match desk.reader.route(&path).await? {
        Route::Here(entry) | Route::Moved(entry) => entry,
        Route::Gone | Route::Nothing => return Ok(Reply::nothing()),
    };
    if entry.publication.status() != EntryStatus::Published {
        return Ok(Reply::nothing());
    }
    let filed = desk.reader.filings(&[entry.id]).await?.remove(&entry.id).unwrap_or_default();
    let mut said = json!({
        "version": "1.0",
        "type": "link",
        "title": entry.title,
        "provider_name": desk.site.title,
        "provider_url": desk.whole("/"),
        "cache_age": CACHE_AGE,
    });
    if let Some(author) = filed.authors.first() {
        said["author_name"] = json!(author.name);
        said["author_url"] = json!(desk.whole(&TermKind::Author.path(&author.slug)));
    }
    Ok(Reply::ok(JSON, said.to_string()))
}
