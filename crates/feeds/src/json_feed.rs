//! JSON Feed 1.1.

use serde_json::{Value, json};

use crate::{Feed, FeedItem};

pub(crate) fn write(feed: &Feed) -> String {
    let mut said = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.address,
        "language": feed.language,
        "items": feed.items.iter().map(item).collect::<Vec<_>>(),
    });
    if !feed.subtitle.is_empty() {
        said["description"] = json!(feed.subtitle);
    }
    format!("{said:#}\n")
}

fn item(item: &FeedItem) -> Value {
    let authors = item.authors.iter().map(|author| json!({ "name": author.name, "url": author.url }));
    let mut said = json!({
        "id": item.id,
        "url": item.url,
        "title": item.title,
        "content_html": item.html,
        "date_published": item.published.to_rfc3339(),
        "date_modified": item.updated.to_rfc3339(),
        "authors": authors.collect::<Vec<_>>(),
        "tags": item.labels.iter().map(|label| &label.name).collect::<Vec<_>>(),
        "language": item.language,
    });
    if !item.summary.is_empty() {
        said["summary"] = json!(item.summary);
    }
    if let Some(picture) = &item.picture {
        said["image"] = json!(picture);
    }
    said
}
