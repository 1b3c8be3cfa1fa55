//! Earlier states of entries.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "revision")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub entry_id: Uuid,
    pub version: i64,
    pub at: i64,
    pub account_id: Option<Uuid>,
    pub account_name: String,
    pub title: String,
    pub format: String,
    pub source: String,
    pub excerpt: Option<String>,
    pub cover_src: Option<String>,
    pub cover_alt: Option<String>,
    pub cover_caption: Option<String>,
    pub seo_title: Option<String>,
    pub seo_description: Option<String>,
    pub seo_canonical_url: Option<String>,
    pub seo_noindex: bool,
}

impl ActiveModelBehavior for ActiveModel {}
