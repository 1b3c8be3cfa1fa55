//! Who can sign in, and what becomes of it.

mod csrf;
mod input;
mod limits;
mod owners;
mod sessions;
mod setup;
mod tokens;

use inkstand_tests::Client;
use reqwest::{Response, header};
use serde_json::{Value, json};

const SIGN_IN: &str = "mutation($input: SignInInput!) { signIn(input: $input) {
    account { name role author { slug } apiTokens { name } }
    userErrors { __typename code field message ... on TooManyAttempts { retryAfterSeconds } } } }";

/// Sends a query with its variables, and gives the answer as it came.
async fn send(client: &Client, query: &str, variables: Value) -> Response {
    let body = json!({ "query": query, "variables": variables });
    client.http.post(client.url("/graphql")).json(&body).send().await.unwrap()
}

/// Tries to sign in, and gives the whole answer.
async fn sign_in(client: &Client, name: &str, password: &str) -> Response {
    send(client, SIGN_IN, json!({ "input": { "name": name, "password": password } })).await
}

/// Runs a mutation with one input, and gives its payload.
async fn mutate(client: &Client, mutation: &str, input: Value) -> Value {
    let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let object =
        if mutation.ends_with("ApiToken") { "apiToken { id name }" } else { "account { id name role }" };
    let query = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {object} userErrors {{ code field message }} }} }}"
    );
    let mut data = client.query_with(&query, json!({ "input": input })).await;
    data[mutation].take()
}

/// The codes and fields of what was wrong with an input.
fn complaints(payload: &Value) -> Vec<String> {
    let errors = payload["userErrors"].as_array().unwrap();
    errors
        .iter()
        .map(|error| {
            let field: Vec<&str> =
                error["field"].as_array().unwrap().iter().map(|part| part.as_str().unwrap()).collect();
            format!("{} {}", error["code"].as_str().unwrap(), field.join(".")).trim().to_owned()
        })
        .collect()
}

/// The code of the only error of a request.
fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no error: {answer:#}"))
}

/// Who the server takes the client for; `None` for nobody.
async fn who(client: &Client) -> Option<String> {
    let data = client.query("{ viewer { name } }").await;
    data["viewer"]["name"].as_str().map(str::to_owned)
}

fn header_text(response: &Response, name: header::HeaderName) -> Option<&str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}
