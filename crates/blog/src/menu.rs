//! Menus: read and replaced as a whole.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use inkstand_model::{
    Action, Author, CacheKey, Category, EntryId, Menu, MenuItem, MenuTarget, Series, Slug, Tag,
};
use inkstand_storage::{AuditTarget, Term, TermScope};
use tracing::instrument;
use uuid::Uuid;

use crate::{
    BlogError, Reader, Refusal, RefusalCode, WriteError, term::Written, term_text::without_slug, text,
};

/// Characters of a location.
const LONGEST_LOCATION: usize = 50;

/// Characters of a label.
const LONGEST_LABEL: usize = 200;

/// Menus of a site.
const MOST_MENUS: u64 = 50;

/// A menu as somebody typed it: labels and addresses are not checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuEdit {
    /// Where it belongs: any text that becomes a slug.
    pub location: String,
    /// Its items.
    pub items: Vec<MenuItem>,
    /// The version that the edit began from, 0 where there was none; without it, whatever is there is replaced.
    pub version: Option<i64>,
}

impl Reader {
    /// Every menu with all items, those included whose target the viewer may not see: whoever shows one looks the
    /// targets up, and leaves out what is not there.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn menus(&self) -> Result<Arc<Vec<Menu>>, BlogError> {
        let menus = self.remembered([CacheKey::list("menus")]).menus().await?;
        self.note(menus.iter().map(|menu| CacheKey::menu(menu.location.as_str())));
        Ok(menus)
    }

    /// Makes or replaces the menu of a place.
    ///
    /// # Errors
    /// Where the viewer may not, an item is wrong or leads nowhere, the menu is at another version, or the database
    /// fails.
    #[instrument(name = "blog.set_menu", skip_all)]
    pub async fn set_menu(&self, edit: MenuEdit) -> Written<Menu> {
        self.must_be_allowed(Action::ManageTerms)?;
        let location = location(&edit.location)?;
        let items = checked(edit.items)?;
        self.must_lead_somewhere(&items).await?;
        let mut writing = self.begin().await?;
        let before = writing.menu(&location).await?;
        at_version(before.as_ref(), edit.version)?;
        if before.is_none() && writing.count_menus().await? >= MOST_MENUS {
            let message = format!("a site has at most {MOST_MENUS} menus");
            return Err(Refusal::new(RefusalCode::NotPossible, "location", message).into());
        }
        if let Some(before) = before.as_ref().filter(|before| before.items == items) {
            writing.rollback().await?;
            return Ok((before.clone(), self.last_seq().await?));
        }
        let version = before.map_or(0, |before| before.version) + 1;
        let menu = Menu { location, items, version };
        writing.set_menu(&menu).await?;
        writing.audit("menu.set", Some(target(&menu.location)), "").await?;
        let seq = self.finish(writing).await?;
        Ok((menu, seq))
    }

    /// Removes the menu of a place, and gives it a last time.
    ///
    /// # Errors
    /// Where the viewer may not, there is no such menu or it is at another version, or the database fails.
    #[instrument(name = "blog.delete_menu", skip_all)]
    pub async fn delete_menu(&self, at: &str, version: Option<i64>) -> Written<Menu> {
        self.must_be_allowed(Action::ManageTerms)?;
        let location = location(at)?;
        let mut writing = self.begin().await?;
        let Some(menu) = writing.menu(&location).await? else { return Err(no_menu().into()) };
        at_version(Some(&menu), version)?;
        writing.remove_menu(&location).await?;
        writing.audit("menu.delete", Some(target(&location)), "").await?;
        let seq = self.finish(writing).await?;
        Ok((menu, seq))
    }

    /// That every target is there: one look-up a kind, whatever the number of items.
    async fn must_lead_somewhere(&self, items: &[MenuItem]) -> Result<(), WriteError> {
        let mut targets: HashMap<&str, Vec<Uuid>> = HashMap::new();
        let mut visit = |target: &MenuTarget| {
            if let Some((kind, key)) = named(target) {
                targets.entry(kind).or_default().push(key);
            }
        };
        for item in items {
            item.each_target(&mut visit);
        }
        let mut there: HashSet<(&str, Uuid)> = HashSet::new();
        for (kind, keys) in targets {
            let found = match kind {
                Tag::WORD => self.keys_of::<Tag>(&keys).await?,
                Category::WORD => self.keys_of::<Category>(&keys).await?,
                Series::WORD => self.keys_of::<Series>(&keys).await?,
                Author::WORD => self.keys_of::<Author>(&keys).await?,
                _ => {
                    let ids: Vec<EntryId> = keys.into_iter().map(EntryId::from_uuid).collect();
                    self.entries_by_ids(&ids).await?.into_keys().map(EntryId::uuid).collect()
                }
            };
            there.extend(found.into_iter().map(|key| (kind, key)));
        }
        let mut refusals = Vec::new();
        each(items, &mut vec!["items".to_owned()], 1, &mut |item, path, _| {
            if named(&item.target).is_some_and(|target| !there.contains(&target)) {
                refusals.push(wrong(RefusalCode::NotFound, path, "target", "there is nothing with this id"));
            }
        });
        if refusals.is_empty() { Ok(()) } else { Err(WriteError::Refused(refusals)) }
    }

    async fn keys_of<T: Term>(&self, keys: &[Uuid]) -> Result<Vec<Uuid>, BlogError> {
        let terms: Vec<T> = self.storage().terms_by_ids(TermScope::All, keys).await?;
        Ok(terms.iter().map(Term::key).collect())
    }
}

fn location(text: &str) -> Result<Slug, Refusal> {
    let line = text::line("location", text, 1, LONGEST_LOCATION)?;
    Slug::from_title(&line).ok_or_else(|| without_slug("location"))
}

fn at_version(menu: Option<&Menu>, version: Option<i64>) -> Result<(), WriteError> {
    match (menu, version) {
        (_, None) | (None, Some(0)) => Ok(()),
        (None, Some(_)) => Err(no_menu().into()),
        (Some(menu), Some(version)) if menu.version == version => Ok(()),
        (Some(menu), Some(_)) => Err(WriteError::MenuConflict(Box::new(menu.clone()))),
    }
}

fn no_menu() -> Refusal {
    Refusal::new(RefusalCode::NotFound, "location", "there is no menu of this place")
}

fn target(location: &Slug) -> AuditTarget<'_> {
    AuditTarget { kind: "menu", id: None, label: location.as_str() }
}

/// The kind and key of what is named by its id.
const fn named(target: &MenuTarget) -> Option<(&'static str, Uuid)> {
    match target {
        MenuTarget::Entry(id) => Some(("entry", id.uuid())),
        MenuTarget::Tag(id) => Some((Tag::WORD, id.uuid())),
        MenuTarget::Category(id) => Some((Category::WORD, id.uuid())),
        MenuTarget::Series(id) => Some((Series::WORD, id.uuid())),
        MenuTarget::Author(id) => Some((Author::WORD, id.uuid())),
        MenuTarget::Url(_) => None,
    }
}

/// Checks labels, addresses and measures.
fn checked(mut items: Vec<MenuItem>) -> Result<Vec<MenuItem>, WriteError> {
    let mut refusals = Vec::new();
    let mut count = 0;
    each(&items, &mut vec!["items".to_owned()], 1, &mut |_, path, level| {
        count += 1;
        // Once is enough to say it.
        if level == Menu::MOST_LEVELS + 1 && refusals.is_empty() {
            let message = format!("a menu has at most {} levels", Menu::MOST_LEVELS);
            refusals.push(Refusal { code: RefusalCode::NotPossible, field: path.to_vec(), message });
        }
    });
    if count > Menu::MOST_ITEMS {
        let message = format!("a menu has at most {} items, not {count}", Menu::MOST_ITEMS);
        return Err(Refusal::new(RefusalCode::TooLong, "items", message).into());
    }
    if refusals.is_empty() {
        clean(&mut items, &mut vec!["items".to_owned()], &mut refusals);
    }
    if refusals.is_empty() { Ok(items) } else { Err(WriteError::Refused(refusals)) }
}

fn clean(items: &mut [MenuItem], path: &mut Vec<String>, refusals: &mut Vec<Refusal>) {
    for (place, item) in items.iter_mut().enumerate() {
        path.push(place.to_string());
        let mut note = |field: &str, mut refusal: Refusal| {
            refusal.field = [path.as_slice(), &[field.to_owned()]].concat();
            refusals.push(refusal);
        };
        match text::line("label", &item.label, 1, LONGEST_LABEL) {
            Ok(label) => item.label = label,
            Err(refusal) => note("label", refusal),
        }
        if let MenuTarget::Url(url) = &mut item.target {
            match text::address("url", url) {
                Ok(address) => *url = address,
                Err(refusal) => note("target", refusal),
            }
        }
        path.push("children".to_owned());
        clean(&mut item.children, path, refusals);
        path.truncate(path.len() - 2);
    }
}

/// Calls `visit` with each item, its path in the input, and its level from 1.
fn each(
    items: &[MenuItem],
    path: &mut Vec<String>,
    level: usize,
    visit: &mut impl FnMut(&MenuItem, &[String], usize),
) {
    for (place, item) in items.iter().enumerate() {
        path.push(place.to_string());
        visit(item, path, level);
        path.push("children".to_owned());
        each(&item.children, path, level + 1, visit);
        path.truncate(path.len() - 2);
    }
}

fn wrong(code: RefusalCode, path: &[String], field: &str, message: &str) -> Refusal {
    Refusal { code, field: [path, &[field.to_owned()]].concat(), message: message.to_owned() }
}
