//! Asking a server.

use std::{net::SocketAddr, path::Path};

use serde_json::{Value, json};

/// A client of the GraphQL API at an address.
#[derive(Clone, Debug)]
pub struct Client {
    /// Where the server listens.
    pub address: SocketAddr,
    /// Follows no redirects.
    pub http: reqwest::Client,
}

impl Client {
    /// Asks the server at `address`.
    ///
    /// # Panics
    /// Where the system has no sockets.
    #[must_use]
    pub fn new(address: SocketAddr) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build();
        Self { address, http: http.expect("a client without TLS") }
    }

    /// The same client with a header on every request.
    ///
    /// # Panics
    /// Where that is no header.
    #[must_use]
    pub fn with_header(&self, name: &'static str, value: &str) -> Self {
        let value = reqwest::header::HeaderValue::from_str(value).expect("a header");
        let headers =
            reqwest::header::HeaderMap::from_iter([(reqwest::header::HeaderName::from_static(name), value)]);
        let http =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).default_headers(headers);
        Self { address: self.address, http: http.build().expect("a client without TLS") }
    }

    /// The same client for a program that has a token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        self.with_header("authorization", &format!("Bearer {token}"))
    }

    /// The address of something on this server.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends a query and gives its whole answer.
    ///
    /// # Panics
    /// Where there is none.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        let response = self.http.post(self.url("/graphql")).json(&body).send().await.expect("an answer");
        response.json().await.expect("JSON")
    }

    /// Sends a query that must succeed, and gives its data.
    ///
    /// # Panics
    /// Where the answer has errors.
    pub async fn query(&self, query: &str) -> Value {
        self.query_with(query, json!({})).await
    }

    /// The same with variables.
    ///
    /// # Panics
    /// Where the answer has errors.
    pub async fn query_with(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.ask(query, variables).await;
        assert!(answer.get("errors").is_none(), "{query}\n{answer:#}");
        answer["data"].take()
    }

    /// Sends one of `schema/operations`, which must succeed, and gives its data.
    ///
    /// # Panics
    /// Where there is no such operation, or the answer has errors.
    pub async fn operation(&self, name: &str, variables: Value) -> Value {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/operations").join(name);
        let query =
            std::fs::read_to_string(path.with_extension("graphql")).expect("an operation of that name");
        self.query_with(&query, variables).await
    }
}
