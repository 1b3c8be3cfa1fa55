//! A transaction that waits for no database that is away.
//!
//! A network that is cut tells nobody: a statement that was sent is answered never, and nothing fails. So each of them is
//! watched like one that stands alone, in the middle of a transaction as well.

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    prelude::async_trait,
};

use crate::presence::Presence;

/// A transaction of a pool. Dropped without a [`commit`](Self::commit), it is rolled back.
pub(crate) struct Transaction {
    open: DatabaseTransaction,
    presence: Presence,
}

impl Transaction {
    pub(crate) fn new(open: DatabaseTransaction, presence: Presence) -> Self {
        Self { open, presence }
    }

    pub(crate) async fn commit(self) -> Result<(), DbErr> {
        self.presence.watched(self.open.commit()).await
    }

    pub(crate) async fn rollback(self) -> Result<(), DbErr> {
        self.presence.watched(self.open.rollback()).await
    }

    /// For a command of which a single statement may take minutes.
    pub(crate) fn unwatched(&self) -> &DatabaseTransaction {
        &self.open
    }

    /// The same for good.
    pub(crate) fn into_unwatched(self) -> DatabaseTransaction {
        self.open
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        self.open.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.presence.watched(self.open.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.presence.watched(self.open.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.presence.watched(self.open.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.presence.watched(self.open.query_all_raw(statement)).await
    }
}
