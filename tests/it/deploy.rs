//! `deploy/` as it is: the image is built, containers run, and what is promised of them is seen.
//!
//! Where no containers can run, these tests say so and pass, except in continuous integration.

mod balancer;
mod cluster;
mod compose;
mod drill;
mod kubernetes;
mod load;
mod manifests;

use inkstand_tests::{Client, Containers};
use serde_json::{Value, json};

use crate::crash::ledger::all;

/// An owner's account and a token of it, made by commands in containers with these flags of `podman run`.
async fn token(containers: &Containers, flags: &[&str]) -> String {
    let run = ["run", "--rm", "--interactive", "--pull=never"];
    let create = ["account", "create", "ada", "--role", "owner", "--password-stdin"];
    let create = [&run[..], flags, &create].concat();
    let password = b"a notebook is a log\na notebook is a log\n";
    containers.podman_with_input(&create, password).await.unwrap();
    let create = ["token", "create", "ada", "drill", "--scope", "write"];
    containers.podman(&[&run[..], flags, &create].concat()).await
}

/// Everything that everybody sees of a blog.
async fn contents(client: &Client) -> Vec<Value> {
    let mut posts =
        all(client, "posts", "", "nodes { id title slug publishedAt html tags { name } }", Value::clone)
            .await;
    posts.push(client.query_with("{ site { title tagline } }", json!({})).await);
    posts
}
