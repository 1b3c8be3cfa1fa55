//! What cannot be done is said in one line that tells what to do, and nothing is damaged.

use std::{path::Path, time::Duration};

use inkstand_tests::{Database, Ended, Inkstand, TestDatabase};

/// Runs it, and expects exit code 1 and one line with all the words.
async fn refused(inkstand: Inkstand, words: &[&str]) -> Ended {
    let ended = inkstand.run().await.with_code(1);
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
    assert!(ended.stderr.starts_with("inkstand: "), "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
    for word in words {
        assert!(ended.stderr.contains(word), "nothing of {word:?}: {}", ended.stderr);
    }
    // Nothing is said twice.
    let reason = ended.stderr.trim().rsplit(": ").next().unwrap();
    assert_eq!(ended.stderr.matches(reason).count(), 1, "{}", ended.stderr);
    ended
}

fn serve(home: &TestDatabase) -> Inkstand {
    Inkstand::new(home.folder.path()).args(["--data-dir", ".", "--listen", "127.0.0.1:0"])
}

async fn answers(served: &inkstand_tests::Served) {
    assert!(served.client.query("{ posts { totalCount } }").await["posts"]["totalCount"].is_u64());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use() {
    let home = TestDatabase::new(Database::Sqlite).await;
    let first = serve(&home).serve_where_it_says().await;
    let address = first.client.address.to_string();
    let second = tempfile::tempdir().unwrap();
    let inkstand = Inkstand::new(second.path()).args(["--listen", &address]);
    let next_port = format!("--listen 127.0.0.1:{}", first.client.address.port().wrapping_add(1));
    refused(inkstand, &["in use", &first.client.address.port().to_string(), &next_port]).await;
    assert_eq!(std::fs::read_dir(second.path()).unwrap().count(), 0, "nothing was made");
    answers(&first).await;
    first.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_another_machine() {
    let folder = tempfile::tempdir().unwrap();
    refused(Inkstand::new(folder.path()).args(["--listen", "192.0.2.1:8080"]), &["192.0.2.1", "--listen"])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_written() {
    // Root may write everywhere, but not below a regular file.
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "content").unwrap();
    let inkstand = || Inkstand::new(folder.path()).args(["--data-dir", "file/data"]);
    refused(inkstand().args(["--listen", "127.0.0.1:0"]), &["file/data", "--data-dir"]).await;
    std::fs::write(folder.path().join("a.md"), "---\ntitle: A\n---\n").unwrap();
    refused(inkstand().args(["import", "a.md"]), &["file/data", "--data-dir"]).await;
    assert_eq!(std::fs::read_to_string(folder.path().join("file")).unwrap(), "content");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_from_a_newer_version() {
    for kind in [Database::Sqlite, Database::Postgres] {
        let database = TestDatabase::new(kind).await;
        Inkstand::on(&database).serve().await.stop().await;
        database.sql("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_future', 1)").await;
        let words = ["newer version", "m9999_future", "backup"];
        refused(Inkstand::on(&database).args(["--listen", "127.0.0.1:0"]), &words).await;
        refused(Inkstand::on(&database).args(["site", "show"]), &words).await;
        database.sql("DELETE FROM seaql_migrations WHERE version = 'm9999_future'").await;
        Inkstand::on(&database).serve().await.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_same_file() {
    let home = TestDatabase::new(Database::Sqlite).await;
    let first = serve(&home).serve_where_it_says().await;
    refused(serve(&home), &["another inkstand is serving", "blog.sqlite", "--data-dir"]).await;
    answers(&first).await;
    first.stop().await;
    serve(&home).serve_where_it_says().await.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_another_server_writes() {
    let database = TestDatabase::new(Database::Postgres).await;
    let first = Inkstand::on(&database).serve().await;
    let inkstand = Inkstand::on(&database).args(["--listen", "127.0.0.1:0"]);
    refused(inkstand, &["index", "in use by another process", "--data-dir"]).await;
    answers(&first).await;
    // With a folder of its own, it is a replica.
    let folder = tempfile::tempdir().unwrap();
    let second = Inkstand::new(folder.path()).args(["--database-url", &database.url_text]).serve().await;
    answers(&second).await;
    second.stop().await;
    first.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_file_that_is_none() {
    let home = TestDatabase::new(Database::Sqlite).await;
    let path = home.folder.path().join("blog.sqlite");
    let garbage: Vec<u8> = (0..9000_u32).map(|n| (n * 7919 % 251) as u8).collect();
    std::fs::write(&path, &garbage).unwrap();
    refused(serve(&home), &["blog.sqlite", "not a database", "--database-url"]).await;
    assert_eq!(std::fs::read(&path).unwrap(), garbage);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_programs_database() {
    let home = TestDatabase::new(Database::Sqlite).await;
    std::fs::create_dir(home.folder.path().join("blog.sqlite")).unwrap();
    refused(serve(&home), &["blog.sqlite"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_url_that_is_none() {
    let folder = tempfile::tempdir().unwrap();
    for url in ["mysql://u:s3cret@h/d", "sqlite:", "sqlite::memory:", "nonsense", ""] {
        let inkstand = Inkstand::new(folder.path()).args(["--listen", "127.0.0.1:0", "--database-url", url]);
        let ended = refused(inkstand, &["sqlite:PATH", "postgres://"]).await;
        assert!(!ended.stderr.contains("s3cret"));
    }
    let inkstand = Inkstand::new(folder.path()).args(["--listen", "127.0.0.1:0"]);
    let ended =
        refused(inkstand.args(["--database-url", "postgres://u:s3cret@h:port/d"]), &["--database-url"]).await;
    assert!(!ended.stderr.contains("s3cret"), "{}", ended.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_that_does_not_run() {
    let folder = tempfile::tempdir().unwrap();
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("postgres://ink:s3cret@127.0.0.1:{port}/blog");
    let inkstand = Inkstand::new(folder.path()).args(["--listen", "127.0.0.1:0", "--database-url", &url]);
    let ended = refused(inkstand, &["127.0.0.1", "refused", "--database-url"]).await;
    assert!(ended.took < Duration::from_secs(11), "{:?}", ended.took);
    assert!(!ended.stderr.contains("s3cret"), "{}", ended.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_that_says_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://ink@{}/blog?sslmode=disable", silent.local_addr().unwrap());
    let inkstand = Inkstand::new(folder.path()).args(["--listen", "127.0.0.1:0", "--database-url", &url]);
    let ended = refused(inkstand, &["it keeps silent", "--database-url"]).await;
    assert!(ended.took < Duration::from_secs(13), "{:?}", ended.took);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_without_that_database() {
    let database = TestDatabase::new(Database::Postgres).await;
    let url = database.url_text.replace("inkstand_test_", "inkstand_nowhere_");
    let inkstand =
        Inkstand::new(database.folder.path()).args(["--listen", "127.0.0.1:0", "--database-url", &url]);
    let ended = refused(inkstand, &["does not exist", "--database-url"]).await;
    assert!(ended.took < Duration::from_secs(11), "{:?}", ended.took);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let inkstand = || Inkstand::new(folder.path()).args(["--listen", "127.0.0.1:0"]);
    refused(inkstand().args(["--public-url", "blog.example"]), &["blog.example", "https://"]).await;
    refused(inkstand().args(["--log-level", "a=b=c"]), &["a=b=c", "info"]).await;
    refused(inkstand().args(["--config", "nowhere.toml"]), &["nowhere.toml"]).await;
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_of_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let import = |from: &str| Inkstand::new(folder.path()).args(["import", from]);
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    std::fs::write(folder.path().join("picture.jpg"), b"\xff\xd8\xff").unwrap();
    let whole = packed_post();
    std::fs::write(folder.path().join("cut.tar.gz"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(folder.path().join("cut.zip"), b"PK\x03\x04nonsense").unwrap();
    for (from, word) in [
        ("nowhere", "no such file or folder"),
        ("empty", "no Markdown file"),
        ("picture.jpg", "neither a folder nor"),
        ("cut.tar.gz", "the archive cannot be read"),
        ("cut.zip", "the archive cannot be read"),
    ] {
        refused(import(from), &[from, word]).await;
    }
    assert!(!Path::new(&folder.path().join("data")).exists(), "nothing was made");
}

/// A .tar.gz of one post.
fn packed_post() -> Vec<u8> {
    let text: String = (0..5000).map(|number| format!("{number} ")).collect();
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let mut header = tar::Header::new_gnu();
    header.set_size(u64::try_from(text.len()).unwrap());
    tar.append_data(&mut header, "a.md", text.as_bytes()).unwrap();
    tar.into_inner().unwrap().finish().unwrap()
}
