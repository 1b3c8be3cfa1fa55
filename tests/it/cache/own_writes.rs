//! Whoever was told of a change reads nothing older, while many write and read the same.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures::future::join_all;
use inkstand_blog::{Blog, BlogOptions};
use inkstand_model::{Role, Scope, Viewer};
use inkstand_server::SystemClock;
use inkstand_storage::Storage;
use inkstand_tests::{Database, TestBlog, eventually, item};
use rstest::rstest;
use serde_json::{Value, json};

use super::{done, followed, header, post};

const LIST: &str = "{ posts(first: 10) { nodes { slug title } } }";
const ONE: &str = "query($slug: Slug!) { post(by: { slug: $slug }) { title } }";

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_reads_their_own_writes(#[case] database: Database) {
    const WRITERS: usize = 4;
    let blog = TestBlog::start(database).await;
    let owner = blog.member("olga", Role::Owner, Scope::Admin).await;
    let stop = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..4)
        .map(|reader| {
            let (stop, everybody) = (Arc::clone(&stop), blog.client());
            tokio::spawn(async move {
                let slug = json!({ "slug": format!("post-{}", reader % WRITERS) });
                while !stop.load(Ordering::Relaxed) {
                    assert!(post(&everybody, LIST, &json!({})).await.status().is_success());
                    assert!(post(&everybody, ONE, &slug).await.status().is_success());
                }
            })
        })
        .collect();
    let writers = (0..WRITERS).map(|writer| {
        let (owner, everybody) = (owner.clone(), blog.client());
        tokio::spawn(async move {
            let slug = format!("post-{writer}");
            let by_slug = json!({ "slug": slug });
            assert_eq!(everybody.query_with(ONE, by_slug.clone()).await["post"], Value::Null);
            let new = json!({ "title": "0", "slug": slug, "publish": true });
            let made = done(&owner, "createPost", "post { id version }", new).await;
            let (id, mut version) = (made["post"]["id"].clone(), made["post"]["version"].clone());
            for count in 1..=15 {
                let title = count.to_string();
                // Its absence was kept a moment ago, or the title before.
                let edit = json!({ "id": id, "version": version, "title": title });
                version =
                    done(&owner, "updatePost", "post { version }", edit).await["post"]["version"].take();
                assert_eq!(everybody.query_with(ONE, by_slug.clone()).await["post"]["title"], *title);
                let list = everybody.query(LIST).await;
                let listed = list["posts"]["nodes"].as_array().unwrap();
                let mine = listed.iter().find(|post| post["slug"] == *slug).expect("a published post");
                assert_eq!(mine["title"], *title);
            }
        })
    });
    let all = tokio::time::timeout(Duration::from_secs(120), join_all(writers)).await.expect("an end");
    all.into_iter().for_each(|writer| writer.unwrap());
    stop.store(true, Ordering::Relaxed);
    join_all(readers).await.into_iter().for_each(|reader| reader.unwrap());
}

/// An address that leads nowhere is kept as well, and leads to what is published there at once.
#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn what_is_published_is_not_absent_any_more(#[case] database: Database) {
    const ROUTE: &str = "{ route(path: \"/about\") { status } page(by: { slug: \"about\" }) { title } }";
    let blog = TestBlog::start(database).await;
    let owner = blog.member("olga", Role::Owner, Scope::Admin).await;
    followed(&blog).await;
    let new = json!({ "title": "About" });
    let page = done(&owner, "createPage", "page { id }", new).await["page"]["id"].clone();
    for status in [404, 200, 404, 200] {
        if status == 200 {
            publish(&owner, "publishPage", "PublishEntryInput", &page).await;
        }
        for _ in 0..3 {
            let answer = post(&blog.client(), ROUTE, &json!({})).await;
            assert_eq!(header(&answer, "cache-control"), "public, max-age=0, stale-if-error=86400");
            assert_eq!(answer.json::<Value>().await.unwrap()["data"]["route"]["status"], status);
        }
        if status == 200 {
            publish(&owner, "unpublishPage", "UnpublishEntryInput", &page).await;
        }
    }
}

async fn publish(owner: &inkstand_tests::Client, mutation: &str, input: &str, id: &Value) {
    let query =
        format!("mutation($input: {input}!) {{ {mutation}(input: $input) {{ userErrors {{ message }} }} }}");
    let answer = owner.query_with(&query, json!({ "input": { "id": id } })).await;
    assert_eq!(answer[mutation]["userErrors"], json!([]));
}

/// What another process writes is seen as soon as the log was looked at, or by whoever knows its number.
#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn another_process_is_followed(#[case] database: Database) {
    const LIST: &str = "{ posts { nodes { title } } }";
    let blog = TestBlog::start(database).await;
    let everybody = blog.client();
    let clock = Arc::new(SystemClock);
    let storage = Storage::open(&blog.database.url, clock.as_ref()).await.unwrap();
    let other = Blog::open(storage, BlogOptions::default(), clock).await.unwrap();
    let titles = async || everybody.query(LIST).await["posts"]["nodes"].clone();
    for (title, waits) in [("One", false), ("Two", true)] {
        let before = titles().await;
        let (sender, items) = tokio::sync::mpsc::channel(1);
        let file = format!("---\ntitle: {title}\ndate: 2024-01-01\n---\nInk");
        sender.send(item(&format!("{title}.md"), &file)).await.unwrap();
        drop(sender);
        other.import(&Viewer::Operator, "other", items, |_| {}).await.unwrap();
        if waits {
            let end = blog.blog().reader(Viewer::Operator).last_seq().await.unwrap();
            let caught_up = everybody.with_header("inkstand-after-seq", &end.to_string());
            assert_ne!(caught_up.query(LIST).await["posts"]["nodes"], before);
        } else {
            let look = || async { Some(titles().await).filter(|now| *now != before) };
            eventually("an import of another process", Duration::from_secs(10), look).await;
        }
        assert_ne!(titles().await, before);
    }
    other.close().await;
}
