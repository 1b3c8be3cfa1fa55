//! Comparing the index with the database.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use inkstand_model::{ChangeKind, EntryId, Position};
use inkstand_search::{HeldEntry, Index, OpenError};

use super::finding::{Finding, IndexLook};
use crate::{Blog, BlogError};

/// Changes that are read at once.
const CHANGES_AT_ONCE: u64 = 2_000;

/// The file without which a folder has no index; to open one would make it.
const LIST: &str = "meta.json";

/// An index as far as it can be had.
pub(super) enum OpenIndex {
    Absent,
    Held,
    Unusable(String),
    Open(Index),
}

pub(super) async fn open_index(folder: Option<&Path>) -> Result<OpenIndex, BlogError> {
    let Some(folder) = folder.map(Path::to_owned).filter(|folder: &PathBuf| folder.join(LIST).exists())
    else {
        return Ok(OpenIndex::Absent);
    };
    let opened = tokio::task::spawn_blocking(move || {
        let index = Index::open(&folder)?;
        // Flipped bytes can make it answer wrongly without an error.
        Ok(match index.verify() {
            Ok(()) => OpenIndex::Open(index),
            Err(damaged) => {
                index.close();
                OpenIndex::Unusable(damaged.to_string())
            }
        })
    });
    match opened.await? {
        Err(OpenError::Locked) => Ok(OpenIndex::Held),
        Err(OpenError::Unusable(reason)) => Ok(OpenIndex::Unusable(reason)),
        Err(error @ OpenError::Io(_)) => Err(error.into()),
        Ok(index) => Ok(index),
    }
}

impl OpenIndex {
    pub(super) async fn close(self) -> Result<(), BlogError> {
        if let Self::Open(index) = self {
            tokio::task::spawn_blocking(move || index.close()).await?;
        }
        Ok(())
    }
}

impl Blog {
    /// Compares the entries of the index, and their texts, with those that are `there`, apart from what the index has yet
    /// to learn of.
    pub(super) async fn compare_index(
        &self,
        index: &OpenIndex,
        end: Position,
        there: &BTreeMap<EntryId, HeldEntry>,
        findings: &mut Vec<Finding>,
    ) -> Result<IndexLook, BlogError> {
        let index = match index {
            OpenIndex::Absent => return Ok(IndexLook::Absent),
            OpenIndex::Held => return Ok(IndexLook::Held),
            OpenIndex::Unusable(reason) => {
                findings.push(Finding::IndexUnusable(reason.clone()));
                return Ok(IndexLook::NotLookedAt);
            }
            OpenIndex::Open(index) => index.clone(),
        };
        let Some(position) = index.position().filter(|at| at.log == end.log && at.seq <= end.seq) else {
            return Ok(IndexLook::ToBeBuilt);
        };
        let Some((ahead, behind)) = self.yet_to_learn(position).await? else {
            return Ok(IndexLook::ToBeBuilt);
        };
        let held = tokio::task::spawn_blocking(move || index.entries()).await?;
        let held = match held {
            Ok(held) => held,
            Err(damaged) => {
                findings.push(Finding::IndexUnusable(damaged.to_string()));
                return Ok(IndexLook::NotLookedAt);
            }
        };
        let all: BTreeSet<EntryId> = there.keys().chain(held.keys()).copied().collect();
        let settled = all.difference(&ahead).copied();
        findings.extend(settled.filter_map(|id| difference(id, there.get(&id), held.get(&id))));
        let entries = held.values().filter(|held| held.published).count() as u64;
        Ok(IndexLook::Compared { entries, behind })
    }

    /// The entries that changed behind a position, and by how many changes; `None` where the index will be built anew.
    async fn yet_to_learn(&self, from: Position) -> Result<Option<(BTreeSet<EntryId>, u64)>, BlogError> {
        let (mut entries, mut behind, mut at) = (BTreeSet::new(), 0, from.seq);
        loop {
            let after = self.inner.storage.changes_after(at, CHANGES_AT_ONCE).await?;
            if after.reset || after.changes.iter().any(|change| change.kind == ChangeKind::Index) {
                return Ok(None);
            }
            let Some(last) = after.changes.last() else { return Ok(Some((entries, behind))) };
            at = last.seq;
            behind += after.changes.len() as u64;
            let of_entries = after
                .changes
                .iter()
                .filter(|change| matches!(change.kind, ChangeKind::Post | ChangeKind::Page));
            entries.extend(of_entries.map(|change| EntryId::from_uuid(change.id)));
        }
    }
}

/// What is wrong with an entry that is `there` as it is `held`.
fn difference(id: EntryId, there: Option<&HeldEntry>, held: Option<&HeldEntry>) -> Option<Finding> {
    match (there, held) {
        (Some(there), _) if there.published && held.is_none_or(|held| !held.published) => {
            Some(Finding::NotFindable(id))
        }
        (_, Some(held)) if held.published && there.is_none_or(|there| !there.published) => {
            Some(Finding::Findable(id))
        }
        (Some(_), None) => Some(Finding::NotFindableByEditors(id)),
        (None, Some(_)) => Some(Finding::FindableByEditors(id)),
        (Some(there), Some(held)) if there != held => Some(Finding::OtherTexts(id)),
        _ => None,
    }
}
