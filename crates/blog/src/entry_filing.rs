//! What posts and pages are filed under.

use inkstand_model::{Category, CategoryId, EntryId, EntryKind, Series};
use inkstand_storage::{EntryRecord, Writing};
use uuid::Uuid;

use crate::{
    Refusal, RefusalCode, WriteError,
    edit::{Checked, within},
};

/// Pages within pages.
pub(crate) const MOST_LEVELS: usize = 10;

/// Files a record under tags, categories and a series, and a page below another one.
pub(crate) async fn file(
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
        let there = writing.which_terms::<Category>(&uuids(categories, CategoryId::uuid)).await?;
        refuse_missing("categories", categories, |id| there.contains(&id.uuid()), "category", wrong);
        record.categories.clone_from(categories);
    }
    match &edit.series {
        None => {}
        Some(None) => record.series = None,
        Some(Some((series, position))) => {
            let there = writing.which_terms::<Series>(&[series.uuid()]).await?;
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
        match writing.bare_entry(above).await?.filter(|above| above.kind == EntryKind::Page) {
            Some(above) => at = above.parent,
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

/// The bare keys of ids.
pub(crate) fn uuids<Id: Copy>(ids: &[Id], uuid: impl Fn(Id) -> Uuid) -> Vec<Uuid> {
    ids.iter().map(|id| uuid(*id)).collect()
}

/// Refuses those of the ids that are not there, each by its place in the field.
pub(crate) fn refuse_missing<Id>(
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
