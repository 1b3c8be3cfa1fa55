//! Tags, categories, series, authors, menus and settings are written over HTTP, on both databases.

use inkstand_graphql::code;
use inkstand_model::{Role, Scope};
use inkstand_tests::{Client, Database, TestBlog};
use rstest::rstest;
use serde_json::{Value, json};

const FILES: [(&str, &str); 4] = [
    (
        "one.md",
        "---\ntitle: One\ndate: 2024-01-01\ntags: [Rsut, Café]\ncategories: [Langs]\nauthors: [ada, lovelace]
series: {name: Steps, order: 1}\n---\nInk\n",
    ),
    (
        "two.md",
        "---\ntitle: Two\ndate: 2024-01-02\ntags: [Rust, Rsut]\nauthor: lovelace\nseries: {name: Steps, order: 2}\n---\nInk\n",
    ),
    ("three.md", "---\ntitle: Three\ndraft: true\ntags: [Secret Merger, Rsut]\n---\nHush\n"),
    ("about.md", "---\ntitle: About\ntype: page\n---\nUs\n"),
];

struct World {
    blog: TestBlog,
    editor: Client,
}

impl World {
    async fn new(database: Database) -> Self {
        let blog = TestBlog::start(database).await;
        blog.import(&FILES).await;
        let editor = blog.member("eve", Role::Editor, Scope::Write).await;
        Self { blog, editor }
    }

    /// Does it, and gives the payload.
    async fn write(&self, mutation: &str, input: Value) -> Value {
        write(&self.editor, mutation, input).await
    }

    /// Does it, which must succeed, and gives the object.
    async fn done(&self, mutation: &str, input: Value) -> Value {
        let mut payload = self.write(mutation, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{mutation}");
        assert!(payload["seq"].is_string(), "{mutation}: {payload}");
        self.blog.wait_for_search().await;
        payload["it"].take()
    }

    /// What is wrong with it, as `CODE field.path`.
    async fn wrong(&self, mutation: &str, input: Value) -> Vec<String> {
        let payload = self.write(mutation, input).await;
        assert_eq!((&payload["it"], &payload["seq"]), (&Value::Null, &Value::Null), "{mutation}: {payload}");
        let errors = payload["userErrors"].as_array().unwrap().iter().map(|error| {
            assert!(error["message"].as_str().unwrap().len() > 10, "{error}");
            let field: Vec<&str> =
                error["field"].as_array().unwrap().iter().map(|part| part.as_str().unwrap()).collect();
            format!("{} {}", error["code"].as_str().unwrap(), field.join("."))
        });
        errors.collect()
    }

    async fn id(&self, of: &str) -> String {
        let found = self.editor.query(&format!("{{ it: {of} {{ id }} }}")).await;
        found["it"]["id"].as_str().unwrap_or_else(|| panic!("no {of}")).to_owned()
    }

    /// The titles of the posts with these tags, by database and by index.
    async fn tagged(&self, slug: &str) -> Vec<String> {
        let query = "query($f: PostFilter!) { posts(filter: $f) { totalCount nodes { title } }
            search(in: [POSTS], filter: $f, orderBy: NEWEST) { totalCount nodes { node { title } } } }";
        let data = self.blog.query_with(query, json!({ "f": { "tags": { "any": [slug] } } })).await;
        let listed: Vec<&Value> =
            data["posts"]["nodes"].as_array().unwrap().iter().map(|node| &node["title"]).collect();
        let found: Vec<&Value> =
            data["search"]["nodes"].as_array().unwrap().iter().map(|hit| &hit["node"]["title"]).collect();
        assert_eq!(listed, found, "{slug}");
        assert_eq!(data["posts"]["totalCount"], data["search"]["totalCount"]);
        listed.iter().map(|title| title.as_str().unwrap().to_owned()).collect()
    }
}

/// The name of a mutation's input, and what to select of its payload.
fn mutation(name: &str) -> String {
    let input = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let object = match name {
        _ if name.starts_with("delete") && name != "deleteMenu" => "it: deletedId",
        "setMenu" | "deleteMenu" => "it: menu { location version items { label url children { label } } }",
        _ if name.ends_with("Author") || name == "mergeAuthors" => {
            "it: author { id handle slug name url postCount }"
        }
        _ if name.ends_with("Category") || name == "mergeCategories" => {
            "it: category { id slug name parent { slug } postCount }"
        }
        _ if name.ends_with("Series") => "it: series { id slug name parts { post { title } } }",
        "updateSite" => "it: site { title previewUrlPattern }",
        _ => "it: tag { id slug name description postCount }",
    };
    format!(
        "mutation($input: {input}!) {{ it: {name}(input: $input) {{ {object} seq userErrors {{ __typename code message \
         field ... on MenuConflict {{ current {{ version }} }} }} }} }}"
    )
}

async fn write(client: &Client, name: &str, input: Value) -> Value {
    client.query_with(&mutation(name), json!({ "input": input })).await["it"].take()
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn terms_are_tidied_up(#[case] database: Database) {
    let world = World::new(database).await;
    let misspelt = world.id("tag(slug: \"rsut\")").await;
    let rust = world.id("tag(slug: \"rust\")").await;
    assert_eq!(world.tagged("rsut").await, ["Two", "One"]);

    let made = world.done("createTag", json!({ "name": "Ferris", "description": "A crab" })).await;
    assert_eq!(
        (&made["slug"], &made["description"], &made["postCount"]),
        (&json!("ferris"), &json!("A crab"), &json!(0))
    );
    let renamed = world.done("updateTag", json!({ "id": rust, "name": "Rust!", "slug": "Rust Lang" })).await;
    assert_eq!((&renamed["slug"], &renamed["name"]), (&json!("rust-lang"), &json!("Rust!")));
    assert_eq!(world.tagged("rust").await, ["Two"]);
    let merged = world.done("mergeTags", json!({ "ids": [misspelt, made["id"]], "into": rust })).await;
    assert_eq!(merged["postCount"], 2);
    for slug in ["rsut", "rust", "rust-lang"] {
        assert_eq!(world.tagged(slug).await, ["Two", "One"], "{slug}");
        let tag = world.blog.query(&format!("{{ tag(slug: \"{slug}\") {{ id name }} }}")).await;
        assert_eq!(tag["tag"], json!({ "id": rust, "name": "Rust!" }));
    }
    let tags = world.blog.query("{ post(by: { slug: \"two\" }) { tags { slug } } }").await;
    assert_eq!(tags["post"]["tags"], json!([{ "slug": "rust-lang" }]));
    let found = world.blog.query("{ search(text: \"tag:rsut\") { totalCount } }").await;
    assert_eq!(found["search"]["totalCount"], 2);

    assert_eq!(world.wrong("deleteTag", json!({ "id": rust })).await, ["NOT_POSSIBLE id"]);
    assert_eq!(world.done("deleteTag", json!({ "id": rust, "force": true })).await, json!(rust));
    assert_eq!(world.tagged("rsut").await, [""; 0]);

    let top = world.done("createCategory", json!({ "name": "Top" })).await;
    let langs = world.id("category(slug: \"langs\")").await;
    let moved = world.done("updateCategory", json!({ "id": langs, "parent": top["id"] })).await;
    assert_eq!(moved["parent"]["slug"], "top");
    assert_eq!(
        world.wrong("updateCategory", json!({ "id": top["id"], "parent": langs })).await,
        ["NOT_POSSIBLE parent"]
    );
    let merged = world.done("mergeCategories", json!({ "ids": [top["id"]], "into": langs })).await;
    assert_eq!((&merged["parent"], &merged["postCount"]), (&Value::Null, &json!(1)));
    assert_eq!(world.id("category(slug: \"top\")").await, langs);

    let (steps, two) =
        (world.id("series(slug: \"steps\")").await, world.id("post(by: { slug: \"two\" })").await);
    let ordered = world.done("orderSeries", json!({ "id": steps, "posts": [two] })).await;
    assert_eq!(ordered["parts"], json!([{ "post": { "title": "Two" } }, { "post": { "title": "One" } }]));
    let three = world.id("post(by: { slug: \"three\" })").await;
    assert_eq!(
        world.wrong("orderSeries", json!({ "id": steps, "posts": [two, three] })).await,
        ["NOT_FOUND posts.1"]
    );

    let (ada, lovelace) =
        (world.id("author(handle: \"ada\")").await, world.id("author(handle: \"lovelace\")").await);
    let merged = world.done("mergeAuthors", json!({ "ids": [lovelace], "into": ada })).await;
    assert_eq!(merged["postCount"], 2);
    let changed = world
        .done("updateAuthor", json!({ "id": ada, "handle": "Countess", "url": "https://ada.example" }))
        .await;
    assert_eq!((&changed["slug"], &changed["url"]), (&json!("countess"), &json!("https://ada.example")));
    let changed = world.done("updateAuthor", json!({ "id": ada, "url": null })).await;
    assert_eq!((&changed["handle"], &changed["url"]), (&json!("Countess"), &Value::Null));
    assert_eq!(world.id("author(handle: \"Lovelace\")").await, ada);

    // Whoever may not read drafts hears of their terms by no slug and no error.
    let secret = world.id("tag(slug: \"secret-merger\")").await;
    world.done("updateTag", json!({ "id": secret, "slug": "secret-deal" })).await;
    for slug in ["secret-merger", "secret-deal"] {
        let tag = world
            .blog
            .query(&format!("{{ tag(slug: \"{slug}\") {{ id }} node(id: \"{secret}\") {{ id }} }}"))
            .await;
        assert_eq!(tag, json!({ "tag": null, "node": null }));
    }
    let changes = world.blog.query("{ changes { nodes { cacheKeys } } }").await;
    assert!(!changes.to_string().contains("secret"), "{changes}");
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn what_nobody_should_send_is_refused(#[case] database: Database) {
    let world = World::new(database).await;
    let tag = world.id("tag(slug: \"rsut\")").await;
    let category = world.id("category(slug: \"langs\")").await;
    let page = world.id("page(by: { slug: \"about\" })").await;
    let unknown = |kind: &str| format!("{kind}_{}", "0".repeat(32));
    let (huge, long) = ("a".repeat(400_000), "a".repeat(201));
    let many: Vec<String> = (0..5_000).map(|n| format!("tag_{n:032x}")).collect();
    let item = |label: &str, url: &str| json!({ "label": label, "target": { "url": url } });
    let nested = |levels: usize| {
        (1..levels).fold(
            item("Deep", "/"),
            |below, _| json!({ "label": "Up", "target": { "url": "/" }, "children": [below] }),
        )
    };
    let before = world.blog.query("{ changes { next } }").await;
    for (name, input, expected) in [
        ("createTag", json!({ "name": "" }), vec!["INVALID name"]),
        ("createTag", json!({ "name": huge }), vec!["TOO_LONG name"]),
        ("createTag", json!({ "name": "a\u{0}b" }), vec!["INVALID name"]),
        ("createTag", json!({ "name": "a\u{202e}b", "slug": "!?" }), vec!["INVALID name", "INVALID slug"]),
        ("createTag", json!({ "name": "CAFE\u{301}" }), vec!["TAKEN name"]),
        ("createTag", json!({ "name": "New", "slug": "cafe\u{301}" }), vec!["TAKEN slug"]),
        ("createTag", json!({ "name": "New", "slug": long }), vec!["TOO_LONG slug"]),
        ("createTag", json!({ "name": "New", "description": "\u{0}" }), vec!["INVALID description"]),
        ("updateTag", json!({ "id": tag, "slug": "Café" }), vec!["TAKEN slug"]),
        ("updateTag", json!({ "id": category, "name": "N" }), vec!["INVALID id"]),
        ("updateTag", json!({ "id": "tag_x", "name": "N" }), vec!["INVALID id"]),
        ("updateTag", json!({ "id": "", "name": "N" }), vec!["INVALID id"]),
        ("updateTag", json!({ "id": huge, "name": "N" }), vec!["INVALID id"]),
        ("updateTag", json!({ "id": unknown("tag"), "name": "N" }), vec!["NOT_FOUND id"]),
        ("mergeTags", json!({ "ids": [], "into": tag }), vec!["INVALID ids"]),
        ("mergeTags", json!({ "ids": [tag], "into": tag }), vec!["NOT_POSSIBLE ids.0"]),
        ("mergeTags", json!({ "ids": [unknown("tag")], "into": tag }), vec!["NOT_FOUND ids.0"]),
        (
            "mergeTags",
            json!({ "ids": [category, page], "into": tag }),
            vec!["INVALID ids.0", "INVALID ids.1"],
        ),
        ("mergeTags", json!({ "ids": many, "into": tag }), vec!["TOO_LONG ids"]),
        ("deleteTag", json!({ "id": page, "force": true }), vec!["INVALID id"]),
        ("createCategory", json!({ "name": "N", "parent": tag }), vec!["INVALID parent"]),
        ("createCategory", json!({ "name": "N", "parent": unknown("category") }), vec!["NOT_FOUND parent"]),
        ("updateCategory", json!({ "id": category, "parent": category }), vec!["NOT_POSSIBLE parent"]),
        ("deleteCategory", json!({ "id": category }), vec!["NOT_POSSIBLE id"]),
        ("createSeries", json!({ "name": "Steps" }), vec!["TAKEN name"]),
        ("orderSeries", json!({ "id": unknown("series"), "posts": [page] }), vec!["INVALID posts.0"]),
        ("createAuthor", json!({ "handle": "Ada" }), vec!["TAKEN handle"]),
        ("createAuthor", json!({ "handle": "n", "url": "javascript:alert(1)" }), vec!["INVALID url"]),
        ("createAuthor", json!({ "handle": "n", "avatar": "//evil.example/x" }), vec!["INVALID avatar"]),
        ("deleteAuthor", json!({ "id": unknown("author") }), vec!["NOT_FOUND id"]),
        ("setMenu", json!({ "location": "!", "items": [] }), vec!["INVALID location"]),
        ("setMenu", json!({ "location": "main", "items": [item("", "/")] }), vec!["INVALID items.0.label"]),
        (
            "setMenu",
            json!({ "location": "main", "items": [item("A", "javascript:x")] }),
            vec!["INVALID items.0.target"],
        ),
        (
            "setMenu",
            json!({ "location": "main", "items": [{ "label": "A", "target": { "id": "x" } }] }),
            vec!["INVALID items.0.target"],
        ),
        (
            "setMenu",
            json!({ "location": "main", "items": [{ "label": "A", "target": { "id": unknown("page") } }] }),
            vec!["NOT_FOUND items.0.target"],
        ),
        (
            "setMenu",
            json!({ "location": "main", "items": vec![item("A", "/"); 5_000] }),
            vec!["TOO_LONG items"],
        ),
        (
            "setMenu",
            json!({ "location": "main", "items": [nested(4)] }),
            vec!["NOT_POSSIBLE items.0.children.0.children.0.children.0"],
        ),
        ("setMenu", json!({ "location": "main", "items": [], "version": 3 }), vec!["NOT_FOUND location"]),
        ("deleteMenu", json!({ "location": "main" }), vec!["NOT_FOUND location"]),
    ] {
        assert_eq!(
            world.wrong(name, input.clone()).await,
            expected,
            "{name} {}",
            &input.to_string()[..input.to_string().len().min(200)]
        );
    }
    assert_eq!(world.blog.query("{ changes { next } }").await, before, "nothing was written");

    // What the schema itself refuses.
    for target in [json!({}), json!({ "id": page, "url": "/" }), json!({ "url": null })] {
        let input = json!({ "input": { "location": "main", "items": [{ "label": "A", "target": target }] } });
        let answer = world.editor.ask(&mutation("setMenu"), input).await;
        assert!(answer["errors"].is_array(), "{answer}");
    }
    let deep = json!({ "input": { "location": "main", "items": [nested(60)] } });
    let answer = world.editor.ask(&mutation("setMenu"), deep).await;
    assert!(answer["errors"].is_array() || answer["data"]["it"]["it"].is_null(), "{answer}");
    assert_eq!(world.blog.query("{ site { title } }").await["site"]["title"], "A blog on Inkstand");
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn only_editors_tidy_up_and_only_owners_change_the_site(#[case] database: Database) {
    let world = World::new(database).await;
    let author = world.blog.member("ann", Role::Author, Scope::Write).await;
    let reading = world.blog.member("rob", Role::Owner, Scope::Read).await;
    let owner = world.blog.member("olga", Role::Owner, Scope::Admin).await;
    for (name, input) in [
        ("createTag", json!({ "name": "" })),
        ("updateTag", json!({ "id": "nonsense" })),
        ("mergeTags", json!({ "ids": ["nonsense"], "into": "nonsense" })),
        ("deleteTag", json!({ "id": "nonsense" })),
        ("createCategory", json!({ "name": "", "parent": "nonsense" })),
        ("updateCategory", json!({ "id": "nonsense" })),
        ("mergeCategories", json!({ "ids": [], "into": "nonsense" })),
        ("deleteCategory", json!({ "id": "nonsense" })),
        ("createSeries", json!({ "name": "" })),
        ("updateSeries", json!({ "id": "nonsense" })),
        ("orderSeries", json!({ "id": "nonsense", "posts": [] })),
        ("mergeSeries", json!({ "ids": [], "into": "nonsense" })),
        ("deleteSeries", json!({ "id": "nonsense" })),
        ("createAuthor", json!({ "handle": "" })),
        ("updateAuthor", json!({ "id": "nonsense" })),
        ("mergeAuthors", json!({ "ids": [], "into": "nonsense" })),
        ("deleteAuthor", json!({ "id": "nonsense" })),
        ("setMenu", json!({ "location": "", "items": [] })),
        ("deleteMenu", json!({ "location": "" })),
        ("updateSite", json!({ "title": "" })),
    ] {
        let anybody = world.blog.client();
        let clients =
            [(&anybody, code::UNAUTHENTICATED), (&author, code::FORBIDDEN), (&reading, code::FORBIDDEN)];
        for (client, expected) in clients {
            let answer = client.ask(&mutation(name), json!({ "input": input })).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], expected, "{name}: {answer}");
        }
    }
    let input = json!({ "input": { "title": "Mine" } });
    let answer = world.editor.ask(&mutation("updateSite"), input).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], code::FORBIDDEN);

    let huge = "a".repeat(501);
    for (input, expected) in [
        (json!({ "title": "", "tagline": huge }), json!([["INVALID", "title"], ["TOO_LONG", "tagline"]])),
        (json!({ "title": "a\nb" }), json!([["INVALID", "title"]])),
        (json!({ "title": "a\u{202e}b" }), json!([["INVALID", "title"]])),
        (json!({ "tagline": "nul\u{0}" }), json!([["INVALID", "tagline"]])),
        (json!({ "timeZone": "Mars/Olympus" }), json!([["INVALID", "timeZone"]])),
        (json!({ "timeZone": "../../etc/passwd" }), json!([["INVALID", "timeZone"]])),
        (json!({ "permalinks": "/{nonsense}" }), json!([["INVALID", "permalinks"]])),
        (json!({ "permalinks": "/graphql/{slug}" }), json!([["INVALID", "permalinks"]])),
        (json!({ "previewUrlPattern": "https://blog.example/" }), json!([["INVALID", "previewUrlPattern"]])),
        (json!({ "previewUrlPattern": "javascript:{token}" }), json!([["INVALID", "previewUrlPattern"]])),
        (
            json!({ "previewUrlPattern": format!("https://a/{{token}}{huge}") }),
            json!([["INVALID", "previewUrlPattern"]]),
        ),
    ] {
        let payload = write(&owner, "updateSite", input.clone()).await;
        let told: Vec<Value> = payload["userErrors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| json!([error["code"], error["field"][0]]))
            .collect();
        assert_eq!(Value::from(told), expected, "{input}");
    }
    let pattern = "https://blog.example/preview?t={token}&to={path}&of={id}";
    let site = write(&owner, "updateSite", json!({ "title": " Pond ", "previewUrlPattern": pattern })).await;
    assert_eq!(site["it"], json!({ "title": "Pond", "previewUrlPattern": pattern }));
    let seen = "{ site { previewUrlPattern } }";
    assert_eq!(world.blog.query(seen).await["site"]["previewUrlPattern"], Value::Null);
    assert_eq!(reading.query(seen).await["site"]["previewUrlPattern"], Value::Null);
    assert_eq!(author.query(seen).await["site"]["previewUrlPattern"], pattern);
    let three = world.id("post(by: { slug: \"three\" })").await;
    let preview = "mutation($id: ID!) { createPreview(input: { id: $id }) { preview { token url } } }";
    let preview = world.editor.query_with(preview, json!({ "id": three })).await;
    let preview = &preview["createPreview"]["preview"];
    let url = preview["url"].as_str().unwrap();
    assert!(
        url.starts_with("https://blog.example/preview?t=") && url.ends_with(&format!("&of={three}")),
        "{url}"
    );
    assert!(url.contains(preview["token"].as_str().unwrap()), "a token needs no escapes: {url}");
    let site = write(&owner, "updateSite", json!({ "previewUrlPattern": null })).await;
    assert_eq!(site["it"]["previewUrlPattern"], Value::Null);
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn a_menu_shows_what_its_reader_may_see(#[case] database: Database) {
    let world = World::new(database).await;
    let three = world.id("post(by: { slug: \"three\" })").await;
    let secret = world.id("tag(slug: \"secret-merger\")").await;
    let mut items = vec![
        json!({ "label": "Home", "target": { "url": "/" } }),
        json!({ "label": "About", "target": { "id": world.id("page(by: { slug: \"about\" })").await }, "children": [
            { "label": "Draft", "target": { "id": three }, "children": [{ "label": "Below", "target": { "url": "/x" } }] },
            { "label": "Rust", "target": { "id": world.id("tag(slug: \"rust\")").await } },
        ] }),
        json!({ "label": "Secret", "target": { "id": secret } }),
        json!({ "label": "Langs", "target": { "id": world.id("category(slug: \"langs\")").await } }),
        json!({ "label": "Ada", "target": { "id": world.id("author(handle: \"ada\")").await } }),
    ];
    let set = world.done("setMenu", json!({ "location": "Main", "items": items, "version": 0 })).await;
    assert_eq!((&set["location"], &set["version"]), (&json!("main"), &json!(1)));
    assert_eq!(set["items"].as_array().unwrap().len(), 5);

    let seen = world.blog.operation("menu", json!({ "location": "main" })).await;
    assert_eq!(
        seen["site"]["menu"],
        json!([
            { "label": "Home", "url": "/", "node": null, "children": [] },
            { "label": "About", "url": "https://blog.example/about", "node": { "__typename": "Page" }, "children": [
                { "label": "Rust", "url": null, "node": { "__typename": "Tag", "slug": "rust" }, "children": [] },
            ] },
            { "label": "Langs", "url": null, "node": { "__typename": "Category", "slug": "langs" }, "children": [] },
            { "label": "Ada", "url": null, "node": { "__typename": "Author", "slug": "ada" }, "children": [] },
        ])
    );
    let menus =
        world.blog.query("{ site { menu(location: \"none\") { label } menus { location version } } }").await;
    assert_eq!(menus["site"], json!({ "menu": [], "menus": [{ "location": "main", "version": null }] }));

    let payload = world.write("setMenu", json!({ "location": "main", "items": [], "version": 7 })).await;
    let error = &payload["userErrors"][0];
    assert_eq!(
        json!([error["__typename"], error["code"], error["field"], error["current"]["version"]]),
        json!(["MenuConflict", "VERSION_CONFLICT", ["version"], 1])
    );

    // As many statements for a long menu as for a short one.
    let query = "{ site { menu(location: \"main\") { url node { id } children { url node { id } children { url node { id } } } } } }";
    let few = statements(&world.blog, query).await;
    for post in ["one", "two"] {
        let id = world.id(&format!("post(by: {{ slug: \"{post}\" }})")).await;
        items.extend((0..20).map(|n| json!({ "label": format!("{post} {n}"), "target": { "id": id } })));
    }
    world.done("setMenu", json!({ "location": "main", "items": items, "version": 1 })).await;
    assert_eq!(statements(&world.blog, query).await, few);
    let deleted = world.done("deleteMenu", json!({ "location": "main", "version": 2 })).await;
    assert_eq!(deleted["version"], 2);
    assert_eq!(world.blog.query("{ site { menus { location } } }").await["site"]["menus"], json!([]));
}

async fn statements(blog: &TestBlog, query: &str) -> u64 {
    let mut least = u64::MAX;
    for _ in 0..5 {
        let before = blog.blog().statements();
        blog.query(query).await;
        least = least.min(blog.blog().statements() - before);
    }
    least
}
