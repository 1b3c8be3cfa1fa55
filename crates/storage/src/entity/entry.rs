//! Posts and pages without their bodies.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: String,
    pub number: i64,
    pub slug: String,
    pub path: String,
    pub title: String,
    pub status: String,
    pub published_at: Option<i64>,
    pub excerpt_html: String,
    pub excerpt_text: String,
    pub language: String,
    pub translation_group: Option<Uuid>,
    pub cover_src: Option<String>,
    pub cover_alt: Option<String>,
    pub cover_caption: Option<String>,
    pub seo_title: Option<String>,
    pub seo_description: Option<String>,
    pub seo_canonical_url: Option<String>,
    pub seo_noindex: bool,
    pub featured: bool,
    pub parent_id: Option<Uuid>,
    pub menu_order: i32,
    pub hashtags: String,
    pub word_count: i32,
    pub reading_minutes: i32,
    pub created_at: i64,
    pub updated_at: i64,
    pub version: i64,
    pub edited_by: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
