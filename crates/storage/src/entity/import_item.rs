//! What came from where, so that the next import knows it again.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub foreign_id: String,
    pub entry_id: Uuid,
    pub digest: Vec<u8>,
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
