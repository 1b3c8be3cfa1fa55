//! Sign-ins that last.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: Uuid,
    pub secret: Vec<u8>,
    pub created_at: i64,
    pub used_at: i64,
    pub expires_at: i64,
    pub user_agent: String,
}

impl ActiveModelBehavior for ActiveModel {}
