//! What becomes of one imported item.

use inkstand_markup::RENDER_VERSION;
use inkstand_model::{
    Clock, Entry, EntryBody, EntryId, EntryKind, EntryStatus, ImportAuthor, ImportDate, ImportItem, Instant,
    Language, Path, Publication, Rendered, Seo, Site, Slug,
};
use inkstand_storage::{EntryRecord, FreePath, NewAuthor, StorageError, Writing};
use uuid::Uuid;

use crate::{
    Noted,
    entry_address::{below, numbered, settle},
};

/// The namespace of translation groups (RFC 9562 §5.5): a source and a key always give the same group, so that
/// translations find each other whenever they arrive.
const TRANSLATIONS: Uuid = Uuid::from_u128(0x6f1f_6a3e_2f0b_4a7e_9d57_6d0f_3c0a_11e5);

/// An item that became an entry.
pub(crate) struct Arrival {
    pub(crate) entry: Entry,
    pub(crate) source_path: String,
    pub(crate) digest: [u8; 32],
    aliases: Vec<String>,
}

impl Arrival {
    pub(crate) fn is_draft(&self) -> bool {
        self.entry.publication.status() == EntryStatus::Draft
    }

    pub(crate) fn is_scheduled(&self) -> bool {
        self.entry.publication.status() == EntryStatus::Scheduled
    }
}

/// Makes a new entry of an item.
pub(crate) async fn create(
    writing: &mut Writing<'_>,
    clock: &dyn Clock,
    source: &str,
    site: &Site,
    item: ImportItem,
    rendered: Rendered,
    warnings: &mut Vec<Noted>,
) -> Result<Arrival, StorageError> {
    let id = EntryId::from_uuid(clock.new_id());
    let number = writing.next_entry_number().await?;
    let mut remarks = Remarks { source_path: &item.source_path.clone(), warnings };
    let date = date_of(&item, site, "it takes the time of import", &mut remarks).unwrap_or(clock.now());
    let wanted = wanted_slug(&item).unwrap_or_else(|| numbered(item.kind, number));
    let slug = writing.free_slug(item.kind, &wanted, date, &site.zone).await?;
    let place = Place { id, number, slug, stands: None, date, version: 1, created_at: clock.now() };
    let record = compose(writing, clock, source, site, &item, rendered, place, &mut remarks).await?;
    writing.insert_entry(&record).await?;
    settle(writing, &record.entry).await?;
    Ok(Arrival {
        entry: record.entry,
        source_path: item.source_path,
        digest: item.digest,
        aliases: item.aliases,
    })
}

/// Replaces what an earlier import made of the same item. Id, number and old addresses stay.
#[expect(clippy::too_many_arguments, reason = "the parts of one step, each used once")]
pub(crate) async fn replace(
    writing: &mut Writing<'_>,
    clock: &dyn Clock,
    source: &str,
    site: &Site,
    before: EntryRecord,
    item: ImportItem,
    rendered: Rendered,
    warnings: &mut Vec<Noted>,
) -> Result<Arrival, StorageError> {
    let Entry { id, number, created_at, version, .. } = before.entry;
    let mut remarks = Remarks { source_path: &item.source_path.clone(), warnings };
    let date = date_of(&item, site, "it keeps the one before", &mut remarks)
        .or(before.entry.publication.date())
        .unwrap_or(before.entry.created_at);
    let wanted = wanted_slug(&item).unwrap_or_else(|| numbered(item.kind, number));
    // A slug that had to give way when it was made (`title-2024-05-01`) stays as it is.
    let slug = if before.entry.kind == item.kind && is_made_of(&before.entry.slug, &wanted) {
        before.entry.slug.clone()
    } else {
        writing.free_slug(item.kind, &wanted, date, &site.zone).await?
    };
    let stands = Some(before.entry.path.clone());
    let place = Place { id, number, slug, stands, date, version: version + 1, created_at };
    let record = compose(writing, clock, source, site, &item, rendered, place, &mut remarks).await?;
    writing.replace_entry(&before, &record).await?;
    settle(writing, &record.entry).await?;
    Ok(Arrival {
        entry: record.entry,
        source_path: item.source_path,
        digest: item.digest,
        aliases: item.aliases,
    })
}

/// Lets the old addresses of an arrival lead to it.
pub(crate) async fn link_aliases(
    writing: &mut Writing<'_>,
    arrival: &Arrival,
    warnings: &mut Vec<Noted>,
) -> Result<(), StorageError> {
    let mut remarks = Remarks { source_path: &arrival.source_path, warnings };
    for alias in &arrival.aliases {
        let path = match Path::parse_permalink(alias) {
            Ok(path) => path,
            Err(error) => {
                remarks.add(format!("the old address {alias:?} leads nowhere: {error}"));
                continue;
            }
        };
        match writing.permalink(&path).await? {
            None => writing.add_alias(&path, &arrival.entry).await?,
            Some(target) if target.entry == Some(arrival.entry.id) => {}
            Some(_) => {
                remarks.add(format!(
                    "the old address {alias:?} belongs to another post and keeps leading there"
                ));
            }
        }
    }
    Ok(())
}

/// What an entry keeps or gets, apart from what its item says.
struct Place {
    id: EntryId,
    number: i64,
    slug: Slug,
    /// Where it stood before.
    stands: Option<Path>,
    date: Instant,
    version: i64,
    created_at: Instant,
}

struct Remarks<'a> {
    source_path: &'a str,
    warnings: &'a mut Vec<Noted>,
}

impl Remarks<'_> {
    fn add(&mut self, remark: String) {
        self.warnings.push(Noted { source_path: self.source_path.to_owned(), remark });
    }
}

/// Whether a slug is what was made of `wanted`: the same, or where that was taken, `wanted-2024-05-01` and
/// `wanted-2024-05-01-2`.
fn is_made_of(slug: &Slug, wanted: &Slug) -> bool {
    if slug == wanted {
        return true;
    }
    let parts: Vec<&str> = slug.as_str().split('-').collect();
    [3, 4].into_iter().filter_map(|count| parts.get(parts.len().checked_sub(count)?..)).any(|suffix| {
        let is_date_and_number = suffix
            .iter()
            .zip([4, 2, 2, 1])
            .all(|(part, digits)| part.len() >= digits && part.bytes().all(|b| b.is_ascii_digit()));
        is_date_and_number && wanted.with_suffix(suffix.join("-")) == *slug
    })
}

fn wanted_slug(item: &ImportItem) -> Option<Slug> {
    item.slug.as_deref().and_then(Slug::from_title).or_else(|| Slug::from_title(&item.title))
}

fn date_of(item: &ImportItem, site: &Site, otherwise: &str, remarks: &mut Remarks<'_>) -> Option<Instant> {
    instant(item.date?, site).or_else(|| {
        remarks.add(format!("the date lies outside the years 1 to 9999; {otherwise}"));
        None
    })
}

fn instant(date: ImportDate, site: &Site) -> Option<Instant> {
    match date {
        ImportDate::Exact(at) => Some(at),
        ImportDate::Local(local) => Instant::from_local(local, &site.zone).ok(),
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of one step, each used once")]
async fn compose(
    writing: &mut Writing<'_>,
    clock: &dyn Clock,
    source: &str,
    site: &Site,
    item: &ImportItem,
    rendered: Rendered,
    place: Place,
    remarks: &mut Remarks<'_>,
) -> Result<EntryRecord, StorageError> {
    let now = clock.now();
    let publication = if item.draft {
        Publication::Draft { intended: item.date.map(|_| place.date) }
    } else if place.date > now {
        Publication::Scheduled { at: place.date }
    } else {
        Publication::Published { at: place.date }
    };
    let language = match item.language.as_deref().map(Language::parse) {
        None => site.language.clone(),
        Some(Ok(language)) => language,
        Some(Err(error)) => {
            let said = item.language.as_deref().unwrap_or_default();
            remarks.add(format!("the language {said:?} is {error}; it takes the site's"));
            site.language.clone()
        }
    };
    let entry = Entry {
        id: place.id,
        kind: item.kind,
        number: place.number,
        path: path(writing, site, item, &place, publication, remarks).await?,
        slug: place.slug,
        title: item.title.clone(),
        publication,
        excerpt_html: rendered.excerpt_html,
        excerpt_text: rendered.excerpt_text,
        language,
        translation_group: item
            .translation_key
            .as_ref()
            .map(|key| Uuid::new_v5(&TRANSLATIONS, format!("{source}\0{key}").as_bytes())),
        cover: item.cover.clone(),
        seo: Seo::default(),
        featured: item.featured,
        parent: None,
        menu_order: item.menu_order,
        hashtags: rendered.hashtags,
        word_count: rendered.word_count,
        reading_minutes: rendered.reading_minutes,
        created_at: place.created_at,
        updated_at: item.updated.and_then(|date| instant(date, site)).unwrap_or(place.date).min(now),
        version: place.version,
        edited_by: None,
    };
    let body = EntryBody {
        entry: place.id,
        format: item.format,
        source: item.source.clone(),
        excerpt: item.excerpt.clone(),
        html: rendered.html,
        text: rendered.text,
        headings: rendered.headings,
        render_version: RENDER_VERSION,
    };
    let mut record = EntryRecord {
        entry,
        body,
        extra: item.extra.clone(),
        authors: Vec::new(),
        tags: Vec::new(),
        categories: Vec::new(),
        series: None,
    };
    file(writing, item, &mut record, remarks).await?;
    Ok(record)
}

/// The item's own address, or the one by the site's pattern, made free where it is taken.
async fn path(
    writing: &Writing<'_>,
    site: &Site,
    item: &ImportItem,
    place: &Place,
    publication: Publication,
    remarks: &mut Remarks<'_>,
) -> Result<Path, StorageError> {
    let own = item.path.as_deref().and_then(|own| match Path::parse_permalink(own) {
        Ok(path) => Some(path),
        Err(error) => {
            remarks.add(format!("cannot stand at {own:?}: {error}"));
            None
        }
    });
    let wanted = own.unwrap_or_else(|| match item.kind {
        EntryKind::Post => site.permalinks.path_for(&place.slug, place.number, place.date, &site.zone),
        EntryKind::Page => below(None, &place.slug),
    });
    let FreePath { path, alias_of } = writing.free_path(&wanted, place.id, place.stands.as_ref()).await?;
    if path != wanted {
        remarks.add(format!("the address {wanted} belongs to another entry; this one stands at {path}"));
    }
    // What is not out does not take it yet.
    if alias_of.is_some() && publication.status() == EntryStatus::Published {
        remarks.add(format!(
            "{path} no longer leads to the post that gave it as an old address: this one stands there"
        ));
    }
    Ok(path)
}

/// Makes the terms that are not there yet, and files the entry under them.
async fn file(
    writing: &mut Writing<'_>,
    item: &ImportItem,
    record: &mut EntryRecord,
    remarks: &mut Remarks<'_>,
) -> Result<(), StorageError> {
    let nameless =
        |what: &str, name: &str| format!("the {what} {name:?} has neither letter nor digit, left out");
    for author in &item.authors {
        match writing.ensure_author(&new_author(author)).await? {
            Some(id) if !record.authors.contains(&id) => record.authors.push(id),
            Some(_) => {}
            None => remarks.add(nameless("author", &author.handle)),
        }
    }
    for name in &item.tags {
        match writing.ensure_tag(name).await? {
            Some(id) if !record.tags.contains(&id) => record.tags.push(id),
            Some(_) => {}
            None => remarks.add(nameless("tag", name)),
        }
    }
    for name in &item.categories {
        match writing.ensure_category(name).await? {
            Some(id) if !record.categories.contains(&id) => record.categories.push(id),
            Some(_) => {}
            None => remarks.add(nameless("category", name)),
        }
    }
    if let Some(series) = &item.series {
        match writing.ensure_series(&series.name).await? {
            // Without a position all parts stand at 0, and follow by date.
            Some(id) => record.series = Some((id, series.position.unwrap_or(0))),
            None => remarks.add(nameless("series", &series.name)),
        }
    }
    Ok(())
}

fn new_author(author: &ImportAuthor) -> NewAuthor {
    NewAuthor {
        handle: author.handle.clone(),
        name: author.name.clone().unwrap_or_else(|| author.handle.clone()),
        bio: author.bio.clone().unwrap_or_default(),
        url: author.url.clone(),
        avatar: author.avatar.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makeshift_slugs_are_told_from_others() {
        let slug = |text: &str| Slug::from_title(text).unwrap();
        for (made, wanted, expected) in [
            ("weekly", "weekly", true),
            ("weekly-2024-05-01", "weekly", true),
            ("weekly-2024-05-01-2", "weekly", true),
            ("release-2", "release", false),
            ("release-2024", "release", false),
            ("weekly-2024-05-01", "week", false),
            ("2024-05-01", "weekly", false),
        ] {
            assert_eq!(is_made_of(&slug(made), &slug(wanted)), expected, "{made} of {wanted}");
        }
        let long = slug(&"long ".repeat(100));
        assert!(is_made_of(&long.with_suffix("2024-05-01"), &long));
    }
}
