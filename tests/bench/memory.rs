//! The yardstick for what is not remembered: the same shape of schema in stock async-graphql, from memory.

use std::{collections::HashMap, sync::Arc};

use anyhow::Result;
use async_graphql::{
    Context, EmptyMutation, EmptySubscription, InputObject, Object, OneofObject, Schema, SimpleObject, scalar,
};
use axum::{Router, body::Bytes, http::header::CONTENT_TYPE, routing::post};
use serde::{Deserialize, Serialize};

use crate::corpus;

#[derive(Clone, Serialize, Deserialize)]
struct Slug(String);
scalar!(Slug);

#[derive(Clone, SimpleObject)]
struct Term {
    name: String,
    slug: String,
    handle: String,
}

#[derive(SimpleObject)]
struct Kept {
    id: String,
    title: String,
    path: String,
    published_at: String,
    excerpt_text: String,
    html: String,
    reading_minutes: i32,
    authors: Vec<Term>,
    categories: Vec<Term>,
    tags: Vec<Term>,
}

struct Post(Arc<Kept>);

#[Object]
impl Post {
    async fn id(&self) -> &str {
        &self.0.id
    }
    async fn title(&self) -> &str {
        &self.0.title
    }
    async fn path(&self) -> &str {
        &self.0.path
    }
    async fn published_at(&self) -> &str {
        &self.0.published_at
    }
    async fn excerpt_text(&self) -> &str {
        &self.0.excerpt_text
    }
    async fn html(&self) -> &str {
        &self.0.html
    }
    async fn reading_minutes(&self) -> i32 {
        self.0.reading_minutes
    }
    async fn authors(&self) -> &[Term] {
        &self.0.authors
    }
    async fn categories(&self) -> &[Term] {
        &self.0.categories
    }
    async fn tags(&self) -> &[Term] {
        &self.0.tags
    }
}

#[derive(SimpleObject)]
struct Site {
    title: String,
    tagline: String,
}

#[derive(SimpleObject)]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(SimpleObject)]
struct PostConnection {
    nodes: Vec<Post>,
    page_info: PageInfo,
    total_count: i32,
}

#[derive(InputObject)]
struct Match {
    any: Vec<Slug>,
}

#[derive(InputObject)]
struct PostFilter {
    tags: Match,
}

#[derive(OneofObject)]
enum PostBy {
    Slug(Slug),
    Number(i32),
}

struct Blog {
    /// Newest first.
    posts: Vec<Arc<Kept>>,
    /// The place of each.
    all: Vec<usize>,
    by_slug: HashMap<String, usize>,
    by_tag: HashMap<String, Vec<usize>>,
}

struct Query;

#[Object]
impl Query {
    async fn site(&self) -> Site {
        Site { title: "Bench".to_owned(), tagline: String::new() }
    }

    /// `after` is a place in the list.
    async fn posts(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        filter: Option<PostFilter>,
    ) -> async_graphql::Result<PostConnection> {
        let blog = ctx.data::<Blog>()?;
        let first = first.unwrap_or(10).clamp(1, 100) as usize;
        let skip = after.map(|after| after.parse::<usize>()).transpose()?.map_or(0, |at| at + 1);
        let list: &[usize] = match filter {
            Some(filter) => {
                let tag = filter.tags.any.first().map_or("", |slug| slug.0.as_str());
                blog.by_tag.get(tag).map_or(&[], Vec::as_slice)
            }
            None => &blog.all,
        };
        let nodes: Vec<Post> =
            list.iter().skip(skip).take(first).map(|at| Post(Arc::clone(&blog.posts[*at]))).collect();
        let end = skip + nodes.len();
        Ok(PostConnection {
            page_info: PageInfo {
                has_next_page: end < list.len(),
                end_cursor: (!nodes.is_empty()).then(|| (end - 1).to_string()),
            },
            nodes,
            total_count: list.len() as i32,
        })
    }

    async fn post(&self, ctx: &Context<'_>, by: PostBy) -> async_graphql::Result<Option<Post>> {
        let blog = ctx.data::<Blog>()?;
        let at = match by {
            PostBy::Slug(slug) => blog.by_slug.get(&slug.0).copied(),
            PostBy::Number(number) => Some(number as usize),
        };
        Ok(at.and_then(|at| blog.posts.get(at)).map(|post| Post(Arc::clone(post))))
    }
}

/// Serves the corpus from memory.
pub(crate) async fn serve(port: u16, posts: usize) -> Result<()> {
    let schema = Schema::build(Query, EmptyMutation, EmptySubscription).data(blog(posts)).finish();
    let handler = move |body: Bytes| {
        let schema = schema.clone();
        async move {
            let answer = match serde_json::from_slice::<async_graphql::Request>(&body) {
                Ok(request) => serde_json::to_vec(&schema.execute(request).await).unwrap_or_default(),
                Err(error) => error.to_string().into_bytes(),
            };
            ([(CONTENT_TYPE, "application/json")], answer)
        }
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    Ok(axum::serve(listener, Router::new().route("/graphql", post(handler))).await?)
}

fn blog(count: usize) -> Blog {
    let term = |name: &String| Term { name: name.clone(), slug: name.clone(), handle: name.clone() };
    let mut posts = Vec::with_capacity(count);
    let (mut by_slug, mut by_tag) = (HashMap::new(), HashMap::<String, Vec<usize>>::new());
    for (at, post) in corpus::posts(count).into_iter().rev().enumerate() {
        by_slug.insert(post.slug.clone(), at);
        for tag in &post.tags {
            by_tag.entry(tag.clone()).or_default().push(at);
        }
        let html: String = post.paragraphs.iter().map(|text| format!("<p>{text}</p>\n")).collect();
        posts.push(Arc::new(Kept {
            id: format!("post_{at:032x}"),
            path: format!("/{}/{}/{}/", &post.date[..4], &post.date[5..7], post.slug),
            published_at: post.date,
            excerpt_text: post.paragraphs[0].chars().take(300).collect(),
            reading_minutes: 2,
            title: post.title,
            html,
            authors: vec![term(&post.author)],
            categories: vec![term(&post.category)],
            tags: post.tags.iter().map(term).collect(),
        }));
    }
    Blog { all: (0..posts.len()).collect(), posts, by_slug, by_tag }
}
