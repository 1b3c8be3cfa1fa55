//! Numbers that follow from what is there.

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::{Fault, Snapshot};
use crate::{FiledUnder, StorageError};

/// What has numbers, and by which name they are counted on.
const NUMBERED: [&str; 7] = ["entry", "tag", "category", "series", "author", "account", "webhook"];

impl Snapshot {
    pub(super) async fn wrong_counts(&self) -> Result<Vec<Fault>, StorageError> {
        let mut faults = Vec::new();
        for under in FiledUnder::ALL {
            let table = under.table();
            let (link, column) = match under {
                FiledUnder::Tag => ("entry_tag", "tag_id"),
                FiledUnder::Category => ("entry_category", "category_id"),
                FiledUnder::Author => ("entry_author", "author_id"),
                FiledUnder::Series => ("series_part", "series_id"),
            };
            let query = format!(
                "SELECT id, slug, post_count, counted FROM (SELECT t.id, t.slug, t.post_count, (SELECT COUNT(*) \
                 FROM {link} l JOIN entry e ON e.id = l.entry_id WHERE l.{column} = t.id AND e.kind = 'post' AND \
                 e.status = 'published') AS counted FROM {table} t) AS terms WHERE post_count <> counted ORDER BY slug"
            );
            for row in self.rows(&query).await? {
                faults.push(Fault::Count {
                    under,
                    term: row.try_get("", "id")?,
                    slug: row.try_get("", "slug")?,
                    says: row.try_get("", "post_count")?,
                    is: row.try_get("", "counted")?,
                });
            }
        }
        Ok(faults)
    }

    pub(super) async fn numbers_behind(&self) -> Result<Vec<Fault>, StorageError> {
        let mut faults = Vec::new();
        for kind in NUMBERED {
            let highest = self.number(&format!("SELECT COALESCE(MAX(number), 0) FROM {kind}")).await?;
            let next = self.number(&format!("SELECT next FROM counter WHERE kind = '{kind}'")).await?.max(1);
            if next <= highest {
                faults.push(Fault::Number { kind, next, highest });
            }
        }
        // SQLite looks at the highest number by itself.
        if self.backend() == DbBackend::Postgres {
            let sequence =
                Statement::from_string(DbBackend::Postgres, "SELECT pg_get_serial_sequence('change', 'seq')");
            let sequence = self.transaction.query_one_raw(sequence).await?;
            let Some(sequence) = sequence.map(|row| row.try_get_by_index::<String>(0)).transpose()? else {
                return Ok(faults);
            };
            let last = format!("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}");
            let last = self.number(&last).await?;
            let highest = self.number("SELECT COALESCE(MAX(seq), 0) FROM change").await?;
            if last < highest {
                faults.push(Fault::LogNumber { last, highest });
            }
        }
        Ok(faults)
    }
}
