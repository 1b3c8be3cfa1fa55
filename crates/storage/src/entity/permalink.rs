//! Every address that ever led somewhere. Rows go only with an entry that is removed as if it had never been.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "permalink")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub entry_id: Option<Uuid>,
    pub role: String,
}

impl ActiveModelBehavior for ActiveModel {}
