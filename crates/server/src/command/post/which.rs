//! Which post or page somebody means.

use std::sync::Arc;

use anyhow::{Result, bail, ensure};
use inkstand_blog::{Reader, Route};
use inkstand_model::{Entry, EntryId, EntryKind, GlobalId, Path, Slug};

/// Slugs that are told to somebody who may have meant one of them.
const MOST_NEAR: u64 = 5;

const KINDS: [EntryKind; 2] = [EntryKind::Post, EntryKind::Page];

/// Finds the one entry that has this slug, path, URL, number or id.
pub(crate) async fn find(reader: &Reader, which: &str) -> Result<Arc<Entry>> {
    let which = which.trim();
    ensure!(!which.is_empty(), "name a post by its slug, path, URL, number or id");
    if let Some((kind, id)) = parse_id(which) {
        let entry = reader.entry(id).await?.filter(|entry| entry.kind == kind);
        return match entry {
            Some(entry) => Ok(entry),
            None => bail!("there is no {} with the id {which}", kind.as_str()),
        };
    }
    if which.contains('/') {
        return at_address(reader, which).await;
    }
    let mut meant: Vec<Arc<Entry>> = Vec::new();
    for kind in KINDS {
        if let Some(slug) = Slug::from_title(which) {
            meant.extend(reader.entry_by_slug(kind, &slug).await?);
        }
        if let Ok(number) = which.trim_start_matches('#').parse() {
            meant.extend(reader.entry_by_number(kind, number).await?);
        }
    }
    meant.sort_by_key(|entry| entry.id);
    meant.dedup_by_key(|entry| entry.id);
    if meant.len() > 1 {
        let named: Vec<String> = meant.iter().map(|entry| describe(entry)).collect();
        bail!("{which:?} may mean several; name one by its id:\n{}", named.join("\n"));
    }
    match meant.pop() {
        Some(entry) => Ok(entry),
        None => bail!("{}", not_found(reader, which, which).await?),
    }
}

/// `post_` or `page_` and 32 hexadecimal digits.
pub(crate) fn id_of(entry: &Entry) -> String {
    GlobalId { kind: entry.kind.as_str(), key: entry.id.uuid() }.to_string()
}

fn parse_id(text: &str) -> Option<(EntryKind, EntryId)> {
    let GlobalId { kind: word, key } = GlobalId::parse(text)?;
    let kind = KINDS.into_iter().find(|kind| kind.as_str() == word)?;
    Some((kind, EntryId::from_uuid(key)))
}

async fn at_address(reader: &Reader, which: &str) -> Result<Arc<Entry>> {
    let path = Path::parse(which).map_err(|error| anyhow::anyhow!("{which:?} is no address: {error}"))?;
    match reader.route(&path).await? {
        Route::Here(entry) | Route::Moved(entry) => Ok(entry),
        Route::Gone => bail!("what stood at {path} was deleted for good", path = path.as_str()),
        Route::Nothing => {
            let last = path.key().rsplit('/').next().unwrap_or_default();
            bail!("{}", not_found(reader, path.as_str(), last).await?)
        }
    }
}

fn describe(entry: &Entry) -> String {
    format!("  {}  {}  {}", id_of(entry), entry.path.as_str(), super::tell::printable(&entry.title))
}

/// What to say where nothing is found: with what begins alike.
async fn not_found(reader: &Reader, which: &str, slug: &str) -> Result<String> {
    let near = near(reader, slug).await?;
    Ok(if near.is_empty() {
        format!("there is no post or page {which:?}; `inkstand post list` prints what there is")
    } else {
        format!("there is no post or page {which:?}; did you mean {}?", near.join(", "))
    })
}

/// Slugs with the longest beginning that this one shares with any.
async fn near(reader: &Reader, which: &str) -> Result<Vec<String>> {
    let Some(slug) = Slug::from_title(which) else { return Ok(Vec::new()) };
    let chars: Vec<char> = slug.as_str().chars().collect();
    for length in [chars.len(), chars.len() * 3 / 4, chars.len() / 2, 3.min(chars.len() / 2)] {
        let beginning: String = chars[..length].iter().collect();
        if beginning.is_empty() {
            break;
        }
        let mut found = Vec::new();
        for kind in KINDS {
            let slugs = reader.slugs_beginning(kind, &beginning, MOST_NEAR).await?;
            found.extend(slugs.iter().map(|slug| slug.as_str().to_owned()));
        }
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}
