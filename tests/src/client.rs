//! Asking a server.

use std::{net::SocketAddr, path::Path};

use serde_json::{Value, json};

use crate::TestDatabase;

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

    /// The same requests to another server.
    #[must_use]
    pub fn at(&self, address: SocketAddr) -> Self {
        Self { address, http: self.http.clone() }
    }

    /// The same, with these headers in each request.
    ///
    /// # Panics
    /// Where one is no header.
    #[must_use]
    pub fn with(&self, headers: &[(&str, &str)]) -> Self {
        let mut all = reqwest::header::HeaderMap::new();
        for (name, value) in headers {
            let name: reqwest::header::HeaderName = name.parse().expect("the name of a header");
            all.append(name, value.parse().expect("the value of a header"));
        }
        let http =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).default_headers(all);
        Self { address: self.address, http: http.build().expect("a client without TLS") }
    }

    /// The same, with a header in each request.
    ///
    /// # Panics
    /// Where it is none.
    #[must_use]
    pub fn with_header(&self, name: &'static str, value: &str) -> Self {
        self.with(&[(name, value)])
    }

    /// The same, by a token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        self.with_header("authorization", &format!("Bearer {token}"))
    }

    /// The same, as a browser sends it from a page of this site: with a cookie, as `name=value`.
    #[must_use]
    pub fn with_cookie(&self, cookie: &str) -> Self {
        self.with(&[("cookie", cookie), ("sec-fetch-site", "same-origin")])
    }

    /// Signs in, and gives the cookie that the answer sets, as `name=value`.
    ///
    /// # Panics
    /// Where it is not let in.
    pub async fn sign_in(&self, name: &str, password: &str) -> String {
        let query =
            "mutation($input: SignInInput!) { signIn(input: $input) { userErrors { code message } } }";
        let body =
            json!({ "query": query, "variables": { "input": { "name": name, "password": password } } });
        let response = self.http.post(self.url("/graphql")).json(&body).send().await.expect("an answer");
        let cookie =
            response.headers().get("set-cookie").map(|cookie| cookie.to_str().expect("text").to_owned());
        let answer: Value = response.json().await.expect("JSON");
        let cookie = cookie.unwrap_or_else(|| panic!("not let in: {answer:#}"));
        cookie.split(';').next().unwrap_or_default().to_owned()
    }

    /// Waits until the server has heard of all that anybody wrote so far; of what other processes write it hears a
    /// moment later.
    ///
    /// # Panics
    /// Where it does not.
    pub async fn caught_up(&self, database: &TestDatabase) {
        let last = database.texts("SELECT CAST(max(seq) AS TEXT) FROM change").await.remove(0);
        let _ = self.with_header("inkstand-after-seq", &last).query("{ site { title } }").await;
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
