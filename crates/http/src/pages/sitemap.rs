//! All addresses of a blog, for search engines.

use inkstand_blog::BlogError;
use inkstand_feeds::{MOST_URLS, Place, sitemap, sitemap_index};
use inkstand_model::{EntryCursor, EntryFilter, EntryKind, EntryOrder, SliceRequest};

use crate::pages::{
    Fault,
    desk::Desk,
    reply::{Reply, XML},
};

/// Entries that are read at once.
const AT_ONCE: u32 = 1_000;

/// Posts of one part of a map that has several.
const POSTS: u64 = MOST_URLS as u64;

/// The map as a whole, or the part with that number: the first one has the pages, the others the posts.
pub(crate) async fn reply(desk: &Desk<'_>, part: Option<u64>) -> Result<Option<Reply>, Fault> {
    let filter = EntryFilter::default();
    let posts = desk.reader.count_entries(EntryKind::Post, &filter).await?;
    let pages = desk.reader.count_entries(EntryKind::Page, &filter).await?;
    let parts = parts(posts, pages);
    let mut places = Vec::new();
    match part {
        None if parts > 0 => {
            let parts: Vec<String> =
                (0..parts).map(|part| desk.whole(&format!("/sitemap/{part}.xml"))).collect();
            return Ok(Some(Reply::ok(XML, sitemap_index(parts.iter().map(String::as_str)))));
        }
        None => {
            fixed(desk, &mut places).await?;
            read(desk, EntryKind::Post, 0, &mut places).await?;
        }
        Some(0) if parts > 0 => fixed(desk, &mut places).await?,
        Some(part) if part < parts => {
            read(desk, EntryKind::Post, (part - 1) * POSTS, &mut places).await?;
        }
        Some(_) => return Ok(None),
    }
    Ok(Some(Reply::ok(XML, sitemap(&places))))
}

/// Into how many parts a map falls; 0 where it fits into one.
fn parts(posts: u64, pages: u64) -> u64 {
    if posts + pages < POSTS { 0 } else { 1 + posts.div_ceil(POSTS) }
}

/// The first page, and the pages.
async fn fixed(desk: &Desk<'_>, places: &mut Vec<Place>) -> Result<(), BlogError> {
    places.push(Place { url: desk.whole("/"), updated: None });
    read(desk, EntryKind::Page, 0, places).await
}

/// Adds entries, oldest first, so that what is published later moves none from one part to another.
async fn read(desk: &Desk<'_>, kind: EntryKind, skip: u64, places: &mut Vec<Place>) -> Result<(), BlogError> {
    let order = EntryOrder::Oldest;
    let skip = u32::try_from(skip).unwrap_or(u32::MAX);
    let mut slice = SliceRequest { skip, ..SliceRequest::first(AT_ONCE) };
    let mut looked_at = 0;
    loop {
        let found = desk.reader.entries(kind, &EntryFilter::default(), order, &slice).await?;
        for entry in found.items.iter().take(MOST_URLS - looked_at) {
            looked_at += 1;
            // What its author keeps out of search engines, or has from elsewhere, is not offered to them.
            if !entry.seo.noindex && entry.seo.canonical_url.is_none() && places.len() < MOST_URLS {
                places.push(Place { url: desk.url(&entry.path), updated: Some(entry.updated_at) });
            }
        }
        let Some(last) = found.items.last().filter(|_| found.has_next && looked_at < MOST_URLS) else {
            return Ok(());
        };
        slice = SliceRequest { after: Some(EntryCursor::of(last, order)), skip: 0, ..slice };
    }
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn a_map_falls_into_parts_where_it_must() {
        for (posts, pages, expected) in
            [(0, 0, 0), (49_999, 0, 0), (49_998, 1, 0), (49_999, 1, 2), (50_000, 0, 2), (50_001, 9, 3)]
        {
            assert_eq!(parts(posts, pages), expected, "{posts} {pages}");
        }
    }
}
