//! Menus.

use async_graphql::{Context, Error, Result, SimpleObject};
use futures::{FutureExt, future::BoxFuture, future::try_join_all};
use inkstand_model as model;
use inkstand_model::MenuTarget;

use crate::{
    loader::{ById, load},
    object::{Author, Category, Node, Series, Tag, may_write},
    request::state,
    scalar::{Slug, Url},
};

/// A menu: what the front end shows at one of its places.
#[derive(SimpleObject)]
pub(crate) struct Menu {
    /// Where it belongs, in the front end's own words: `main`, `footer`.
    location: Slug,
    /// Its items in order. Those that lead to what the viewer may not see are left out, with everything below them.
    items: Vec<MenuItem>,
    /// Grows with every change; null unless the viewer may write.
    version: Option<i32>,
}

/// A line of a menu.
#[derive(SimpleObject)]
pub(crate) struct MenuItem {
    /// What readers see.
    label: String,
    /// Where it leads: the whole address of a post or page, else the address or path as it was written. Null where it
    /// leads to a tag, category, series or author, whose pages are the front end's own.
    url: Option<Url>,
    /// What it leads to; null where it leads to an address.
    node: Option<Node>,
    /// The items below it.
    children: Vec<MenuItem>,
}

impl Menu {
    /// The menu as the viewer sees it: each kind of target is one look-up, on whatever level it stands.
    pub(crate) async fn seen(ctx: &Context<'_>, menu: &model::Menu) -> Result<Self> {
        let version = may_write(ctx).then(|| i32::try_from(menu.version).unwrap_or(i32::MAX));
        Ok(Self { location: Slug(menu.location.clone()), items: seen(ctx, &menu.items).await?, version })
    }
}

/// Items as the viewer sees them.
pub(crate) fn seen<'a>(
    ctx: &'a Context<'_>,
    items: &'a [model::MenuItem],
) -> BoxFuture<'a, Result<Vec<MenuItem>>> {
    // All levels ask at once, those below what turns out not to be there too: else each level were look-ups of its own.
    let item = |item: &'a model::MenuItem| async move {
        let (target, children) = futures::try_join!(target(ctx, &item.target), seen(ctx, &item.children))?;
        let Some((url, node)) = target else { return Ok::<_, Error>(None) };
        Ok(Some(MenuItem { label: item.label.clone(), url, node, children }))
    };
    let items = try_join_all(items.iter().map(item));
    async move { Ok(items.await?.into_iter().flatten().collect()) }.boxed()
}

/// The address and the object of a target; `None` where the viewer may not see it.
async fn target(ctx: &Context<'_>, target: &MenuTarget) -> Result<Option<(Option<Url>, Option<Node>)>> {
    let node = match target {
        MenuTarget::Url(url) => return Ok(Some((Some(Url(url.clone())), None))),
        MenuTarget::Entry(id) => {
            return Ok(load(ctx, *id).await?.map(|entry| {
                let url = Url(state(ctx).url(&entry.path));
                (Some(url), Some(Node::from(entry)))
            }));
        }
        MenuTarget::Tag(id) => load(ctx, ById(*id)).await?.map(|tag| Node::Tag(Tag(tag))),
        MenuTarget::Category(id) => {
            load(ctx, ById(*id)).await?.map(|category| Node::Category(Category(category)))
        }
        MenuTarget::Series(id) => load(ctx, ById(*id)).await?.map(|series| Node::Series(Series(series))),
        MenuTarget::Author(id) => load(ctx, ById(*id)).await?.map(|author| Node::Author(Author(author))),
    };
    Ok(node.map(|node| (None, Some(node))))
}
