//! The slugs and addresses of posts and pages.

use inkstand_model::{Entry, EntryKind, EntryStatus, Instant, Path, Site, Slug};
use inkstand_storage::{EntryRecord, FreePath, StorageError, Writing};

use crate::{Refusal, RefusalCode, WriteError, edit::Checked, entry_filing::MOST_LEVELS};

/// Gives a record its slug and its address.
pub(crate) async fn name(
    writing: &mut Writing<'_>,
    site: &Site,
    before: Option<&EntryRecord>,
    record: &mut EntryRecord,
    edit: &Checked,
    wrong: &mut Vec<Refusal>,
) -> Result<(), WriteError> {
    let entry = &mut record.entry;
    let from_title = before.is_none() || edit.slug == Some(None);
    match &edit.slug {
        Some(Some(slug)) => {
            if writing.entry_with_slug(entry.kind, slug).await?.is_some_and(|holder| holder != entry.id) {
                let free = writing.free_slug(entry.kind, slug, dated(entry), &site.zone).await?;
                let message = format!(
                    "another {} has the slug {slug}; take another one, such as {free}",
                    entry.kind.as_str()
                );
                wrong.push(Refusal::new(RefusalCode::Taken, "slug", message));
            }
            entry.slug = slug.clone();
        }
        _ if from_title => {
            let wanted = Slug::from_title(&entry.title).unwrap_or_else(|| numbered(entry.kind, entry.number));
            if before.is_none() || wanted != entry.slug {
                entry.slug = writing.free_slug(entry.kind, &wanted, dated(entry), &site.zone).await?;
            }
        }
        _ => {}
    }
    let stands = before.map(|before| &before.entry.path);
    match &edit.path {
        Some(Some(own)) => {
            let free = writing.free_path(own, entry.id, stands).await?;
            if free.path != *own {
                let message = format!(
                    "the address {own} belongs to something else; take another one, such as {}",
                    free.path
                );
                wrong.push(Refusal::new(RefusalCode::Taken, "path", message));
            }
            entry.path = own.clone();
        }
        own => {
            let usual = usual_path(writing, site, entry).await?;
            let was_usual = match before {
                Some(before) => {
                    let was = usual_path(writing, site, &before.entry).await?;
                    is_made_of(&before.entry.path, &was)
                }
                None => true,
            };
            if was_usual || own.is_some() {
                let FreePath { path, .. } = writing.free_path(&usual, entry.id, stands).await?;
                entry.path = path;
            }
        }
    }
    Ok(())
}

/// Whether an address is this one, with or without the number that made it free.
pub(crate) fn is_made_of(path: &Path, usual: &Path) -> bool {
    if path.key() == usual.key() {
        return true;
    }
    let number = path.key().strip_prefix(usual.key()).and_then(|rest| rest.strip_prefix('-'));
    number.is_some_and(|number| number.parse::<u32>().is_ok())
}

/// The address that an entry has where nobody gave it one of its own: by the site's pattern, or below its page.
pub(crate) async fn usual_path(
    writing: &Writing<'_>,
    site: &Site,
    entry: &Entry,
) -> Result<Path, StorageError> {
    if entry.kind == EntryKind::Post {
        return Ok(site.permalinks.path_for(&entry.slug, entry.number, dated(entry), &site.zone));
    }
    let above = match entry.parent {
        Some(parent) => writing.bare_entry(parent).await?.map(|above| above.path),
        None => None,
    };
    Ok(below(above.as_ref(), &entry.slug))
}

/// The address of a page below another one, or at the top.
pub(crate) fn below(above: Option<&Path>, slug: &Slug) -> Path {
    let wanted = match above {
        Some(above) => format!("{}/{slug}", above.key()),
        None => slug.as_str().to_owned(),
    };
    // What Inkstand answers itself (`/media`) gives way to a word more.
    Path::parse_permalink(&wanted).unwrap_or_else(|_| Path::from_stored(format!("/page-{slug}")))
}

/// The date in an address.
fn dated(entry: &Entry) -> Instant {
    entry.publication.date().unwrap_or(entry.created_at)
}

/// For a title without letter or digit: `post-17`.
pub(crate) fn numbered(kind: EntryKind, number: i64) -> Slug {
    Slug::from_stored(format!("{}-{number}", kind.as_str()))
}

/// Takes the address of an entry that everybody may read: that of any other may still change.
pub(crate) async fn settle(writing: &mut Writing<'_>, entry: &Entry) -> Result<(), StorageError> {
    if entry.publication.status() == EntryStatus::Published {
        writing.stand_at(&entry.path, entry).await?;
    }
    Ok(())
}

/// Pages below a page that moved move along, as far as they stood where pages below it stand.
pub(crate) async fn move_pages_below(
    writing: &mut Writing<'_>,
    before: &Entry,
    now: &Entry,
) -> Result<(), StorageError> {
    let mut moved = vec![(before.clone(), now.clone())];
    for _ in 0..MOST_LEVELS {
        let mut further = Vec::new();
        for (before, now) in moved {
            for id in writing.pages_below(now.id).await? {
                let Some(page) = writing.entry(id).await? else { continue };
                if !is_made_of(&page.entry.path, &below(Some(&before.path), &page.entry.slug)) {
                    continue;
                }
                let mut record = page.clone();
                let wanted = below(Some(&now.path), &page.entry.slug);
                let FreePath { path, .. } = writing.free_path(&wanted, id, Some(&page.entry.path)).await?;
                record.entry.path = path;
                record.entry.version += 1;
                writing.replace_entry(&page, &record).await?;
                settle(writing, &record.entry).await?;
                further.push((page.entry, record.entry));
            }
        }
        moved = further;
    }
    Ok(())
}
