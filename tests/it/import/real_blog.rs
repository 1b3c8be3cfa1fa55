//! A blog that nobody on this project wrote: 18F's, 509 posts.

use std::{collections::BTreeMap, time::Duration};

use inkstand_tests::{Client, Database, Inkstand, TestDatabase, eventually, shared_data};
use serde_json::{Value, json};

use super::site::{import, numbers};

/// An import of another process is found within a second: by what users run. A debug build indexes ten times slower,
/// beside other tests, and is only to get there.
const SEEN_WITHIN: Duration = Duration::from_secs(if cfg!(debug_assertions) { 5 } else { 1 });

/// Where that is not what is tested.
const PATIENCE: Duration = Duration::from_secs(30);

fn json_lines(name: &str) -> Option<Vec<Value>> {
    let text = std::fs::read_to_string(shared_data(name)?).unwrap();
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// A running server that the blog was imported into by another process.
#[expect(clippy::print_stdout, reason = "figures, which a test says and does not keep")]
async fn imported(
    kind: Database,
    expected: usize,
    within: Duration,
) -> Option<(TestDatabase, inkstand_tests::Served)> {
    let archive = shared_data("real-blog/posts.tar.gz")?;
    let database = TestDatabase::new(kind).await;
    let served = Inkstand::on(&database).args(["--public-url", "https://blog.example"]).serve().await;
    let ended = import(&database, &archive).await.well();
    let ((), lag) = eventually("the whole blog in the search", within, || async {
        let data = served.client.query(r#"{ search(text: "") { totalCount complete } }"#).await;
        (data["search"]["totalCount"].as_u64() == u64::try_from(expected).ok()).then_some(())
    })
    .await;
    println!("{kind:?}: imported in {:.1?} (debug build), found {lag:.3?} after the end", ended.took);
    println!(
        "{}",
        ended.stdout.lines().filter(|line| !line.starts_with("warning")).collect::<Vec<_>>().join("\n")
    );
    assert_eq!(numbers(&ended), [u64::try_from(expected).unwrap(), 0, 0, 0], "{}", ended.stdout);
    Some((database, served))
}

fn texts(value: &Value) -> Vec<String> {
    let mut texts: Vec<String> =
        value.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect();
    texts.sort();
    texts
}

/// Every post by the name of its file.
async fn by_file(database: &TestDatabase, client: &Client) -> BTreeMap<String, Value> {
    let rows = database
        .texts("SELECT CAST(entry.number AS TEXT) || ' ' || foreign_id FROM import_item JOIN entry ON entry.id = entry_id")
        .await;
    let files: BTreeMap<String, String> = rows
        .iter()
        .filter_map(|row| row.split_once(' '))
        .map(|(number, path)| (number.to_owned(), path.rsplit('/').next().unwrap().to_owned()))
        .collect();
    let mut posts = BTreeMap::new();
    let mut after = Value::Null;
    loop {
        let query = "query($after: String) { posts(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes {
            number slug title publishedAt path authors { handle } tags { name } markdown } } }";
        let mut data = client.query_with(query, json!({ "after": after })).await;
        for node in data["posts"]["nodes"].as_array().unwrap() {
            posts.insert(files[&node["number"].to_string()].clone(), node.clone());
        }
        if data["posts"]["pageInfo"]["hasNextPage"] == false {
            return posts;
        }
        after = data["posts"]["pageInfo"]["endCursor"].take();
    }
}

async fn everything_is_there(kind: Database) {
    let Some(expected) = json_lines("real-blog/posts.jsonl") else { return };
    let Some((database, served)) = imported(kind, expected.len(), SEEN_WITHIN).await else { return };
    let posts = by_file(&database, &served.client).await;
    assert_eq!(posts.len(), expected.len());
    let mut wrong = Vec::new();
    for post in &expected {
        let file = post["source_path"].as_str().unwrap().rsplit('/').next().unwrap();
        let Some(ours) = posts.get(file) else {
            wrong.push(format!("{file} is missing"));
            continue;
        };
        let handles: Value =
            ours["authors"].as_array().unwrap().iter().map(|a| a["handle"].clone()).collect();
        let tags: Value = ours["tags"].as_array().unwrap().iter().map(|t| t["name"].clone()).collect();
        if handles != post["authors"] {
            wrong.push(format!("{file}: authors {handles} for {}", post["authors"]));
        }
        if texts(&tags) != texts(&post["tags"]) {
            wrong.push(format!("{file}: tags {tags} for {}", post["tags"]));
        }
        if !ours["publishedAt"].as_str().unwrap().starts_with(post["date"].as_str().unwrap()) {
            wrong.push(format!("{file}: {} for {}", ours["publishedAt"], post["date"]));
        }
        if ours["title"].as_str().unwrap().trim() != post["title"].as_str().unwrap().trim() {
            wrong.push(format!("{file}: {} for {}", ours["title"], post["title"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), expected.len(), wrong.join("\n"));
    // Once more changes nothing.
    let archive = shared_data("real-blog/posts.tar.gz").unwrap();
    let again = import(&database, &archive).await.well();
    assert_eq!(numbers(&again), [0, 0, u64::try_from(expected.len()).unwrap(), 0], "{}", again.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_there_on_sqlite() {
    everything_is_there(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_there_on_postgresql() {
    everything_is_there(Database::Postgres).await;
}

/// An answer without what differs between two blogs of equal content: ids, and the cursors that are made of them.
fn comparable(mut answer: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(strip),
            Value::Object(fields) => {
                fields.retain(|name, _| !matches!(name.as_str(), "id" | "endCursor"));
                fields.values_mut().for_each(strip);
            }
            _ => {}
        }
    }
    strip(&mut answer);
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_answer_equally_and_find_what_is_known() {
    let (Some(posts), Some(known)) = (json_lines("real-blog/posts.jsonl"), json_lines("known_item.jsonl"))
    else {
        return;
    };
    let blogs = [
        imported(Database::Sqlite, posts.len(), PATIENCE).await.unwrap(),
        imported(Database::Postgres, posts.len(), PATIENCE).await.unwrap(),
    ];

    // What was indexed twice, since it came while the index was built, counts twice until segments are merged, and
    // nudges scores that are nearly equal.
    for (database, served) in [&blogs[0], &blogs[1]] {
        let _ = Inkstand::on(database).args(["reindex"]).run().await.well();
        let last = database.texts("SELECT CAST(MAX(seq) AS TEXT) FROM change").await.remove(0);
        eventually("an index built at once", Duration::from_secs(20), || async {
            let ready = served.client.http.get(served.client.url("/readyz")).send().await.ok()?;
            let ready: Value = ready.json().await.ok()?;
            (ready["search"] == json!({ "complete": true, "seq": last })).then_some(())
        })
        .await;
    }
    let (sqlite, postgres) = (&blogs[0].1.client, &blogs[1].1.client);
    let paths = paths(sqlite).await;
    assert_eq!(paths, self::paths(postgres).await, "the order, also of posts of one day");
    let mut questions = vec![
        ("front-page", json!({})),
        ("front-page", json!({ "first": 100 })),
        ("archive", json!({})),
        ("posts-by-tag", json!({ "tags": ["how-we-work"], "first": 100 })),
        ("posts-by-tag", json!({ "tags": ["18f", "open-source"] })),
        ("search", json!({ "text": "design system", "first": 50 })),
        (
            "search",
            json!({ "text": "agile procurement", "filter": { "tags": { "any": ["acquisition-services"] } } }),
        ),
        (
            "search",
            json!({ "text": "user research", "filter": { "published": { "from": "2016-01-01T00:00:00Z", "before": "2017-01-01T00:00:00Z" } } }),
        ),
        ("suggest", json!({ "prefix": "des" })),
    ];
    // Every fifth, for the time that it takes.
    questions.extend(paths.into_iter().step_by(5).map(|path| ("post-by-path", json!({ "path": path }))));
    for (operation, variables) in questions {
        let ours = comparable(sqlite.operation(operation, variables.clone()).await);
        let theirs = comparable(postgres.operation(operation, variables.clone()).await);
        assert_eq!(ours, theirs, "{operation} {variables}");
    }

    let dates: BTreeMap<&str, (&str, &str)> = posts
        .iter()
        .map(|post| {
            (
                post["slug"].as_str().unwrap(),
                (post["title"].as_str().unwrap().trim(), post["date"].as_str().unwrap()),
            )
        })
        .collect();
    // Rank counts: asked, first, in the first ten.
    let mut shares: BTreeMap<&str, [u32; 3]> = BTreeMap::new();
    for item in &known {
        let accepted = item["accept"].as_array().cloned().unwrap_or_default();
        let wanted: Vec<_> =
            accepted.iter().chain([&item["slug"]]).map(|slug| dates[slug.as_str().unwrap()]).collect();
        let query = "query($text: String) { search(text: $text, first: 10) { nodes { node { title publishedAt } } } }";
        let variables = json!({ "text": item["query"] });
        let data = sqlite.query_with(query, variables.clone()).await;
        assert_eq!(data, postgres.query_with(query, variables).await, "{item}");
        let rank = data["search"]["nodes"].as_array().unwrap().iter().position(|hit| {
            wanted.iter().any(|(title, date)| {
                hit["node"]["title"].as_str().unwrap().trim() == *title
                    && hit["node"]["publishedAt"].as_str().unwrap().starts_with(date)
            })
        });
        let share = shares.entry(item["kind"].as_str().unwrap()).or_default();
        share[0] += 1;
        share[1] += u32::from(rank == Some(0));
        share[2] += u32::from(rank.is_some());
    }
    for (kind, [asked, first, in_ten]) in &shares {
        let share = |count: u32| f64::from(count) / f64::from(*asked);
        println!(
            "known items, {kind}: first {:.4}, in the first ten {:.4} ({asked} asked)",
            share(*first),
            share(*in_ten)
        );
    }
    let [asked, first, in_ten] = shares["exact"].map(f64::from);
    assert!(first / asked >= 0.97, "exact, first: {}", first / asked);
    assert!(in_ten / asked >= 0.99, "exact, in the first ten: {}", in_ten / asked);
}

/// The addresses of all posts, newest first.
async fn paths(client: &Client) -> Vec<Value> {
    let mut paths = Vec::new();
    let mut after = Value::Null;
    loop {
        let mut data = client.operation("front-page", json!({ "first": 100, "after": after })).await;
        paths.extend(data["posts"]["nodes"].as_array().unwrap().iter().map(|node| node["path"].clone()));
        if data["posts"]["pageInfo"]["hasNextPage"] == false {
            return paths;
        }
        after = data["posts"]["pageInfo"]["endCursor"].take();
    }
}
