//! Public bylines.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "author")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub number: i64,
    pub handle: String,
    pub slug: String,
    pub name: String,
    pub bio: String,
    pub url: Option<String>,
    pub avatar: Option<String>,
    pub post_count: i64,
    pub account_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
