//! Menus, each a row with its items in JSON: they are read and replaced as a whole.

use inkstand_model::{
    AuthorId, CacheKey, CategoryId, ChangeKind, ChangeOp, EntryId, Menu, MenuItem, MenuTarget, SeriesId,
    Slug, TagId,
};
use sea_orm::{ActiveValue::Set, EntityTrait, PaginatorTrait, QueryOrder, sea_query::OnConflict};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{FiledUnder, Storage, StorageError, Term, Writing, convert::impossible, entity::menu};

impl Storage {
    /// Every menu, by location: there are few, and small ones.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn menus(&self) -> Result<Vec<Menu>, StorageError> {
        let rows = menu::Entity::find().order_by_asc(menu::Column::Location).all(self.reader()).await?;
        rows.into_iter().map(from_row).collect()
    }
}

impl Writing<'_> {
    /// The menu of a place, as this transaction sees it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn menu(&self, location: &Slug) -> Result<Option<Menu>, StorageError> {
        let row = menu::Entity::find_by_id(location.as_str()).one(&self.transaction).await?;
        row.map(from_row).transpose()
    }

    /// How many menus there are.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_menus(&self) -> Result<u64, StorageError> {
        Ok(menu::Entity::find().count(&self.transaction).await?)
    }

    /// Makes or replaces a menu.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn set_menu(&mut self, menu: &Menu) -> Result<(), StorageError> {
        let row = menu::ActiveModel {
            location: Set(menu.location.as_str().to_owned()),
            items: Set(items_json(&menu.items).to_string()),
            version: Set(menu.version),
        };
        let replace = OnConflict::column(menu::Column::Location)
            .update_columns([menu::Column::Items, menu::Column::Version])
            .to_owned();
        menu::Entity::insert(row).on_conflict(replace).exec_without_returning(&self.transaction).await?;
        self.log_menu(&menu.location);
        Ok(())
    }

    /// Removes the menu of a place.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn remove_menu(&mut self, location: &Slug) -> Result<(), StorageError> {
        menu::Entity::delete_by_id(location.as_str()).exec(&self.transaction).await?;
        self.log_menu(location);
        Ok(())
    }

    /// Has items of menus that lead to terms which are merged lead to `target`.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn lead_menus_to<T: Term>(
        &mut self,
        sources: &[Uuid],
        target: Uuid,
    ) -> Result<(), StorageError> {
        for row in menu::Entity::find().all(&self.transaction).await? {
            let mut menu = from_row(row)?;
            let mut led = false;
            for item in &mut menu.items {
                item.each_target_mut(&mut |at| {
                    if term_key(at).is_some_and(|(kind, key)| kind == T::UNDER && sources.contains(&key)) {
                        *at = term_target(T::UNDER, target);
                        led = true;
                    }
                });
            }
            if led {
                menu.version += 1;
                self.set_menu(&menu).await?;
            }
        }
        Ok(())
    }

    /// A menu is a part of the site, and its key says which.
    fn log_menu(&mut self, location: &Slug) {
        let keys = [CacheKey::menu(location.as_str()), CacheKey::list("menus")];
        self.record(ChangeKind::Site, Uuid::nil(), ChangeOp::Updated, keys);
    }
}

const fn term_key(target: &MenuTarget) -> Option<(FiledUnder, Uuid)> {
    match target {
        MenuTarget::Tag(id) => Some((FiledUnder::Tag, id.uuid())),
        MenuTarget::Category(id) => Some((FiledUnder::Category, id.uuid())),
        MenuTarget::Series(id) => Some((FiledUnder::Series, id.uuid())),
        MenuTarget::Author(id) => Some((FiledUnder::Author, id.uuid())),
        MenuTarget::Entry(_) | MenuTarget::Url(_) => None,
    }
}

const fn term_target(under: FiledUnder, key: Uuid) -> MenuTarget {
    match under {
        FiledUnder::Tag => MenuTarget::Tag(TagId::from_uuid(key)),
        FiledUnder::Category => MenuTarget::Category(CategoryId::from_uuid(key)),
        FiledUnder::Series => MenuTarget::Series(SeriesId::from_uuid(key)),
        FiledUnder::Author => MenuTarget::Author(AuthorId::from_uuid(key)),
    }
}

fn from_row(row: menu::Model) -> Result<Menu, StorageError> {
    let json: Value = serde_json::from_str(&row.items).map_err(|_| impossible("menu", &row.items))?;
    let items = items(&json).ok_or_else(|| impossible("menu", &row.items))?;
    Ok(Menu { location: Slug::from_stored(row.location), items, version: row.version })
}

/// Items as `{label, to: [kind, key], children}`.
fn items_json(items: &[MenuItem]) -> Value {
    let item = |item: &MenuItem| {
        let (kind, key) = match &item.target {
            MenuTarget::Entry(id) => ("entry", id.to_string()),
            MenuTarget::Url(url) => ("url", url.clone()),
            MenuTarget::Tag(id) => ("tag", id.to_string()),
            MenuTarget::Category(id) => ("category", id.to_string()),
            MenuTarget::Series(id) => ("series", id.to_string()),
            MenuTarget::Author(id) => ("author", id.to_string()),
        };
        json!({ "label": item.label, "to": [kind, key], "children": items_json(&item.children) })
    };
    Value::Array(items.iter().map(item).collect())
}

fn items(json: &Value) -> Option<Vec<MenuItem>> {
    let item = |item: &Value| {
        let key = item["to"][1].as_str()?;
        let uuid = || Uuid::try_parse(key).ok();
        let target = match item["to"][0].as_str()? {
            "entry" => MenuTarget::Entry(EntryId::from_uuid(uuid()?)),
            "url" => MenuTarget::Url(key.to_owned()),
            "tag" => term_target(FiledUnder::Tag, uuid()?),
            "category" => term_target(FiledUnder::Category, uuid()?),
            "series" => term_target(FiledUnder::Series, uuid()?),
            "author" => term_target(FiledUnder::Author, uuid()?),
            _ => return None,
        };
        let label = item["label"].as_str()?.to_owned();
        Some(MenuItem { label, target, children: items(&item["children"])? })
    };
    json.as_array()?.iter().map(item).collect()
}
