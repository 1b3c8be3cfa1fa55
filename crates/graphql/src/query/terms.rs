//! Tags, categories, series and authors.

use async_graphql::{Context, Object, OutputType, Result};
use inkstand_blog::Term;
use inkstand_model as model;

use crate::{
    connection::{Connection, PageArguments, connection},
    error::fault,
    loader::{AuthorBySlug, TagBySlug, load},
    object::{
        Author, Category, Node, Page, Post, Series, Suggestion, SuggestionKind, Tag, TermOrder, TermTotal,
        term_cursor,
    },
    request::state,
    scalar::Slug,
};

/// Tags, categories, series and authors.
#[derive(Default)]
pub(super) struct Terms;

#[Object]
impl Terms {
    /// One tag; null where there is none.
    async fn tag(&self, ctx: &Context<'_>, slug: Slug) -> Result<Option<Tag>> {
        Ok(by_slug::<model::Tag>(ctx, &slug.0).await?.map(Tag))
    }

    /// Tags, unused ones too, by slug unless ordered otherwise.
    async fn tags(
        &self,
        ctx: &Context<'_>,
        order_by: Option<TermOrder>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Tag, TermTotal>> {
        let page = PageArguments { first, after, last, before, skip: None };
        list(ctx, order_by, &page, TermTotal::Tags, |tag: &model::Tag| (tag.post_count, tag.slug.clone()))
            .await
    }

    /// One category; null where there is none.
    async fn category(&self, ctx: &Context<'_>, slug: Slug) -> Result<Option<Category>> {
        Ok(by_slug::<model::Category>(ctx, &slug.0).await?.map(Category))
    }

    /// Categories of every level, unused ones too, by slug unless ordered otherwise.
    async fn categories(
        &self,
        ctx: &Context<'_>,
        order_by: Option<TermOrder>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Category, TermTotal>> {
        let page = PageArguments { first, after, last, before, skip: None };
        let key = |category: &model::Category| (category.post_count, category.slug.clone());
        list(ctx, order_by, &page, TermTotal::Categories, key).await
    }

    /// One series; null where there is none.
    async fn series(&self, ctx: &Context<'_>, slug: Slug) -> Result<Option<Series>> {
        Ok(by_slug::<model::Series>(ctx, &slug.0).await?.map(Series))
    }

    /// All series, unused ones too, by slug unless ordered otherwise.
    async fn all_series(
        &self,
        ctx: &Context<'_>,
        order_by: Option<TermOrder>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Series, TermTotal>> {
        let page = PageArguments { first, after, last, before, skip: None };
        let key = |series: &model::Series| (series.post_count, series.slug.clone());
        list(ctx, order_by, &page, TermTotal::Series, key).await
    }

    /// One author, by their handle in any spelling; null where there is none.
    async fn author(&self, ctx: &Context<'_>, handle: String) -> Result<Option<Author>> {
        let Some(slug) = model::Slug::from_title(&handle) else { return Ok(None) };
        Ok(by_slug::<model::Author>(ctx, &slug).await?.map(Author))
    }

    /// Authors, those without posts too, by slug unless ordered otherwise.
    async fn authors(
        &self,
        ctx: &Context<'_>,
        order_by: Option<TermOrder>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Author, TermTotal>> {
        let page = PageArguments { first, after, last, before, skip: None };
        let key = |author: &model::Author| (author.post_count, author.slug.clone());
        list(ctx, order_by, &page, TermTotal::Authors, key).await
    }
}

async fn by_slug<T: Term>(ctx: &Context<'_>, slug: &model::Slug) -> Result<Option<T>> {
    state(ctx).reader.term_by_slug(slug).await.map_err(|error| fault(ctx, error))
}

async fn list<T: Term, Node: OutputType + From<T>>(
    ctx: &Context<'_>,
    order: Option<TermOrder>,
    page: &PageArguments,
    total: TermTotal,
    key: impl Fn(&T) -> (i64, model::Slug),
) -> Result<Connection<Node, TermTotal>> {
    let order = order.map_or_else(model::TermOrder::default, Into::into);
    let request = page.request_of(|cursor: &model::TermCursor| cursor.order == order)?;
    let slice = state(ctx).reader.terms::<T>(order, &request).await.map_err(|error| fault(ctx, error))?;
    let cursor = |term: &T| {
        let (post_count, slug) = key(term);
        term_cursor(order, post_count, &slug)
    };
    Ok(connection(slice, total, cursor, Node::from))
}

/// What a suggestion of the index leads to; `None` where it is gone since the index last looked.
pub(super) async fn resolve_suggestion(
    ctx: &Context<'_>,
    suggestion: model::Suggestion,
) -> Result<Option<Suggestion>> {
    let text = suggestion.text;
    Ok(match suggestion.kind {
        model::SuggestionKind::Entry(id, _) => load(ctx, id).await?.map(|entry| {
            let path = Some(entry.path.as_str().to_owned());
            match entry.kind {
                model::EntryKind::Post => {
                    Suggestion { kind: SuggestionKind::Post, text, path, node: Node::Post(Post::from(entry)) }
                }
                model::EntryKind::Page => {
                    Suggestion { kind: SuggestionKind::Page, text, path, node: Node::Page(Page::from(entry)) }
                }
            }
        }),
        model::SuggestionKind::Tag(slug) => load(ctx, TagBySlug(slug)).await?.map(|tag| Suggestion {
            kind: SuggestionKind::Tag,
            text,
            path: None,
            node: Node::Tag(Tag(tag)),
        }),
        model::SuggestionKind::Author(slug) => load(ctx, AuthorBySlug(slug)).await?.map(|author| {
            Suggestion { kind: SuggestionKind::Author, text, path: None, node: Node::Author(Author(author)) }
        }),
    })
}
