//! Jekyll, Hugo and Zola, each in its own spelling, from a folder and from archives.

use inkstand_tests::{Client, Database, Inkstand, TestDatabase};
use rstest::rstest;
use serde_json::{Value, json};

use super::site::{Packed, Site, import, numbers, write};

const JEKYLL: Site<'_> = &[
    (
        "_posts/2014-03-12-ink-from-galls.md",
        "---\nlayout: post\ntitle: \"Ink from galls\"\ndate: 2014-03-12 09:30:00 +0100\nauthor: Mira Okonkwo, Tobias\n\
         categories: [craft]\ntags: ink, oak gall\npermalink: /craft/galls.html\n\
         redirect_from:\n  - /2014/old-galls/\n  - /?p=17\nimage:\n  path: /img/galls.jpg\n  alt: Galls\n\
         excerpt: How to *cook* it.\nmathjax: true\nsidebar: {nav: docs}\n---\nBody with {% highlight %} and more.\n",
    ),
    (
        "_posts/2014-4-5-no-date-inside.md",
        "---\ntitle: No date inside\nauthors: [jane, john]\n---\nFirst.\n\n<!--more-->\n\nSecond.\n",
    ),
    ("_posts/2999-01-01-far-ahead.md", "---\ntitle: Far ahead\n---\nLater.\n"),
    ("_drafts/unfinished.md", "---\ntitle: Unfinished\n---\nNot yet.\n"),
    ("_posts/2015-01-01-hidden.md", "---\ntitle: Hidden\npublished: false\n---\nSecret.\n"),
    ("about.md", "---\ntitle: About\npermalink: /about/\n---\nUs.\n"),
    ("README.md", "# How to build\n"),
    ("_includes/x.md", "---\ntitle: No\n---\n"),
    ("img/galls.jpg", "not a picture"),
];

const HUGO: Site<'_> = &[
    ("content/_index.md", "---\ntitle: Front\n---\n"),
    (
        "content/posts/galls/index.md",
        "+++\ntitle = 'Ink from galls'\ndate = 2014-03-12T09:30:00+01:00\nlastmod = 2015-01-02\nauthors = ['Mira Okonkwo', 'Tobias']\n\
         categories = ['craft']\ntags = ['ink', 'oak gall']\nurl = '/craft/galls.html'\naliases = ['/2014/old-galls/', '/?p=17']\n\
         series = ['Inks']\nseries_order = 2\ndescription = 'How to *cook* it.'\n\
         [cover]\nimage = '/img/galls.jpg'\nalt = 'Galls'\n[params]\nmathjax = true\n+++\nBody with {{< fig >}} and more.\n",
    ),
    (
        "content/posts/galls/index.de.md",
        "+++\ntitle = 'Tinte aus Galläpfeln'\ndate = 2014-03-13\n+++\nText.\n",
    ),
    ("content/posts/far-ahead.md", "---\ntitle: Far ahead\ndate: 2999-01-01\n---\nLater.\n"),
    ("content/posts/unfinished.md", "---\ntitle: Unfinished\ndate: 2016-01-01\ndraft: true\n---\nNot yet.\n"),
    ("content/about.md", "---\ntitle: About\n---\nUs.\n"),
    ("archetypes/default.md", "---\ntitle: x\n---\n"),
];

const ZOLA: Site<'_> = &[
    ("content/blog/_index.md", "+++\ntitle = \"Blog\"\nsort_by = \"date\"\n+++\n"),
    (
        "content/blog/galls.md",
        "+++\ntitle = \"Ink from galls\"\ndate = 2014-03-12\nauthors = [\"Mira Okonkwo\", \"Tobias\"]\npath = \"craft/galls.html\"\n\
         aliases = [\"2014/old-galls\"]\n[taxonomies]\ncategories = [\"craft\"]\ntags = [\"ink\", \"oak gall\"]\n\
         [extra]\nmathjax = true\n+++\nFirst.\n\n<!-- more -->\n\nSecond.\n",
    ),
    ("content/blog/galls.de.md", "+++\ntitle = \"Tinte aus Galläpfeln\"\ndate = 2014-03-13\n+++\nText.\n"),
    (
        "content/blog/2016-02-03-dated-name.md",
        "+++\ntitle = \"Dated name\"\nslug = \"other-slug\"\n+++\nText.\n",
    ),
    ("content/blog/old.md", "+++\ntitle = \"Dated address\"\npath = \"2011/09/08/x\"\n+++\nText.\n"),
    (
        "content/blog/unfinished.md",
        "+++\ntitle = \"Unfinished\"\ndate = 2016-01-01\ndraft = true\n+++\nNot yet.\n",
    ),
];

async fn imported(
    kind: Database,
    packed: Packed,
    site: Site<'_>,
    expected: [u64; 4],
) -> (TestDatabase, String) {
    let database = TestDatabase::new(kind).await;
    let path = write(site, packed, database.folder.path());
    let ended = import(&database, &path).await.well();
    assert_eq!(numbers(&ended), expected, "{}", ended.stdout);
    assert!(ended.stdout.contains(" as \"site\":\n"), "{}", ended.stdout);
    (database, ended.stdout)
}

async fn post(client: &Client, path: &str) -> Value {
    let fields = "title slug path publishedAt updatedAt language excerptText tags { name } categories { name slug }
        authors { name slug } cover { src alt } series { position series { name } } translations { path language }";
    let query = format!("query($path: String!) {{ post(by: {{ path: $path }}) {{ {fields} }} }}");
    client.query_with(&query, json!({ "path": path })).await["post"].take()
}

async fn route(client: &Client, path: &str) -> Value {
    let query = "query($path: String!) { route(path: $path) { status location node { __typename } } }";
    client.query_with(query, json!({ "path": path })).await["route"].take()
}

/// Titles of all that readers see, oldest first.
async fn titles(client: &Client) -> Value {
    let data = client.query("{ posts(orderBy: OLDEST, first: 100) { nodes { title } } }").await;
    data["posts"]["nodes"].as_array().unwrap().iter().map(|node| node["title"].clone()).collect()
}

/// Neither lists nor addresses nor the search tell of it.
async fn is_not_told_of(client: &Client, slug: &str, word: &str) {
    let query = "query($slug: Slug!, $text: String) { post(by: { slug: $slug }) { id } search(text: $text) { totalCount } }";
    let data = client.query_with(query, json!({ "slug": slug, "text": word })).await;
    assert_eq!(data, json!({ "post": null, "search": { "totalCount": 0 } }), "{slug}");
}

async fn found_by(client: &Client, word: &str) {
    inkstand_tests::eventually("the search", std::time::Duration::from_secs(5), || async {
        let data = client
            .query_with("query($t: String) { search(text: $t) { totalCount } }", json!({ "t": word }))
            .await;
        (data["search"]["totalCount"].as_u64()? > 0).then_some(())
    })
    .await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn jekyll(
    #[values(Database::Sqlite, Database::Postgres)] kind: Database,
    #[values(Packed::Folder, Packed::TarGz, Packed::Zip)] packed: Packed,
) {
    let (database, said) = imported(kind, packed, JEKYLL, [6, 0, 0, 0]).await;
    assert!(said.contains("2 drafts, 1 scheduled"), "{said}");
    assert!(said.contains("in 1 posts, 1 places"), "{said}");
    assert!(said.contains("0 section pages, 2 other Markdown files, 1 other files"), "{said}");
    let served = Inkstand::on(&database).serve().await;
    let client = &served.client;
    found_by(client, "galls").await;
    assert_eq!(titles(client).await, json!(["Ink from galls", "No date inside"]));
    assert_eq!(
        post(client, "/craft/galls.html").await,
        json!({
            "title": "Ink from galls", "slug": "ink-from-galls", "path": "/craft/galls.html",
            "publishedAt": "2014-03-12T08:30:00Z", "updatedAt": "2014-03-12T08:30:00Z", "language": "en",
            "excerptText": "How to cook it.",
            "tags": [{ "name": "ink" }, { "name": "oak gall" }],
            "categories": [{ "name": "craft", "slug": "craft" }],
            "authors": [{ "name": "Mira Okonkwo", "slug": "mira-okonkwo" }, { "name": "Tobias", "slug": "tobias" }],
            "cover": { "src": "/img/galls.jpg", "alt": "Galls" }, "series": null, "translations": [],
        })
    );
    let second = post(client, "/2014/04/no-date-inside").await;
    assert_eq!(second["publishedAt"], "2014-04-05T00:00:00Z");
    assert_eq!(second["excerptText"], "First.");
    assert_eq!(
        second["authors"],
        json!([{ "name": "jane", "slug": "jane" }, { "name": "john", "slug": "john" }])
    );
    for old in ["/2014/old-galls/", "/2014/old-galls", "/?p=17"] {
        let route = route(client, old).await;
        assert_eq!(route["status"], 301, "{old}");
        assert!(route["location"].as_str().unwrap().ends_with("/craft/galls.html"), "{route}");
        assert_eq!(post(client, old).await["title"], "Ink from galls", "{old}");
    }
    assert_eq!(route(client, "/about").await["node"]["__typename"], "Page");
    for (slug, word) in [("far-ahead", "later"), ("unfinished", "yet"), ("hidden", "secret")] {
        is_not_told_of(client, slug, word).await;
    }
    let status = database
        .texts("SELECT slug || ' ' || status FROM entry WHERE status <> 'published' ORDER BY slug")
        .await;
    assert_eq!(status, ["far-ahead scheduled", "hidden draft", "unfinished draft"]);
    let extra = database.texts("SELECT extra FROM entry_body WHERE extra LIKE '%mathjax%'").await;
    let extra: Value = serde_json::from_str(&extra[0]).unwrap();
    assert_eq!((&extra["mathjax"], &extra["sidebar"]), (&json!(true), &json!({ "nav": "docs" })), "{extra}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn hugo(
    #[values(Database::Sqlite, Database::Postgres)] kind: Database,
    #[values(Packed::Folder, Packed::TarGz, Packed::Zip)] packed: Packed,
) {
    let (database, said) = imported(kind, packed, HUGO, [5, 0, 0, 0]).await;
    assert!(said.contains("1 drafts, 1 scheduled"), "{said}");
    assert!(said.contains("1 section pages, 1 other Markdown files, 0 other files"), "{said}");
    let served = Inkstand::on(&database).serve().await;
    let client = &served.client;
    found_by(client, "galls").await;
    assert_eq!(titles(client).await, json!(["Ink from galls", "Tinte aus Galläpfeln"]));
    assert_eq!(
        post(client, "/craft/galls.html").await,
        json!({
            "title": "Ink from galls", "slug": "galls", "path": "/craft/galls.html",
            "publishedAt": "2014-03-12T08:30:00Z", "updatedAt": "2015-01-02T00:00:00Z", "language": "en",
            "excerptText": "How to cook it.",
            "tags": [{ "name": "ink" }, { "name": "oak gall" }],
            "categories": [{ "name": "craft", "slug": "craft" }],
            "authors": [{ "name": "Mira Okonkwo", "slug": "mira-okonkwo" }, { "name": "Tobias", "slug": "tobias" }],
            "cover": { "src": "/img/galls.jpg", "alt": "Galls" },
            "series": { "position": 1, "series": { "name": "Inks" } },
            "translations": [{ "path": "/2014/03/galls-2014-03-13", "language": "de" }],
        })
    );
    for old in ["/2014/old-galls/", "/?p=17"] {
        assert_eq!(route(client, old).await["status"], 301, "{old}");
        assert_eq!(post(client, old).await["title"], "Ink from galls", "{old}");
    }
    assert_eq!(route(client, "/about").await["node"]["__typename"], "Page");
    is_not_told_of(client, "far-ahead", "later").await;
    is_not_told_of(client, "unfinished", "yet").await;
    let extra = database.texts("SELECT extra FROM entry_body WHERE extra IS NOT NULL").await;
    assert_eq!(extra, [r#"{"params":{"mathjax":true}}"#]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn zola(
    #[values(Database::Sqlite, Database::Postgres)] kind: Database,
    #[values(Packed::Folder, Packed::TarGz, Packed::Zip)] packed: Packed,
) {
    let (database, said) = imported(kind, packed, ZOLA, [5, 0, 0, 0]).await;
    assert!(said.contains("1 drafts, 0 scheduled"), "{said}");
    let served = Inkstand::on(&database).serve().await;
    let client = &served.client;
    found_by(client, "galls").await;
    let all = json!(["Dated address", "Ink from galls", "Tinte aus Galläpfeln", "Dated name"]);
    assert_eq!(titles(client).await, all);
    let galls = post(client, "/craft/galls.html").await;
    assert_eq!(galls["tags"], json!([{ "name": "ink" }, { "name": "oak gall" }]));
    assert_eq!(galls["categories"], json!([{ "name": "craft", "slug": "craft" }]));
    assert_eq!(galls["authors"][1], json!({ "name": "Tobias", "slug": "tobias" }));
    assert_eq!(galls["excerptText"], "First.");
    assert_eq!(galls["translations"][0]["language"], "de");
    assert_eq!(route(client, "/2014/old-galls").await["status"], 301);
    assert_eq!(post(client, "/2016/02/other-slug").await["publishedAt"], "2016-02-03T00:00:00Z");
    assert_eq!(post(client, "/2011/09/08/x").await["publishedAt"], "2011-09-08T00:00:00Z");
    is_not_told_of(client, "unfinished", "yet").await;
    let extra = database.texts("SELECT extra FROM entry_body WHERE extra IS NOT NULL").await;
    assert_eq!(extra, [r#"{"extra":{"mathjax":true}}"#]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_broken_file_among_good_ones(
    #[values(Database::Sqlite, Database::Postgres)] kind: Database,
    #[values(Packed::Folder, Packed::TarGz, Packed::Zip)] packed: Packed,
) {
    let site = [
        ("2014-01-01-good.md", "---\ntitle: Good\n---\nText.\n"),
        ("2014-01-02-broken.md", "---\ntitle: Broken\ntags: [a, b\nauthor: {x\n---\nText.\n"),
        ("2014-01-03-open.md", "+++\ntitle = 'Open'\nText.\n"),
        ("2014-01-04-tabs.md", "---\ntitle: Tabs: and colons\ntags:\n- one\t\n- two\n---\nText.\n"),
    ];
    let database = TestDatabase::new(kind).await;
    let path = write(&site, packed, database.folder.path());
    let ended = import(&database, &path).await.with_code(2);
    assert_eq!(numbers(&ended), [2, 0, 0, 2], "{}", ended.stdout);
    let refused: Vec<&str> = ended.stdout.lines().filter(|line| line.starts_with("refused  ")).collect();
    assert_eq!(refused.len(), 2, "{}", ended.stdout);
    // By name, line and reason.
    assert!(refused[0].starts_with("refused  2014-01-02-broken.md:"), "{refused:#?}");
    assert!(refused[1].starts_with("refused  2014-01-03-open.md:1: "), "{refused:#?}");
    assert!(ended.stdout.contains("warning  2014-01-04-tabs.md: "), "{}", ended.stdout);
    let titles = database.texts("SELECT title FROM entry ORDER BY title").await;
    assert_eq!(titles, ["Good", "Tabs: and colons"]);
    let tags = database.texts("SELECT name FROM tag ORDER BY name").await;
    assert_eq!(tags, ["one", "two"]);
}
