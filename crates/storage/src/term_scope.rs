//! Which terms are there for whoever asks.

use std::collections::HashMap;

use inkstand_model::EntryStatus;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use crate::{FiledUnder, StorageError, entity::entry};

/// Which of the tags, categories, series and authors are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermScope {
    /// All of them.
    All,
    /// Those that tell of nothing unpublished: at least one published post or page is filed under them, or
    /// nothing at all.
    Public,
}

impl TermScope {
    pub(crate) fn condition(self, under: FiledUnder) -> Condition {
        match self {
            Self::All => Condition::all(),
            // The count knows most of them; only the others cost a look at what is filed under them.
            Self::Public => Condition::any()
                .add(Expr::col((Alias::new(under.table()), Alias::new("post_count"))).gt(0))
                .add(Expr::exists(published(under)))
                .add(unfiled(under)),
        }
    }
}

/// Holds for terms that no entry is filed under, neither drafts nor pages.
pub(crate) fn unfiled(under: FiledUnder) -> Expr {
    Expr::exists(filed(under)).not()
}

/// The slugs of those of these terms that everybody sees.
pub(crate) async fn public_terms(
    db: &impl ConnectionTrait,
    under: FiledUnder,
    terms: &[Uuid],
) -> Result<HashMap<Uuid, String>, StorageError> {
    let table = Alias::new(under.table());
    let statement = Query::select()
        .columns([Alias::new("id"), Alias::new("slug")])
        .from(table.clone())
        .and_where(Expr::col((table, Alias::new("id"))).is_in(terms.iter().copied()))
        .cond_where(TermScope::Public.condition(under))
        .take();
    let mut slugs = HashMap::with_capacity(terms.len());
    for row in db.query_all(&statement).await? {
        slugs.insert(row.try_get("", "id")?, row.try_get("", "slug")?);
    }
    Ok(slugs)
}

/// What is filed under the term of the outer statement.
fn filed(under: FiledUnder) -> SelectStatement {
    let (link, _, term_column) = under.link();
    Query::select()
        .column((link.clone(), term_column.clone()))
        .from(link.clone())
        .and_where(Expr::col((link, term_column)).equals((Alias::new(under.table()), Alias::new("id"))))
        .take()
}

fn published(under: FiledUnder) -> SelectStatement {
    let (link, entry_column, _) = under.link();
    filed(under)
        .inner_join(entry::Entity, Expr::col((entry::Entity, entry::Column::Id)).equals((link, entry_column)))
        .and_where(entry::Column::Status.eq(EntryStatus::Published.as_str()))
        .take()
}
