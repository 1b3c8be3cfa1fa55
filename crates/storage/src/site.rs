//! The site's settings, and the identity of the log.

use std::collections::HashMap;

use inkstand_model::{Clock, Language, PermalinkPattern, PreviewPattern, Site, Zone};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, sea_query::OnConflict};

use crate::{Storage, StorageError, Writing, convert::impossible, entity::setting};

pub(crate) const LOG_ID: &str = "log_id";
const SERVER_KEY: &str = "server_key";
const TITLE: &str = "title";
const TAGLINE: &str = "tagline";
const LANGUAGE: &str = "language";
const TIME_ZONE: &str = "time_zone";
const PERMALINKS: &str = "permalinks";
const PREVIEW_URL: &str = "preview_url";

impl Storage {
    /// The site's settings, each with its default where the owner has set none.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn site(&self) -> Result<Site, StorageError> {
        read(self.reader()).await
    }
}

impl Storage {
    /// The key that the blog's servers share, once there is one.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn server_key(&self) -> Result<Option<String>, StorageError> {
        Ok(setting::Entity::find_by_id(SERVER_KEY).one(self.reader()).await?.map(|row| row.value))
    }
}

impl Writing<'_> {
    /// The key that the blog's servers share: `fresh`, where there is none yet.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn ensure_server_key(&mut self, fresh: String) -> Result<String, StorageError> {
        if let Some(row) = setting::Entity::find_by_id(SERVER_KEY).one(&self.transaction).await? {
            return Ok(row.value);
        }
        let row = setting::ActiveModel { key: Set(SERVER_KEY.to_owned()), value: Set(fresh.clone()) };
        setting::Entity::insert(row).exec(&self.transaction).await?;
        Ok(fresh)
    }

    /// Gives the log another identity: for a database that was brought back to an earlier state by other means than
    /// ours, where what comes next would have the numbers of what was lost.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn renew_log(&mut self) -> Result<(), StorageError> {
        renew_log_id(&self.transaction, self.clock).await
    }
}

pub(crate) async fn read(db: &impl ConnectionTrait) -> Result<Site, StorageError> {
    let rows = setting::Entity::find().all(db).await?;
    let mut values: HashMap<String, String> = rows.into_iter().map(|row| (row.key, row.value)).collect();
    let mut site = Site::default();
    if let Some(title) = values.remove(TITLE) {
        site.title = title;
    }
    if let Some(tagline) = values.remove(TAGLINE) {
        site.tagline = tagline;
    }
    if let Some(language) = values.remove(LANGUAGE) {
        site.language = Language::parse(&language).map_err(|_| impossible(LANGUAGE, language))?;
    }
    if let Some(zone) = values.remove(TIME_ZONE) {
        site.zone = Zone::parse(&zone).map_err(|_| impossible(TIME_ZONE, zone))?;
    }
    if let Some(pattern) = values.remove(PERMALINKS) {
        site.permalinks = PermalinkPattern::parse(&pattern).map_err(|_| impossible(PERMALINKS, pattern))?;
    }
    if let Some(pattern) = values.remove(PREVIEW_URL) {
        let preview_url = PreviewPattern::parse(&pattern).map_err(|_| impossible(PREVIEW_URL, pattern))?;
        site.preview_url = Some(preview_url);
    }
    Ok(site)
}

pub(crate) async fn write(db: &impl ConnectionTrait, site: &Site) -> Result<(), StorageError> {
    let mut rows = vec![
        (TITLE, site.title.as_str()),
        (TAGLINE, site.tagline.as_str()),
        (LANGUAGE, site.language.as_str()),
        (TIME_ZONE, site.zone.name()),
        (PERMALINKS, site.permalinks.as_str()),
    ];
    match &site.preview_url {
        Some(pattern) => rows.push((PREVIEW_URL, pattern.as_str())),
        None => {
            setting::Entity::delete_by_id(PREVIEW_URL).exec(db).await?;
        }
    }
    let rows = rows
        .into_iter()
        .map(|(key, value)| setting::ActiveModel { key: Set(key.to_owned()), value: Set(value.to_owned()) });
    let replace = OnConflict::column(setting::Column::Key).update_column(setting::Column::Value).to_owned();
    setting::Entity::insert_many(rows).on_conflict(replace).exec(db).await?;
    Ok(())
}

pub(crate) async fn has_log_id(db: &impl ConnectionTrait) -> Result<bool, StorageError> {
    Ok(setting::Entity::find_by_id(LOG_ID).one(db).await?.is_some())
}

/// Gives the log another identity, so that whoever followed it until now begins anew.
pub(crate) async fn renew_log_id(db: &impl ConnectionTrait, clock: &dyn Clock) -> Result<(), StorageError> {
    let row = setting::ActiveModel { key: Set(LOG_ID.to_owned()), value: Set(clock.new_id().to_string()) };
    let replace = OnConflict::column(setting::Column::Key).update_column(setting::Column::Value).to_owned();
    setting::Entity::insert(row).on_conflict(replace).exec_without_returning(db).await?;
    Ok(())
}

/// A new database gets a log of its own; a database that has one keeps it.
pub(crate) async fn ensure_log_id(db: &impl ConnectionTrait, clock: &dyn Clock) -> Result<(), StorageError> {
    if setting::Entity::find_by_id(LOG_ID).one(db).await?.is_none() {
        let row =
            setting::ActiveModel { key: Set(LOG_ID.to_owned()), value: Set(clock.new_id().to_string()) };
        setting::Entity::insert(row).exec(db).await?;
    }
    Ok(())
}
