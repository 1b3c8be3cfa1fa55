//! A pool of connections.
//!
//! Where a pooler that gives each transaction another connection stands between us and the server (PgBouncer with
//! `pool_mode = transaction`), nothing outlives a transaction: no prepared statement, no setting of the session. Then
//! each statement is a transaction of its own, which begins by making the connection its own. That costs four more
//! round trips a statement, to a pooler that is near.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    TransactionOptions, TransactionTrait, prelude::async_trait,
};
use tracing::warn;

use crate::{presence::Presence, transaction::Transaction};

/// A pool. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    connections: DatabaseConnection,
    presence: Presence,
    /// What each transaction begins with behind a pooler.
    preamble: Option<String>,
}

impl Pool {
    pub(crate) fn new(connections: DatabaseConnection, presence: Presence, preamble: Option<String>) -> Self {
        Self { connections, presence, preamble }
    }

    pub(crate) async fn begin(&self, options: TransactionOptions) -> Result<Transaction, DbErr> {
        let begin = async {
            let transaction = self.connections.begin_with_options(options).await?;
            if let Some(preamble) = &self.preamble {
                transaction.execute_unprepared(preamble).await?;
            }
            Ok(transaction)
        };
        Ok(Transaction::new(self.presence.watched(begin).await?, self.presence.clone()))
    }

    pub(crate) async fn ping(&self) -> Result<(), DbErr> {
        // Through a pooler, this asks the server behind it as well.
        self.presence.watched(self.connections.ping()).await
    }

    pub(crate) async fn close(&self) {
        if let Err(fault) = self.connections.close_by_ref().await {
            warn!(fault = &fault as &dyn std::error::Error, "closing the database");
        }
    }

    /// The transaction that one statement needs behind a pooler.
    async fn begin_alone(&self) -> Result<Option<Transaction>, DbErr> {
        match self.preamble {
            None => Ok(None),
            Some(_) => Ok(Some(self.begin(TransactionOptions::default()).await?)),
        }
    }
}

/// Does one thing: on any connection, or in a transaction of its own.
macro_rules! alone {
    ($pool:ident, $db:ident => $work:expr) => {
        match $pool.begin_alone().await? {
            None => {
                let $db = &$pool.connections;
                $pool.presence.watched($work).await
            }
            Some(transaction) => {
                let $db = &transaction;
                let done = $work.await?;
                transaction.commit().await?;
                Ok(done)
            }
        }
    };
}

#[async_trait::async_trait]
impl ConnectionTrait for Pool {
    fn get_database_backend(&self) -> DbBackend {
        self.connections.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        alone!(self, db => db.execute_raw(statement))
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        alone!(self, db => db.execute_unprepared(sql))
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        alone!(self, db => db.query_one_raw(statement))
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        alone!(self, db => db.query_all_raw(statement))
    }
}
