//! Reading a database as it is at one moment, however long that takes.

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, IsolationLevel,
    TransactionTrait,
};

/// A transaction that sees nothing of what is written after its first statement, and keeps nobody from writing.
pub(crate) async fn one_moment(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    if db.get_database_backend() != DbBackend::Postgres {
        // On SQLite every transaction is like that.
        return db.begin().await;
    }
    let begin = db.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly));
    let transaction = begin.await?;
    // Whoever asked for all of it knows that it takes a while.
    transaction.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
    Ok(transaction)
}
