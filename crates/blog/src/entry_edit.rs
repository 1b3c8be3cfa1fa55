//! Making and changing posts and pages.

use inkstand_markup::{RENDER_VERSION, RenderOptions, render_excerpt};
use inkstand_model::{
    Action, AuthorId, Entry, EntryBody, EntryId, EntryKind, EntryStatus, Format, Instant, Path, Publication,
    Seo, Seq, Site, Whose, may,
};
use inkstand_storage::{AddressRole, EntryRecord, MadeBefore, PermalinkTarget, StorageError, Writing};
use sha2::{Digest, Sha256};
use tracing::instrument;

use crate::{
    Edit, Reader, Refusal, RefusalCode, WriteError,
    audited::audited,
    edit::{Checked, within},
    entry_address::{move_pages_below, name, numbered, settle},
    entry_filing::{file, refuse_missing, uuids},
    rendering::render_one,
    text,
};

/// Characters of an idempotency key.
const LONGEST_KEY: usize = 200;

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
        self.may_write_some(kind)?;
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
        let mut writing = self.begin().await?;
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
            && let Some(account) = self.acting_account()
        {
            record.authors = vec![writing.ensure_author_of_account(account).await?];
        }
        record.set_rendering(rendered, RENDER_VERSION);
        self.apply(&mut writing, &site, None, &mut record, &edit).await?;
        writing.insert_entry(&record).await?;
        settle(&mut writing, &record.entry).await?;
        redirect(&mut writing, &record.entry, &edit.redirect_from).await?;
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
        let mut writing = self.begin().await?;
        let before = self.writable(&writing, kind, id, Some(version)).await?;
        let site = writing.site().await?;
        let mut record = before.clone();
        if let Some((format, source, excerpt, rendered)) = rendered {
            record.body = EntryBody { format, source, excerpt, ..record.body };
            record.set_rendering(rendered, RENDER_VERSION);
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
        settle(&mut writing, &record.entry).await?;
        redirect(&mut writing, &record.entry, &edit.redirect_from).await?;
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
        Ok(self.must_be_allowed(Action::Write(kind, Whose::Own))?)
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
        let own = self.signs_as_one_of(writing, &record.authors).await?;
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
        Ok(self.blog().commit(writing).await?)
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
            && before.is_none_or(|before| before.authors != *authors)
            && !self.signs_as_one_of(writing, authors).await?
        {
            let message = "your own byline must be among them; leave `authors` out to write under it alone";
            wrong.push(Refusal::new(RefusalCode::Invalid, "authors", message));
        }
        Ok(())
    }

    /// Whether one of these bylines is the viewer's. Asked of the database rather than of the viewer, whose byline may have
    /// been made a moment ago.
    async fn signs_as_one_of(&self, writing: &Writing<'_>, authors: &[AuthorId]) -> Result<bool, WriteError> {
        let Some(account) = self.acting_account() else { return Ok(false) };
        let byline = writing.author_of_account(account).await?;
        Ok(byline.is_some_and(|byline| authors.contains(&byline.id)))
    }

    /// Whether an address is only the old one of an entry that the viewer does not see: it gives way, as it would to an
    /// entry's own address, and tells nothing.
    async fn is_hidden_alias(
        &self,
        writing: &Writing<'_>,
        target: &PermalinkTarget,
    ) -> Result<bool, WriteError> {
        let Some(of) = target.entry.filter(|_| target.role == AddressRole::Alias) else { return Ok(false) };
        let hidden = writing.bare_entry(of).await?.filter(|of| {
            of.publication.status() != EntryStatus::Published
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

/// Lets old addresses lead to an entry.
async fn redirect(writing: &mut Writing<'_>, entry: &Entry, from: &[Path]) -> Result<(), StorageError> {
    for path in from {
        // Whatever else led there was refused before, but for aliases of what nobody sees.
        let leads_here = writing.permalink(path).await?.is_some_and(|target| target.entry == Some(entry.id));
        if !leads_here {
            writing.add_alias(path, entry).await?;
        }
    }
    Ok(())
}

/// Whether a revision is worth keeping: what readers read is otherwise.
fn says_otherwise(before: &EntryRecord, now: &EntryRecord) -> bool {
    fn content(EntryRecord { entry, body, .. }: &EntryRecord) -> impl PartialEq + use<'_> {
        (&entry.title, &body.source, body.format, &body.excerpt, &entry.cover, &entry.seo)
    }
    content(before) != content(now)
}
