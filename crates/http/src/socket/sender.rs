//! Who sends over a socket.
//!
//! A browser opens sockets for any page, and adds our cookie to the handshake, without asking us first: what keeps
//! requests of other origins out does not hold for sockets. So the cookie counts only where the handshake proves that a
//! page of this site sent it. What is said then is said by that page, and may change something.

use axum::http::HeaderMap;
use inkstand_blog::{Authenticated, Blog, BlogError, Credential};
use inkstand_model::Viewer;

use crate::{
    HttpOptions,
    identity::{bearer, bearer_of},
    same_origin::is_proven,
};

/// What a handshake says of its sender, and later what is known.
pub(super) struct Sender {
    token: Option<String>,
    cookie: Option<String>,
    /// By what the viewer is known; `None` for anonymous ones.
    held: Option<Held>,
    viewer: Viewer,
}

enum Held {
    Token(String),
    Session(String),
}

/// How somebody is known, or not.
pub(super) enum Known {
    Yes,
    /// Why not.
    No(&'static str),
}

impl Sender {
    /// Reads the headers of a handshake.
    pub(super) fn of(options: &HttpOptions, headers: &HeaderMap) -> Self {
        let cookie = options.session_cookie().read(headers);
        let cookie = cookie.filter(|_| is_proven(headers, &options.public_url)).map(str::to_owned);
        Self { token: bearer(headers).map(str::to_owned), cookie, held: None, viewer: Viewer::Anonymous }
    }

    /// Whose eyes the blog is read by.
    pub(super) fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// Whether there is something that may be taken away.
    pub(super) fn is_known(&self) -> bool {
        self.held.is_some()
    }

    /// Finds out who it is: by what `connection_init` says, by the header, by the cookie, in this order. A token that is
    /// good for nothing is refused; with such a cookie a reader goes on reading.
    pub(super) async fn identify(
        &mut self,
        blog: &Blog,
        authorization: Option<&str>,
    ) -> Result<Known, BlogError> {
        let token = match authorization {
            Some(text) => match bearer_of(text) {
                Some(token) => Some(token.to_owned()),
                None => return Ok(Known::No("Forbidden: `authorization` is `Bearer` and a token")),
            },
            None => self.token.take(),
        };
        let held = match (token, self.cookie.take()) {
            (Some(token), _) => Held::Token(token),
            (None, Some(secret)) => Held::Session(secret),
            (None, None) => return Ok(Known::Yes),
        };
        match (authenticate(blog, &held).await?, &held) {
            (Some(Authenticated { viewer, .. }), _) => {
                self.viewer = viewer;
                self.held = Some(held);
            }
            (None, Held::Token(_)) => {
                return Ok(Known::No(
                    "Forbidden: this token is good for nothing, or its account cannot sign in",
                ));
            }
            (None, Held::Session(_)) => {}
        }
        Ok(Known::Yes)
    }

    /// Whether it is still the same, and may do the same.
    pub(super) async fn is_still_known(&self, blog: &Blog) -> Result<Known, BlogError> {
        let Some(held) = &self.held else { return Ok(Known::Yes) };
        Ok(match authenticate(blog, held).await? {
            Some(Authenticated { viewer, .. }) if viewer == self.viewer => Known::Yes,
            Some(_) => Known::No("Forbidden: the account has changed; connect again"),
            None => Known::No("Forbidden: the token or session is not good any more"),
        })
    }
}

async fn authenticate(blog: &Blog, held: &Held) -> Result<Option<Authenticated>, BlogError> {
    let credential = match held {
        Held::Token(secret) => Credential::Token(secret),
        Held::Session(secret) => Credential::Session(secret),
    };
    blog.authenticate(credential).await
}
