//! A writing transaction: what it changes, it also logs and counts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use inkstand_model::{Actor, CacheKey, Category, ChangeKind, ChangeOp, Clock, EntryId, Seq, Site, Slug};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, OnConflict, Query},
};
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;
use tracing::instrument;
use uuid::Uuid;

use crate::{
    FiledUnder, StorageError,
    change_log::{kind_text, last_seq, op_text},
    entity::{change, counter, entry},
    error::is_of_the_connection,
    listen::{tell_of_credentials, tell_of_the_log},
    site,
    term_scope::{public_terms, unfiled},
    transaction::Transaction,
};

/// Ids in one statement: SQLite takes at most 32 766 parameters, PostgreSQL 65 535.
pub(crate) const IDS_AT_ONCE: usize = 10_000;

/// Entries that a change of a term names by their keys; more of them are all lists of entries.
const MOST_ENTRIES_NAMED: u64 = 50;

/// A transaction that writes. Nobody else writes meanwhile; readers see all of it at the commit, or nothing.
///
/// Dropped without a [`commit`](Self::commit), it is rolled back.
pub struct Writing<'a> {
    pub(crate) transaction: Transaction,
    /// Dropped after the transaction.
    _place: Option<OwnedSemaphorePermit>,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) actor: Actor,
    changes: Vec<Pending>,
    /// Where in `changes` something is.
    place_of: HashMap<(ChangeKind, Uuid), usize>,
    numbers: BTreeMap<&'static str, i64>,
    /// Terms that something was filed under or taken from, each with the slug under which everybody saw it before
    /// this transaction, if everybody did.
    pub(crate) watched: BTreeMap<(FiledUnder, Uuid), Option<String>>,
    /// Of these, the terms that were changed themselves.
    altered: BTreeSet<(FiledUnder, Uuid)>,
    /// Terms that this transaction found or made, by kind and slug.
    pub(crate) terms: HashMap<(FiledUnder, Slug), Uuid>,
}

/// What a transaction made lasting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The number of the last change in the log.
    pub seq: Seq,
    /// The cache keys that its changes touched before and after.
    pub keys: Vec<CacheKey>,
}

struct Pending {
    kind: ChangeKind,
    id: Uuid,
    op: ChangeOp,
    keys: BTreeSet<CacheKey>,
}

impl<'a> Writing<'a> {
    pub(crate) fn new(
        transaction: Transaction,
        place: Option<OwnedSemaphorePermit>,
        actor: Actor,
        clock: &'a dyn Clock,
    ) -> Self {
        Self {
            transaction,
            _place: place,
            clock,
            actor,
            changes: Vec::new(),
            place_of: HashMap::new(),
            numbers: BTreeMap::new(),
            watched: BTreeMap::new(),
            altered: BTreeSet::new(),
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

    /// Replaces the site's settings. Another zone has the index built anew, since years of publication stand in it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn set_site(&mut self, settings: &Site) -> Result<(), StorageError> {
        let before = self.site().await?;
        site::write(&self.transaction, settings).await?;
        self.record(ChangeKind::Site, Uuid::nil(), ChangeOp::Updated, [CacheKey::site()]);
        if before.zone != settings.zone {
            self.record(ChangeKind::Index, Uuid::nil(), ChangeOp::Updated, []);
        }
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
        if let Some(earlier) = self.place_of.get(&(kind, id)).and_then(|place| self.changes.get_mut(*place)) {
            earlier.keys.extend(keys);
            if matches!(op, ChangeOp::Published | ChangeOp::Unpublished | ChangeOp::Deleted) {
                earlier.op = op;
            }
            return;
        }
        self.place_of.insert((kind, id), self.changes.len());
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

    /// Watches these terms: before the commit their posts are counted again, and those that everybody sees then
    /// but did not see before, or the other way round, are logged. To be called before the filing changes.
    pub(crate) async fn watch(
        &mut self,
        terms: impl IntoIterator<Item = (FiledUnder, Uuid)>,
    ) -> Result<(), StorageError> {
        let fresh: BTreeSet<_> = terms.into_iter().filter(|term| !self.watched.contains_key(term)).collect();
        for under in FiledUnder::ALL {
            let terms: Vec<Uuid> =
                fresh.iter().filter(|(kind, _)| *kind == under).map(|(_, id)| *id).collect();
            if !terms.is_empty() {
                let mut public = public_terms(&self.transaction, under, &terms).await?;
                self.watched.extend(terms.into_iter().map(|term| ((under, term), public.remove(&term))));
            }
        }
        Ok(())
    }

    /// Logs these terms as changed; with which keys shows at the commit. To be called before they change.
    pub(crate) async fn alter(
        &mut self,
        terms: impl IntoIterator<Item = (FiledUnder, Uuid)>,
    ) -> Result<(), StorageError> {
        let terms: Vec<_> = terms.into_iter().collect();
        self.watch(terms.iter().copied()).await?;
        for (under, term) in terms {
            self.altered.insert((under, term));
            self.record(under.change_kind(), term, ChangeOp::Updated, [under.key(term)]);
        }
        Ok(())
    }

    /// Makes everything lasting and visible, and says what that was.
    ///
    /// # Errors
    /// Where the database fails; nothing is changed then.
    #[instrument(level = "debug", name = "db.commit", skip_all, fields(changes = self.changes.len()))]
    pub async fn commit(mut self) -> Result<Committed, StorageError> {
        self.write_counts().await?;
        self.write_numbers().await?;
        let news = !self.changes.is_empty();
        let keys = self.append_changes().await?;
        let seq = if news {
            tell_of_the_log(&self.transaction).await?
        } else {
            last_seq(&self.transaction).await?
        };
        self.transaction.commit().await.map_err(|fault| {
            if is_of_the_connection(&fault) {
                StorageError::CommitUnknown(fault.into())
            } else {
                fault.into()
            }
        })?;
        Ok(Committed { seq, keys })
    }

    /// Tells every process, once this is lasting, that a session, a token or a role may have been taken away.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn tell_of_credentials(&self) -> Result<(), StorageError> {
        tell_of_credentials(&self.transaction).await
    }

    /// Takes everything back.
    ///
    /// # Errors
    /// Where the database fails; everything is taken back all the same.
    pub async fn rollback(self) -> Result<(), StorageError> {
        Ok(self.transaction.rollback().await?)
    }

    async fn write_counts(&mut self) -> Result<(), StorageError> {
        let mut hidden = Vec::new();
        for under in FiledUnder::ALL {
            for terms in self.watched_terms(under).chunks(IDS_AT_ONCE) {
                self.count_posts(under, terms).await?;
                let mut now = public_terms(&self.transaction, under, terms).await?;
                for term in terms {
                    let before = self.watched.remove(&(under, *term)).flatten();
                    let now = now.remove(term);
                    let altered = self.altered.remove(&(under, *term));
                    if !altered && before.is_some() == now.is_some() {
                        continue;
                    }
                    // What nobody saw before and nobody sees now is logged by its id alone.
                    let slugs: BTreeSet<String> = before.into_iter().chain(now).collect();
                    if slugs.is_empty() {
                        if altered && under == FiledUnder::Category {
                            hidden.push(*term);
                        }
                        continue;
                    }
                    let mut keys = vec![under.key(*term), under.list()];
                    keys.extend(slugs.iter().map(|slug| CacheKey::slug(under.table(), slug)));
                    if altered {
                        keys.extend(self.shown_by(under, *term).await?);
                    }
                    self.record(under.change_kind(), *term, ChangeOp::Updated, keys);
                }
            }
        }
        self.touch_below(&hidden).await
    }

    /// Logs what everybody sees below categories that nobody may know of: a list of what is in a category above, or
    /// below, has other posts in it when one between is moved, and the log must not tell of that one.
    async fn touch_below(&mut self, hidden: &[Uuid]) -> Result<(), StorageError> {
        if hidden.is_empty() {
            return Ok(());
        }
        let tree = self.category_tree().await?;
        let mut below: BTreeSet<Uuid> = hidden.iter().copied().collect();
        loop {
            let known = below.len();
            let under =
                |category: &&Category| category.parent.is_some_and(|parent| below.contains(&parent.uuid()));
            let found: Vec<Uuid> = tree.iter().filter(under).map(|category| category.id.uuid()).collect();
            below.extend(found);
            if below.len() == known {
                break;
            }
        }
        let below: Vec<Uuid> = below.into_iter().filter(|id| !hidden.contains(id)).collect();
        let under = FiledUnder::Category;
        for below in below.chunks(IDS_AT_ONCE) {
            for (id, slug) in public_terms(&self.transaction, under, below).await? {
                let keys = [under.key(id), under.list(), CacheKey::slug(under.table(), &slug)];
                self.record(under.change_kind(), id, ChangeOp::Updated, keys);
            }
        }
        Ok(())
    }

    /// The keys of what shows a term's name: its published entries, or where they are many, all lists of entries.
    async fn shown_by(&self, under: FiledUnder, term: Uuid) -> Result<Vec<CacheKey>, StorageError> {
        let (link, entry_column, term_column) = under.link();
        let filed =
            Query::select().column(entry_column).from(link).and_where(Expr::col(term_column).eq(term)).take();
        let ids: Vec<Uuid> = entry::Entity::find()
            .select_only()
            .column(entry::Column::Id)
            .filter(entry::Column::Id.in_subquery(filed))
            .filter(entry::Column::Status.eq(inkstand_model::EntryStatus::Published.as_str()))
            .limit(MOST_ENTRIES_NAMED + 1)
            .into_tuple()
            .all(&self.transaction)
            .await?;
        if ids.len() as u64 > MOST_ENTRIES_NAMED {
            return Ok(vec![CacheKey::list("posts"), CacheKey::list("pages")]);
        }
        Ok(ids.into_iter().map(|id| CacheKey::entry(EntryId::from_uuid(id))).collect())
    }

    async fn count_posts(&self, under: FiledUnder, terms: &[Uuid]) -> Result<(), StorageError> {
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
            .and_where(entry::Column::Status.eq(inkstand_model::EntryStatus::Published.as_str()))
            .take();
        let update = Query::update()
            .table(table.clone())
            .value(Alias::new("post_count"), Expr::from(counted))
            .and_where(Expr::col((table, Alias::new("id"))).is_in(terms.iter().copied()))
            .take();
        self.transaction.execute(&update).await?;
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

    /// Gives the keys of all of them.
    async fn append_changes(&mut self) -> Result<Vec<CacheKey>, StorageError> {
        let at = self.clock.now().millis();
        let changes = std::mem::take(&mut self.changes);
        let rows: Vec<_> = changes
            .iter()
            .map(|pending| {
                let keys: Vec<&str> = pending.keys.iter().map(CacheKey::as_str).collect();
                change::ActiveModel {
                    at: Set(at),
                    actor: Set(self.actor.name.clone()),
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
        Ok(changes.into_iter().flat_map(|pending| pending.keys).collect())
    }

    /// Removes those of the terms touched by this transaction that no entry is filed under any more, pages and
    /// drafts included.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_unused_terms(&mut self) -> Result<(), StorageError> {
        for under in FiledUnder::ALL {
            let id = || Expr::col((Alias::new(under.table()), Alias::new("id")));
            for terms in self.watched_terms(under).chunks(IDS_AT_ONCE) {
                let unused = Query::select()
                    .expr_as(id(), Alias::new("id"))
                    .from(Alias::new(under.table()))
                    .and_where(id().is_in(terms.iter().copied()))
                    .and_where(unfiled(under))
                    .take();
                let rows = self.transaction.query_all(&unused).await?;
                let unused =
                    rows.iter().map(|row| row.try_get("", "id")).collect::<Result<Vec<Uuid>, _>>()?;
                self.forget_slugs(under, &unused).await?;
                self.delete_terms(under, &unused).await?;
            }
        }
        Ok(())
    }

    fn watched_terms(&self, under: FiledUnder) -> Vec<Uuid> {
        self.watched.keys().filter(|(watched, _)| *watched == under).map(|(_, id)| *id).collect()
    }
}
