//! A pool of connections.
//!
//! Where a pooler that gives each transaction another connection stands between us and the server (PgBouncer with
//! `pool_mode = transaction`), nothing outlives a transaction: no prepared statement, no setting of the session. Then
//! each statement is a transaction of its own, which begins by making the connection its own. That costs four more
//! round trips a statement, to a pooler that is near.

use std::sync::Arc;

use inkstand_figures::Counter;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    TransactionOptions, TransactionTrait, prelude::async_trait,
};
use tracing::warn;

use crate::{PoolFigures, presence::Presence, transaction::Transaction};

/// A pool. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    connections: DatabaseConnection,
    presence: Presence,
    /// What each transaction begins with behind a pooler.
    preamble: Option<String>,
    most: u32,
    waited: Arc<Counter>,
}

impl Pool {
    /// Of at most so many connections.
    pub(crate) fn new(
        connections: DatabaseConnection,
        most: u32,
        presence: Presence,
        preamble: Option<String>,
    ) -> Self {
        Self { connections, presence, preamble, most, waited: Arc::default() }
    }

    /// How its connections fare now.
    pub(crate) fn figures(&self) -> PoolFigures {
        let (open, idle) = self.open_and_idle();
        PoolFigures {
            most: u64::from(self.most),
            in_use: u64::from(open.saturating_sub(idle)),
            idle: u64::from(idle),
            waited: self.waited.get(),
        }
    }

    fn open_and_idle(&self) -> (u32, u32) {
        let (open, idle) = match self.connections.get_database_backend() {
            DbBackend::Sqlite => {
                let pool = self.connections.get_sqlite_connection_pool();
                (pool.size(), pool.num_idle())
            }
            _ => {
                let pool = self.connections.get_postgres_connection_pool();
                (pool.size(), pool.num_idle())
            }
        };
        (open, u32::try_from(idle).unwrap_or(u32::MAX))
    }

    /// Counts who comes while every connection is in use: the pool itself does not tell.
    fn note_whether_full(&self) {
        let (open, idle) = self.open_and_idle();
        if idle == 0 && open >= self.most {
            self.waited.add(1);
        }
    }

    pub(crate) async fn begin(&self, options: TransactionOptions) -> Result<Transaction, DbErr> {
        self.note_whether_full();
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
                $pool.note_whether_full();
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
