//! Reading a database as it is at one moment, however long that takes.

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, IsolationLevel, TransactionOptions,
};

/// A transaction that sees nothing of what is written after its first statement, and keeps nobody from writing. `begin`
/// begins it on a database of that kind.
pub(crate) async fn one_moment(
    kind: DbBackend,
    begin: impl AsyncFnOnce(TransactionOptions) -> Result<DatabaseTransaction, DbErr>,
) -> Result<DatabaseTransaction, DbErr> {
    if kind != DbBackend::Postgres {
        // On SQLite every transaction is like that.
        return begin(TransactionOptions::default()).await;
    }
    let transaction = begin(TransactionOptions {
        isolation_level: Some(IsolationLevel::RepeatableRead),
        access_mode: Some(AccessMode::ReadOnly),
        ..TransactionOptions::default()
    })
    .await?;
    // Whoever asked for all of it knows that it takes a while.
    transaction.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
    Ok(transaction)
}
