//! The cache keys of an answer as caches in front of this server take them: `Cache-Tag` and `Surrogate-Key`.
//!
//! They are the keys that `changes` and the webhooks tell of what changed, in a form that headers take: what is no
//! lower-case ASCII letter, digit or one of `-._~:/` is percent-encoded, byte by byte.

use std::collections::BTreeSet;

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue, header},
};
use inkstand_model::CacheKey;

use crate::kept_answer::push_hex;

/// Takes its tags with commas between, as Cloudflare, Akamai, Bunny and others want them.
pub(crate) const CACHE_TAG: HeaderName = HeaderName::from_static("cache-tag");

/// The same with spaces between, for Fastly and Varnish. A second name for the same would cost every answer up to two
/// kilobytes more, so only what comes through a proxy gets it, which says so (RFC 9110 §7.6.3, RFC 8586).
const SURROGATE_KEY: HeaderName = HeaderName::from_static("surrogate-key");

/// By which a request tells that it was handed on.
const CDN_LOOP: HeaderName = HeaderName::from_static("cdn-loop");

/// Tags of one answer. Where there are more keys, single things are named by the lists that they are in.
const MOST_TAGS: usize = 50;

/// The tags of an answer.
pub(crate) struct CacheTags {
    with_commas: HeaderValue,
    with_spaces: HeaderValue,
}

impl CacheTags {
    /// The tags for an answer that was made from these keys; `None` where so many cannot be told.
    pub(crate) fn of(keys: &[CacheKey]) -> Option<Self> {
        let names: Vec<&str> = keys.iter().map(CacheKey::as_str).collect();
        let names = if names.len() > MOST_TAGS { coarser(&names) } else { names };
        if names.len() > MOST_TAGS {
            return None;
        }
        let joined = |separator: char| {
            let mut text = String::with_capacity(names.iter().map(|name| name.len() + 1).sum());
            for name in &names {
                if !text.is_empty() {
                    text.push(separator);
                }
                push_encoded(&mut text, name);
            }
            HeaderValue::from_maybe_shared(Bytes::from(text)).ok()
        };
        Some(Self { with_commas: joined(',')?, with_spaces: joined(' ')? })
    }

    /// The bytes that they take.
    pub(crate) fn size(&self) -> usize {
        self.with_commas.len() + self.with_spaces.len()
    }

    /// Writes them into the answer to a request with those headers.
    pub(crate) fn write(&self, headers: &mut HeaderMap, asked: &HeaderMap) {
        if self.with_commas.is_empty() {
            return;
        }
        headers.insert(CACHE_TAG, self.with_commas.clone());
        if asked.contains_key(header::VIA) || asked.contains_key(CDN_LOOP) {
            headers.insert(SURROGATE_KEY, self.with_spaces.clone());
        }
    }
}

/// The lists in place of what is in them. Whatever everybody can notice of an entry or a term touches its list.
fn coarser<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut coarse = BTreeSet::new();
    for name in names {
        let lists: &[&str] = match name.strip_prefix("slug:").unwrap_or(name).split(':').next() {
            Some("entry") => &["list:posts", "list:pages"],
            Some("post") => &["list:posts"],
            Some("page") => &["list:pages"],
            Some("tag") => &["list:tags"],
            Some("category") => &["list:categories"],
            Some("series") => &["list:series"],
            Some("author") => &["list:authors"],
            Some("menu") => &["list:menus"],
            // Addresses, lists and the site stand for themselves.
            _ => &[],
        };
        if lists.is_empty() {
            coarse.insert(*name);
        } else {
            coarse.extend(lists);
        }
    }
    coarse.into_iter().collect()
}

fn push_encoded(text: &mut String, name: &str) {
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' | b'/' => text.push(byte.into()),
            _ => {
                text.push('%');
                push_hex(text, byte);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(names: impl IntoIterator<Item = String>) -> Option<(String, String)> {
        let keys: Vec<CacheKey> = names.into_iter().map(CacheKey::from_stored).collect();
        let tags = CacheTags::of(&keys)?;
        let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
        Some((text(&tags.with_commas), text(&tags.with_spaces)))
    }

    #[test]
    fn tags_are_what_every_cache_takes() {
        let (commas, spaces) =
            tags(["path:/a b,c".to_owned(), "slug:post:größe".to_owned(), "path:/About".to_owned()]).unwrap();
        assert_eq!(commas, "path:/a%20b%2cc,slug:post:gr%c3%b6%c3%9fe,path:/%41bout");
        assert_eq!(spaces, "path:/a%20b%2cc slug:post:gr%c3%b6%c3%9fe path:/%41bout");
    }

    #[test]
    fn many_keys_become_lists() {
        let fifty = || (0..48).map(|n| format!("entry:{n}")).chain(["site".to_owned(), "path:/a".to_owned()]);
        assert_eq!(tags(fifty()).unwrap().0.split(',').count(), 50);
        let more = ["tag:1", "slug:tag:x", "slug:post:y", "list:tags", "series:2"];
        let (commas, _) = tags(fifty().chain(more.map(str::to_owned))).unwrap();
        assert_eq!(commas, "list:pages,list:posts,list:series,list:tags,path:/a,site");
    }

    #[test]
    fn too_many_addresses_are_no_tags() {
        let paths = |n| (0..n).map(|n| format!("path:/{n}"));
        assert!(tags(paths(50)).is_some());
        assert!(tags(paths(51)).is_none());
    }

    #[test]
    fn no_keys_are_no_header() {
        let mut headers = HeaderMap::new();
        CacheTags::of(&[]).unwrap().write(&mut headers, &HeaderMap::new());
        assert!(headers.is_empty());
    }
}
