//! Menus, each a list of items in JSON.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "menu")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub location: String,
    pub items: String,
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
