//! What the log tells, and what it never tells.

use inkstand_tests::{Database, Inkstand, Output, TestDatabase};
use serde_json::{Value, json};

fn lines(output: &Output) -> Vec<Value> {
    output
        .lines()
        .iter()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn at_debug_level_one_line_a_request() {
    let database = TestDatabase::new(Database::Sqlite).await;
    let level = ["--log-format", "json", "--log-level", "info,inkstand_http=debug"];
    let served = Inkstand::on(&database).args(level).serve().await;
    for name in ["FrontPage", "Other"] {
        served.client.query(&format!("query {name} {{ posts {{ totalCount }} }}")).await;
    }
    let response =
        served.client.http.get(served.client.url("/nowhere")).header("x-request-id", "from-the-proxy-7");
    assert_eq!(response.send().await.unwrap().status(), 404);
    let mut stderr = served.stderr.clone();
    assert!(stderr.has(|line| line.contains("from-the-proxy-7")).await);
    let requests: Vec<Value> =
        lines(&stderr).into_iter().filter(|line| line["message"] == "request").collect();
    assert_eq!(requests.len(), 3, "{requests:#?}");
    for (line, status) in requests.iter().zip([200, 200, 404]) {
        assert_eq!((&line["level"], &line["status"]), (&json!("DEBUG"), &json!(status)));
        assert!(line["duration_ms"].as_f64().unwrap() >= 0.0);
        assert!(line["timestamp"].is_string());
        assert!(line["request_id"].as_str().unwrap().len() >= 8, "{line}");
    }
    let operations: Vec<&Value> = requests.iter().map(|line| &line["operation"]).collect();
    assert_eq!(operations, [&json!("FrontPage"), &json!("Other"), &Value::Null]);
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_info_level_only_starts_and_stops() {
    let database = TestDatabase::new(Database::Sqlite).await;
    // JSON without a word about it: standard error is no terminal.
    let served = Inkstand::on(&database).serve().await;
    for _ in 0..5 {
        served.client.query("{ posts { totalCount } }").await;
        served.client.ask("{ nonsense", json!({})).await;
    }
    let stderr = served.stderr.clone();
    served.stop().await;
    let said: Vec<Value> = lines(&stderr).into_iter().map(|mut line| line["message"].take()).collect();
    assert_eq!(said, ["started", "stopped"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_is_logged_once_under_the_id_that_the_client_was_told() {
    for kind in [Database::Sqlite, Database::Postgres] {
        let database = TestDatabase::new(kind).await;
        let served = Inkstand::on(&database).serve().await;
        database.sql("ALTER TABLE tag RENAME TO tag_elsewhere").await;
        let answer = served.client.ask("query Broken { tags { nodes { name } } }", json!({})).await;
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], "INTERNAL", "{answer:#}");
        let told = error["message"].as_str().unwrap();
        let id = told.rsplit(' ').next().unwrap().to_owned();
        assert!(!told.contains("tag_elsewhere") && !told.contains("SELECT"), "{told}");
        // The server goes on.
        served.client.query("{ site { title } }").await;
        let stderr = served.stderr.clone();
        served.stop().await;
        let errors: Vec<Value> = lines(&stderr).into_iter().filter(|line| line["level"] == "ERROR").collect();
        assert_eq!(errors.len(), 1, "{errors:#?}");
        assert!(errors[0].to_string().contains(&id), "{id} {errors:#?}");
        assert!(errors[0].to_string().contains("tag"), "{errors:#?}");
        assert_eq!(errors[0]["operation"], "Broken", "{errors:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_never_told() {
    const PASSWORD: &str = "s3cret-passw0rd";
    let database = TestDatabase::new(Database::Postgres).await;
    let url = database.url_text.replacen("inkstand@", &format!("inkstand:{PASSWORD}@"), 1);
    let served = Inkstand::new(database.folder.path())
        .env("INKSTAND_DATABASE_URL", &url)
        .args(["--log-format", "json", "--log-level", "trace", "--data-dir", "."])
        .serve()
        .await;
    served.client.query("{ posts { totalCount } site { title } }").await;
    database.sql("ALTER TABLE tag RENAME TO tag_elsewhere").await;
    served.client.ask("{ tags { nodes { name } } }", json!({})).await;
    std::fs::write(database.folder.path().join("a.md"), "---\ntitle: A\ndate: 2014-01-01\ntags: [x]\n---\n")
        .unwrap();
    let import = Inkstand::new(database.folder.path())
        .env("INKSTAND_DATABASE_URL", &url)
        .args(["--log-level", "trace", "import", "a.md"])
        .run()
        .await
        .with_code(1);
    let ended = served.stop().await;
    assert!(ended.stderr.contains("DEBUG"), "that level tells more");
    for text in [&ended.stdout, &ended.stderr, &import.stdout, &import.stderr] {
        assert!(!text.contains(PASSWORD), "{text}");
    }
}
