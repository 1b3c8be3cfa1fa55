//! Who can sign in.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub number: i64,
    pub name: String,
    pub display_name: String,
    pub email: Option<String>,
    pub role: String,
    pub password: Option<String>,
    pub disabled_at: Option<i64>,
    pub created_at: i64,
    pub sessions_from: i64,
}

impl ActiveModelBehavior for ActiveModel {}
