//! Every address that ever led somewhere. Rows are added, never taken away.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "permalink")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub entry_id: Option<Uuid>,
    pub current: bool,
}

impl ActiveModelBehavior for ActiveModel {}
