//! The life of posts and pages: published, scheduled, withdrawn, thrown away, restored, gone.

use inkstand_model::{Entry, EntryId, EntryKind, EntryStatus, Instant, Publication, Seq};
use inkstand_storage::{EntryRecord, FreePath, Writing};
use tracing::instrument;

use crate::{
    Reader, Refusal, RefusalCode, WriteError,
    audited::audited,
    entry_address::{is_made_of, settle, usual_path},
};

/// What is to become of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Everybody may read it, from now on; with a date, it bears that one.
    Publish {
        /// A date that is not to come; without it, the one that it had, or now.
        at: Option<Instant>,
    },
    /// Everybody may read it from then on.
    Schedule {
        /// A date to come.
        at: Instant,
    },
    /// Back to a draft.
    Unpublish,
    /// For the eyes of its authors and editors.
    MakePrivate,
    /// Thrown away, restorable.
    Trash,
    /// Taken out of the trash, as a draft.
    Restore,
}

impl Step {
    /// As the audit words it.
    const fn deed(self) -> &'static str {
        match self {
            Self::Publish { .. } => "publish",
            Self::Schedule { .. } => "schedule",
            Self::Unpublish => "unpublish",
            Self::MakePrivate => "make_private",
            Self::Trash => "trash",
            Self::Restore => "restore",
        }
    }

    /// The stage after it, or why it cannot be taken.
    fn from(self, now: Instant, publication: Publication) -> Result<Publication, Refusal> {
        let refuse = |message: &str| Err(Refusal::new(RefusalCode::NotPossible, "", message));
        let date = publication.date();
        match (self, publication) {
            (Self::Trash, Publication::Trashed { .. }) => refuse("it is in the trash already"),
            (Self::Trash, _) => Ok(Publication::Trashed { at: date }),
            (Self::Restore, Publication::Trashed { .. }) => Ok(Publication::Draft { intended: date }),
            (Self::Restore, _) => refuse("it is not in the trash"),
            (_, Publication::Trashed { .. }) => refuse("it is in the trash; restore it first"),
            (Self::Publish { .. }, Publication::Published { .. }) => {
                refuse("it is published already; change its date with an update")
            }
            (Self::Publish { at: Some(at) }, _) if at > now => Err(Refusal::new(
                RefusalCode::NotPossible,
                "publishedAt",
                "this date is to come; schedule it instead",
            )),
            (Self::Publish { at }, _) => {
                // A date that the author gave it, or under which it was out before; one to come is overtaken by now.
                Ok(Publication::Published { at: at.or(date.filter(|date| *date <= now)).unwrap_or(now) })
            }
            (Self::Schedule { .. }, Publication::Published { .. }) => {
                refuse("it is published already; unpublish it first")
            }
            (Self::Schedule { at }, _) if at <= now => Err(Refusal::new(
                RefusalCode::NotPossible,
                "publishedAt",
                "this date is past; publish it instead",
            )),
            (Self::Schedule { at }, _) => Ok(Publication::Scheduled { at }),
            (Self::Unpublish, Publication::Draft { .. }) => refuse("it is a draft already"),
            (Self::Unpublish, _) => Ok(Publication::Draft { intended: date }),
            (Self::MakePrivate, Publication::Private { .. }) => refuse("it is private already"),
            (Self::MakePrivate, _) => Ok(Publication::Private { at: date }),
        }
    }
}

impl Reader {
    /// Takes an entry a step through its life, if it still is at that version, where one is named.
    ///
    /// # Errors
    /// Where the viewer may not, the step leads nowhere from where the entry is, it has changed meanwhile, or the
    /// database fails.
    #[instrument(name = "blog.entry_step", skip_all, fields(%id, step = step.deed()))]
    pub async fn take_step(
        &self,
        kind: EntryKind,
        id: EntryId,
        version: Option<i64>,
        step: Step,
    ) -> Result<(Entry, Seq), WriteError> {
        let clock = self.blog().inner.clock.as_ref();
        self.may_write_some(kind)?;
        let mut writing = self.begin().await?;
        let before = self.writable(&writing, kind, id, version).await?;
        let publication = step.from(clock.now(), before.entry.publication)?;
        let after = move_on(&mut writing, &before, before.clone(), publication).await?;
        audited(&mut writing, step.deed(), &after.entry, "").await?;
        let seq = self.finish(writing).await?;
        Ok((after.entry, seq))
    }

    /// Removes an entry for good, out of the trash. Its addresses answer "gone" for ever.
    ///
    /// # Errors
    /// Where the viewer may not, it is not in the trash, it has changed meanwhile, or the database fails.
    #[instrument(name = "blog.delete_entry", skip_all, fields(%id))]
    pub async fn delete_entry(
        &self,
        kind: EntryKind,
        id: EntryId,
        version: Option<i64>,
    ) -> Result<(EntryId, Seq), WriteError> {
        self.may_write_some(kind)?;
        let mut writing = self.begin().await?;
        let record = self.writable(&writing, kind, id, version).await?;
        if record.entry.publication.status() != EntryStatus::Trashed {
            let message = "only what is in the trash is deleted for good; put it there first";
            return Err(Refusal::new(RefusalCode::NotPossible, "", message).into());
        }
        writing.delete_entry(&record).await?;
        audited(&mut writing, "delete", &record.entry, "").await?;
        let seq = self.finish(writing).await?;
        Ok((id, seq))
    }
}

/// Writes an entry in another stage of its life. Its address follows the date that comes with that, if nobody gave it
/// one of its own, and is free, whoever took it meanwhile; one that goes out takes it now.
pub(crate) async fn move_on(
    writing: &mut Writing<'_>,
    before: &EntryRecord,
    mut after: EntryRecord,
    publication: Publication,
) -> Result<EntryRecord, WriteError> {
    let site = writing.site().await?;
    let was_usual = is_made_of(&before.entry.path, &usual_path(writing, &site, &before.entry).await?);
    after.entry.publication = publication;
    after.entry.version += 1;
    let wanted =
        if was_usual { usual_path(writing, &site, &after.entry).await? } else { before.entry.path.clone() };
    let FreePath { path, .. } = writing.free_path(&wanted, after.entry.id, Some(&before.entry.path)).await?;
    after.entry.path = path;
    writing.replace_entry(before, &after).await?;
    settle(writing, &after.entry).await?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_lead_where_they_should() {
        let at = |day: &str| Instant::parse_rfc3339(&format!("2024-05-{day}T00:00:00Z")).unwrap();
        let (early, now, late) = (at("01"), at("10"), at("20"));
        let draft = |intended| Publication::Draft { intended };
        let published = |at| Publication::Published { at };
        let publish = |at| Step::Publish { at };
        let trashed = Publication::Trashed { at: Some(early) };
        for (from, step, to) in [
            (draft(None), publish(None), Some(published(now))),
            (draft(Some(early)), publish(None), Some(published(early))),
            (draft(Some(late)), publish(None), Some(published(now))),
            (draft(None), publish(Some(early)), Some(published(early))),
            (draft(None), publish(Some(late)), None),
            (published(early), publish(None), None),
            (draft(None), Step::Schedule { at: late }, Some(Publication::Scheduled { at: late })),
            (draft(None), Step::Schedule { at: now }, None),
            (published(early), Step::Schedule { at: late }, None),
            (Publication::Scheduled { at: late }, publish(None), Some(published(now))),
            (Publication::Scheduled { at: late }, Step::Unpublish, Some(draft(Some(late)))),
            (published(early), Step::Unpublish, Some(draft(Some(early)))),
            (draft(None), Step::Unpublish, None),
            (published(early), Step::MakePrivate, Some(Publication::Private { at: Some(early) })),
            (Publication::Private { at: None }, Step::MakePrivate, None),
            (published(early), Step::Trash, Some(trashed)),
            (trashed, Step::Trash, None),
            (trashed, publish(None), None),
            (trashed, Step::Restore, Some(draft(Some(early)))),
            (draft(None), Step::Restore, None),
        ] {
            assert_eq!(step.from(now, from).ok(), to, "{step:?} from {from:?}");
        }
    }
}
