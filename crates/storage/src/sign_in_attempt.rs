//! Sign-ins that failed, or are under way: counted for all replicas together.

use std::{collections::HashMap, time::Duration};

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use crate::{StorageError, Writing, convert::instant, entity::sign_in_attempt};

/// How many attempts a key allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptLimit {
    /// Whose attempts: a name, an address, or both.
    pub key: String,
    /// So many within the window.
    pub most: u32,
}

impl Writing<'_> {
    /// Counts an attempt under all of the keys, before its outcome is known: those that are under way at the same time
    /// count as well, so that nobody gets more guesses by making them at once. Where one of the keys has no more left,
    /// nothing is counted, and the answer is how long it takes until it has.
    ///
    /// A window begins with the first attempt in it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_attempt(
        &mut self,
        limits: &[AttemptLimit],
        window: Duration,
    ) -> Result<Option<Duration>, StorageError> {
        let now = self.clock.now();
        let began = now.minus(window).millis();
        sign_in_attempt::Entity::delete_many()
            // One from the future was written by a clock that is wrong; nobody shall be locked out for that.
            .filter(
                sign_in_attempt::Column::Since
                    .lte(began)
                    .or(sign_in_attempt::Column::Since.gt(now.plus(window).millis())),
            )
            .exec(&self.transaction)
            .await?;
        let keys = limits.iter().map(|limit| limit.key.as_str());
        let rows = sign_in_attempt::Entity::find()
            .filter(sign_in_attempt::Column::Key.is_in(keys))
            .all(&self.transaction)
            .await?;
        let known: HashMap<&str, &sign_in_attempt::Model> =
            rows.iter().map(|row| (row.key.as_str(), row)).collect();
        let mut wait = None;
        for limit in limits {
            if let Some(row) = known.get(limit.key.as_str())
                && row.failures.unsigned_abs() >= limit.most
            {
                let until = instant("attempt since", row.since)?.plus(window);
                wait = Ord::max(wait, Some(until.since(now)));
            }
        }
        if wait.is_some() {
            return Ok(wait);
        }
        let rows = limits.iter().map(|limit| {
            let (failures, since) = known
                .get(limit.key.as_str())
                .map_or((1, now.millis()), |row| (row.failures.saturating_add(1), row.since));
            sign_in_attempt::ActiveModel {
                key: Set(limit.key.clone()),
                failures: Set(failures),
                since: Set(since),
            }
        });
        let replace = OnConflict::column(sign_in_attempt::Column::Key)
            .update_columns([sign_in_attempt::Column::Failures, sign_in_attempt::Column::Since])
            .to_owned();
        sign_in_attempt::Entity::insert_many(rows)
            .on_conflict(replace)
            .exec_without_returning(&self.transaction)
            .await?;
        Ok(None)
    }

    /// An attempt succeeded: what failed before it under `cleared` is forgotten, and under the other keys it counts no
    /// longer.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn forget_attempts(&mut self, cleared: &str, others: &[&str]) -> Result<(), StorageError> {
        sign_in_attempt::Entity::delete_by_id(cleared).exec(&self.transaction).await?;
        sign_in_attempt::Entity::update_many()
            .col_expr(sign_in_attempt::Column::Failures, Expr::col(sign_in_attempt::Column::Failures).sub(1))
            .filter(sign_in_attempt::Column::Key.is_in(others.iter().copied()))
            .filter(sign_in_attempt::Column::Failures.gt(0))
            .exec(&self.transaction)
            .await?;
        Ok(())
    }
}
