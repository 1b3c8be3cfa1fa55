//! The queue of messages to webhooks: each webhook has its own, in order.

use std::collections::HashMap;

use inkstand_model::{Delivery, DeliveryId, DeliveryState, Instant, Slice, WebhookId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, Order, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
    sea_query::{Alias, Expr, ExprTrait, Func, Query, WindowStatement},
};
use tracing::instrument;
use uuid::Uuid;

use crate::{
    Storage, StorageError, WebhookSecrets, Writing,
    convert::{impossible, instant},
    entity::{delivery, webhook},
    webhook::secrets,
};

/// A message that a webhook is to get next, with all that sending it takes.
#[derive(Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The message.
    pub delivery: Delivery,
    /// Where it goes.
    pub url: String,
    /// What signs it.
    pub secrets: WebhookSecrets,
}

/// A message to be put at the end of a webhook's queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// The type of the event.
    pub event: &'static str,
    /// What is sent, JSON.
    pub payload: String,
}

/// Which part of the list of a webhook's messages, the latest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeliveryList {
    /// Only those in this state.
    pub state: Option<DeliveryState>,
    /// Only those before this place.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: u32,
}

impl Storage {
    /// The first pending message of each webhook that is switched on.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.delivery.waiting", skip_all)]
    pub async fn waiting_deliveries(&self) -> Result<Vec<Parcel>, StorageError> {
        let hooks =
            webhook::Entity::find().filter(webhook::Column::Active.eq(true)).all(self.reader()).await?;
        if hooks.is_empty() {
            return Ok(Vec::new());
        }
        // By the index of (webhook, state, place): one step for each webhook, however long its queue.
        let first = Query::select()
            .expr(Expr::col(delivery::Column::Place).min())
            .from(delivery::Entity)
            .and_where(
                Expr::col((delivery::Entity, delivery::Column::WebhookId))
                    .equals((webhook::Entity, webhook::Column::Id)),
            )
            .and_where(delivery::Column::State.eq(DeliveryState::Pending.as_str()))
            .take();
        let mut list = delivery::Entity::find();
        QueryTrait::query(&mut list)
            .inner_join(
                webhook::Entity,
                Expr::col((webhook::Entity, webhook::Column::Id))
                    .equals((delivery::Entity, delivery::Column::WebhookId)),
            )
            .and_where(webhook::Column::Active.eq(true))
            .and_where(Expr::col((delivery::Entity, delivery::Column::Place)).in_subquery(first));
        let mut hooks: HashMap<Uuid, webhook::Model> =
            hooks.into_iter().map(|hook| (hook.id, hook)).collect();
        let mut parcels = Vec::new();
        for row in list.all(self.reader()).await? {
            // One that was switched on between the two statements has its turn at the next look.
            let Some(hook) = hooks.remove(&row.webhook_id) else { continue };
            let url = hook.url.clone();
            parcels.push(Parcel { delivery: from_row(row)?, url, secrets: secrets(hook)? });
        }
        Ok(parcels)
    }

    /// The same part of the list of messages of each of these webhooks.
    ///
    /// # Errors
    /// Where the database fails.
    #[instrument(level = "debug", name = "db.delivery.of", skip_all, fields(ids = webhooks.len()))]
    pub async fn deliveries_of(
        &self,
        webhooks: &[WebhookId],
        part: DeliveryList,
    ) -> Result<HashMap<WebhookId, Slice<Delivery>>, StorageError> {
        let place = WindowStatement::partition_by(delivery::Column::WebhookId)
            .order_by(delivery::Column::Place, Order::Desc)
            .take();
        let mut placed = Query::select();
        placed
            .expr_as(Expr::col(delivery::Column::Id), Alias::new("delivery_id"))
            .expr_window_as(Func::cust(Alias::new("ROW_NUMBER")), place, Alias::new("nth"))
            .from(delivery::Entity)
            .and_where(delivery::Column::WebhookId.is_in(webhooks.iter().map(|id| id.uuid())));
        if let Some(state) = part.state {
            placed.and_where(delivery::Column::State.eq(state.as_str()));
        }
        if let Some(before) = part.before {
            placed.and_where(delivery::Column::Place.lt(before));
        }
        let chosen = Alias::new("chosen");
        let mut list = delivery::Entity::find();
        QueryTrait::query(&mut list)
            .join_subquery(
                sea_orm::JoinType::InnerJoin,
                placed,
                chosen.clone(),
                Expr::col((chosen.clone(), Alias::new("delivery_id")))
                    .equals((delivery::Entity, delivery::Column::Id)),
            )
            .and_where(Expr::col((chosen.clone(), Alias::new("nth"))).lte(i64::from(part.limit) + 1))
            .order_by((chosen, Alias::new("nth")), Order::Asc);
        let mut lists: HashMap<WebhookId, Vec<Delivery>> = HashMap::new();
        for row in self.reader().query_all(list.as_query()).await? {
            let found = from_row(delivery::Model::from_query_result(&row, "")?)?;
            lists.entry(found.webhook).or_default().push(found);
        }
        let slice = |id: &WebhookId| {
            let items = lists.remove(id).unwrap_or_default();
            (*id, Slice::of_one_more(items, part.limit, part.before.is_some()))
        };
        Ok(webhooks.iter().map(slice).collect())
    }
}

impl Writing<'_> {
    /// Puts messages at the end of a webhook's queue, in their order.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn enqueue(
        &mut self,
        webhook: WebhookId,
        messages: impl IntoIterator<Item = NewDelivery>,
    ) -> Result<(), StorageError> {
        let after = self.last_place(webhook).await?;
        let now = self.clock.now().millis();
        let rows: Vec<_> = (after + 1..)
            .zip(messages)
            .map(|(place, message)| delivery::ActiveModel {
                id: Set(self.clock.new_id()),
                webhook_id: Set(webhook.uuid()),
                place: Set(place),
                kind: Set(message.event.to_owned()),
                payload: Set(message.payload),
                created_at: Set(now),
                attempts: Set(0),
                next_at: Set(now),
                state: Set(DeliveryState::Pending.as_str().to_owned()),
                status: Set(None),
                error: Set(None),
                finished_at: Set(None),
            })
            .collect();
        // Fewer parameters a statement than either database allows.
        for rows in rows.chunks(1000) {
            delivery::Entity::insert_many(rows.to_vec()).exec_without_returning(&self.transaction).await?;
        }
        Ok(())
    }

    /// One message.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>, StorageError> {
        delivery::Entity::find_by_id(id.uuid()).one(&self.transaction).await?.map(from_row).transpose()
    }

    /// Changes what became of a message.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn update_delivery(&mut self, delivery: &Delivery) -> Result<(), StorageError> {
        let row = delivery::ActiveModel {
            id: Set(delivery.id.uuid()),
            place: Set(delivery.place),
            attempts: Set(i32::try_from(delivery.attempts).unwrap_or(i32::MAX)),
            next_at: Set(delivery.next_at.millis()),
            state: Set(delivery.state.as_str().to_owned()),
            status: Set(delivery.status.map(i32::from)),
            error: Set(delivery.error.clone()),
            finished_at: Set(delivery.finished_at.map(Instant::millis)),
            ..Default::default()
        };
        delivery::Entity::update(row).exec(&self.transaction).await?;
        Ok(())
    }

    /// The last place in a webhook's queue; 0 where it is empty.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn last_place(&self, webhook: WebhookId) -> Result<i64, StorageError> {
        let last: Option<i64> = delivery::Entity::find()
            .select_only()
            .column_as(delivery::Column::Place.max(), "last")
            .filter(delivery::Column::WebhookId.eq(webhook.uuid()))
            .into_tuple()
            .one(&self.transaction)
            .await?
            .flatten();
        Ok(last.unwrap_or(0))
    }

    /// Lets everything that waits for a webhook begin anew, at once.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn hasten_deliveries(&mut self, webhook: WebhookId) -> Result<(), StorageError> {
        delivery::Entity::update_many()
            .col_expr(delivery::Column::NextAt, Expr::value(self.clock.now().millis()))
            .col_expr(delivery::Column::Attempts, Expr::value(0))
            .filter(delivery::Column::WebhookId.eq(webhook.uuid()))
            .filter(delivery::Column::State.eq(DeliveryState::Pending.as_str()))
            .filter(delivery::Column::Attempts.gt(0))
            .exec(&self.transaction)
            .await?;
        Ok(())
    }

    /// Forgets messages of a webhook that are delivered or dead: those finished before a moment, and all but the
    /// last `keep` of its queue.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn trim_deliveries(
        &mut self,
        webhook: WebhookId,
        finished_before: Instant,
        keep: u64,
    ) -> Result<(), StorageError> {
        let finished = delivery::Column::State.ne(DeliveryState::Pending.as_str());
        let beyond: Option<i64> = delivery::Entity::find()
            .select_only()
            .column(delivery::Column::Place)
            .filter(delivery::Column::WebhookId.eq(webhook.uuid()))
            .filter(finished.clone())
            .order_by_desc(delivery::Column::Place)
            .offset(keep)
            .limit(1)
            .into_tuple()
            .one(&self.transaction)
            .await?;
        let old = delivery::Column::FinishedAt.lt(finished_before.millis());
        let old = match beyond {
            Some(place) => old.or(delivery::Column::Place.lte(place)),
            None => old,
        };
        delivery::Entity::delete_many()
            .filter(delivery::Column::WebhookId.eq(webhook.uuid()))
            .filter(finished)
            .filter(old)
            .exec(&self.transaction)
            .await?;
        Ok(())
    }
}

fn from_row(row: delivery::Model) -> Result<Delivery, StorageError> {
    let uuid: Uuid = row.id;
    Ok(Delivery {
        id: DeliveryId::from_uuid(uuid),
        webhook: WebhookId::from_uuid(row.webhook_id),
        place: row.place,
        event: row.kind,
        payload: row.payload,
        created_at: instant("delivery created_at", row.created_at)?,
        attempts: row.attempts.unsigned_abs(),
        next_at: instant("delivery next_at", row.next_at)?,
        state: DeliveryState::parse(&row.state).ok_or_else(|| impossible("delivery state", &row.state))?,
        status: row.status.and_then(|status| u16::try_from(status).ok()),
        error: row.error,
        finished_at: row.finished_at.map(|at| instant("delivery finished_at", at)).transpose()?,
    })
}
