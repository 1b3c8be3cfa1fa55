//! What nobody should send. Whatever it is, the answer comes soon, is never a 500, names a code that stays, says
//! what to do, and the server goes on answering.

mod argument;
mod body;
mod document;
mod search_text;

use std::time::Duration;

use inkstand_tests::TestBlog;
use reqwest::{RequestBuilder, header};
use serde_json::{Value, json};

/// What is to become of a request.
#[derive(Clone, Copy, Debug)]
enum Expected {
    /// The transport refuses it, with this status whatever the client accepts, and this code.
    Transport(u16, &'static str),
    /// It is not executed: 200 as `application/json`, 400 as the newer type, this code, no `data`.
    Request(&'static str),
    /// It is executed, and something in it is refused with this code.
    Field(&'static str),
    /// It is answered.
    Answer,
}

use Expected::{Answer, Field, Request, Transport};

/// Far more than any of these may take, far less than a client waits.
const SOON: Duration = Duration::from_secs(5);

/// A table of requests, all of which are tried before the test says which went wrong.
struct Checks<'a> {
    blog: &'a TestBlog,
    wrong: Vec<String>,
}

impl<'a> Checks<'a> {
    fn on(blog: &'a TestBlog) -> Self {
        Self { blog, wrong: Vec::new() }
    }

    /// Sends a request once for each media type of answers, and compares.
    async fn request(&mut self, name: &str, request: impl Fn() -> RequestBuilder, expected: Expected) {
        for (accept, refused) in [("application/json", 200), ("application/graphql-response+json", 400)] {
            let request = request().header(header::ACCEPT, accept).timeout(SOON);
            if let Err(reason) = answered_well(request, accept, refused, expected).await {
                self.wrong.push(format!("{name}, {accept}: {reason}"));
            }
        }
        let site = self.blog.query("{ site { title } }").await;
        assert_eq!(site["site"]["title"], "A blog on Inkstand", "after {name}");
    }

    /// Sends a query.
    async fn query(&mut self, name: &str, query: &str, expected: Expected) {
        self.query_with(name, query, json!({}), expected).await;
    }

    /// Sends a query with variables.
    async fn query_with(&mut self, name: &str, query: &str, variables: Value, expected: Expected) {
        let body = json!({ "query": query, "variables": variables });
        let (http, url) = (&self.blog.http, self.blog.url("/graphql"));
        self.request(name, || http.post(&url).json(&body), expected).await;
    }

    fn end(self) {
        assert!(self.wrong.is_empty(), "{} wrong:\n{}", self.wrong.len(), self.wrong.join("\n"));
    }
}

async fn answered_well(
    request: RequestBuilder,
    accept: &str,
    refused: u16,
    expected: Expected,
) -> Result<(), String> {
    let response = request.send().await.map_err(|error| format!("{error:?}"))?;
    let status = response.status().as_u16();
    let content_type = response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
    let text = response.text().await.map_err(|error| format!("{error:?}"))?;
    let told = format!("{status} {content_type} {}", text.chars().take(500).collect::<String>());
    let body: Value = serde_json::from_str(&text).map_err(|error| format!("{error} in {told}"))?;

    let (expected_status, code) = match expected {
        Transport(status, code) => (status, Some(code)),
        Request(code) => (refused, Some(code)),
        Field(code) => (200, Some(code)),
        Answer => (200, None),
    };
    let has_data = matches!(expected, Field(_) | Answer);
    let errors = body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    let well_told = errors.iter().all(|error| {
        let code = error["extensions"]["code"].as_str().unwrap_or_default();
        let message = error["message"].as_str().unwrap_or_default();
        inkstand_graphql::code::ALL.contains(&code) && (10..1000).contains(&message.len())
    });
    let as_expected = status == expected_status
        && content_type.starts_with(accept)
        && body["errors"][0]["extensions"]["code"].as_str() == code
        && body.get("data").is_some() == has_data
        && well_told;
    if as_expected { Ok(()) } else { Err(format!("not {expected:?} but {told}")) }
}
