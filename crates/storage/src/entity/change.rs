//! The change log.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "change")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub seq: i64,
    pub at: i64,
    pub actor: String,
    pub kind: String,
    pub entity_id: Uuid,
    pub op: String,
    pub keys: String,
}

impl ActiveModelBehavior for ActiveModel {}
