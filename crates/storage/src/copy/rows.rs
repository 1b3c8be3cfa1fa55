//! The rows of one table, from one side to the other.

use futures::TryStreamExt;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement, StreamTrait,
    sea_query::{Alias, Expr, ExprTrait, Query},
};

use super::{backend, column::Column, digest::Digest, table::Table};

/// Rows of one statement; fewer where they are wide, since SQLite takes at most 32 766 parameters.
const ROWS_AT_ONCE: usize = 500;
const PARAMETERS_AT_ONCE: usize = 30_000;

/// Bytes that are held of what was read and is not written yet, a single row apart.
const BYTES_AT_ONCE: usize = 4 << 20;

/// Rows between two tellings of the progress.
const TELL_EVERY: u64 = 200;

/// Reads a table to its end and writes it, with no more than a batch of it in memory.
pub(super) async fn send(
    read: &DatabaseTransaction,
    write: &DatabaseTransaction,
    table: &Table,
    (of, into): (&[Column], &[Column]),
    tell: &mut (dyn FnMut(u64) + Send),
) -> Result<Digest, DbErr> {
    let most = ROWS_AT_ONCE.min(PARAMETERS_AT_ONCE / of.len().max(1));
    let mut digest = Digest::default();
    let (mut batch, mut bytes) = (Vec::with_capacity(most), 0);
    let mut rows = read.stream_raw(select(backend(read), table, of, table.kept_out())).await?;
    while let Some(row) = rows.try_next().await? {
        let values = of.iter().map(|column| column.read(&row)).collect::<Result<Vec<_>, _>>()?;
        bytes += digest.add(of, &values);
        let values = of.iter().zip(values).map(|(column, value)| {
            if table.refers_to_itself == Some(column.name.as_str()) { column.null() } else { value }
        });
        batch.push(values.collect::<Vec<_>>());
        if batch.len() >= most || bytes >= BYTES_AT_ONCE {
            insert(write, table, of, std::mem::take(&mut batch)).await?;
            bytes = 0;
        }
        if digest.rows().is_multiple_of(TELL_EVERY) {
            tell(digest.rows());
        }
    }
    drop(rows);
    insert(write, table, of, batch).await?;
    if let Some(reference) = table.refers_to_itself {
        point_back(read, write, table, reference, into).await?;
    }
    Ok(digest)
}

fn select(backend: DbBackend, table: &Table, columns: &[Column], which: &str) -> Statement {
    let names: Vec<String> = columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
    Statement::from_string(backend, format!("SELECT {} FROM \"{}\"{which}", names.join(", "), table.name))
}

async fn insert(
    db: &DatabaseTransaction,
    table: &Table,
    columns: &[Column],
    rows: Vec<Vec<sea_orm::Value>>,
) -> Result<(), DbErr> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut insert = Query::insert();
    insert.into_table(Alias::new(table.name)).columns(columns.iter().map(|column| Alias::new(&column.name)));
    for row in rows {
        insert.values(row.into_iter().map(Expr::value)).map_err(|wrong| DbErr::Custom(wrong.to_string()))?;
    }
    db.execute(&insert).await?;
    Ok(())
}

/// What rows of a table refer to in the same table, once all of them are there.
async fn point_back(
    read: &DatabaseTransaction,
    write: &DatabaseTransaction,
    table: &Table,
    reference: &str,
    into: &[Column],
) -> Result<(), DbErr> {
    let named = |name: &str| into.iter().find(|column| column.name == name).cloned();
    let (Some(id), Some(to)) = (named("id"), named(reference)) else {
        return Err(DbErr::Custom(format!("{} has no {reference}", table.name)));
    };
    let which = format!(" WHERE \"{reference}\" IS NOT NULL");
    let both = [id, to];
    let mut rows = read.stream_raw(select(backend(read), table, &both, &which)).await?;
    while let Some(row) = rows.try_next().await? {
        let [id, to] = &both;
        let update = Query::update()
            .table(Alias::new(table.name))
            .value(Alias::new(reference), to.read(&row)?)
            .and_where(Expr::col(Alias::new("id")).eq(id.read(&row)?))
            .take();
        write.execute(&update).await?;
    }
    Ok(())
}

pub(super) async fn digest(
    db: &DatabaseTransaction,
    table: &Table,
    columns: &[Column],
) -> Result<Digest, DbErr> {
    let mut digest = Digest::default();
    let mut rows = db.stream_raw(select(backend(db), table, columns, table.kept_out())).await?;
    while let Some(row) = rows.try_next().await? {
        let values = columns.iter().map(|column| column.read(&row)).collect::<Result<Vec<_>, _>>()?;
        digest.add(columns, &values);
    }
    Ok(digest)
}
