//! The place of a post in its series: a post has at most one.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "series_part")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub entry_id: Uuid,
    pub series_id: Uuid,
    pub position: i32,
}

impl ActiveModelBehavior for ActiveModel {}
