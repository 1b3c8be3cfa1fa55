//! How far the followers have come that keep their position in the database.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "follower")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub log_id: Uuid,
    pub seq: i64,
}

impl ActiveModelBehavior for ActiveModel {}
