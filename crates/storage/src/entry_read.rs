//! Look-ups and lists of entries.

use std::collections::HashMap;

use inkstand_model::{
    Entry, EntryBody, EntryCursor, EntryFilter, EntryId, EntryKind, EntryOrder, EntryStatus, Path, Slice,
    SliceRequest, Slug,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, Order, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{Alias, Asterisk, Expr, ExprTrait, Query, SelectStatement},
};
use tracing::instrument;
use uuid::Uuid;

use crate::{
    FiledUnder, Storage, StorageError,
    entity::{entry, entry_body},
    entry_filter::{Filtered, filtered},
};

/// The posts next to a post in the order of their dates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// The next newer one.
    pub newer: Option<EntryId>,
    /// The next older one.
    pub older: Option<EntryId>,
}

impl Storage {
    /// The entries with these ids, in no particular order; ids of nothing are left out.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.entry.by_ids", skip_all, fields(ids = ids.len()))]
    pub async fn entries_by_ids(&self, ids: &[EntryId]) -> Result<Vec<Entry>, StorageError> {
        self.entries_where(Condition::all().add(entry::Column::Id.is_in(uuids(ids)))).await
    }

    /// The entry of a kind with this slug, whatever its status.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.entry.by_slug", skip(self))]
    pub async fn entry_by_slug(&self, kind: EntryKind, slug: &Slug) -> Result<Option<Entry>, StorageError> {
        let is_it = Condition::all()
            .add(entry::Column::Kind.eq(kind.as_str()))
            .add(entry::Column::Slug.eq(slug.as_str()));
        Ok(self.entries_where(is_it).await?.pop())
    }

    /// Entries that are not published and would stand at this address.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.entry.unpublished_at", skip(self))]
    pub async fn unpublished_at(&self, path: &Path) -> Result<Vec<Entry>, StorageError> {
        let key = path.key();
        let spellings = [path.as_str().to_owned(), key.to_owned(), format!("{key}/")];
        let is_it = Condition::all()
            .add(entry::Column::Status.ne(EntryStatus::Published.as_str()))
            .add(entry::Column::Path.is_in(spellings));
        self.entries_where(is_it).await
    }

    /// Slugs of a kind that begin with `beginning`, in their order, at most so many.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.entry.slugs_beginning", skip(self))]
    pub async fn slugs_beginning(
        &self,
        kind: EntryKind,
        beginning: &str,
        limit: u64,
    ) -> Result<Vec<Slug>, StorageError> {
        // No slug has that character, and on both databases slugs are in the order of code points.
        let end = format!("{beginning}{}", char::MAX);
        let slugs: Vec<String> = entry::Entity::find()
            .select_only()
            .column(entry::Column::Slug)
            .filter(entry::Column::Kind.eq(kind.as_str()))
            .filter(entry::Column::Slug.gte(beginning))
            .filter(entry::Column::Slug.lt(end))
            .order_by_asc(entry::Column::Slug)
            .limit(limit)
            .into_tuple()
            .all(self.reader())
            .await?;
        Ok(slugs.into_iter().map(Slug::from_stored).collect())
    }

    /// The entry with this number, whatever its status.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.entry.by_number", skip(self))]
    pub async fn entry_by_number(&self, number: i64) -> Result<Option<Entry>, StorageError> {
        Ok(self.entries_where(Condition::all().add(entry::Column::Number.eq(number))).await?.pop())
    }

    /// The published pages below each of these pages, in menu order.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.entry.children", skip_all, fields(ids = parents.len()))]
    pub async fn children(&self, parents: &[EntryId]) -> Result<HashMap<EntryId, Vec<Entry>>, StorageError> {
        let below = published().add(entry::Column::ParentId.is_in(uuids(parents)));
        let rows = entry::Entity::find()
            .filter(below)
            .order_by_asc(entry::Column::MenuOrder)
            .order_by_asc(entry::Column::Slug)
            .all(self.reader())
            .await?;
        grouped(rows, |entry| entry.parent)
    }

    /// The published entries of each of these translation groups, by language.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.entry.translations", skip_all, fields(groups = groups.len()))]
    pub async fn translations(&self, groups: &[Uuid]) -> Result<HashMap<Uuid, Vec<Entry>>, StorageError> {
        let rows = entry::Entity::find()
            .filter(published().add(entry::Column::TranslationGroup.is_in(groups.iter().copied())))
            .order_by_asc(entry::Column::Language)
            .order_by_asc(entry::Column::Id)
            .all(self.reader())
            .await?;
        grouped(rows, |entry| entry.translation_group)
    }

    /// The bodies of these entries.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.entry.bodies", skip_all, fields(ids = ids.len()))]
    pub async fn bodies(&self, ids: &[EntryId]) -> Result<HashMap<EntryId, EntryBody>, StorageError> {
        let rows = entry_body::Entity::find()
            .filter(entry_body::Column::EntryId.is_in(uuids(ids)))
            .all(self.reader())
            .await?;
        rows.into_iter().map(|row| EntryBody::try_from(row).map(|body| (body.entry, body))).collect()
    }

    /// Bodies that an older renderer made, at most so many.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.entry.outdated_bodies", skip(self))]
    pub async fn bodies_rendered_before(
        &self,
        version: u32,
        limit: u64,
    ) -> Result<Vec<EntryBody>, StorageError> {
        let rows = entry_body::Entity::find()
            .filter(entry_body::Column::RenderVersion.lt(version))
            .limit(limit)
            .all(self.reader())
            .await?;
        rows.into_iter().map(EntryBody::try_from).collect()
    }

    /// A part of the list of entries of a kind that pass a filter.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.entry.list", skip_all, fields(limit = slice.limit))]
    pub async fn entries(
        &self,
        kind: EntryKind,
        filter: &EntryFilter,
        order: EntryOrder,
        slice: &SliceRequest<EntryCursor>,
    ) -> Result<Slice<Entry>, StorageError> {
        let list = entry::Entity::find().filter(filtered(self.reader(), kind, filter).await?.condition);
        let rows = sliced(list, order, slice, all_dated(filter)).all(self.reader()).await?;
        let entries = rows.into_iter().map(Entry::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(finish_slice(entries, slice))
    }

    /// The same, and how long the whole list is, in one statement. A part without entries does not know that.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.entry.list_and_count", skip_all, fields(limit = slice.limit))]
    pub async fn entries_and_count(
        &self,
        kind: EntryKind,
        filter: &EntryFilter,
        order: EntryOrder,
        slice: &SliceRequest<EntryCursor>,
    ) -> Result<(Slice<Entry>, Option<u64>), StorageError> {
        let Filtered { condition, count } = filtered(self.reader(), kind, filter).await?;
        let counted = match count {
            Some(count) => Expr::val(i64::try_from(count).unwrap_or(i64::MAX)),
            None => Expr::from(
                Query::select()
                    .expr(Expr::col(Asterisk).count())
                    .from(entry::Entity)
                    .cond_where(condition.clone())
                    .take(),
            ),
        };
        let mut list = sliced(entry::Entity::find().filter(condition), order, slice, all_dated(filter));
        QueryTrait::query(&mut list).expr_as(counted, Alias::new("in_all"));
        let rows = self.reader().query_all(list.as_query()).await?;
        let count = rows.first().map(|row| row.try_get::<i64>("", "in_all")).transpose()?;
        let entries = rows
            .iter()
            .map(|row| Entry::try_from(entry::Model::from_query_result(row, "")?))
            .collect::<Result<Vec<_>, StorageError>>()?;
        Ok((finish_slice(entries, slice), count.map(i64::unsigned_abs)))
    }

    /// How many entries of a kind pass a filter.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.entry.count", skip_all)]
    pub async fn count_entries(&self, kind: EntryKind, filter: &EntryFilter) -> Result<u64, StorageError> {
        let Filtered { condition, count } = filtered(self.reader(), kind, filter).await?;
        match count {
            Some(count) => Ok(count),
            None => Ok(entry::Entity::find().filter(condition).count(self.reader()).await?),
        }
    }

    /// Ids of all posts and pages, published or not, in the order of their ids, from behind `after` on: for those who must
    /// read everything.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn all_ids(&self, after: Option<EntryId>, limit: u64) -> Result<Vec<EntryId>, StorageError> {
        let mut list = entry::Entity::find()
            .select_only()
            .column(entry::Column::Id)
            .order_by_asc(entry::Column::Id)
            .limit(limit);
        if let Some(after) = after {
            list = list.filter(entry::Column::Id.gt(after.uuid()));
        }
        let ids: Vec<Uuid> = list.into_tuple().all(self.reader()).await?;
        Ok(ids.into_iter().map(EntryId::from_uuid).collect())
    }

    /// The same of those that are filed under any of these terms.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn ids_under(
        &self,
        under: FiledUnder,
        terms: &[Uuid],
        after: Option<EntryId>,
        limit: u64,
    ) -> Result<Vec<EntryId>, StorageError> {
        let (link, entry_column, term_column) = under.link();
        let filed = Query::select()
            .column(entry_column)
            .from(link)
            .and_where(Expr::col(term_column).is_in(terms.iter().copied()))
            .take();
        let mut list = entry::Entity::find()
            .select_only()
            .column(entry::Column::Id)
            .filter(entry::Column::Id.in_subquery(filed))
            .order_by_asc(entry::Column::Id)
            .limit(limit);
        if let Some(after) = after {
            list = list.filter(entry::Column::Id.gt(after.uuid()));
        }
        let ids: Vec<Uuid> = list.into_tuple().all(self.reader()).await?;
        Ok(ids.into_iter().map(EntryId::from_uuid).collect())
    }

    /// For each of these posts the next newer and the next older published one, and those posts themselves, in one
    /// statement.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.entry.neighbours", skip_all, fields(ids = ids.len()))]
    pub async fn neighbours(
        &self,
        ids: &[EntryId],
    ) -> Result<(HashMap<EntryId, Neighbours>, Vec<Entry>), StorageError> {
        let (near, of) = (Alias::new("near"), Alias::new("of_id"));
        let (newer, older) = (Alias::new("newer_id"), Alias::new("older_id"));
        let pairs = Query::select()
            .expr_as(Expr::col((entry::Entity, entry::Column::Id)), of.clone())
            .expr_as(Expr::from(neighbour(Order::Asc)), newer.clone())
            .expr_as(Expr::from(neighbour(Order::Desc)), older.clone())
            .from(entry::Entity)
            .and_where(entry::Column::Id.is_in(uuids(ids)))
            .and_where(entry::Column::PublishedAt.is_not_null())
            .take();
        let id = || Expr::col((entry::Entity, entry::Column::Id));
        let is_near = Condition::any()
            .add(id().equals((near.clone(), newer.clone())))
            .add(id().equals((near.clone(), older.clone())));
        let mut posts = entry::Entity::find();
        QueryTrait::query(&mut posts).column((near.clone(), of)).column((near.clone(), newer)).join_subquery(
            JoinType::InnerJoin,
            pairs,
            near,
            is_near,
        );
        let mut neighbours: HashMap<EntryId, Neighbours> =
            ids.iter().map(|id| (*id, Neighbours::default())).collect();
        let mut entries = Vec::new();
        for row in self.reader().query_all(posts.as_query()).await? {
            let entry = Entry::try_from(entry::Model::from_query_result(&row, "")?)?;
            let of: Uuid = row.try_get("", "of_id")?;
            let newer: Option<Uuid> = row.try_get("", "newer_id")?;
            let found = neighbours.entry(EntryId::from_uuid(of)).or_default();
            if newer == Some(entry.id.uuid()) {
                found.newer = Some(entry.id);
            } else {
                found.older = Some(entry.id);
            }
            entries.push(entry);
        }
        Ok((neighbours, entries))
    }

    async fn entries_where(&self, condition: Condition) -> Result<Vec<Entry>, StorageError> {
        let rows = entry::Entity::find().filter(condition).all(self.reader()).await?;
        rows.into_iter().map(Entry::try_from).collect()
    }
}

pub(crate) fn uuids(ids: &[EntryId]) -> impl Iterator<Item = Uuid> {
    ids.iter().map(|id| id.uuid())
}

pub(crate) fn published() -> Condition {
    Condition::all().add(entry::Column::Status.eq(EntryStatus::Published.as_str()))
}

/// Whether everything that passes has a date of publication.
fn all_dated(filter: &EntryFilter) -> bool {
    filter.statuses.iter().all(|status| *status == EntryStatus::Published)
}

/// `list` in its order, cut to what the request asks for and one more, by which one sees whether more follow.
///
/// What has no date stands where it was made; a list of dated entries can go by the column itself, and so by its index.
fn sliced(
    list: Select<entry::Entity>,
    order: EntryOrder,
    slice: &SliceRequest<EntryCursor>,
    all_dated: bool,
) -> Select<entry::Entity> {
    let (column, ascending) = order_column(order);
    let date = || {
        let date = Expr::col((entry::Entity, column));
        if all_dated || order == EntryOrder::RecentlyUpdated {
            date
        } else {
            date.if_null(Expr::col((entry::Entity, entry::Column::CreatedAt)))
        }
    };
    // Past a cursor in the list's order; against it when reading from the end.
    let key = || Expr::tuple([date(), Expr::col((entry::Entity, entry::Column::Id))]);
    let at = |cursor: &EntryCursor| Expr::tuple([Expr::val(cursor.at.millis()), Expr::val(cursor.id)]);
    let mut list = list;
    if let Some(after) = &slice.after {
        list = list.filter(if ascending { key().gt(at(after)) } else { key().lt(at(after)) });
    }
    if let Some(before) = &slice.before {
        list = list.filter(if ascending { key().lt(at(before)) } else { key().gt(at(before)) });
    }
    let direction = if ascending == slice.from_end { Order::Desc } else { Order::Asc };
    list.order_by(date(), direction.clone())
        .order_by(entry::Column::Id, direction)
        .limit(u64::from(slice.limit) + 1)
        .offset((slice.skip > 0).then_some(u64::from(slice.skip)))
}

pub(crate) fn order_column(order: EntryOrder) -> (entry::Column, bool) {
    match order {
        EntryOrder::Newest => (entry::Column::PublishedAt, false),
        EntryOrder::Oldest => (entry::Column::PublishedAt, true),
        EntryOrder::RecentlyUpdated => (entry::Column::UpdatedAt, false),
    }
}

/// Takes off the one item too many and puts the rest in the list's order.
///
/// On the side that a cursor stands on there certainly is something (the cursor's own item, as a rule), on the
/// other side the item too many tells.
pub(crate) fn finish_slice<T, K>(mut items: Vec<T>, slice: &SliceRequest<K>) -> Slice<T> {
    let more = items.len() > slice.limit as usize;
    items.truncate(slice.limit as usize);
    if slice.from_end {
        items.reverse();
        Slice { items, has_next: slice.before.is_some() || slice.skip > 0, has_previous: more }
    } else {
        Slice { items, has_next: more, has_previous: slice.after.is_some() || slice.skip > 0 }
    }
}

/// The id of the published post next to the outer `entry` in the order of dates.
fn neighbour(direction: Order) -> SelectStatement {
    let other = Alias::new("other");
    let key = |table: Alias| {
        Expr::tuple([
            Expr::col((table.clone(), entry::Column::PublishedAt)),
            Expr::col((table, entry::Column::Id)),
        ])
    };
    let outer = key(Alias::new("entry"));
    let theirs = key(other.clone());
    let beyond = if direction == Order::Asc { theirs.gt(outer) } else { theirs.lt(outer) };
    Query::select()
        .column((other.clone(), entry::Column::Id))
        .from_as(entry::Entity, other.clone())
        .and_where(Expr::col((other.clone(), entry::Column::Kind)).eq(EntryKind::Post.as_str()))
        .and_where(Expr::col((other.clone(), entry::Column::Status)).eq(EntryStatus::Published.as_str()))
        .and_where(beyond)
        .order_by((other.clone(), entry::Column::PublishedAt), direction.clone())
        .order_by((other, entry::Column::Id), direction)
        .limit(1)
        .take()
}

fn grouped<K: std::hash::Hash + Eq>(
    rows: Vec<entry::Model>,
    key: impl Fn(&Entry) -> Option<K>,
) -> Result<HashMap<K, Vec<Entry>>, StorageError> {
    let mut groups: HashMap<K, Vec<Entry>> = HashMap::new();
    for row in rows {
        let entry = Entry::try_from(row)?;
        if let Some(key) = key(&entry) {
            groups.entry(key).or_default().push(entry);
        }
    }
    Ok(groups)
}
