//! Series of posts.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "series")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub number: i64,
    pub slug: String,
    pub name: String,
    pub description: String,
    pub post_count: i64,
}

impl ActiveModelBehavior for ActiveModel {}
