//! A writing transaction: what it changes, it also logs and counts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use inkstand_model::{CacheKey, ChangeKind, ChangeOp, Clock, Seq, Site, Slug};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    sea_query::{Alias, Expr, ExprTrait, OnConflict, Query},
};
use serde_json::json;
use tracing::instrument;
use uuid::Uuid;

use crate::{
    FiledUnder, StorageError,
    change_log::{kind_text, last_seq, op_text},
    convert::status_text,
    entity::{
        author, category, change, counter, entry, entry_author, entry_category, entry_tag, series,
        series_part, tag,
    },
    site,
};

/// A transaction that writes. Nobody else writes meanwhile; readers see all of it at the commit, or nothing.
///
/// Dropped without a [`commit`](Self::commit), it is rolled back.
pub struct Writing<'a> {
    pub(crate) transaction: DatabaseTransaction,
    pub(crate) clock: &'a dyn Clock,
    actor: String,
    changes: Vec<Pending>,
    numbers: BTreeMap<&'static str, i64>,
    recount: BTreeSet<(FiledUnder, Uuid)>,
    /// Terms that this transaction found or made, by kind and slug.
    pub(crate) terms: HashMap<(FiledUnder, Slug), Uuid>,
}

struct Pending {
    kind: ChangeKind,
    id: Uuid,
    op: ChangeOp,
    keys: BTreeSet<CacheKey>,
}

impl<'a> Writing<'a> {
    pub(crate) fn new(transaction: DatabaseTransaction, actor: &str, clock: &'a dyn Clock) -> Self {
        Self {
            transaction,
            clock,
            actor: actor.to_owned(),
            changes: Vec::new(),
            numbers: BTreeMap::new(),
            recount: BTreeSet::new(),
            terms: HashMap::new(),
        }
    }

    /// The site's settings.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn site(&self) -> Result<Site, StorageError> {
        site::read(&self.transaction).await
    }

    /// Replaces the site's settings.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn set_site(&mut self, settings: &Site) -> Result<(), StorageError> {
        site::write(&self.transaction, settings).await?;
        self.record(ChangeKind::Site, Uuid::nil(), ChangeOp::Updated, [CacheKey::site()]);
        Ok(())
    }

    /// Appends a change without touching anything else, such as the order to rebuild the index.
    pub fn record(
        &mut self,
        kind: ChangeKind,
        id: Uuid,
        op: ChangeOp,
        keys: impl IntoIterator<Item = CacheKey>,
    ) {
        // What is made and changed again in one transaction was, for everybody else, only made.
        if let Some(earlier) = self.changes.iter_mut().rev().find(|c| c.kind == kind && c.id == id) {
            earlier.keys.extend(keys);
            if op == ChangeOp::Deleted {
                earlier.op = op;
            }
            return;
        }
        self.changes.push(Pending { kind, id, op, keys: keys.into_iter().collect() });
    }

    /// The next small number of a kind: `entry`, `tag`, `category`, `series` or `author`.
    pub(crate) async fn next_number(&mut self, kind: &'static str) -> Result<i64, StorageError> {
        let next = match self.numbers.get(kind) {
            Some(next) => *next,
            None => counter::Entity::find_by_id(kind).one(&self.transaction).await?.map_or(1, |row| row.next),
        };
        self.numbers.insert(kind, next + 1);
        Ok(next)
    }

    /// The posts of this term are to be counted again before the commit.
    pub(crate) fn recount(&mut self, under: FiledUnder, term: Uuid) {
        self.recount.insert((under, term));
    }

    /// Makes everything lasting and visible, and says the number of the last change in the log.
    ///
    /// # Errors
    /// Where the database fails; nothing is changed then.
    #[instrument(level = "debug", name = "db.commit", skip_all, fields(changes = self.changes.len()))]
    pub async fn commit(mut self) -> Result<Seq, StorageError> {
        self.write_counts().await?;
        self.write_numbers().await?;
        self.append_changes().await?;
        let seq = last_seq(&self.transaction).await?;
        self.transaction.commit().await?;
        Ok(seq)
    }

    /// Takes everything back.
    ///
    /// # Errors
    /// Where the database fails; everything is taken back all the same.
    pub async fn rollback(self) -> Result<(), StorageError> {
        Ok(self.transaction.rollback().await?)
    }

    async fn write_counts(&mut self) -> Result<(), StorageError> {
        let mut touched: BTreeMap<FiledUnder, Vec<Uuid>> = BTreeMap::new();
        for (under, term) in std::mem::take(&mut self.recount) {
            touched.entry(under).or_default().push(term);
        }
        for (under, terms) in touched {
            let (link, entry_column, term_column) = under.link();
            let table = Alias::new(under.table());
            let counted = Query::select()
                .expr(Expr::col((entry::Entity, entry::Column::Id)).count())
                .from(link.clone())
                .inner_join(
                    entry::Entity,
                    Expr::col((entry::Entity, entry::Column::Id)).equals((link.clone(), entry_column)),
                )
                .and_where(Expr::col((link, term_column)).equals((table.clone(), Alias::new("id"))))
                .and_where(entry::Column::Kind.eq("post"))
                .and_where(entry::Column::Status.eq(status_text(inkstand_model::EntryStatus::Published)))
                .take();
            let update = Query::update()
                .table(table.clone())
                .value(Alias::new("post_count"), Expr::from(counted))
                .and_where(Expr::col((table, Alias::new("id"))).is_in(terms))
                .take();
            self.transaction.execute(&update).await?;
        }
        Ok(())
    }

    async fn write_numbers(&mut self) -> Result<(), StorageError> {
        let rows: Vec<_> = std::mem::take(&mut self.numbers)
            .into_iter()
            .map(|(kind, next)| counter::ActiveModel { kind: Set(kind.to_owned()), next: Set(next) })
            .collect();
        if rows.is_empty() {
            return Ok(());
        }
        let replace =
            OnConflict::column(counter::Column::Kind).update_column(counter::Column::Next).to_owned();
        counter::Entity::insert_many(rows)
            .on_conflict(replace)
            .exec_without_returning(&self.transaction)
            .await?;
        Ok(())
    }

    async fn append_changes(&mut self) -> Result<(), StorageError> {
        let at = self.clock.now().millis();
        let rows: Vec<_> = std::mem::take(&mut self.changes)
            .into_iter()
            .map(|pending| {
                let keys: Vec<&str> = pending.keys.iter().map(CacheKey::as_str).collect();
                change::ActiveModel {
                    at: Set(at),
                    actor: Set(self.actor.clone()),
                    kind: Set(kind_text(pending.kind).to_owned()),
                    entity_id: Set(pending.id),
                    op: Set(op_text(pending.op).to_owned()),
                    keys: Set(json!(keys).to_string()),
                    ..Default::default()
                }
            })
            .collect();
        // Fewer parameters a statement than either database allows.
        for rows in rows.chunks(1000) {
            change::Entity::insert_many(rows.to_vec()).exec_without_returning(&self.transaction).await?;
        }
        Ok(())
    }

    /// Removes those of the terms touched by this transaction that no entry is filed under any more, pages and
    /// drafts included.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_unused_terms(&mut self) -> Result<(), StorageError> {
        macro_rules! remove {
            ($kind:ident, $table:ident, $link:ident, $column:ident, $list:literal) => {
                let touched: Vec<Uuid> = self.touched_terms(FiledUnder::$kind);
                for id in touched {
                    let used = $link::Entity::find()
                        .filter($link::Column::$column.eq(id))
                        .one(&self.transaction)
                        .await?
                        .is_some();
                    if used {
                        continue;
                    }
                    if let Some(row) = $table::Entity::find_by_id(id).one(&self.transaction).await? {
                        $table::Entity::delete_by_id(id).exec(&self.transaction).await?;
                        let keys = [
                            CacheKey::from_stored(format!("{}:{}", FiledUnder::$kind.table(), id.simple())),
                            CacheKey::slug(FiledUnder::$kind.table(), &row.slug),
                            CacheKey::list($list),
                        ];
                        self.record(ChangeKind::$kind, id, ChangeOp::Deleted, keys);
                    }
                }
            };
        }
        remove!(Tag, tag, entry_tag, TagId, "tags");
        remove!(Category, category, entry_category, CategoryId, "categories");
        remove!(Author, author, entry_author, AuthorId, "authors");
        remove!(Series, series, series_part, SeriesId, "series");
        Ok(())
    }

    fn touched_terms(&self, under: FiledUnder) -> Vec<Uuid> {
        self.recount.iter().filter(|(touched, _)| *touched == under).map(|(_, id)| *id).collect()
    }
}
