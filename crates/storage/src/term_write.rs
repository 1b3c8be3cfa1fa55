//! Making terms by name, each slug once. A name that leads to a term which was renamed or merged means that term: else
//! the next import would bring back what somebody has tidied up.

use inkstand_model::{AuthorId, CategoryId, ChangeOp, SeriesId, Slug, TagId};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::{
    FiledUnder, StorageError, Writing,
    entity::{author, category, series, tag},
};

/// An author to be made, if there is none with that handle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAuthor {
    /// The short name as written.
    pub handle: String,
    /// The name that readers see.
    pub name: String,
    /// Plain text about them, may be empty.
    pub bio: String,
    /// Their own page.
    pub url: Option<String>,
    /// The address of their picture.
    pub avatar: Option<String>,
}

/// The three kinds that are a name and nothing more when they are made.
macro_rules! ensure_named {
    ($(#[$doc:meta])* $method:ident, $table:ident, $id:ident, $under:ident, $kind:literal, {$($own:tt)*}) => {
        $(#[$doc])*
        ///
        /// `None` where the name has neither letter nor digit, and so no slug.
        ///
        /// # Errors
        /// Where the database fails.
        pub async fn $method(&mut self, name: &str) -> Result<Option<$id>, StorageError> {
            let Some(slug) = Slug::from_title(name) else { return Ok(None) };
            let found = $table::Entity::find().filter($table::Column::Slug.eq(slug.as_str()));
            if let Some(id) = self.terms.get(&(FiledUnder::$under, slug.clone())) {
                return Ok(Some($id::from_uuid(*id)));
            }
            let mut known = found.one(&self.transaction).await?.map(|row| row.id);
            if known.is_none() {
                known = self.former_holder(FiledUnder::$under, &slug).await?;
            }
            let id = match known {
                Some(id) => id,
                None => {
                    let id = self.clock.new_id();
                    let row = $table::ActiveModel {
                        id: Set(id),
                        number: Set(self.next_number($kind).await?),
                        slug: Set(slug.as_str().to_owned()),
                        name: Set(name.to_owned()),
                        description: Set(String::new()),
                        post_count: Set(0),
                        $($own)*
                    };
                    $table::Entity::insert(row).exec_without_returning(&self.transaction).await?;
                    self.made_term(FiledUnder::$under, id);
                    id
                }
            };
            self.terms.insert((FiledUnder::$under, slug), id);
            Ok(Some($id::from_uuid(id)))
        }
    };
}

impl Writing<'_> {
    ensure_named!(
        /// The tag of that name, made where there is none.
        ensure_tag, tag, TagId, Tag, "tag", {}
    );
    ensure_named!(
        /// The category of that name, made at the root of the tree where there is none.
        ensure_category, category, CategoryId, Category, "category", { parent_id: Set(None) }
    );
    ensure_named!(
        /// The series of that name, made where there is none.
        ensure_series, series, SeriesId, Series, "series", {}
    );

    /// The author with that handle, made where there is none; one who is there stays as they are.
    ///
    /// `None` where the handle has neither letter nor digit.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn ensure_author(&mut self, new: &NewAuthor) -> Result<Option<AuthorId>, StorageError> {
        let Some(slug) = Slug::from_title(&new.handle) else { return Ok(None) };
        if let Some(id) = self.terms.get(&(FiledUnder::Author, slug.clone())) {
            return Ok(Some(AuthorId::from_uuid(*id)));
        }
        let found = author::Entity::find().filter(author::Column::Slug.eq(slug.as_str()));
        let mut known = found.one(&self.transaction).await?.map(|row| row.id);
        if known.is_none() {
            known = self.former_holder(FiledUnder::Author, &slug).await?;
        }
        let id = match known {
            Some(id) => id,
            None => {
                let id = self.clock.new_id();
                let row = author::ActiveModel {
                    id: Set(id),
                    number: Set(self.next_number("author").await?),
                    handle: Set(new.handle.clone()),
                    slug: Set(slug.as_str().to_owned()),
                    name: Set(new.name.clone()),
                    bio: Set(new.bio.clone()),
                    url: Set(new.url.clone()),
                    avatar: Set(new.avatar.clone()),
                    post_count: Set(0),
                    account_id: Set(None),
                };
                author::Entity::insert(row).exec_without_returning(&self.transaction).await?;
                self.made_term(FiledUnder::Author, id);
                id
            }
        };
        self.terms.insert((FiledUnder::Author, slug), id);
        Ok(Some(AuthorId::from_uuid(id)))
    }

    /// Logs a new term by its id alone: whether everybody may know its name shows at the commit.
    pub(crate) fn made_term(&mut self, under: FiledUnder, id: Uuid) {
        self.watched.insert((under, id), None);
        self.record(under.change_kind(), id, ChangeOp::Created, [under.key(id)]);
    }
}
