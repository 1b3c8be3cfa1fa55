//! What entries are filed under: all kinds of terms of many entries in one statement.

use std::collections::HashMap;

use inkstand_model::{
    Author, AuthorId, Category, CategoryId, EntryId, Filings, Series, SeriesId, Slug, Tag, TagId,
};
use sea_orm::{
    ConnectionTrait, DbErr, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement, SimpleExpr, UnionType},
};
use tracing::instrument;
use uuid::Uuid;

use crate::{FiledUnder, Storage, StorageError, entry_read::uuids};

impl Storage {
    /// The byline, the categories, the tags and the series of these entries. Authors come without their accounts: the log
    /// does not tell when those change, so whoever remembers filings must not ask them.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.entry.filings", skip_all, fields(ids = ids.len()))]
    pub async fn filings(&self, ids: &[EntryId]) -> Result<HashMap<EntryId, Filings>, StorageError> {
        let mut all = filed(FiledUnder::Author, ids);
        for under in [FiledUnder::Category, FiledUnder::Tag, FiledUnder::Series] {
            all.union(UnionType::All, filed(under, ids));
        }
        let rows = self.reader().query_all(&all).await?;
        // Put in their order here: for so few rows, the database takes longer to set up its sorting than to read them.
        let mut rows = rows
            .into_iter()
            .map(|row| Ok((row.try_get::<i32>("", "position")?, row)))
            .collect::<Result<Vec<_>, DbErr>>()?;
        rows.sort_by_key(|(position, _)| *position);
        let mut filings: HashMap<EntryId, Filings> = ids.iter().map(|id| (*id, Filings::default())).collect();
        for (_, row) in rows {
            let entry: Uuid = row.try_get("", "filed_entry")?;
            file(filings.entry(EntryId::from_uuid(entry)).or_default(), &row)?;
        }
        Ok(filings)
    }
}

/// The terms of one kind, in columns that fit all kinds.
fn filed(under: FiledUnder, ids: &[EntryId]) -> SelectStatement {
    let (link, entry_column, term_column) = under.link();
    let table = Alias::new(under.table());
    let column = |name: &'static str| Expr::col((table.clone(), Alias::new(name)));
    // PostgreSQL joins the parts of a union pair by pair, and two nulls without a type would be a text.
    let absent = |of: &'static str| SimpleExpr::from(Expr::cust(of));
    let author = matches!(under, FiledUnder::Author);
    let position = Expr::col((link.clone(), Alias::new("position")));
    let own = |name| if author { column(name) } else { absent("CAST(NULL AS text)") };
    Query::select()
        .expr_as(Expr::val(kind(under)), Alias::new("kind"))
        .expr_as(Expr::col((link.clone(), entry_column.clone())), Alias::new("filed_entry"))
        .expr_as(position, Alias::new("position"))
        .expr_as(column("id"), Alias::new("id"))
        .expr_as(column("number"), Alias::new("number"))
        .expr_as(column("slug"), Alias::new("slug"))
        .expr_as(column("name"), Alias::new("name"))
        .expr_as(column(if author { "bio" } else { "description" }), Alias::new("about"))
        .expr_as(column("post_count"), Alias::new("post_count"))
        .expr_as(
            if matches!(under, FiledUnder::Category) {
                column("parent_id")
            } else {
                absent("CAST(NULL AS uuid)")
            },
            Alias::new("parent"),
        )
        .expr_as(own("handle"), Alias::new("handle"))
        .expr_as(own("url"), Alias::new("url"))
        .expr_as(own("avatar"), Alias::new("avatar"))
        .from(link.clone())
        .inner_join(table.clone(), column("id").equals((link.clone(), term_column)))
        .and_where(Expr::col((link, entry_column)).is_in(uuids(ids)))
        .take()
}

/// Kinds are numbers in the statement: a text parameter has no type of its own on PostgreSQL.
const fn kind(under: FiledUnder) -> i32 {
    match under {
        FiledUnder::Author => 0,
        FiledUnder::Category => 1,
        FiledUnder::Tag => 2,
        FiledUnder::Series => 3,
    }
}

fn file(filings: &mut Filings, row: &QueryResult) -> Result<(), DbErr> {
    let id: Uuid = row.try_get("", "id")?;
    let number = row.try_get("", "number")?;
    let slug = Slug::from_stored(row.try_get("", "slug")?);
    let name = row.try_get("", "name")?;
    let about = row.try_get("", "about")?;
    let post_count = row.try_get("", "post_count")?;
    match row.try_get::<i32>("", "kind")? {
        0 => filings.authors.push(Author {
            id: AuthorId::from_uuid(id),
            number,
            handle: row.try_get("", "handle")?,
            slug,
            name,
            bio: about,
            url: row.try_get("", "url")?,
            avatar: row.try_get("", "avatar")?,
            post_count,
            account: None,
        }),
        1 => filings.categories.push(Category {
            id: CategoryId::from_uuid(id),
            number,
            slug,
            name,
            description: about,
            parent: row.try_get::<Option<Uuid>>("", "parent")?.map(CategoryId::from_uuid),
            post_count,
        }),
        2 => filings.tags.push(Tag {
            id: TagId::from_uuid(id),
            number,
            slug,
            name,
            description: about,
            post_count,
        }),
        _ => {
            let id = SeriesId::from_uuid(id);
            filings.series = Some(Series { id, number, slug, name, description: about, post_count });
        }
    }
    Ok(())
}
