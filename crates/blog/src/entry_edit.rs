//! Making and changing posts and pages.

use inkstand_markup::{RENDER_VERSION, RenderOptions, render_excerpt};
use inkstand_model::{
    Action, AuthorId, CategoryId, Entry, EntryBody, EntryId, EntryKind, EntryStatus, Format, Instant, Path,
    Publication, Rendered, Seo, Seq, Site, Slug, Viewer, Whose, may,
};
use inkstand_storage::{
    AddressRole, EntryRecord, FreePath, MadeBefore, PermalinkTarget, StorageError, Writing,
};
use sha2::{Digest, Sha256};
use tracing::instrument;

use crate::{
    Edit, Reader, Refusal, RefusalCode, WriteError,
    audited::audited,
    edit::{Checked, within},
    rendering::{Source, render_all},
    text,
};

/// Characters of an idempotency key.
const LONGEST_KEY: usize = 200;

/// Pages within pages.
const MOST_LEVELS: usize = 10;

/// A new post or page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewEntry {
    /// What it says.
    pub edit: Edit,
    /// Publish it at once; with a date to come, schedule it.
    pub publish: bool,
    /// A name that the client gives to this wish: asked again under it, nothing is made twice.
    pub idempotency_key: Option<String>,
}

impl Reader {
    /// Makes a post or a page: a draft, unless it is to be published.
    ///
    /// # Errors
    /// Where the viewer may not, the input means nothing, or the database fails.
    #[instrument(name = "blog.create_entry", skip_all, fields(kind = kind.as_str()))]
    pub async fn create_entry(&self, kind: EntryKind, new: NewEntry) -> Result<(Entry, Seq), WriteError> {
        let action = Action::Write(kind, Whose::Own);
        if !may(self.viewer(), action) {
            return Err(WriteError::not_allowed(action));
        }
        let digest = Sha256::digest(format!("{kind:?} {:?} {}", new.edit, new.publish)).to_vec();
        let key =
            new.idempotency_key.map(|key| text::line("idempotencyKey", &key, 1, LONGEST_KEY)).transpose()?;
        let edit = new.edit.check()?;
        if edit.title.is_none() {
            return Err(Refusal::new(RefusalCode::Invalid, "title", "must not be empty").into());
        }
        let (format, source) = edit.source.clone().unwrap_or((Format::Markdown, String::new()));
        let excerpt = edit.excerpt.clone().flatten();
        let rendered = render_one(format, source.clone(), excerpt.clone()).await?;

        let clock = self.blog().inner.clock.as_ref();
        let mut writing = self.storage().write(self.viewer().actor(), clock).await?;
        if let Some(key) = &key
            && let Some(made) = writing.made_before(key).await?
        {
            return self.made_again(writing, &made, &digest).await;
        }
        let site = writing.site().await?;
        let now = clock.now();
        let id = EntryId::from_uuid(clock.new_id());
        let number = writing.next_entry_number().await?;
        let publication = match edit.date {
            Some(at) if new.publish && at > now => Publication::Scheduled { at },
            at if new.publish => Publication::Published { at: at.unwrap_or(now) },
            intended => Publication::Draft { intended },
        };
        let entry = Entry {
            id,
            kind,
            number,
            slug: numbered(kind, number),
            path: Path::from_stored(String::new()),
            title: String::new(),
            publication,
            excerpt_html: String::new(),
            excerpt_text: String::new(),
            language: site.language.clone(),
            translation_group: None,
            cover: None,
            seo: Seo::default(),
            featured: false,
            parent: None,
            menu_order: 0,
            hashtags: Vec::new(),
            word_count: 0,
            reading_minutes: 0,
            created_at: now,
            updated_at: now,
            version: 1,
            edited_by: self.acting_account(),
        };
        let body = EntryBody {
            entry: id,
            format,
            source,
            excerpt,
            html: String::new(),
            text: String::new(),
            headings: Vec::new(),
            render_version: RENDER_VERSION,
        };
        let mut record = EntryRecord {
            entry,
            body,
            extra: None,
            authors: Vec::new(),
            tags: Vec::new(),
            categories: Vec::new(),
            series: None,
        };
        if edit.authors.is_none()
            && let Viewer::Account(signed_in) = self.viewer()
        {
            record.authors = vec![writing.ensure_author_of_account(signed_in.account).await?];
        }
        set_rendering(&mut record, rendered);
        self.apply(&mut writing, &site, None, &mut record, &edit).await?;
        writing.insert_entry(&record).await?;
        settle(&mut writing, &record, &edit).await?;
        if let Some(key) = &key {
            writing.remember_made(key, &digest, id).await?;
        }
        audited(&mut writing, "create", &record.entry, record.entry.publication.status().as_str()).await?;
        let seq = self.finish(writing).await?;
        Ok((record.entry, seq))
    }

    async fn made_again(
        &self,
        writing: Writing<'_>,
        made: &MadeBefore,
        digest: &[u8],
    ) -> Result<(Entry, Seq), WriteError> {
        writing.rollback().await?;
        if made.digest != digest {
            let message = "this key was used for another input; take a new key for a new wish";
            return Err(Refusal::new(RefusalCode::KeyReused, "idempotencyKey", message).into());
        }
        // Whoever made it may have been taken off its byline since.
        match self.made_entry(made.entry).await? {
            Some(entry) => Ok((entry, self.last_seq().await?)),
            None => Err(Refusal::new(
                RefusalCode::NotFound,
                "idempotencyKey",
                "what was made under this key is not there any more",
            )
            .into()),
        }
    }

    async fn made_entry(&self, id: EntryId) -> Result<Option<Entry>, WriteError> {
        let Some(entry) = self.storage().entries_by_ids(&[id]).await?.pop() else { return Ok(None) };
        let authors = self.storage().authors_of(&[id]).await?.remove(&id).unwrap_or_default();
        Ok(self.may_edit(&entry, &authors).then_some(entry))
    }

    /// Changes a post or a page, if it still is at that version. What it said before is kept as a revision.
    ///
    /// # Errors
    /// Where the viewer may not, the input means nothing, it has changed meanwhile, or the database fails.
    #[instrument(name = "blog.update_entry", skip_all, fields(%id))]
    pub async fn update_entry(
        &self,
        kind: EntryKind,
        id: EntryId,
        version: i64,
        edit: Edit,
    ) -> Result<(Entry, Seq), WriteError> {
        self.may_write_some(kind)?;
        let edit = edit.check()?;
        self.revise(kind, id, version, edit, "update").await
    }

    /// Changes what an entry says, and keeps what it said.
    pub(crate) async fn revise(
        &self,
        kind: EntryKind,
        id: EntryId,
        version: i64,
        edit: Checked,
        deed: &str,
    ) -> Result<(Entry, Seq), WriteError> {
        let rendered = if edit.source.is_some() || edit.excerpt.is_some() {
            // Rendered before anybody has to wait for it; if the body changes meanwhile, so does the version.
            let Some(body) = self.storage().bodies(&[id]).await?.remove(&id) else {
                return Err(not_found(kind).into());
            };
            let (format, source) = edit.source.clone().unwrap_or((body.format, body.source));
            let excerpt = edit.excerpt.clone().unwrap_or(body.excerpt);
            Some((format, source.clone(), excerpt.clone(), render_one(format, source, excerpt).await?))
        } else {
            None
        };
        let clock = self.blog().inner.clock.as_ref();
        let mut writing = self.storage().write(self.viewer().actor(), clock).await?;
        let before = self.writable(&writing, kind, id, Some(version)).await?;
        let site = writing.site().await?;
        let mut record = before.clone();
        if let Some((format, source, excerpt, rendered)) = rendered {
            record.body = EntryBody { format, source, excerpt, ..record.body };
            set_rendering(&mut record, rendered);
        }
        self.apply(&mut writing, &site, Some(&before), &mut record, &edit).await?;
        if record == before && edit.redirect_from.is_empty() {
            // Nothing that anybody could notice: no new version, no line in the log.
            writing.rollback().await?;
            return Ok((before.entry, self.last_seq().await?));
        }
        if says_otherwise(&before, &record) {
            writing.keep_revision(&before).await?;
            record.entry.updated_at = clock.now();
            record.entry.edited_by = self.acting_account();
        }
        record.entry.version += 1;
        writing.replace_entry(&before, &record).await?;
        settle(&mut writing, &record, &edit).await?;
        if kind == EntryKind::Page && record.entry.path != before.entry.path {
            move_pages_below(&mut writing, &before.entry, &record.entry).await?;
        }
        audited(&mut writing, deed, &record.entry, &format!("version {}", record.entry.version)).await?;
        let seq = self.finish(writing).await?;
        Ok((record.entry, seq))
    }

    /// Whether the viewer writes anything of this kind at all: asked before the input is looked at, so that an error
    /// text tells nothing to those who may not.
    pub(crate) fn may_write_some(&self, kind: EntryKind) -> Result<(), WriteError> {
        let action = Action::Write(kind, Whose::Own);
        if may(self.viewer(), action) { Ok(()) } else { Err(WriteError::not_allowed(action)) }
    }

    /// The entry, if the viewer may write it and it is at that version.
    pub(crate) async fn writable(
        &self,
        writing: &Writing<'_>,
        kind: EntryKind,
        id: EntryId,
        version: Option<i64>,
    ) -> Result<EntryRecord, WriteError> {
        self.may_write_some(kind)?;
        let record = writing.entry(id).await?.filter(|record| record.entry.kind == kind);
        let Some(record) = record else { return Err(not_found(kind).into()) };
        let own = match self.viewer() {
            Viewer::Account(signed_in) => {
                // Asked here rather than of the viewer, whose byline may have been made a moment ago.
                let byline = writing.author_of_account(signed_in.account).await?;
                byline.is_some_and(|byline| record.authors.contains(&byline.id))
            }
            Viewer::Anonymous | Viewer::Operator => false,
        };
        let whose = if own { Whose::Own } else { Whose::Anybodys };
        if !may(self.viewer(), Action::Write(kind, whose)) {
            let visible = record.entry.publication.status() == EntryStatus::Published
                || may(self.viewer(), Action::ReadUnpublished(whose));
            if !visible {
                return Err(not_found(kind).into());
            }
            return Err(WriteError::not_allowed(Action::Write(kind, whose)));
        }
        if version.is_some_and(|version| version != record.entry.version) {
            return Err(WriteError::Conflict(Box::new(record.entry)));
        }
        Ok(record)
    }

    /// Commits, and tells the followers.
    pub(crate) async fn finish(&self, writing: Writing<'_>) -> Result<Seq, WriteError> {
        let seq = writing.commit().await?;
        self.blog().inner.written.notify_waiters();
        Ok(seq)
    }

    /// Applies an edit to a record, and tells everything that does not fit the blog at once. Without `before` the
    /// record is a new one.
    async fn apply(
        &self,
        writing: &mut Writing<'_>,
        site: &Site,
        before: Option<&EntryRecord>,
        record: &mut EntryRecord,
        edit: &Checked,
    ) -> Result<(), WriteError> {
        let mut wrong = Vec::new();
        let entry = &mut record.entry;
        if let Some(title) = &edit.title {
            entry.title.clone_from(title);
        }
        if let Some(language) = &edit.language {
            entry.language = language.clone().unwrap_or_else(|| site.language.clone());
        }
        if let Some(cover) = &edit.cover {
            entry.cover.clone_from(cover);
            if let Some(caption) = entry.cover.as_mut().and_then(|cover| cover.caption.as_mut()) {
                *caption = render_excerpt(caption, &RenderOptions::default()).html;
            }
        }
        if let Some(cover) = &edit.restored_cover {
            entry.cover.clone_from(cover);
        }
        if let Some(seo) = &edit.seo {
            entry.seo.clone_from(seo);
        }
        if let Some(featured) = edit.featured {
            entry.featured = featured;
        }
        if let Some(menu_order) = edit.menu_order {
            entry.menu_order = menu_order;
        }
        if let (Some(at), Some(_)) = (edit.date, before) {
            match redated(entry.publication, at, self.blog().inner.clock.now()) {
                Ok(publication) => entry.publication = publication,
                Err(refusal) => wrong.push(refusal),
            }
        }
        file(writing, before, record, edit, &mut wrong).await?;
        self.sign(writing, before, record, edit, &mut wrong).await?;
        name(writing, site, before, record, edit, &mut wrong).await?;
        for (place, path) in edit.redirect_from.iter().enumerate() {
            if let Some(target) = writing.permalink(path).await?
                && target.entry != Some(record.entry.id)
                && !self.is_hidden_alias(writing, &target).await?
            {
                let message = format!("{path} leads to something else already");
                wrong.push(within("redirectFrom", place, Refusal::new(RefusalCode::Taken, "", message)));
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(WriteError::Refused(wrong)) }
    }

    /// Sets the byline.
    async fn sign(
        &self,
        writing: &Writing<'_>,
        before: Option<&EntryRecord>,
        record: &mut EntryRecord,
        edit: &Checked,
        wrong: &mut Vec<Refusal>,
    ) -> Result<(), WriteError> {
        let Some(authors) = &edit.authors else { return Ok(()) };
        let there = writing.which_terms::<inkstand_model::Author>(&uuids(authors, AuthorId::uuid)).await?;
        refuse_missing("authors", authors, |id| there.contains(&id.uuid()), "author", wrong);
        record.authors.clone_from(authors);
        // Whoever writes only their own must not sign for others alone, which would lock them out besides.
        if !may(self.viewer(), Action::Write(record.entry.kind, Whose::Anybodys))
            && let Viewer::Account(signed_in) = self.viewer()
        {
            let byline = writing.author_of_account(signed_in.account).await?;
            let own = byline.is_some_and(|byline| authors.contains(&byline.id));
            let unchanged = before.is_some_and(|before| before.authors == *authors);
            if !own && !unchanged {
                let message =
                    "your own byline must be among them; leave `authors` out to write under it alone";
                wrong.push(Refusal::new(RefusalCode::Invalid, "authors", message));
            }
        }
        Ok(())
    }

    /// Whether an address is only the old one of an entry that the viewer does not see: it gives way, as it would to an
    /// entry's own address, and tells nothing.
    async fn is_hidden_alias(
        &self,
        writing: &Writing<'_>,
        target: &PermalinkTarget,
    ) -> Result<bool, WriteError> {
        let Some(of) = target.entry.filter(|_| target.role == AddressRole::Alias) else { return Ok(false) };
        let hidden = writing.entry(of).await?.filter(|of| {
            of.entry.publication.status() != EntryStatus::Published
                && !may(self.viewer(), Action::ReadUnpublished(Whose::Anybodys))
        });
        Ok(hidden.is_some())
    }

    /// The account that acts, if it is one.
    pub(crate) fn acting_account(&self) -> Option<inkstand_model::AccountId> {
        self.viewer().actor().account
    }
}

/// The refusal of what is not there, or not for the viewer's eyes.
pub(crate) fn not_found(kind: EntryKind) -> Refusal {
    Refusal::new(RefusalCode::NotFound, "id", format!("there is no such {}", kind.as_str()))
}

/// The stage with another date.
fn redated(publication: Publication, at: Instant, now: Instant) -> Result<Publication, Refusal> {
    match publication {
        Publication::Draft { .. } => Ok(Publication::Draft { intended: Some(at) }),
        Publication::Private { .. } => Ok(Publication::Private { at: Some(at) }),
        Publication::Trashed { .. } => Ok(Publication::Trashed { at: Some(at) }),
        Publication::Published { .. } if at <= now => Ok(Publication::Published { at }),
        Publication::Published { .. } => Err(Refusal::new(
            RefusalCode::NotPossible,
            "publishedAt",
            "it is published; a date to come would be untrue. Unpublish it first, then schedule it",
        )),
        Publication::Scheduled { .. } if at > now => Ok(Publication::Scheduled { at }),
        Publication::Scheduled { .. } => Err(Refusal::new(
            RefusalCode::NotPossible,
            "publishedAt",
            "it waits for a time to come; publish it to have it out now",
        )),
    }
}

fn uuids<Id: Copy>(ids: &[Id], uuid: impl Fn(Id) -> uuid::Uuid) -> Vec<uuid::Uuid> {
    ids.iter().map(|id| uuid(*id)).collect()
}

fn refuse_missing<Id>(
    field: &str,
    ids: &[Id],
    is_there: impl Fn(&Id) -> bool,
    what: &str,
    wrong: &mut Vec<Refusal>,
) {
    for (place, id) in ids.iter().enumerate() {
        if !is_there(id) {
            let refusal = Refusal::new(RefusalCode::NotFound, "", format!("there is no such {what}"));
            wrong.push(within(field, place, refusal));
        }
    }
}

/// Files a record under tags, categories and a series, and a page below another one.
async fn file(
    writing: &mut Writing<'_>,
    before: Option<&EntryRecord>,
    record: &mut EntryRecord,
    edit: &Checked,
    wrong: &mut Vec<Refusal>,
) -> Result<(), WriteError> {
    if let Some(tags) = &edit.tags {
        record.tags.clear();
        for tag in tags {
            if let Some(id) = writing.ensure_tag(tag).await?
                && !record.tags.contains(&id)
            {
                record.tags.push(id);
            }
        }
    }
    if let Some(categories) = &edit.categories {
        let there =
            writing.which_terms::<inkstand_model::Category>(&uuids(categories, CategoryId::uuid)).await?;
        refuse_missing("categories", categories, |id| there.contains(&id.uuid()), "category", wrong);
        record.categories.clone_from(categories);
    }
    match &edit.series {
        None => {}
        Some(None) => record.series = None,
        Some(Some((series, position))) => {
            let there = writing.which_terms::<inkstand_model::Series>(&[series.uuid()]).await?;
            if there.is_empty() {
                wrong.push(Refusal::new(RefusalCode::NotFound, "series", "there is no such series"));
            } else {
                let kept = before.and_then(|before| before.series).filter(|(before, _)| before == series);
                let position = match (position, kept) {
                    (Some(position), _) => *position,
                    (None, Some((_, position))) => position,
                    (None, None) => writing.next_position(*series).await?,
                };
                record.series = Some((*series, position));
            }
        }
    }
    if let Some(parent) = edit.parent {
        if let Some(parent) = parent {
            check_parent(writing, record.entry.id, parent, wrong).await?;
        }
        record.entry.parent = parent;
    }
    Ok(())
}

/// A page stands below a page, and not below itself.
async fn check_parent(
    writing: &Writing<'_>,
    page: EntryId,
    parent: EntryId,
    wrong: &mut Vec<Refusal>,
) -> Result<(), WriteError> {
    let mut at = Some(parent);
    for _ in 0..MOST_LEVELS {
        let Some(above) = at else { return Ok(()) };
        if above == page {
            let message = "a page cannot stand below itself, or below a page that stands below it";
            wrong.push(Refusal::new(RefusalCode::NotPossible, "parent", message));
            return Ok(());
        }
        match writing.entry(above).await?.filter(|above| above.entry.kind == EntryKind::Page) {
            Some(above) => at = above.entry.parent,
            None => {
                wrong.push(Refusal::new(RefusalCode::NotFound, "parent", "there is no such page"));
                return Ok(());
            }
        }
    }
    if at.is_some() {
        let message = format!("pages stand at most {MOST_LEVELS} levels deep");
        wrong.push(Refusal::new(RefusalCode::NotPossible, "parent", message));
    }
    Ok(())
}

/// Gives a record its slug and its address.
async fn name(
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
            if writing.slug_is_taken(entry.kind, slug, entry.id).await? {
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
        Some(parent) => writing.entry(parent).await?.map(|above| above.entry.path),
        None => None,
    };
    Ok(below(above.as_ref(), &entry.slug))
}

fn below(above: Option<&Path>, slug: &Slug) -> Path {
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
pub(crate) async fn settle(
    writing: &mut Writing<'_>,
    record: &EntryRecord,
    edit: &Checked,
) -> Result<(), WriteError> {
    let entry = &record.entry;
    if entry.publication.status() == EntryStatus::Published {
        writing.stand_at(&entry.path, entry).await?;
    }
    for path in &edit.redirect_from {
        // Whatever else led there was refused before, but for aliases of what nobody sees.
        let leads_here = writing.permalink(path).await?.is_some_and(|target| target.entry == Some(entry.id));
        if !leads_here {
            writing.add_alias(path, entry).await?;
        }
    }
    Ok(())
}

/// Pages below a page that moved move along, as far as they stood where pages below it stand.
async fn move_pages_below(writing: &mut Writing<'_>, before: &Entry, now: &Entry) -> Result<(), WriteError> {
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
                settle(writing, &record, &Checked::default()).await?;
                further.push((page.entry, record.entry));
            }
        }
        moved = further;
    }
    Ok(())
}

async fn render_one(format: Format, text: String, excerpt: Option<String>) -> Result<Rendered, WriteError> {
    let rendered = render_all(vec![Source { format, text, excerpt }]).await?;
    Ok(rendered.into_iter().next().map(|(_, rendered)| rendered).unwrap_or_default())
}

fn set_rendering(record: &mut EntryRecord, rendered: Rendered) {
    let entry = &mut record.entry;
    entry.excerpt_html = rendered.excerpt_html;
    entry.excerpt_text = rendered.excerpt_text;
    entry.hashtags = rendered.hashtags;
    entry.word_count = rendered.word_count;
    entry.reading_minutes = rendered.reading_minutes;
    record.body.html = rendered.html;
    record.body.text = rendered.text;
    record.body.headings = rendered.headings;
    record.body.render_version = RENDER_VERSION;
}

/// Whether a revision is worth keeping: what readers read is otherwise.
fn says_otherwise(before: &EntryRecord, now: &EntryRecord) -> bool {
    let content = |record: &EntryRecord| {
        (
            record.entry.title.clone(),
            record.body.source.clone(),
            record.body.format,
            record.body.excerpt.clone(),
            record.entry.cover.clone(),
            record.entry.seo.clone(),
        )
    };
    content(before) != content(now)
}
