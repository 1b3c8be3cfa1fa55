//! Numbers that are given once.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, QueryResult, Statement};

/// The log goes on behind the last number that was ever given, also where its end was trimmed or rolled back.
pub(super) async fn continue_numbers(
    read: &DatabaseTransaction,
    write: &DatabaseTransaction,
) -> Result<(), DbErr> {
    let last = match read.get_database_backend() {
        DbBackend::Sqlite => {
            number(read, "SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'change'").await?
        }
        _ => {
            let sequence = text(read, "SELECT pg_get_serial_sequence('change', 'seq')").await?;
            number(read, &format!("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}"))
                .await?
        }
    };
    let last = last.max(number(read, "SELECT COALESCE(MAX(seq), 0) FROM change").await?);
    if last == 0 {
        return Ok(());
    }
    let statements = match write.get_database_backend() {
        DbBackend::Sqlite => vec![
            "DELETE FROM sqlite_sequence WHERE name = 'change'".to_owned(),
            format!("INSERT INTO sqlite_sequence (name, seq) VALUES ('change', {last})"),
        ],
        _ => vec![format!("SELECT setval(pg_get_serial_sequence('change', 'seq'), {last}, true)")],
    };
    for statement in statements {
        write.execute_unprepared(&statement).await?;
    }
    Ok(())
}

async fn number(db: &DatabaseTransaction, query: &str) -> Result<i64, DbErr> {
    one(db, query).await?.try_get_by_index(0)
}

async fn text(db: &DatabaseTransaction, query: &str) -> Result<String, DbErr> {
    one(db, query).await?.try_get_by_index(0)
}

async fn one(db: &DatabaseTransaction, query: &str) -> Result<QueryResult, DbErr> {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), query)).await?;
    row.ok_or_else(|| DbErr::RecordNotFound(query.to_owned()))
}
