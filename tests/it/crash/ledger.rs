//! What writers were told, to be compared with what is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use inkstand_chance::Dice;
use inkstand_tests::{Client, Inkstand, Served, TestDatabase, eventually};
use serde_json::{Value, json};

/// The index has caught up, and a server that was just started answers.
const LONG: Duration = Duration::from_secs(120);

/// What the writers wrote: a search gives ten thousand hits at most, and two hundred rounds import more than that.
const NOT_IMPORTED: &str = "filter: { tags: { none: [\"ink\"] } }";

/// A writer: makes posts and goes on changing them, one request after the other, and notes what it was told.
pub(crate) struct Writer {
    name: String,
    dice: Dice,
    posts: Vec<Noted>,
    /// How many posts it asked for.
    made: usize,
    /// What was asked for and not answered. Nobody knows what became of it, so those posts are left alone until all is
    /// settled.
    open: Vec<Deed>,
}

/// A post as it was acknowledged. Title and body are the same word.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Noted {
    id: String,
    version: i64,
    word: String,
    status: String,
}

#[derive(Clone, Debug)]
enum Deed {
    /// A new post with this word. The word is its key of idempotency, too.
    Create { word: String },
    /// A post that was there becomes another.
    Change { place: usize, mutation: &'static str, word: String, status: &'static str },
}

impl Writer {
    pub(crate) fn new(name: usize, seed: u64) -> Self {
        Self { name: format!("w{name}"), dice: Dice::new(seed), posts: Vec::new(), made: 0, open: Vec::new() }
    }

    /// How many acknowledged states there are.
    pub(crate) fn acknowledged(&self) -> usize {
        self.posts.iter().map(|post| post.version as usize).sum()
    }

    /// Does one thing. `false` where nobody knows what became of it.
    pub(crate) async fn step(&mut self, client: &Client) -> bool {
        let deed = self.next();
        self.open.push(deed.clone());
        let Some(post) = self.send(client, &deed).await else { return false };
        self.open.pop();
        self.note(&deed, post);
        true
    }

    fn next(&mut self) -> Deed {
        let count = self.posts.len();
        let lately = count.min(4);
        // Mostly what was made lately: drafts go out, what is out is changed, and some goes to the trash.
        if count == 0 || self.dice.below(3) == 0 {
            return self.create();
        }
        let place = count - 1 - self.dice.below(lately);
        if self.open.iter().any(|deed| matches!(deed, Deed::Change { place: open, .. } if *open == place)) {
            return self.create();
        }
        let Noted { word, status, .. } = self.posts[place].clone();
        let (post, edit) = word.split_once('e').unwrap();
        let next = format!("{post}e{}", edit.parse::<u32>().unwrap() + 1);
        match (status.as_str(), self.dice.below(4)) {
            ("DRAFT", 0) => Deed::Change { place, mutation: "updatePost", word: next, status: "DRAFT" },
            ("DRAFT", _) => Deed::Change { place, mutation: "publishPost", word, status: "PUBLISHED" },
            ("PUBLISHED", 0) => Deed::Change { place, mutation: "trashPost", word, status: "TRASHED" },
            ("PUBLISHED", _) => {
                Deed::Change { place, mutation: "updatePost", word: next, status: "PUBLISHED" }
            }
            _ => self.create(),
        }
    }

    fn create(&mut self) -> Deed {
        self.made += 1;
        Deed::Create { word: format!("{}p{}e0", self.name, self.made - 1) }
    }

    /// The post as it is answered; `None` where there is no answer.
    async fn send(&self, client: &Client, deed: &Deed) -> Option<Value> {
        let (mutation, input) = match deed {
            Deed::Create { word } => {
                ("createPost", json!({ "title": word, "markdown": word, "idempotencyKey": word }))
            }
            Deed::Change { place, mutation, word, .. } => {
                let Noted { id, version, .. } = &self.posts[*place];
                let mut input = json!({ "id": id, "version": version });
                if *mutation == "updatePost" {
                    input["title"] = json!(word);
                    input["markdown"] = json!(word);
                }
                (*mutation, input)
            }
        };
        let kind = match mutation {
            "createPost" => "CreatePostInput",
            "updatePost" => "UpdatePostInput",
            "publishPost" => "PublishEntryInput",
            _ => "EntryStepInput",
        };
        let query = format!(
            "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ post {{ id version title status }} userErrors {{ code message }} }} }}"
        );
        let body = json!({ "query": query, "variables": { "input": input } });
        let answer = client.http.post(client.url("/graphql")).json(&body).send().await.ok()?;
        let status = answer.status().as_u16();
        let answer: Value = answer.json().await.ok()?;
        // The database was killed, or is full, or a proxy found no server: whether this was written shows later.
        if matches!(status, 502..=504) {
            return None;
        }
        let payload = &answer["data"][mutation];
        assert!(status == 200 && payload["userErrors"] == json!([]), "{deed:?}: {status} {answer}");
        Some(payload["post"].clone())
    }

    fn note(&mut self, deed: &Deed, post: Value) {
        let noted = Noted {
            id: post["id"].as_str().unwrap().to_owned(),
            version: post["version"].as_i64().unwrap(),
            word: post["title"].as_str().unwrap().to_owned(),
            status: post["status"].as_str().unwrap().to_owned(),
        };
        match deed {
            Deed::Create { word } => {
                assert_eq!((&noted.word, noted.status.as_str()), (word, "DRAFT"));
                self.posts.push(noted);
            }
            Deed::Change { place, word, status, .. } => {
                assert_eq!((&noted.word, noted.status.as_str()), (word, *status));
                self.posts[*place] = noted;
            }
        }
    }

    /// Compares what is there with what it was told, and finds out what became of the requests without an answer.
    async fn settle(&mut self, client: &Client) {
        let open = std::mem::take(&mut self.open);
        for deed in open.iter().filter(|deed| matches!(deed, Deed::Create { .. })) {
            // The key of idempotency sees to it that it is made once, whether it was or not.
            let post = self.send(client, deed).await.expect("an answer");
            self.note(deed, post);
        }
        for place in 0..self.posts.len() {
            let there = look(client, &self.posts[place].id).await;
            let noted = &self.posts[place];
            if there == *noted {
                continue;
            }
            let may_be = open.iter().find_map(|deed| match deed {
                Deed::Change { place: at, word, status, .. } if *at == place => {
                    let version = noted.version + 1;
                    Some(Noted {
                        id: noted.id.clone(),
                        version,
                        word: word.clone(),
                        status: (*status).to_owned(),
                    })
                }
                _ => None,
            });
            assert_eq!(Some(&there), may_be.as_ref(), "was told {noted:?}, asked {open:?}");
            self.posts[place] = there;
        }
    }
}

async fn look(client: &Client, id: &str) -> Noted {
    let query = "query($id: ID!) { post(by: { id: $id }) { id version title status html } }";
    let answer = client.query_with(query, json!({ "id": id })).await;
    let post = &answer["post"];
    assert!(!post.is_null(), "{id} was acknowledged, and is not there");
    let word = post["title"].as_str().unwrap();
    assert_eq!(post["html"].as_str().unwrap().trim(), format!("<p>{word}</p>"), "half of {id} was written");
    Noted {
        id: id.to_owned(),
        version: post["version"].as_i64().unwrap(),
        word: word.to_owned(),
        status: post["status"].as_str().unwrap().to_owned(),
    }
}

/// Compares everything: what the writers were told with the database, and that with the index.
pub(crate) async fn settle(writers: &mut [Writer], client: &Client, anybody: &Client) {
    eventually("the server answers", LONG, || async {
        let ready = anybody.http.get(anybody.url("/readyz")).send().await.ok()?;
        (ready.status() == 200).then_some(())
    })
    .await;
    for writer in &mut *writers {
        writer.settle(client).await;
    }
    let told: BTreeMap<String, String> = writers
        .iter()
        .flat_map(|writer| &writer.posts)
        .filter(|post| post.status == "PUBLISHED")
        .map(|post| (post.id.clone(), post.word.clone()))
        .collect();
    let there: BTreeMap<String, String> = all(anybody, "posts", "", "nodes { id title }", Value::clone)
        .await
        .iter()
        .map(|post| (text(post, "id"), text(post, "title")))
        .filter(|(_, title)| title.starts_with('w'))
        .collect();
    assert_eq!(there, told, "what everybody sees");
    let search = "nodes { node { id title } }";
    eventually("the index is whole", LONG, || async {
        let complete = anybody.query("{ search { complete } }").await["search"]["complete"] == true;
        complete.then_some(())
    })
    .await;
    eventually("the index says what the database says", LONG, || async {
        let hits = all(anybody, "search", NOT_IMPORTED, search, |node| node["node"].clone()).await;
        let found: BTreeSet<String> = hits
            .iter()
            .filter(|hit| text(hit, "title").starts_with('w'))
            .map(|hit| text(hit, "id"))
            .collect();
        let counts = anybody.query("{ search { totalCount } posts { totalCount } }").await;
        let counted = counts["search"]["totalCount"] == counts["posts"]["totalCount"];
        (counted && found.iter().eq(told.keys())).then_some(())
    })
    .await;
    // Under the words that they have now.
    for (id, word) in told.iter().rev().take(20) {
        let hit = anybody.query_with(
            "query($text: String!) { search(text: $text, first: 1) { nodes { node { id } } } }",
            json!({ "text": format!("\"{word}\"") }),
        );
        assert_eq!(hit.await["search"]["nodes"][0]["node"]["id"], id.as_str(), "{word}");
    }
}

fn text(of: &Value, field: &str) -> String {
    of[field].as_str().unwrap_or_default().to_owned()
}

/// All nodes of a list with these arguments, page after page.
pub(crate) async fn all(
    client: &Client,
    list: &str,
    arguments: &str,
    selection: &str,
    node: impl Fn(&Value) -> Value,
) -> Vec<Value> {
    let mut nodes = Vec::new();
    let mut after = Value::Null;
    loop {
        let query = format!(
            "query($after: String) {{ it: {list}(first: 100, after: $after, {arguments}) {{ {selection} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let answer = client.query_with(&query, json!({ "after": after })).await;
        nodes.extend(answer["it"]["nodes"].as_array().unwrap().iter().map(&node));
        if answer["it"]["pageInfo"]["hasNextPage"] != true {
            return nodes;
        }
        after = answer["it"]["pageInfo"]["endCursor"].clone();
    }
}

/// Stops a server as the end of a test does, and has the doctor look at what it leaves.
pub(super) async fn examine(served: Served, database: &TestDatabase) {
    served.stop().await;
    let found = Inkstand::on(database).args(["doctor"]).run().await;
    assert_eq!(found.code, Some(0), "{}{}", found.stdout, found.stderr);
}
