//! Where an address leads.

use async_graphql::SimpleObject;
use inkstand_blog as blog;

use crate::{object::Node, request::RequestState, scalar::Url};

/// What stands at an address, in the terms of HTTP.
#[derive(SimpleObject)]
pub(crate) struct Route {
    /// 200 where something stands, 301 where it stands elsewhere now, 410 where something is gone for good, 404
    /// where nothing ever stood.
    status: i32,
    /// Where it stands now, for 301.
    location: Option<Url>,
    /// What stands there, or stood there and has moved.
    node: Option<Node>,
}

impl Route {
    pub(crate) fn new(route: blog::Route, state: &RequestState) -> Self {
        match route {
            blog::Route::Here(entry) => Self { status: 200, location: None, node: Some(Node::from(entry)) },
            blog::Route::Moved(entry) => Self {
                status: 301,
                location: Some(Url(state.url(&entry.path))),
                node: Some(Node::from(entry)),
            },
            blog::Route::Gone => Self { status: 410, location: None, node: None },
            blog::Route::Nothing => Self { status: 404, location: None, node: None },
        }
    }
}
