//! Being stopped, gently and not.

use std::{fmt::Write, path::Path, time::Duration};

use inkstand_tests::{Client, Database, Inkstand, TestDatabase, eventually};
use rstest::rstest;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_lets_requests_end(
    #[values(Database::Sqlite, Database::Postgres)] kind: Database,
    #[values("TERM", "INT")] signal: &str,
) {
    let database = TestDatabase::new(kind).await;
    let mut served = Inkstand::on(&database).args(["--log-format", "human"]).serve().await;
    // A request that has begun, and whose body is not whole when the signal comes.
    let body = r#"{"query":"{ posts { totalCount } }"}"#;
    let mut request = TcpStream::connect(served.client.address).await.unwrap();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    request.write_all(head.as_bytes()).await.unwrap();
    // The server says "100 Continue" once it reads the body: then the request is in flight.
    let mut said = vec![0; 1024];
    let read = request.read(&mut said).await.unwrap();
    assert!(said[..read].starts_with(b"HTTP/1.1 100"), "{}", String::from_utf8_lossy(&said[..read]));
    served.signal(signal).await;
    // From then on nobody else is let in.
    let address = served.client.address;
    eventually("a closed port", Duration::from_secs(5), || async {
        TcpStream::connect(address).await.is_err().then_some(())
    })
    .await;
    request.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    request.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains(r#"{"data":{"posts":{"totalCount":0}}}"#), "{answer}");
    assert!(served.stderr.has(|line| line.contains("stopped")).await);
    let ended = served.ended().await.well();
    assert!(ended.took < Duration::from_secs(5), "{:?}", ended.took);
    assert!(!ended.stderr.contains("WARN") && !ended.stderr.contains("ERROR"), "{}", ended.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_do_not_hold_a_stop_up() {
    let database = TestDatabase::new(Database::Sqlite).await;
    let served = Inkstand::on(&database).serve().await;
    let _silent = TcpStream::connect(served.client.address).await.unwrap();
    served.client.query("{ site { title } }").await;
    let ended = served.stop().await;
    assert!(ended.took < Duration::from_secs(5), "{:?}", ended.took);
    // SQLite's log is folded into the file.
    assert!(!database.folder.path().join("blog.sqlite-wal").exists());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn everything_killed_amid_an_import(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let database = TestDatabase::new(kind).await;
    let blog = database.folder.path().join("old-blog");
    write_posts(&blog, 600);
    let served = Inkstand::on(&database).serve().await;
    let mut import = Inkstand::on(&database).args(["import", "old-blog"]).spawn();
    // Amid: some of it is there, and not all.
    eventually("the first posts", Duration::from_secs(60), || async {
        let count = database.texts("SELECT CAST(COUNT(*) AS TEXT) FROM entry").await;
        (count != ["0"]).then_some(())
    })
    .await;
    import.kill().await.unwrap();
    served.signal("KILL").await;
    served.ended().await;

    let served = Inkstand::on(&database).serve().await;
    let kept = posts(&served.client).await;
    assert!(kept > 0 && kept < 600 && kept % 64 == 0, "whole batches: {kept}");
    eventually("the index", Duration::from_secs(20), || async { found_all(&served.client).await }).await;
    if kind == Database::Sqlite {
        assert_eq!(database.texts("PRAGMA integrity_check").await, ["ok"]);
        assert_eq!(
            database.texts("SELECT \"table\" FROM pragma_foreign_key_check").await,
            Vec::<String>::new()
        );
    }
    // The same command goes on from there.
    let ended = Inkstand::on(&database).args(["import", "old-blog"]).run().await.well();
    assert!(ended.stdout.contains(&format!("({kept} the same as before")), "{}", ended.stdout);
    served.client.caught_up(&database).await;
    assert_eq!(posts(&served.client).await, 600);
    eventually("the index", Duration::from_secs(20), || async { found_all(&served.client).await }).await;
    let counted = database
        .texts(
            "SELECT tag.slug FROM tag WHERE tag.post_count <> \
             (SELECT COUNT(*) FROM entry_tag WHERE entry_tag.tag_id = tag.id)",
        )
        .await;
    assert_eq!(counted, Vec::<String>::new(), "tags whose count is wrong");
    served.stop().await;
}

fn write_posts(folder: &Path, count: usize) {
    std::fs::create_dir(folder).unwrap();
    for number in 0..count {
        let mut text =
            format!("---\ntitle: Post {number}\ndate: 2020-01-01\ntags: [t{}, all]\n---\n", number % 7);
        for line in 0..40 {
            let _ = write!(text, "Line {line} of *{number}*, with `code` and a [link](/x).\n\n");
        }
        std::fs::write(folder.join(format!("post-{number:04}.md")), text).unwrap();
    }
}

async fn posts(client: &Client) -> u64 {
    client.query("{ posts { totalCount } }").await["posts"]["totalCount"].as_u64().unwrap()
}

/// Whether the search finds exactly what is published.
async fn found_all(client: &Client) -> Option<()> {
    let data = client
        .query("{ posts { totalCount } pages { totalCount } search(text: \"\") { totalCount complete } }")
        .await;
    let number = |path: &str| data.pointer(path).unwrap().as_u64().unwrap();
    let published = number("/posts/totalCount") + number("/pages/totalCount");
    let complete = data["search"]["complete"].as_bool().unwrap();
    (complete && number("/search/totalCount") == published).then_some(())
}
