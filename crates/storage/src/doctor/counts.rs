//! Numbers that follow from what is there.

use sea_orm::DbBackend;

use super::{Fault, Snapshot};
use crate::{FiledUnder, StorageError, change_log::last_given};

/// What has numbers, and by which name they are counted on.
const NUMBERED: [&str; 7] = ["entry", "tag", "category", "series", "author", "account", "webhook"];

impl Snapshot {
    pub(super) async fn wrong_counts(&self) -> Result<Vec<Fault>, StorageError> {
        let mut faults = Vec::new();
        for under in FiledUnder::ALL {
            let table = under.table();
            let (link, entry_column, term_column) = under.link();
            let query = format!(
                "SELECT id, slug, post_count, counted FROM (SELECT t.id, t.slug, t.post_count, (SELECT COUNT(*) \
                 FROM {link} l JOIN entry e ON e.id = l.{entry_column} WHERE l.{term_column} = t.id AND e.kind = 'post' AND \
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
        if self.backend() == DbBackend::Postgres
            && let Some(last) = last_given(&self.transaction).await?
        {
            let highest = self.number("SELECT COALESCE(MAX(seq), 0) FROM change").await?;
            if last < highest {
                faults.push(Fault::LogNumber { last, highest });
            }
        }
        Ok(faults)
    }
}
