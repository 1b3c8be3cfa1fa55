//! Saying that one is about to go, and going as the first process of a container.

use std::{process::Stdio, time::Duration};

use inkstand_tests::{Database, Inkstand, TestDatabase, eventually};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_told_to_stop_says_so_and_serves_on() {
    let database = TestDatabase::new(Database::Sqlite).await;
    // Longer than anything below takes; it is broken off by a second signal.
    let served = Inkstand::on(&database).args(["--shutdown-delay", "600"]).serve().await;
    let address = served.client.address.to_string();
    let healthcheck = || Inkstand::on(&database).env("INKSTAND_LISTEN", &address).args(["healthcheck"]).run();
    assert_eq!(healthcheck().await.well().stdout, "ready\n");
    let (http, ready) = (&served.client.http, served.client.url("/readyz"));
    assert!(http.get(&ready).send().await.unwrap().headers().get("connection").is_none());

    served.signal("TERM").await;
    eventually("it is not ready", Duration::from_secs(20), || async {
        (http.get(&ready).send().await.unwrap().status() == 503).then_some(())
    })
    .await;
    let told = healthcheck().await.with_code(1);
    assert!(told.stderr.contains("told to stop") && told.stderr.contains(&address), "{}", told.stderr);
    for query in ["{ site { title } }", "{ posts { totalCount } }", "{ site { title } }"] {
        let sent = http.post(served.client.url("/graphql")).json(&json!({ "query": query })).send().await;
        let answer = sent.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["connection"], "close", "a proxy sends its next request elsewhere");
    }
    served.signal("TERM").await;
    assert_eq!(served.ended().await.code, Some(1));

    let nobody = healthcheck().await.with_code(1);
    assert!(
        nobody.stderr.contains("no server answers") && nobody.stderr.contains("--listen"),
        "{}",
        nobody.stderr
    );
    let too_long = Inkstand::on(&database).args(["--shutdown-delay", "601"]).run().await.with_code(1);
    assert!(too_long.stderr.contains("600"), "{}", too_long.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_delay_ends_by_itself() {
    let database = TestDatabase::new(Database::Sqlite).await;
    std::fs::write(database.folder.path().join("inkstand.toml"), "shutdown-delay = 1\n").unwrap();
    let served = Inkstand::on(&database).serve().await;
    let ended = served.stop().await;
    assert!(ended.took >= Duration::from_secs(1), "{:?}", ended.took);
    assert!(ended.stderr.contains("serving on for the shutdown delay"), "{}", ended.stderr);
}

/// The system gives the first process of a container no signal that it does not handle.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn the_first_process_of_a_container_ends_at_a_signal_while_it_opens_the_database() {
    // Lets in, and never says a word.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("postgres://inkstand@{}/inkstand", silent.local_addr().unwrap());
    let folder = tempfile::tempdir().unwrap();
    for command in ["serve", "doctor"] {
        let child = tokio::process::Command::new("unshare")
            .args(["--user", "--map-root-user", "--pid", "--fork", "--kill-child"])
            .arg(Inkstand::path())
            .args([command, "--database-url", &url])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        let mut child = child.unwrap();
        let _connection = silent.accept().await.unwrap();
        let outer = child.id().unwrap().to_string();
        let killed = tokio::process::Command::new("pkill").args(["-TERM", "--parent", &outer]).status().await;
        assert!(killed.unwrap().success());
        let ended = tokio::time::timeout(Duration::from_secs(5), child.wait()).await;
        assert_eq!(ended.expect("an end").unwrap().code(), Some(143), "{command}");
    }
}
