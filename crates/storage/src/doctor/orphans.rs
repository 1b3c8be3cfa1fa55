//! What refers to something that is not there. Foreign keys keep that from happening, as long as nobody writes without
//! them.

use std::fmt;

use sea_orm::DbBackend;

use super::{Fault, Snapshot};
use crate::StorageError;

/// A reference from one table to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) table: &'static str,
    pub(super) column: &'static str,
    pub(super) to: &'static str,
    remedy: Remedy,
}

/// What becomes of a row whose reference leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    /// It says nothing without it.
    Remove,
    /// The rest of it goes on to hold.
    Clear,
    /// It may be all that is left of a text: a person has to look at it.
    Leave,
}

/// Rows that refer to something that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphans {
    pub(super) reference: Reference,
    pub(super) rows: i64,
}

const REFERENCES: [Reference; 20] = [
    reference("entry", "parent_id", "entry", Remedy::Clear),
    reference("entry", "edited_by", "account", Remedy::Clear),
    reference("entry_body", "entry_id", "entry", Remedy::Leave),
    reference("revision", "entry_id", "entry", Remedy::Leave),
    reference("permalink", "entry_id", "entry", Remedy::Clear),
    reference("import_item", "entry_id", "entry", Remedy::Remove),
    reference("entry_author", "entry_id", "entry", Remedy::Remove),
    reference("entry_author", "author_id", "author", Remedy::Remove),
    reference("entry_tag", "entry_id", "entry", Remedy::Remove),
    reference("entry_tag", "tag_id", "tag", Remedy::Remove),
    reference("entry_category", "entry_id", "entry", Remedy::Remove),
    reference("entry_category", "category_id", "category", Remedy::Remove),
    reference("series_part", "entry_id", "entry", Remedy::Remove),
    reference("series_part", "series_id", "series", Remedy::Remove),
    reference("category", "parent_id", "category", Remedy::Clear),
    reference("author", "account_id", "account", Remedy::Clear),
    reference("session", "account_id", "account", Remedy::Remove),
    reference("api_token", "account_id", "account", Remedy::Remove),
    reference("delivery", "webhook_id", "webhook", Remedy::Remove),
    // What it leads to is in one of four tables.
    reference("term_alias", "term_id", "term", Remedy::Remove),
];

const fn reference(table: &'static str, column: &'static str, to: &'static str, remedy: Remedy) -> Reference {
    Reference { table, column, to, remedy }
}

impl Reference {
    /// Holds for the rows of its table that lead nowhere.
    pub(super) fn leads_nowhere(&self) -> String {
        let Self { table, column, to, .. } = self;
        let missing = |to: &str| {
            format!("NOT EXISTS (SELECT 1 FROM {to} AS target WHERE target.id = {table}.{column})")
        };
        let missing = if *to == "term" {
            ["tag", "category", "series", "author"].map(missing).join(" AND ")
        } else {
            missing(to)
        };
        format!("{table}.{column} IS NOT NULL AND {missing}")
    }

    /// The statement that puts such rows right.
    pub(super) fn remedy(&self) -> Option<String> {
        let Self { table, column, .. } = self;
        match self.remedy {
            Remedy::Remove => Some(format!("DELETE FROM {table} WHERE {}", self.leads_nowhere())),
            Remedy::Clear => {
                Some(format!("UPDATE {table} SET {column} = NULL WHERE {}", self.leads_nowhere()))
            }
            Remedy::Leave => None,
        }
    }
}

impl Snapshot {
    pub(super) async fn orphans(&self) -> Result<Vec<Fault>, StorageError> {
        let mut faults = Vec::new();
        for reference in REFERENCES {
            let query =
                format!("SELECT COUNT(*) FROM {} WHERE {}", reference.table, reference.leads_nowhere());
            let rows = self.number(&query).await?;
            if rows > 0 {
                faults.push(Fault::Orphans(Orphans { reference, rows }));
            }
        }
        faults.extend(self.unlisted_orphans().await?);
        Ok(faults)
    }

    /// What SQLite itself finds beyond the list, such as in a table that is newer than this file.
    async fn unlisted_orphans(&self) -> Result<Vec<Fault>, StorageError> {
        if self.backend() != DbBackend::Sqlite {
            return Ok(Vec::new());
        }
        let mut faults = Vec::new();
        for row in self.rows("SELECT DISTINCT \"table\", parent FROM pragma_foreign_key_check").await? {
            let (table, to): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            if !REFERENCES.iter().any(|known| known.table == table && known.to == to) {
                let said = format!("it refers to a row of {to} that is not there");
                faults.push(Fault::Unreadable { what: format!("a row of {table}"), said });
            }
        }
        Ok(faults)
    }
}

impl Orphans {
    /// Whether such rows say nothing that could be lost.
    #[must_use]
    pub fn can_be_mended(&self) -> bool {
        self.reference.remedy != Remedy::Leave
    }
}

impl fmt::Display for Orphans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Reference { table, column, to, remedy } = self.reference;
        let rows = self.rows;
        let rows = if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
        write!(f, "{rows} of {table} name a row of {to} ({column}) that is not there")?;
        if remedy == Remedy::Leave {
            f.write_str("; it may be all that is left of a text, so it is left for you to look at")?;
        }
        Ok(())
    }
}
