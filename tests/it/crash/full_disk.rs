//! A disk that is full, and has room again.

use std::{
    fs::OpenOptions,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use inkstand_tests::{Client, Database, Inkstand, PASSWORD, Served, TestDatabase, eventually};
use serde_json::{Value, json};

use super::ledger::all;

const LONG: Duration = Duration::from_secs(120);

/// MiB of the disk that is to be full.
const DISK: usize = 48;

#[tokio::test(flavor = "multi_thread")]
async fn reads_go_on_and_writes_come_back() {
    // The folder is where the disk is mounted, for that process alone.
    let database = TestDatabase::new(Database::Sqlite).await;
    let served = Inkstand::on_small_disk(&database, DISK).args(["--no-sample"]).serve().await;
    let seen_there = PathBuf::from(format!("/proc/{}/root", served.id()));
    let folder = seen_there.join(database.folder.path().strip_prefix("/").unwrap());
    let writer = owner(&served).await;
    let mut told = Vec::new();
    for number in 0..20 {
        told.push(create(&writer, &format!("before{number}")).await.expect("room"));
    }
    let whole = |count: usize| {
        let client = served.client.clone();
        async move {
            let search = client.query("{ search { complete totalCount } }").await;
            (search["search"]["complete"] == true && search["search"]["totalCount"] == count).then_some(())
        }
    };
    eventually("the index knows what there is", LONG, || whole(20)).await;
    let filler = folder.join("filler");
    fill(&filler);
    let mut refused = 0;
    for number in 0..1000 {
        match create(&writer, &format!("meanwhile{number}")).await {
            Ok(title) => told.push(title),
            Err((status, answer)) => {
                assert_eq!(status, 503, "{answer}");
                assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{answer}");
                refused += 1;
                if refused == 5 {
                    break;
                }
                fill(&filler);
            }
        }
    }
    assert_eq!(refused, 5, "a disk that is not full: {} acknowledged", told.len());
    // Nobody asked for these before.
    for number in 1..20 {
        let query = format!("{{ posts(first: {number}) {{ totalCount nodes {{ title html }} }} }}");
        assert_eq!(served.client.query(&query).await["posts"]["totalCount"], told.len());
    }
    let found = served.client.query("{ search(text: \"before7\") { nodes { node { title } } } }").await;
    assert_eq!(found["search"]["nodes"][0]["node"]["title"], "before7");

    std::fs::remove_file(&filler).unwrap();
    let (title, took) =
        eventually("a write, once there is room", LONG, || async { create(&writer, "after").await.ok() })
            .await;
    println!("written {took:?} after there was room");
    told.push(title);
    eventually("the index knows all of it", LONG, || whole(told.len())).await;
    let there = all(&served.client, "posts", "", "nodes { title }", Value::clone).await;
    let mut there: Vec<&str> = there.iter().map(|post| post["title"].as_str().unwrap()).collect();
    let mut told: Vec<&str> = told.iter().map(String::as_str).collect();
    there.sort_unstable();
    told.sort_unstable();
    assert_eq!(there, told);
    served.stop().await;
}

/// The blog's first owner, by the token that the server prints: no other command sees the disk.
pub(super) async fn owner(served: &Served) -> Client {
    let lines = served.stdout.text();
    let token = lines.split_whitespace().find(|word| word.starts_with("ink_setup_")).expect("a token");
    let query = "mutation($input: RedeemSetupTokenInput!) { redeemSetupToken(input: $input) { userErrors { code } } }";
    let input = json!({ "token": token, "name": "ada", "password": PASSWORD });
    served.client.query_with(query, json!({ "input": input })).await;
    let cookie = served.client.sign_in("ada", PASSWORD).await;
    served.client.with_cookie(&cookie)
}

/// Makes a post, and gives its title; else the status and what was answered.
pub(super) async fn create(client: &Client, title: &str) -> Result<String, (u16, Value)> {
    let query = "mutation($title: String!, $text: String!) {
        createPost(input: { title: $title, markdown: $text, publish: true }) { post { title } userErrors { code } } }";
    // Long enough that there is no room for it in what the files have already.
    let variables = json!({ "title": title, "text": "Ink on paper. ".repeat(4_000) });
    let body = json!({ "query": query, "variables": variables });
    let answer = client.http.post(client.url("/graphql")).json(&body).send().await.unwrap();
    let status = answer.status().as_u16();
    let answer: Value = answer.json().await.unwrap();
    match answer["data"]["createPost"]["post"]["title"].as_str() {
        Some(title) if status == 200 => Ok(title.to_owned()),
        _ => Err((status, answer)),
    }
}

/// Writes until there is no room.
pub(super) fn fill(filler: &Path) {
    let mut file = OpenOptions::new().create(true).append(true).open(filler).unwrap();
    for piece in [1 << 20, 1 << 12, 1] {
        while file.write_all(&vec![1; piece]).is_ok() {}
    }
}
