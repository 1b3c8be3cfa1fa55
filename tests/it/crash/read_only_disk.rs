//! A disk from which one can only read: from the start, or from some moment on, as a file system does that has found a
//! fault.

use std::time::Duration;

use inkstand_tests::{Client, Database, Inkstand, TestDatabase, eventually};

use super::{
    full_disk::create,
    serve,
    synced::{attach_with, detach},
    token,
};

const LONG: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_server_says_at_once_that_it_cannot_write() {
    let database = TestDatabase::new(Database::Sqlite).await;
    let served = serve(&database).await;
    let writer = served.client.with_token(&token(&database).await);
    create(&writer, "before").await.expect("a disk that takes it");
    served.stop().await;
    let entries = |database: &TestDatabase| std::fs::read_dir(database.folder.path()).unwrap().count();
    let before = entries(&database);
    let began = std::time::Instant::now();
    let refused = Inkstand::on_read_only_disk(&database)
        .args(["--no-sample", "--listen", "127.0.0.1:0"])
        .run()
        .await
        .with_code(1);
    println!("{} after {:?}", refused.stderr, began.elapsed());
    assert_eq!(refused.stderr.lines().count(), 1, "{}", refused.stderr);
    assert!(refused.stderr.contains("--data-dir"), "{}", refused.stderr);
    assert!(refused.stderr.contains("Read-only file system"), "{}", refused.stderr);
    assert_eq!(entries(&database), before);
    // And it serves where it can write.
    let served = serve(&database).await;
    assert_eq!(served.client.query("{ posts { totalCount } }").await["posts"]["totalCount"], 1);
    served.stop().await;
}

/// To have a disk become one to read from only, nothing may be open on it for writing, but for the kernel itself, when it
/// finds a fault. So `strace` has each call that would write fail as it does there.
#[tokio::test(flavor = "multi_thread")]
async fn reads_go_on_and_writes_are_refused_until_it_can_be_written_again() {
    let database = TestDatabase::new(Database::Sqlite).await;
    let served = serve(&database).await;
    let writer = served.client.with_token(&token(&database).await);
    let mut told = Vec::new();
    for number in 0..5 {
        told.push(create(&writer, &format!("before{number}")).await.expect("a disk that takes it"));
    }
    let file = database.folder.path().join("blog.sqlite");
    let mut failing = vec!["-e".to_owned(), "trace=pwrite64,ftruncate,fallocate,fdatasync,fsync".to_owned()];
    for ending in ["", "-wal", "-shm"] {
        failing.extend(["-P".to_owned(), format!("{}{ending}", file.display())]);
    }
    failing.extend([
        "-e".to_owned(),
        "inject=pwrite64,ftruncate,fallocate,fdatasync,fsync:error=EROFS".to_owned(),
    ]);
    let trace = database.folder.path().join("trace");
    let strace = attach_with(&failing, &[served.id()], &trace).await;
    for number in 0..20 {
        let (status, answer) =
            create(&writer, &format!("never{number}")).await.expect_err("a disk to read from");
        assert_eq!(status, 503, "{answer}");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{answer}");
        // Nobody asked for this before.
        let query = format!("{{ posts(first: {}) {{ totalCount nodes {{ title html }} }} }}", number + 1);
        assert_eq!(served.client.query(&query).await["posts"]["totalCount"], told.len());
    }
    detach(strace).await;
    assert!(std::fs::read_to_string(&trace).unwrap().contains("EROFS"), "a disk that took all of it");
    let (title, _) = eventually("a write", LONG, || async { create(&writer, "after").await.ok() }).await;
    told.push(title);
    assert_eq!(titles(&served.client).await, told);
    served.stop().await;
    let served = serve(&database).await;
    assert_eq!(titles(&served.client).await, told);
    served.stop().await;
    let healthy = Inkstand::on(&database).args(["doctor"]).run().await.well();
    assert!(healthy.stdout.contains("nothing is wrong"), "{}", healthy.stdout);
}

/// The titles of all posts, in the order of their making.
async fn titles(client: &Client) -> Vec<String> {
    let posts = client.query("{ posts(first: 100) { nodes { title } } }").await;
    let nodes = posts["posts"]["nodes"].as_array().unwrap();
    nodes.iter().rev().map(|post| post["title"].as_str().unwrap().to_owned()).collect()
}
