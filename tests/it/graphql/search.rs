//! What the search answers, beside its hits.

use std::sync::Arc;

use inkstand_model::{Role, Scope, Viewer};
use inkstand_server::SystemClock;
use inkstand_tests::{Database, TestBlog, TestDatabase};
use rstest::rstest;
use serde_json::{Value, json};

use super::small_blog::{each, small_blog};

/// `value count` of each, with an asterisk before those that are selected.
fn counted(facets: &Value) -> String {
    let told = |facet: &Value| {
        let selected = if facet["selected"] == true { "*" } else { "" };
        format!("{selected}{} {}", facet["value"].as_str().unwrap(), facet["count"])
    };
    facets.as_array().unwrap().iter().map(told).collect::<Vec<_>>().join(", ")
}

fn hits(found: &Value) -> String {
    let nodes = found["nodes"].as_array().unwrap();
    let slugs = nodes.iter().map(|hit| hit["node"]["slug"].as_str().unwrap());
    slugs.collect::<Vec<_>>().join(" ")
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn facets_leave_room_for_another_choice(#[case] database: Database) {
    let blog = small_blog(database).await;
    let query = "query($text: String, $filter: PostFilter, $matching: SearchMatching) {
        search(text: $text, in: [POSTS], filter: $filter, matching: $matching) {
            totalCount
            tags: facets(of: TAG) { ...Counted }
            top: facets(of: TAG, first: 1) { ...Counted }
            authors: facets(of: AUTHOR) { ...Counted }
            categories: facets(of: CATEGORY) { ...Counted }
            years: facets(of: YEAR) { ...Counted }
        }
    }
    fragment Counted on Facet { value label count selected }";
    for (variables, total, tags, authors, years) in [
        (json!({}), 6, "rust 4, space 2, sqlite 1, 日本 1", "grace 4, ada 2", "2024 5, 1969 1"),
        (
            json!({ "filter": { "tags": { "any": ["space"] } } }),
            2,
            "rust 4, *space 2, sqlite 1, 日本 1",
            "grace 2",
            "1969 1, 2024 1",
        ),
        (
            json!({ "filter": { "tags": { "any": ["space"] }, "authors": { "any": ["ada"] } } }),
            0,
            "rust 2, sqlite 1",
            "grace 2",
            "",
        ),
        (
            json!({ "filter": { "tags": { "all": ["rust", "sqlite"] } } }),
            1,
            "*rust 1, *sqlite 1",
            "ada 1, grace 1",
            "2024 1",
        ),
        (json!({ "text": "tag:space" }), 2, "*space 2", "grace 2", "1969 1, 2024 1"),
        (json!({ "text": "author:ada" }), 2, "rust 2, sqlite 1", "*ada 2, grace 1", "2024 2"),
        (json!({ "matching": { "years": [1969] } }), 1, "space 1", "grace 1", "2024 5, *1969 1"),
        (
            json!({ "filter": { "tags": { "any": ["space"] } }, "matching": { "years": [1969] } }),
            1,
            "*space 1",
            "grace 1",
            "*1969 1, 2024 1",
        ),
        (json!({ "text": "ink ", "filter": { "tags": { "any": ["日本"] } } }), 0, "rust 1, sqlite 1", "", ""),
    ] {
        let found = blog.query_with(query, variables.clone()).await["search"].take();
        assert_eq!(found["totalCount"], total, "{variables}");
        assert_eq!(counted(&found["tags"]), tags, "{variables}");
        assert_eq!(counted(&found["authors"]), authors, "{variables}");
        assert_eq!(counted(&found["years"]), years, "{variables}");
        assert_eq!(found["top"][0], found["tags"][0], "{variables}");
    }
    let below = blog.query_with(query, json!({ "filter": { "categories": { "any": ["databases"] } } })).await;
    assert_eq!(counted(&below["search"]["categories"]), "*databases 1, engines 1");
    assert_eq!(below["search"]["totalCount"], 2, "with what is filed below");
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn what_the_text_says_conditions_say_as_well(#[case] database: Database) {
    let blog = small_blog(database).await;
    let query = "query($text: String, $in: [SearchIn!]!, $filter: PostFilter, $matching: SearchMatching) {
        search(text: $text, in: $in, filter: $filter, matching: $matching, orderBy: OLDEST) { nodes { node { slug } } totalCount }
    }";
    for (text, conditions, expected) in [
        ("title:steps", json!({ "matching": { "title": "steps" } }), "second"),
        ("title:\"second steps\"", json!({ "matching": { "title": "\"second steps\"" } }), "second"),
        ("#ink", json!({ "matching": { "hashtags": { "any": ["ink"] } } }), "hello"),
        ("#rust", json!({ "matching": { "hashtags": { "all": ["#rust"] } } }), "hello ola second 墨と紙"),
        (
            "-#rust in:posts",
            json!({ "matching": { "hashtags": { "none": ["rust"] } }, "in": ["POSTS"] }),
            "moon late",
        ),
        ("tag:space", json!({ "filter": { "tags": { "any": ["space"] } } }), "moon late"),
        (
            "category:databases",
            json!({ "filter": { "categories": { "any": ["databases"] } } }),
            "hello second",
        ),
        (
            "author:ada in:posts",
            json!({ "filter": { "authors": { "any": ["ada"] } }, "in": ["POSTS"] }),
            "hello second",
        ),
        ("in:pages", json!({ "in": ["PAGES"] }), "about unused"),
        ("lang:pt", json!({ "filter": { "languages": ["pt"] } }), "ola"),
        (
            "after:2024-06 before:2024-07",
            json!({ "filter": { "published": { "from": "2024-06-01T00:00:00Z", "before": "2024-07-01T00:00:00Z" } } }),
            "second late",
        ),
        ("after:1969 before:1970", json!({ "matching": { "years": [1969] } }), "moon"),
    ] {
        let by_text = blog.query_with(query, json!({ "text": text, "in": ["POSTS", "PAGES"] })).await;
        let mut variables = json!({ "in": ["POSTS", "PAGES"] });
        variables.as_object_mut().unwrap().extend(conditions.as_object().unwrap().clone());
        let by_conditions = blog.query_with(query, variables).await;
        let sorted = |found: &Value| {
            let hits = hits(&found["search"]);
            let mut hits: Vec<String> = hits.split(' ').map(str::to_owned).collect();
            hits.sort_unstable();
            hits
        };
        let mut expected: Vec<&str> = expected.split(' ').collect();
        expected.sort_unstable();
        assert_eq!(sorted(&by_text), expected, "{text}");
        assert_eq!(sorted(&by_conditions), expected, "{conditions}");
    }
    let many: Vec<i32> = (1900..2001).collect();
    let refused = blog.ask(query, json!({ "in": ["POSTS"], "matching": { "years": many } })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_INPUT", "{refused}");
    let long = json!({ "in": ["POSTS"], "matching": { "title": "a ".repeat(20_000) } });
    let refused = blog.ask(query, long).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "TOO_EXPENSIVE", "{refused}");
}

#[tokio::test]
async fn days_in_the_text_are_those_of_the_site() {
    let blog = small_blog(Database::Sqlite).await;
    let july = "{ search(text: \"after:2024-07 before:2024-08\") { totalCount nodes { node { slug } } years: facets(of: YEAR) { value count selected } } }";
    assert_eq!(blog.query(july).await["search"]["totalCount"], 0);
    let tokyo = inkstand_model::Zone::parse("Asia/Tokyo").unwrap();
    blog.blog().change_site(&Viewer::Operator, |site| site.zone = tokyo).await.unwrap();
    blog.wait_for_search().await;
    let found = blog.query(july).await["search"].take();
    assert_eq!((hits(&found).as_str(), &found["totalCount"]), ("late", &json!(1)), "in Tokyo it was July");
    assert_eq!(counted(&found["years"]), "2024 1");
}

/// So many posts that some are near others.
fn library() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for (subject, words) in [
        ("bread", "sourdough, rye, the oven and a crust"),
        ("bicycles", "chains, wheels, brakes and a saddle"),
        ("stars", "telescopes, lenses, comets and a nebula"),
    ] {
        for number in 1..=4 {
            let file = format!(
                "---\ntitle: On {subject} {number}\ndate: 2024-0{number}-01\ntags: [{subject}, notes, {subject}{number}]\n---\nAbout {words}, once more.\n"
            );
            files.push((format!("{subject}-{number}.md"), file));
        }
    }
    files.push((
        "essay.md".into(),
        "---\ntitle: Else\ndate: 2023-01-01\ntags: [notes]\n---\nNothing of that.\n".into(),
    ));
    files.push(("page.md".into(), "---\ntitle: On bread\ntype: page\ntags: [bread, pages]\n---\nAbout sourdough, rye, the oven and a crust.\n".into()));
    files
}

async fn import(blog: &TestBlog, files: &[(String, String)]) {
    let files: Vec<(&str, &str)> = files.iter().map(|(path, file)| (path.as_str(), file.as_str())).collect();
    blog.import(&files).await;
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn posts_and_tags_have_related_ones(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    import(&blog, &library()).await;
    let found = blog
        .query(
            "{
                post(by: { slug: \"bread-1\" }) { id related { __typename slug title tags { slug } } two: related(first: 2) { slug } none: related(first: 0) { slug } }
                posts(first: 20) { nodes { slug related(first: 3) { slug } } }
                tag(slug: \"bread\") { related { slug name postCount } one: related(first: 1) { slug } }
                tags(first: 20) { nodes { slug related(first: 1) { slug } } }
            }",
        )
        .await;
    let slugs = |list: &Value| {
        let slugs = list.as_array().unwrap().iter().map(|node| node["slug"].as_str().unwrap().to_owned());
        slugs.collect::<Vec<_>>()
    };
    let mut nearest = slugs(&found["post"]["related"]);
    assert_eq!(slugs(&found["post"]["two"]), nearest[..2]);
    assert_eq!(found["post"]["none"], json!([]));
    nearest.truncate(3);
    nearest.sort_unstable();
    assert_eq!(nearest, ["bread-2", "bread-3", "bread-4"], "neither itself nor the page");
    for post in found["posts"]["nodes"].as_array().unwrap() {
        let slug = post["slug"].as_str().unwrap();
        let subject = slug.split('-').next().unwrap();
        let related = slugs(&post["related"]);
        assert!(
            slug == "essay" || related.iter().all(|other| other.starts_with(subject)),
            "{slug}: {related:?}"
        );
        assert!(!related.iter().any(|other| other == slug), "{slug}");
    }
    let beside = slugs(&found["tag"]["related"]);
    assert_eq!(beside, ["bread1", "bread2", "bread3", "bread4", "notes"], "notes are everywhere");
    assert_eq!(found["tag"]["related"][4], json!({ "slug": "notes", "name": "notes", "postCount": 13 }));
    assert_eq!(slugs(&found["tag"]["one"]), ["bread1"]);
    assert_eq!(found["tags"]["nodes"].as_array().unwrap().len(), 17);

    // What is not published is near nothing, and nothing is near it.
    let editor = blog.member("eve", Role::Editor, Scope::Admin).await;
    let unpublish = "mutation($id: ID!) { unpublishPost(input: { id: $id }) { userErrors { message } } }";
    let gone = editor.query_with(unpublish, json!({ "id": found["post"]["id"] })).await;
    assert_eq!(gone["unpublishPost"]["userErrors"], json!([]));
    let query = "{ post(by: { slug: \"bread-2\" }) { related(first: 20) { slug } } }";
    for client in [&blog.client(), &editor] {
        let related = client.query(query).await["post"]["related"].take();
        assert!(
            !slugs(&related).contains(&"bread-1".to_owned()),
            "at once, for whoever may see it too: {related}"
        );
    }
    blog.wait_for_search().await;
    let draft = "{ post(by: { slug: \"bread-1\" }) { status related { slug } } }";
    assert_eq!(editor.query(draft).await["post"], json!({ "status": "DRAFT", "related": [] }));
    let tag = blog.query("{ tag(slug: \"bread\") { related { slug } } }").await;
    assert!(!slugs(&tag["tag"]["related"]).contains(&"bread1".to_owned()));
    for bad in ["related(first: -1)", "related(first: 101)"] {
        let refused = blog.ask(&format!("{{ tag(slug: \"bread\") {{ {bad} {{ slug }} }} post(by: {{ slug: \"bread-2\" }}) {{ {bad} {{ slug }} }} }}"), json!({})).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_PAGE", "{refused}");
    }
}

#[tokio::test]
async fn a_rare_word_that_is_almost_a_frequent_one_is_questioned() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let mut files: Vec<(String, String)> = (0..40)
        .map(|n| (format!("e{n}.md"), format!("---\ntitle: Engines {n}\ndate: 2024-01-01\n---\nOf steam.\n")))
        .collect();
    files.push(("slip.md".into(), "---\ntitle: Engimes\ndate: 2024-01-01\n---\nA slip.\n".into()));
    import(&blog, &files).await;
    let query = "query($text: String) { search(text: $text) { didYouMean corrected totalCount } }";
    for (text, meant, corrected, total) in [
        ("Engimes", Some("engines"), None, 1),
        ("engimes steam ", Some("engines steam "), None, 41),
        ("engines", None, None, 40),
        ("engimse ", None, Some("engimes "), 1),
        ("", None, None, 41),
    ] {
        let found = blog.query_with(query, json!({ "text": text })).await["search"].take();
        assert_eq!(found["didYouMean"], json!(meant), "{text}");
        assert_eq!(found["corrected"], json!(corrected), "{text}");
        assert_eq!(found["totalCount"], total, "{text}");
    }
    let alone = blog.query("{ search(text: \"engimes\") { didYouMean } }").await;
    assert_eq!(alone["search"], json!({ "didYouMean": "engines" }));
}

#[tokio::test]
async fn synonyms_of_a_file_are_searched() {
    let database = TestDatabase::new(Database::Sqlite).await;
    let file = database.folder.path().join("synonyms.txt");
    std::fs::write(&file, "# of our own\nssg, static site generator\nblotter => ink\n").unwrap();
    let named = |settings: &mut inkstand_server::Settings| settings.synonyms = Some(file.clone());
    let blog = TestBlog::serve_with(database, Arc::new(SystemClock), named).await;
    blog.import(&[
        ("2024-01-01-a.md", "---\ntitle: An SSG\n---\nIn a weekend.\n"),
        ("2024-01-02-b.md", "---\ntitle: Static sites\n---\nWith a static site generator.\n"),
        ("2024-01-03-c.md", "---\ntitle: On ink\n---\nDry.\n"),
    ])
    .await;
    let query = "query($text: String) { search(text: $text) { nodes { node { slug } title { html } body { html } } totalCount corrected } }";
    let found = blog.query_with(query, json!({ "text": "ssg" })).await["search"].take();
    assert_eq!(hits(&found), "a b");
    assert_eq!(found["nodes"][1]["body"][0]["html"], "With a <mark>static site generator</mark>.");
    assert_eq!((&found["totalCount"], &found["corrected"]), (&json!(2), &Value::Null));
    let found = blog.query_with(query, json!({ "text": "blotter " })).await["search"].take();
    assert_eq!(
        (hits(&found).as_str(), &found["nodes"][0]["title"]["html"]),
        ("c", &json!("On <mark>ink</mark>"))
    );
    let found = blog.query_with(query, json!({ "text": "ink " })).await["search"].take();
    assert_eq!(found["totalCount"], 1, "one way only");
}

/// What issue 6 promises a reader, as a front end sees it.
#[tokio::test]
async fn a_reader_finds_what_was_written() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let file = |title: &str, text: &str| {
        format!("---\ntitle: {title}\ndate: 2024-01-01\ntags: [Write-ahead log]\n---\n{text}\n")
    };
    let files = [
        (
            "code.md",
            file("Code", "A `Vec<T>` in C++ and node.js, `#[derive(Debug)]`, `async_graphql`, error E0502."),
        ),
        ("cafe.md", file("Le café", "Un café au lait.")),
        ("tokyo.md", file("東京都の夏", "全文検索の話。")),
        ("hamlet.md", file("Hamlet", "To be, or not to be, that is the question.")),
        ("who.md", file("Records", "By the Who.")),
    ];
    let files: Vec<(String, String)> = files.map(|(path, file)| (path.to_owned(), file)).to_vec();
    import(&blog, &files).await;
    let query = "query($text: String!) { search(text: $text, first: 1) { nodes { node { slug } } } }";
    for (text, slug) in [
        ("Vec<T>", "code"),
        ("C++", "code"),
        ("node.js", "code"),
        ("#[derive]", "code"),
        ("async_graphql", "code"),
        ("E0502", "code"),
        ("cafe ", "cafe"),
        ("café ", "cafe"),
        ("CAFÉ", "cafe"),
        ("東京", "tokyo"),
        ("検索", "tokyo"),
        ("to be or not to be", "hamlet"),
        ("the who", "who"),
        ("haml", "hamlet"),
        ("qeustion ", "hamlet"),
    ] {
        let found = blog.query_with(query, json!({ "text": text })).await;
        assert_eq!(hits(&found["search"]), slug, "{text}");
    }
    let query = "query($prefix: String!) { suggest(prefix: $prefix) { text kind } }";
    for (prefix, text) in [
        ("caf", "Le café"),
        ("夏", "東京都の夏"),
        ("ahea", "Write-ahead log"),
        ("log", "Write-ahead log"),
        ("wrte-ah", "Write-ahead log"),
        ("haml", "Hamlet"),
        ("hamelt", "Hamlet"),
    ] {
        let found = blog.query_with(query, json!({ "prefix": prefix })).await;
        assert_eq!(found["suggest"][0]["text"], text, "{prefix}");
    }
}

/// The index follows a moment later; what must not be found is not shown even before.
#[rstest]
#[case::unpublished("unpublishPost")]
#[case::trashed("trashPost")]
#[tokio::test]
async fn what_is_taken_back_is_not_found(#[case] step: &str) {
    let blog = small_blog(Database::Sqlite).await;
    let editor = blog.member("eve", Role::Editor, Scope::Admin).await;
    let id = blog.query("{ post(by: { slug: \"moon\" }) { id } }").await["post"]["id"].take();
    let mutation =
        format!("mutation($id: ID!) {{ {step}(input: {{ id: $id }}) {{ userErrors {{ message }} }} }}");
    let taken = editor.query_with(&mutation, json!({ "id": id })).await;
    assert_eq!(taken[step]["userErrors"], json!([]));
    let query = "{ search(text: \"moon\") { nodes { node { slug } } totalCount tags: facets(of: TAG) { value } } suggest(prefix: \"moon\") { text } }";
    let at_once = blog.query(query).await;
    assert_eq!((&at_once["search"]["nodes"], &at_once["suggest"]), (&json!([]), &json!([])));
    blog.wait_for_search().await;
    let found = blog.query(query).await;
    assert_eq!(found["search"], json!({ "nodes": [], "totalCount": 0, "tags": [] }));
    let posts = blog.query("{ posts { nodes { slug } } }").await;
    assert!(!each(&posts["posts"], "slug").contains(&"moon"));
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn drafts_are_found_by_those_who_may_edit_them(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    import(&blog, &library()).await;
    let author = blog.member("ada", Role::Author, Scope::Admin).await;
    let editor = blog.member("eve", Role::Editor, Scope::Admin).await;
    let make = "mutation($input: CreatePostInput!) { createPost(input: $input) { post { id } userErrors { message } } }";
    let input =
        json!({ "title": "Papyrus", "markdown": "Of reeds, rye and ink.", "tags": ["paper", "bread"] });
    let made = author.query_with(make, json!({ "input": input })).await;
    let id = made["createPost"]["post"]["id"].clone();
    let of_another = json!({ "title": "Pulp", "markdown": "Of rags and ink.", "tags": ["paper"] });
    editor.query_with(make, json!({ "input": of_another })).await;
    blog.wait_for_search().await;

    let query = "query($text: String, $status: [EntryStatus!]) {
        search(text: $text, filter: { status: $status }, first: 20) {
            totalCount corrected nodes { node { slug status } body { html } } tags: facets(of: TAG) { value count selected }
        }
    }";
    let ask = async |client: &inkstand_tests::Client, text: &str, status: &[&str]| {
        let found = client.query_with(query, json!({ "text": text, "status": status })).await;
        found["search"].clone()
    };
    let drafts = ["DRAFT"];
    assert_eq!(hits(&ask(&author, "reeds ", &drafts).await), "papyrus");
    let misspelt = ask(&author, "papyurs", &drafts).await;
    assert_eq!((hits(&misspelt).as_str(), &misspelt["corrected"]), ("papyrus", &json!("papyrus")));
    assert_eq!(misspelt["nodes"][0]["node"]["status"], "DRAFT");
    assert_eq!(hits(&ask(&author, "ink ", &drafts).await), "papyrus", "authors find their own");
    assert_eq!(ask(&editor, "ink ", &drafts).await["totalCount"], 2, "editors find all");
    assert_eq!(counted(&ask(&editor, "", &drafts).await["tags"]), "paper 2, bread 1");
    assert_eq!(counted(&ask(&author, "tag:paper", &drafts).await["tags"]), "bread 1, *paper 1");
    let mixed = ask(&author, "rye ", &["PUBLISHED", "DRAFT"]).await;
    assert_eq!(mixed["totalCount"], 6, "four posts, a page and the draft");
    assert!(hits(&mixed).split(' ').any(|slug| slug == "papyrus"), "{mixed}");
    assert_eq!(hits(&ask(&editor, "papyrus ", &[]).await), "", "nobody who does not ask for them");
    assert_eq!(ask(&editor, "papyrus ", &["PUBLISHED"]).await["corrected"], Value::Null);

    // From stage to stage it is found in one of them at a time.
    let step = async |step: &str| {
        let document =
            format!("mutation($id: ID!) {{ {step}(input: {{ id: $id }}) {{ userErrors {{ message }} }} }}");
        let done = editor.query_with(&document, json!({ "id": id })).await;
        assert_eq!(done[step]["userErrors"], json!([]), "{step}");
        blog.wait_for_search().await;
        let mut places = Vec::new();
        for status in ["PUBLISHED", "DRAFT", "PRIVATE", "TRASHED"] {
            if hits(&ask(&editor, "papyrus reeds ", &[status]).await) == "papyrus" {
                places.push(status);
            }
        }
        let public = blog.query("{ search(text: \"papyrus reeds \") { totalCount } }").await;
        (places.join(" "), public["search"]["totalCount"].as_u64().unwrap())
    };
    for (name, place, public) in [
        ("publishPost", "PUBLISHED", 1),
        ("unpublishPost", "DRAFT", 0),
        ("trashPost", "TRASHED", 0),
        ("restorePost", "DRAFT", 0),
        ("publishPost", "PUBLISHED", 1),
        ("trashPost", "TRASHED", 0),
        ("deletePost", "", 0),
    ] {
        assert_eq!(step(name).await, (place.to_owned(), public), "{name}");
    }

    // A tag that gets another name is found by it in drafts as well.
    let tag = editor.query("{ tag(slug: \"paper\") { id } }").await;
    let rename =
        "mutation($id: ID!) { updateTag(input: { id: $id, name: \"Sheets\" }) { userErrors { message } } }";
    let renamed = editor.query_with(rename, json!({ "id": tag["tag"]["id"] })).await;
    assert_eq!(renamed["updateTag"]["userErrors"], json!([]));
    blog.wait_for_search().await;
    assert_eq!(hits(&ask(&editor, "sheets ", &drafts).await), "pulp");
}
