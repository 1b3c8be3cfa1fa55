//! Messages to them.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub webhook_id: Uuid,
    pub place: i64,
    pub kind: String,
    pub payload: String,
    pub created_at: i64,
    pub attempts: i32,
    pub next_at: i64,
    pub state: String,
    pub status: Option<i32>,
    pub error: Option<String>,
    pub finished_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
