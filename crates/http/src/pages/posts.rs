//! Lists of posts, a page at a time.

use std::sync::Arc;

use inkstand_blog::BlogError;
use inkstand_model::{Entry, EntryFilter, EntryKind, EntryOrder, SliceRequest};
use inkstand_web::{Frame, ListPage, Pager};

use crate::pages::{Fault, desk::Desk, query::Query, reply::Reply};

/// Posts of a page.
pub(crate) const ON_A_PAGE: u32 = 10;

/// The last page that a list has: nobody turns further, and each page costs all pages before it. What is older is found
/// by its year and month.
pub(crate) const LAST_PAGE: u32 = 1_000;

/// A part of a list, and how long the whole of it is.
pub(crate) struct Part {
    pub(crate) posts: Vec<Arc<Entry>>,
    pub(crate) total: u64,
    pub(crate) number: u32,
}

/// The first page of the blog, and those behind it.
pub(crate) async fn home(desk: &Desk<'_>, query: &Query) -> Result<Option<Reply>, Fault> {
    let Some(part) = desk.part(&EntryFilter::default(), query).await? else { return Ok(None) };
    if part.posts.is_empty() && part.number > 1 {
        return Ok(None);
    }
    let mut frame = desk.list_frame("", "/", part.number).await?;
    frame.description = desk.site.tagline.clone();
    frame.is_home = true;
    let page = list(desk, frame, "/", part).await?;
    Ok(Some(Reply::page(page.html()?)))
}

/// A list with nothing said about it.
pub(crate) async fn list(
    desk: &Desk<'_>,
    frame: Frame,
    path: &str,
    part: Part,
) -> Result<ListPage, BlogError> {
    Ok(ListPage {
        kind: "",
        heading: frame.title.clone(),
        frame,
        description: String::new(),
        picture: None,
        website: None,
        above: Vec::new(),
        below: Vec::new(),
        cards: desk.cards(&part.posts).await?,
        numbered_from: None,
        pager: desk.pager(path, &Query::default(), part.number, part.total),
        total: part.total,
    })
}

impl Desk<'_> {
    /// The frame of a page of a list: each of them is known by an address of its own.
    pub(crate) async fn list_frame(&self, title: &str, path: &str, number: u32) -> Result<Frame, BlogError> {
        let mut frame = self.frame(title, Some(path)).await?;
        if number > 1 {
            let query = Query::default().with("page", number.to_string());
            frame.canonical = Some(query.behind(&self.whole(path)));
        }
        Ok(frame)
    }

    /// The part of the list of posts that a query asks for by `page`, newest first; `None` where no list has one.
    pub(crate) async fn part(&self, filter: &EntryFilter, query: &Query) -> Result<Option<Part>, BlogError> {
        let Some(number) = query.page().filter(|number| *number <= LAST_PAGE) else { return Ok(None) };
        let skip = (number - 1) * ON_A_PAGE;
        let slice = SliceRequest { skip, ..SliceRequest::first(ON_A_PAGE) };
        let (posts, total) =
            self.reader.entries_and_count(EntryKind::Post, filter, EntryOrder::Newest, &slice).await?;
        let total = match total {
            Some(total) => total,
            None => self.reader.count_entries(EntryKind::Post, filter).await?,
        };
        Ok(Some(Part { posts: posts.items, total, number }))
    }

    /// The way through a list at `path`, asked for by `query`.
    pub(crate) fn pager(&self, path: &str, query: &Query, number: u32, total: u64) -> Pager {
        let pages = total.div_ceil(u64::from(ON_A_PAGE)).min(u64::from(LAST_PAGE));
        let query = query.without_all("page");
        let here = self.here(path);
        let page = |number: u32| match number {
            1 => query.behind(here.as_str()),
            number => query.clone().with("page", number.to_string()).behind(here.as_str()),
        };
        Pager {
            number: number.into(),
            pages,
            previous: (number > 1).then(|| page(number - 1)),
            next: (u64::from(number) < pages).then(|| page(number + 1)),
        }
    }
}
