//! What is asked: four operations, each with many different arguments.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use inkstand_chance::Dice;
use serde_json::{Value, json};

use crate::corpus::{self, Post};

/// Different requests of an operation.
const DIFFERENT: usize = 500;

/// An operation, and what it is called in the table.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    document: &'static str,
    /// Whether the yardstick in memory knows it.
    pub(crate) in_memory: bool,
}

/// The four.
pub(crate) const OPERATIONS: [Operation; 4] = [
    Operation {
        name: "front page",
        document: include_str!("../../schema/operations/front-page.graphql"),
        in_memory: true,
    },
    Operation {
        name: "one post",
        document: include_str!("../../schema/operations/post.graphql"),
        in_memory: true,
    },
    Operation {
        name: "tag archive",
        document: include_str!("../../schema/operations/posts-by-tag.graphql"),
        in_memory: true,
    },
    Operation {
        name: "search",
        document: include_str!("../../schema/operations/search-hits.graphql"),
        in_memory: false,
    },
];

impl Operation {
    fn request(&self, variables: &Value) -> Value {
        json!({ "query": self.document, "variables": variables })
    }

    /// The variables of each request. `cursor` gives the cursor behind so many posts.
    fn variables(&self, posts: &[Post], cursors: &[String]) -> Vec<Value> {
        let mut dice = Dice::new(DIFFERENT as u64);
        let word = |dice: &mut Dice| corpus::word(50 + dice.skewed(5_000));
        (0..DIFFERENT)
            .map(|n| match self.name {
                "front page" if n == 0 => json!({}),
                "front page" => json!({ "after": cursors[n % cursors.len()] }),
                "one post" => json!({ "slug": posts[dice.below(posts.len())].slug }),
                "tag archive" => json!({ "tags": [corpus::tag(n % corpus::tags())] }),
                _ if n % 2 == 0 => json!({ "text": word(&mut dice) }),
                _ => json!({ "text": format!("{} {}", word(&mut dice), word(&mut dice)) }),
            })
            .collect()
    }

    /// Writes the requests to a file, one a line.
    pub(crate) fn write(&self, posts: &[Post], cursors: &[String], folder: &Path) -> Result<PathBuf> {
        let lines: Vec<String> = self
            .variables(posts, cursors)
            .iter()
            .map(|variables| self.request(variables).to_string())
            .collect();
        let kind = if cursors.first().is_some_and(|cursor| cursor.bytes().all(|b| b.is_ascii_digit())) {
            "memory"
        } else {
            "inkstand"
        };
        let file = folder.join(format!("{kind} {}.jsonl", self.name));
        std::fs::write(&file, lines.join("\n"))?;
        Ok(file)
    }
}

/// Sends one request, which must be answered without errors.
pub(crate) async fn ask(client: &reqwest::Client, port: u16, request: &Value) -> Result<String> {
    let response = client.post(format!("http://127.0.0.1:{port}/graphql")).json(request).send().await?;
    let answer = response.text().await?;
    let parsed: Value = serde_json::from_str(&answer).with_context(|| answer.clone())?;
    ensure!(parsed["errors"].is_null() && parsed["data"].is_object(), "{request}\n{answer}");
    Ok(answer)
}

/// The cursors of the front page's list, page after page.
pub(crate) async fn cursors(client: &reqwest::Client, port: u16) -> Result<Vec<String>> {
    let mut cursors: Vec<String> = Vec::new();
    while cursors.len() < DIFFERENT {
        let after = cursors.last().map_or(json!({}), |after| json!({ "after": after }));
        let answer: Value = serde_json::from_str(&ask(client, port, &OPERATIONS[0].request(&after)).await?)?;
        let info = &answer["data"]["posts"]["pageInfo"];
        let (Some(end), Some(true)) = (info["endCursor"].as_str(), info["hasNextPage"].as_bool()) else {
            break;
        };
        cursors.push(end.to_owned());
    }
    Ok(cursors)
}
