//! Bodies, apart from their entries so that no list reads them.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "entry_body")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub entry_id: Uuid,
    pub format: String,
    pub source: String,
    pub excerpt: Option<String>,
    pub html: String,
    pub text: String,
    pub headings: String,
    pub extra: Option<String>,
    pub render_version: i32,
}

impl ActiveModelBehavior for ActiveModel {}
