//! From the end of a lease's holder to what the next one does.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use inkstand_tests::{Answering, Database, Receiver};
use serde_json::{Value, json};

use super::{Args, site::Site, spread};

pub(super) async fn measure(args: &Args) -> Result<()> {
    let site = Site::new(args, Database::Postgres).await;
    let token = site.token()?;
    let receiver = Receiver::start().await;
    let mut holder = site.serve_beside(&[])?;
    let made: Value = holder
        .client
        .post(format!("http://127.0.0.1:{}/graphql", holder.server.port))
        .bearer_auth(&token)
        .json(&json!({
            "query": "mutation($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } userErrors { message } } }",
            "variables": { "input": { "url": receiver.url(), "events": ["POST_PUBLISHED"] } }
        }))
        .send()
        .await?
        .json()
        .await?;
    ensure!(made["data"]["createWebhook"]["webhook"]["id"].is_string(), "{made}");
    for (how, killed) in [("killed", true), ("stopped", false)] {
        let mut times: Vec<Duration> = Vec::new();
        for round in 0..args.rounds {
            receiver.answer(Answering::Never);
            let before = receiver.received().len();
            holder.publish(&token, &format!("Post {round} before one is {how}")).await?;
            receiver.wait_for(before + 1).await;
            // It has the lease; the other one begins only now.
            let next = site.serve_beside(&[])?;
            next.ready(Instant::now()).await?;
            receiver.answer(Answering::Status(204));
            let began = Instant::now();
            if killed {
                holder.server.kill()?;
            } else {
                holder.server.tell("TERM")?;
            }
            receiver.wait_for(before + 2).await;
            times.push(began.elapsed());
            holder = next;
        }
        println!("lease, its holder {how}: the next one sends after {}", spread(times)?);
    }
    Ok(())
}
