//! What is around every page: its head, and the menus.

use std::collections::HashMap;

use inkstand_blog::{BlogError, Term};
use inkstand_feeds::FeedFormat;
use inkstand_model::{
    Author, Category, EntryFilter, EntryId, EntryKind, EntryOrder, Menu, MenuItem, MenuTarget, Series,
    SliceRequest, Tag,
};
use inkstand_web::{FeedLink, Frame, Href, MenuLine, ShareCard};
use uuid::Uuid;

use crate::pages::{address::TermKind, desk::Desk, query::href};

/// Pages in the menu of a blog that has none.
const MOST_PAGES: usize = 6;

/// Pages that are looked at for that.
const PAGES_READ: u32 = 50;

impl Desk<'_> {
    /// The frame of a page with that title, which is known by that path.
    pub(crate) async fn frame(&self, title: &str, path: Option<&str>) -> Result<Frame, BlogError> {
        let canonical = path.map(|path| self.whole(path));
        self.frame_at(title, path.map(|path| self.here(path)), canonical.as_deref()).await
    }

    /// The same of a page that stands at `here`, and is known by the whole address `canonical`.
    pub(crate) async fn frame_at(
        &self,
        title: &str,
        here: Option<Href>,
        canonical: Option<&str>,
    ) -> Result<Frame, BlogError> {
        let menus = self.reader.menus().await?;
        let named = |name: &str| menus.iter().find(|menu| menu.location.as_str() == name);
        let menu = match named("main") {
            Some(menu) => self.menu(menu, here.as_ref()).await?,
            None => self.usual_menu(here.as_ref()).await?,
        };
        let footer = match named("footer") {
            Some(menu) => self.menu(menu, here.as_ref()).await?,
            None => Vec::new(),
        };
        Ok(Frame {
            site_title: self.site.title.clone(),
            tagline: self.site.tagline.clone(),
            language: self.site.language.as_str().to_owned(),
            base: self.base().to_owned(),
            title: title.to_owned(),
            description: String::new(),
            canonical: canonical.and_then(Href::parse),
            is_hidden: false,
            translations: Vec::new(),
            feeds: self.feed_links("", &self.site.title, ""),
            card: ShareCard { locale: self.site.language.as_str().replace('-', "_"), ..ShareCard::default() },
            menu,
            footer,
            is_home: false,
            has_own_search: false,
        })
    }

    /// The feeds that are beside a page: `path` without a slash at its end, `query` with its `?`.
    pub(crate) fn feed_links(&self, path: &str, title: &str, query: &str) -> Vec<FeedLink> {
        let link = |format: FeedFormat| FeedLink {
            title: title.to_owned(),
            media_type: format.media_type(),
            href: href(&format!("{}{query}", self.here(&format!("{path}/{}", format.file_name())))),
        };
        FeedFormat::ALL.map(link).into()
    }

    /// The pages at the top of the tree, where nobody has arranged a menu.
    async fn usual_menu(&self, here: Option<&Href>) -> Result<Vec<MenuLine>, BlogError> {
        let filter = EntryFilter::default();
        let slice = SliceRequest::first(PAGES_READ);
        let pages = self.reader.entries(EntryKind::Page, &filter, EntryOrder::Oldest, &slice).await?;
        let mut pages: Vec<_> = pages.items.into_iter().filter(|page| page.parent.is_none()).collect();
        pages.sort_by_key(|page| page.menu_order);
        let line = |page: &std::sync::Arc<inkstand_model::Entry>| {
            let href = self.at(&page.path);
            MenuLine { label: page.title.clone(), is_here: here == Some(&href), href, children: Vec::new() }
        };
        Ok(pages.iter().take(MOST_PAGES).map(line).collect())
    }

    /// A menu without the items that lead to what the reader may not see.
    async fn menu(&self, menu: &Menu, here: Option<&Href>) -> Result<Vec<MenuLine>, BlogError> {
        let targets = self.targets(menu).await?;
        Ok(lines(&menu.items, &targets, here))
    }

    async fn targets(&self, menu: &Menu) -> Result<Targets, BlogError> {
        let mut wanted = Wanted::default();
        for item in &menu.items {
            item.each_target(&mut |target| match target {
                MenuTarget::Entry(id) => wanted.entries.push(*id),
                MenuTarget::Tag(id) => wanted.tags.push(id.uuid()),
                MenuTarget::Category(id) => wanted.categories.push(id.uuid()),
                MenuTarget::Series(id) => wanted.series.push(id.uuid()),
                MenuTarget::Author(id) => wanted.authors.push(id.uuid()),
                MenuTarget::Url(_) => {}
            });
        }
        let mut targets = Targets::default();
        let entries = self.reader.entries_by_ids(&wanted.entries).await?;
        targets.0.extend(entries.into_iter().map(|(id, entry)| (id.uuid(), self.at(&entry.path))));
        self.terms_into(&mut targets, TermKind::Tag, self.terms::<Tag>(&wanted.tags).await?);
        self.terms_into(&mut targets, TermKind::Category, self.terms::<Category>(&wanted.categories).await?);
        self.terms_into(&mut targets, TermKind::Series, self.terms::<Series>(&wanted.series).await?);
        self.terms_into(&mut targets, TermKind::Author, self.terms::<Author>(&wanted.authors).await?);
        Ok(targets)
    }

    async fn terms<T: Term>(&self, ids: &[Uuid]) -> Result<Vec<T>, BlogError> {
        if ids.is_empty() { Ok(Vec::new()) } else { self.reader.terms_by_ids(ids).await }
    }

    fn terms_into<T: Term>(&self, targets: &mut Targets, kind: TermKind, terms: Vec<T>) {
        targets.0.extend(terms.iter().map(|term| (term.key(), self.term(kind, term.slug()))));
    }
}

#[derive(Default)]
struct Wanted {
    entries: Vec<EntryId>,
    tags: Vec<Uuid>,
    categories: Vec<Uuid>,
    series: Vec<Uuid>,
    authors: Vec<Uuid>,
}

/// Where what a menu names stands now.
#[derive(Default)]
struct Targets(HashMap<Uuid, Href>);

fn lines(items: &[MenuItem], targets: &Targets, here: Option<&Href>) -> Vec<MenuLine> {
    let line = |item: &MenuItem| {
        let at = |id: Uuid| targets.0.get(&id).cloned();
        let href = match &item.target {
            MenuTarget::Url(url) => Href::parse(url),
            MenuTarget::Entry(id) => at(id.uuid()),
            MenuTarget::Tag(id) => at(id.uuid()),
            MenuTarget::Category(id) => at(id.uuid()),
            MenuTarget::Series(id) => at(id.uuid()),
            MenuTarget::Author(id) => at(id.uuid()),
        }?;
        Some(MenuLine {
            label: item.label.clone(),
            is_here: here == Some(&href),
            href,
            children: lines(&item.children, targets, here),
        })
    };
    items.iter().filter_map(line).collect()
}
