//! Places where a post can be told to others: plain links, which ask nothing of anybody before they are followed.

use inkstand_web::Link;

use crate::pages::query::{encoded, href};

/// The links for a post.
pub(crate) fn links(title: &str, url: &str) -> Vec<Link> {
    let (title, url) = (encoded(title), encoded(url));
    let link = |text: &str, address: String| Link { text: text.to_owned(), href: href(&address) };
    vec![
        link("E-mail", format!("mailto:?subject={title}&body={url}")),
        link("Mastodon", format!("https://share.joinmastodon.org/#text={title}%20{url}")),
        link("Bluesky", format!("https://bsky.app/intent/compose?text={title}%20{url}")),
        link("LinkedIn", format!("https://www.linkedin.com/sharing/share-offsite/?url={url}")),
        link("Hacker News", format!("https://news.ycombinator.com/submitlink?u={url}&t={title}")),
    ]
}
