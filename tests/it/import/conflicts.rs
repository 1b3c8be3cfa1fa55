//! Posts that want the same name or address, and imports that want the same posts.

use inkstand_tests::{Database, Inkstand, TestDatabase};
use rstest::rstest;
use serde_json::json;

use super::site::{import_files, numbers};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_same_title_again_and_again(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let database = TestDatabase::new(kind).await;
    let site = [
        ("a.md", "---\ntitle: Weekly\nslug: weekly\ndate: 2014-01-01\n---\nOne\n"),
        ("b.md", "---\ntitle: Weekly\nslug: weekly\ndate: 2014-01-08\n---\nTwo\n"),
        ("c.md", "---\ntitle: Weekly\nslug: weekly\ndate: 2014-01-08\n---\nThree\n"),
        ("d.md", "---\ntitle: Weekly\nslug: weekly\ndate: 2014-01-08\n---\nFour\n"),
    ];
    import_files(&database, &site).await;
    let slugs = database.texts("SELECT slug FROM entry ORDER BY number").await;
    assert_eq!(slugs, ["weekly", "weekly-2014-01-08", "weekly-2014-01-08-2", "weekly-2014-01-08-3"]);
    let again = import_files(
        &database,
        &[("c.md", "---\ntitle: Weekly\nslug: weekly\ndate: 2014-01-08\n---\nChanged\n")],
    )
    .await;
    assert_eq!(numbers(&again), [0, 1, 3, 0]);
    assert_eq!(database.texts("SELECT slug FROM entry ORDER BY number").await, slugs);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_slug_that_only_looks_like_a_makeshift(
    #[values(Database::Sqlite, Database::Postgres)] kind: Database,
) {
    let database = TestDatabase::new(kind).await;
    import_files(&database, &[("a.md", "---\ntitle: Release 2\nslug: release-2\ndate: 2014-01-01\n---\n")])
        .await;
    import_files(&database, &[("a.md", "---\ntitle: Release\nslug: release\ndate: 2014-01-01\n---\n")]).await;
    assert_eq!(database.texts("SELECT slug FROM entry").await, ["release"]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_several_want(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let database = TestDatabase::new(kind).await;
    // Within one batch, an own address goes before a redirect.
    let site = [
        ("a.md", "---\ntitle: A\ndate: 2014-01-01\npermalink: /here/\naliases: [/b-own, /shared]\n---\nA\n"),
        ("b.md", "---\ntitle: B\ndate: 2014-01-02\npermalink: /b-own\naliases: [/shared, /here]\n---\nB\n"),
        ("c.md", "---\ntitle: C\ndate: 2014-01-03\npermalink: /here\n---\nC\n"),
        ("d.md", "---\ntitle: D\ndate: 2014-01-04\npermalink: /../../etc/passwd\naliases: [/d]\n---\nD\n"),
    ];
    let ended = import_files(&database, &site).await;
    assert_eq!(numbers(&ended), [4, 0, 0, 0], "{}", ended.stdout);
    for words in [
        "warning  a.md: the old address \"/b-own\" belongs to another post",
        "warning  b.md: the old address \"/shared\" belongs to another post",
        "warning  b.md: the old address \"/here\" belongs to another post",
        "warning  c.md: the address /here belongs to another entry; this one stands at /here-2",
        "warning  d.md: ",
    ] {
        assert!(ended.stdout.contains(words), "nothing of {words}\n{}", ended.stdout);
    }
    let served = Inkstand::on(&database).serve().await;
    for (path, status, title) in [
        ("/here", 200, "A"),
        ("/b-own", 200, "B"),
        ("/shared", 301, "A"),
        ("/here-2", 200, "C"),
        ("/d", 301, "D"),
        ("/2014/01/d", 200, "D"),
    ] {
        let route = served.client.operation("route", json!({ "path": path })).await["route"].take();
        assert_eq!(route["node"]["title"], title, "{path} {route}");
        assert_eq!(route["status"], status, "{path} {route}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_imports_of_the_same_at_once(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let database = TestDatabase::new(kind).await;
    let folder = database.folder.path().join("site");
    std::fs::create_dir(&folder).unwrap();
    for number in 0..300 {
        let text = format!(
            "---\ntitle: Post {number}\ndate: 2014-01-01\ntags: [t{}]\nauthor: jane\n---\nText {number}\n",
            number % 5
        );
        std::fs::write(folder.join(format!("p{number:03}.md")), text).unwrap();
    }
    // Neither is told of a database to be made.
    let (first, second, other) = tokio::join!(
        Inkstand::on(&database).args(["import", "site"]).run(),
        Inkstand::on(&database).args(["import", "site"]).run(),
        Inkstand::on(&database).args(["import", "site", "--source", "other"]).run(),
    );
    let (first, second, other) = (numbers(&first.well()), numbers(&second.well()), numbers(&other.well()));
    assert_eq!(first[0] + second[0], 300, "{first:?} {second:?}");
    assert_eq!(first[2] + second[2], 300, "{first:?} {second:?}");
    assert_eq!(other, [300, 0, 0, 0]);
    let counts = "SELECT CAST(COUNT(*) AS TEXT) || ' ' || CAST(COUNT(DISTINCT number) AS TEXT) || ' ' || CAST(MAX(number) AS TEXT) FROM entry";
    assert_eq!(database.texts(counts).await, ["600 600 600"]);
    let tags = database.texts("SELECT slug || ' ' || CAST(post_count AS TEXT) FROM tag ORDER BY slug").await;
    assert_eq!(tags, ["t0 120", "t1 120", "t2 120", "t3 120", "t4 120"]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn odd_titles_tags_and_authors(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let database = TestDatabase::new(kind).await;
    let long = format!("---\ntitle: {}\ndate: 2014-01-04\n---\nText\n", "Länge ".repeat(1700));
    let many: Vec<String> = (0..300).map(|number| format!("Author {number}")).collect();
    let authors = format!("---\ntitle: Many\ndate: 2014-01-06\nauthors: [{}]\n---\nText\n", many.join(", "));
    let site = [
        (
            "a.md",
            "---\ntitle: \"<script>alert(1)</script> & co\"\ndate: 2014-01-01\ntags: [Rust, rust, RUST, \"C#\", \"!!\"]\n---\nText\n",
        ),
        ("b.md", "---\ntitle: \"שלום עולם\"\ndate: 2014-01-02\n---\nText\n"),
        ("c.md", "---\ntitle: \"🖋️ 👩‍💻\"\ndate: 2014-01-03\n---\nText\n"),
        ("d.md", long.as_str()),
        ("e.md", "---\ntitle: \"?!…\"\nslug: \"---\"\ndate: 2014-01-05\n---\nText\n"),
        ("f.md", authors.as_str()),
    ];
    let ended = import_files(&database, &site).await;
    assert_eq!(numbers(&ended), [6, 0, 0, 0], "{}", ended.stdout);
    let served = Inkstand::on(&database).serve().await;
    let data = served
        .client
        .query("{ posts(orderBy: OLDEST) { nodes { title slug path tags { name } authors { name } } } }")
        .await;
    let nodes = data["posts"]["nodes"].as_array().unwrap();
    assert_eq!(nodes[0]["title"], "<script>alert(1)</script> & co");
    assert_eq!(nodes[0]["tags"], json!([{ "name": "Rust" }, { "name": "C#" }]));
    assert_eq!(nodes[1]["title"], "שלום עולם");
    assert_eq!(nodes[2]["title"], "🖋️ 👩‍💻");
    assert!(nodes[3]["title"].as_str().unwrap().chars().count() > 10_000);
    assert!(nodes[3]["slug"].as_str().unwrap().chars().count() <= 200);
    assert_eq!(nodes[4]["title"], "?!…");
    assert_eq!(nodes[5]["authors"].as_array().unwrap().len(), 300);
    assert_eq!(nodes[5]["authors"][299]["name"], "Author 299");
    // Each can be reached, also those without a letter in their title.
    for node in nodes {
        let post = served.client.operation("post-by-path", json!({ "path": node["path"] })).await;
        assert_eq!(post["post"]["title"], node["title"]);
    }
    // A title is text: the search marks words in it and escapes the rest.
    inkstand_tests::eventually("the search", std::time::Duration::from_secs(5), || async {
        let data = served.client.query(r#"{ search(text: "alert") { nodes { title { html } } } }"#).await;
        let html = data["search"]["nodes"][0]["title"]["html"].as_str()?.to_owned();
        assert!(!html.contains("<script>") && html.contains("<mark>"), "{html}");
        Some(())
    })
    .await;
}
