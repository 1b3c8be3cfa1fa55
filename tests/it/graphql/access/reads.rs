//! What is not published leaks through no way of reading: a blog that holds secrets answers whoever may not see them
//! exactly as one that never had any, counts and error texts included.

use std::{collections::BTreeSet, sync::Arc};

use inkstand_blog::Step;
use inkstand_model::{EntryKind, FixedClock, Instant, Role, Scope, Viewer};
use inkstand_tests::{Client, Database, TestBlog, item};
use rstest::rstest;
use serde_json::{Value, json};

/// Whatever is secret has this in its name.
pub(super) const SECRET: &str = "zyx";

pub(super) struct World {
    pub(super) blog: TestBlog,
    pub(super) anybody: Client,
    subscriber: Client,
    other_author: Client,
    author: Client,
    editor: Client,
    owner: Client,
}

impl World {
    /// A blog with public posts and five members; the clock stands still, so that two of them have the very same ids.
    pub(super) async fn new(database: Database) -> Self {
        let now = Instant::parse_rfc3339("2024-12-01T00:00:00Z").unwrap();
        let database = TestBlog::start(database).await.stop().await;
        let blog = TestBlog::serve(database, Arc::new(FixedClock::at(now))).await;
        let public = |n: u32| {
            let file = format!(
                "---\ntitle: Public {n}\ndate: 2024-0{n}-01\nauthor: [grace, {SECRET}-shared]\ntags: [ink, shared]\ncategories: [Pens]\nseries: Letters\nlang: en\n---\nSome ink, and a #hashtag.\n",
            );
            item(&format!("public-{n}.md"), &file)
        };
        let page = item("about.md", "---\ntitle: About\ntype: page\ndate: 2024-01-01\n---\nUs.\n");
        let items = (1..=4).map(public).chain([page]).collect();
        blog.import_items("public", items).await;
        let anybody = blog.client();
        let subscriber = blog.member("sam", Role::Subscriber, Scope::Admin).await;
        let other_author = blog.member("bob", Role::Author, Scope::Admin).await;
        let author = blog.member("ada", Role::Author, Scope::Admin).await;
        let editor = blog.member("eve", Role::Editor, Scope::Admin).await;
        let owner = blog.member("olga", Role::Owner, Scope::Admin).await;
        Self { blog, anybody, subscriber, other_author, author, editor, owner }
    }

    /// Drafts, scheduled, private and trashed posts and pages, filed under terms of their own and under public ones.
    pub(super) async fn keep_secrets(&self) -> Vec<Value> {
        let file = |n: usize, front: &str| {
            let file = format!(
                "---\ntitle: Secret {SECRET} {n}\n{front}\nauthor: [grace, {SECRET}-author]\ntags: [ink, {SECRET}-tag]\ncategories: [Pens, {SECRET}-category]\nseries: {SECRET}-series\nlang: en\n---\nSome ink and {SECRET}words, #{SECRET}hash.\n",
            );
            item(&format!("{SECRET}-{n}.md"), &file)
        };
        let draft = "draft: true\ndate: 2024-02-15\naliases: [/old-zyx]";
        let items = vec![
            file(1, draft),
            file(2, "date: 2030-01-01\naliases: [/later-zyx]"),
            file(3, &draft.replace("old", "private")),
            file(4, &draft.replace("old", "trashed")),
            file(5, &format!("type: page\n{}", draft.replace("old", "page"))),
        ];
        self.blog.import_items("secret", items).await;
        let operator = self.blog.blog().reader(Viewer::Operator);
        for (number, step) in [(3, Step::MakePrivate), (4, Step::Trash)] {
            let slug = inkstand_model::Slug::from_title(&format!("{SECRET}-{number}")).unwrap();
            let entry = operator.entry_by_slug(EntryKind::Post, &slug).await.unwrap().unwrap();
            operator.take_step(EntryKind::Post, entry.id, None, step).await.unwrap();
        }
        let made = self
            .author
            .query_with(
                "mutation($input: CreatePostInput!) { createPost(input: $input) { post { id } userErrors { message } } }",
                json!({ "input": { "title": format!("Own {SECRET} draft"), "markdown": "Mine.", "tags": [format!("{SECRET}-own-tag")] } }),
            )
            .await;
        assert_eq!(made["createPost"]["userErrors"], json!([]), "{made}");
        self.blog.wait_for_search().await;
        let all = "{
            posts(filter: { status: [DRAFT, SCHEDULED, PRIVATE, TRASHED] }, first: 20) { nodes { id slug path number title } }
            pages(status: [DRAFT], first: 20) { nodes { id slug path number title } }
            tags(first: 50) { nodes { id slug } } categories(first: 50) { nodes { id slug } } authors(first: 50) { nodes { id slug } } allSeries(first: 50) { nodes { id slug } }
        }";
        let all = self.owner.query(all).await;
        let mut secrets = Vec::new();
        for list in ["posts", "pages", "tags", "categories", "authors", "allSeries"] {
            let nodes = all[list]["nodes"].as_array().unwrap();
            let hidden = nodes.iter().filter(|node| {
                let slug = node["slug"].as_str().unwrap();
                slug.contains(SECRET) && !slug.contains("shared")
                    || slug == "ada"
                    || matches!(list, "posts" | "pages")
            });
            secrets.extend(hidden.map(|node| json!({ "list": list, "node": node })));
        }
        assert_eq!(secrets.len(), 5 + 1 + 2 + 1 + 2 + 1, "{secrets:#?}");
        secrets
    }
}

const CARD: &str = "fragment Card on Entry {
    id number slug path url title status html markdown text excerptText headings { text } publishedAt updatedAt version
    translations { id title } authors { id name handle postCount } revisions { totalCount nodes { id } }
    ... on Post {
        hashtags tags { slug postCount related { slug postCount } posts { totalCount nodes { id title } } }
        categories { slug postCount children { slug } posts { totalCount nodes { id } } }
        series { position series { slug parts { position post { title } } posts { totalCount } } }
        newer { title path } older { title path } related(first: 20) { title }
    }
    ... on Page { parent { title } children { title } }
}";

/// Every way of reading, by the field of `Query` that it goes through, asked with whatever could name a secret.
fn ways(secrets: &[Value]) -> Vec<(&'static str, String, Value)> {
    let mut ways: Vec<(&'static str, String, Value)> = Vec::new();
    let mut ask = |field: &'static str, query: &str, variables: Value| {
        let card = if query.contains("...Card") { CARD } else { "" };
        ways.push((field, format!("{query} {card}"), variables));
    };
    let ids: Vec<&Value> = secrets.iter().map(|secret| &secret["node"]["id"]).collect();
    ask(
        "nodes",
        "query($ids: [ID!]!) { nodes(ids: $ids) { id ...Card ... on Tag { name } ... on Author { name } } }",
        json!({ "ids": ids }),
    );
    for secret in secrets {
        let node = &secret["node"];
        ask("node", "query($id: ID!) { node(id: $id) { id ...Card } }", json!({ "id": node["id"] }));
        let slug = json!({ "slug": node["slug"] });
        match secret["list"].as_str().unwrap() {
            kind @ ("posts" | "pages") => {
                let (field, one) = if kind == "posts" { ("post", "post") } else { ("page", "page") };
                for by in ["id", "slug", "path", "number"] {
                    let query = format!("query($by: PostBy!) {{ {one}(by: $by) {{ ...Card }} }}");
                    ask(field, &query, json!({ "by": { by: node[by] } }));
                }
                ask(
                    "route",
                    "query($path: String!) { route(path: $path) { status location node { id ...Card } } }",
                    json!({ "path": node["path"] }),
                );
            }
            "tags" => ask("tag", "query($slug: Slug!) { tag(slug: $slug) { id name postCount } }", slug),
            "categories" => {
                ask("category", "query($slug: Slug!) { category(slug: $slug) { id name postCount } }", slug);
            }
            "authors" => {
                ask("author", "query($slug: String!) { author(handle: $slug) { id name postCount } }", slug);
            }
            "allSeries" => {
                ask("series", "query($slug: Slug!) { series(slug: $slug) { id name postCount } }", slug);
            }
            other => panic!("{other}"),
        }
    }
    for path in
        ["/old-zyx", "/later-zyx", "/private-zyx", "/trashed-zyx", "/page-zyx", "/2024/02/zyx-1", "/zyx-5"]
    {
        ask(
            "route",
            "query($path: String!) { route(path: $path) { status location node { id } } }",
            json!({ "path": path }),
        );
    }
    ask(
        "series",
        "{ series(slug: \"letters\") { postCount parts { position post { title } } posts { totalCount nodes { ...Card } } } }",
        json!({}),
    );
    ask("site", "{ site { title tagline url language timeZone } }", json!({}));
    ask("archive", "{ archive { year month postCount } }", json!({}));
    ask("previewMarkdown", "{ previewMarkdown(markdown: \"*x*\") }", json!({}));
    ask("viewer", "{ viewer { id name role } }", json!({}));
    ask("accounts", "{ accounts { nodes { name } } }", json!({}));
    ask("account", "{ account(name: \"olga\") { id name email } }", json!({}));
    ask("apiTokens", "{ apiTokens { nodes { id name } } }", json!({}));
    ask("webhooks", "{ webhooks { id url } }", json!({}));
    ask("webhook", "{ webhook(id: \"webhook_00000000000000000000000000000000\") { url } }", json!({}));
    ask("audit", "{ audit { nodes { action targetLabel } } }", json!({}));
    for order in ["NEWEST", "OLDEST", "RECENTLY_UPDATED"] {
        let query = format!(
            "{{ posts(orderBy: {order}, first: 50) {{ totalCount nodes {{ ...Card }} pageInfo {{ hasNextPage hasPreviousPage }} }} }}"
        );
        ask("posts", &query, json!({}));
    }
    let posts = "query($filter: PostFilter) { posts(filter: $filter, first: 50) { totalCount nodes { id title } pageInfo { hasNextPage } } }";
    let post_ids: Vec<&Value> =
        secrets.iter().filter(|s| s["list"] == "posts").map(|s| &s["node"]["id"]).collect();
    for filter in [
        json!({ "ids": post_ids }),
        json!({ "tags": { "any": ["zyx-tag"] } }),
        json!({ "tags": { "none": ["zyx-tag"] } }),
        json!({ "tags": { "all": ["ink", "zyx-tag"] } }),
        json!({ "categories": { "any": ["zyx-category"] } }),
        json!({ "authors": { "any": ["zyx-author"] } }),
        json!({ "authors": { "any": ["ada"] } }),
        json!({ "published": { "from": "2024-12-02T00:00:00Z" } }),
        json!({ "updated": { "from": "2024-11-30T00:00:00Z" } }),
    ] {
        ask("posts", posts, json!({ "filter": filter }));
    }
    ask("pages", "{ pages(first: 50) { totalCount nodes { ...Card } } }", json!({}));
    for (field, list) in
        [("tags", "tags"), ("categories", "categories"), ("authors", "authors"), ("allSeries", "allSeries")]
    {
        for order in ["SLUG", "POST_COUNT"] {
            let query = format!(
                "{{ {list}(first: 50, orderBy: {order}) {{ totalCount nodes {{ id slug name postCount posts {{ totalCount nodes {{ title }} }} }} pageInfo {{ hasNextPage }} }} }}"
            );
            ask(field, &query, json!({}));
        }
    }
    for text in [
        "zyx",
        "zyxwords",
        "secret",
        "#zyxhash",
        "tag:zyx-tag",
        "category:zyx-category",
        "author:zyx-author",
        "ink",
        "zyxwrods",
        "\"some ink\"",
        "ink -zyxwords",
        "",
    ] {
        ask(
            "search",
            "query($text: String!) { search(text: $text, first: 50) { totalCount corrected didYouMean nodes { node { ...Card } title { html } body { html } }
                tags: facets(of: TAG, first: 50) { value label count } categories: facets(of: CATEGORY, first: 50) { value count }
                authors: facets(of: AUTHOR, first: 50) { value count } years: facets(of: YEAR, first: 50) { value count } } }",
            json!({ "text": text }),
        );
    }
    for matching in [
        json!({ "title": "zyx" }),
        json!({ "title": "\"secret zyx\"" }),
        json!({ "hashtags": { "any": ["zyxhash"] } }),
        json!({ "hashtags": { "none": ["zyxhash"] } }),
        json!({ "hashtags": { "any": ["zyx-tag"] } }),
        json!({ "years": [2024, 2030] }),
    ] {
        ask(
            "search",
            "query($matching: SearchMatching) { search(matching: $matching, first: 50) { totalCount didYouMean nodes { node { title } }
                tags: facets(of: TAG, first: 50) { value count selected } years: facets(of: YEAR, first: 50) { value count } } }",
            json!({ "matching": matching }),
        );
    }
    // Who may see none at all is refused, and who sees but their own is told of those.
    for text in ["", "zyx", "zyxwrods", "ink", "zyxw", "tag:zyx-tag", "secret zyx"] {
        for status in [json!(["DRAFT"]), json!(["PUBLISHED", "DRAFT", "SCHEDULED", "PRIVATE", "TRASHED"])] {
            ask(
                "search",
                "query($text: String!, $filter: PostFilter) { search(text: $text, filter: $filter, first: 50) {
                    totalCount corrected didYouMean nodes { score node { title } body { html } }
                    tags: facets(of: TAG, first: 50) { value count } years: facets(of: YEAR, first: 50) { value count } } }",
                json!({ "text": text, "filter": { "status": status } }),
            );
        }
    }
    for prefix in ["z", "zyx", "sec", "own", "ad", "in", "zyx-tga", "zyxauthro"] {
        ask(
            "suggest",
            "query($prefix: String!) { suggest(prefix: $prefix, first: 50) { kind text path } }",
            json!({ "prefix": prefix }),
        );
    }
    // `next` is a position, which says that something happened, not what.
    ask("changes", "{ changes(first: 1000) { nodes { id kind action paths cacheKeys } reset } }", json!({}));
    ways
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn no_way_of_reading_tells_of_what_is_not_published(#[case] database: Database) {
    let (with, without) = (World::new(database).await, World::new(database).await);
    let secrets = with.keep_secrets().await;
    let ways = ways(&secrets);

    let fields = with.anybody.query("{ __schema { queryType { fields { name } } } }").await;
    let fields: BTreeSet<&str> = fields["__schema"]["queryType"]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["name"].as_str().unwrap())
        .collect();
    let walked: BTreeSet<&str> = ways.iter().map(|(field, ..)| *field).collect();
    let missing: Vec<_> = fields.difference(&walked).collect();
    assert!(missing.is_empty(), "a new way of reading needs a row here: {missing:?}");

    for (who, here, there) in [
        ("anybody", &with.anybody, &without.anybody),
        ("a subscriber", &with.subscriber, &without.subscriber),
        ("another author", &with.other_author, &without.other_author),
    ] {
        for (_, query, variables) in &ways {
            let (seen, innocent) =
                (here.ask(query, variables.clone()).await, there.ask(query, variables.clone()).await);
            let (seen, innocent) = (masked(&seen, &with), masked(&innocent, &without));
            assert!(!seen.contains("VALIDATION_FAILED"), "{query}: {seen}");
            assert_eq!(seen, innocent, "{who}: {query} {variables}");
        }
    }

    // Those who may see them do, so that the table above can fail.
    for secret in &secrets {
        let id = &secret["node"]["id"];
        let own = secret["node"]["title"].as_str().is_some_and(|title| title.starts_with("Own"));
        let query = "query($id: ID!) { node(id: $id) { id ... on Entry { title version } } }";
        for client in [&with.editor, &with.owner] {
            assert_eq!(client.query_with(query, json!({ "id": id })).await["node"]["id"], *id, "{secret}");
        }
        if secret["list"] == "posts" || secret["list"] == "pages" {
            let seen = with.author.query_with(query, json!({ "id": id })).await;
            assert_eq!(seen["node"].is_null(), !own, "{secret}");
        }
    }
    let drafts = "{ posts(filter: { status: [DRAFT, SCHEDULED] }) { totalCount nodes { title } } }";
    let own = with.author.query(drafts).await;
    assert_eq!(own["posts"], json!({ "totalCount": 1, "nodes": [{ "title": "Own zyx draft" }] }));
    assert_eq!(with.other_author.query(drafts).await["posts"]["totalCount"], 0);
    let found =
        "{ search(text: \"zyx\", filter: { status: [DRAFT, SCHEDULED, PRIVATE, TRASHED] }, first: 50) {
        totalCount nodes { node { title status } title { html } } } }";
    let own = with.author.query(found).await;
    assert_eq!(
        own["search"],
        json!({ "totalCount": 1, "nodes": [{
            "node": { "title": "Own zyx draft", "status": "DRAFT" },
            "title": { "html": "Own <mark>zyx</mark> draft" },
        }] })
    );
    assert_eq!(with.other_author.query(found).await["search"]["totalCount"], 0);
    for client in [&with.editor, &with.owner] {
        assert_eq!(client.query(found).await["search"]["totalCount"], 6);
    }
    for client in [&with.anybody, &with.subscriber] {
        for refused in [
            drafts,
            found,
            "{ search(filter: { status: [PUBLISHED, DRAFT] }) { totalCount } }",
            "{ search(filter: { status: [TRASHED] }) { facets(of: TAG) { value } } }",
        ] {
            let answer = client.ask(refused, json!({})).await;
            let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap();
            assert!(["UNAUTHENTICATED", "FORBIDDEN"].contains(&code), "{answer}");
        }
    }
}

/// An answer without what differs between two servers: their port, the names of requests.
fn masked(answer: &Value, world: &World) -> String {
    answer.to_string().replace(&world.blog.address.port().to_string(), "PORT")
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn a_preview_shows_one_draft_and_no_other(#[case] database: Database) {
    let world = World::new(database).await;
    let secrets = world.keep_secrets().await;
    let secret = |title: &str| {
        let found =
            secrets.iter().find(|s| s["node"]["title"].as_str().is_some_and(|t| t.starts_with(title)));
        found.unwrap()["node"].clone()
    };
    let (own, other) = (secret("Own"), secret("Secret zyx 1"));
    let make = "mutation($input: CreatePreviewInput!) { createPreview(input: $input) { preview { token url expiresAt } userErrors { code message } } }";
    let refused = world.author.query_with(make, json!({ "input": { "id": other["id"] } })).await;
    assert_eq!(refused["createPreview"]["userErrors"][0]["code"], "NOT_FOUND");
    for minutes in [0, -1, 43_201] {
        let refused =
            world.author.query_with(make, json!({ "input": { "id": own["id"], "minutes": minutes } })).await;
        assert_eq!(refused["createPreview"]["userErrors"][0]["code"], "INVALID", "{minutes}");
    }
    let made = world.author.query_with(make, json!({ "input": { "id": own["id"], "minutes": 60 } })).await;
    let preview = &made["createPreview"]["preview"];
    assert_eq!(preview["expiresAt"], "2024-12-01T01:00:00Z");
    let token = preview["token"].as_str().unwrap();
    assert!(preview["url"].as_str().unwrap().ends_with(&format!("?preview={token}")), "{preview}");

    let viewer = world.blog.client().with_header("inkstand-preview", token);
    let one = "query($by: PostBy!) { post(by: $by) { title status html tags { slug } version } }";
    for by in ["id", "slug", "path"] {
        let seen = viewer.query_with(one, json!({ "by": { by: own[by] } })).await;
        let expected = json!({ "title": "Own zyx draft", "status": "DRAFT", "html": "<p>Mine.</p>\n", "tags": [{ "slug": "zyx-own-tag" }], "version": null });
        assert_eq!(seen["post"], expected, "{by}");
        assert_eq!(viewer.query_with(one, json!({ "by": { by: other[by] } })).await["post"], Value::Null);
    }
    assert_eq!(viewer.query("{ posts { totalCount } }").await["posts"]["totalCount"], 4);
    let answer = viewer
        .http
        .post(viewer.url("/graphql"))
        .json(&json!({ "query": "{ site { title } }" }))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()["cache-control"], "private, no-store");
    assert!(answer.headers()["vary"].to_str().unwrap().contains("inkstand-preview"));

    for bad in ["", "ink_preview_x", &format!("{token}x"), &token.replace('_', "-")] {
        let stranger = world.blog.client().with_header("inkstand-preview", bad);
        let response = stranger
            .http
            .post(stranger.url("/graphql"))
            .json(&json!({ "query": "{ site { title } }" }))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 401, "{bad}");
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["errors"][0]["extensions"]["code"], "BAD_PREVIEW");
    }
    let trash = "mutation($input: EntryStepInput!) { trashPost(input: $input) { userErrors { message } } }";
    world.author.query_with(trash, json!({ "input": { "id": own["id"] } })).await;
    assert_eq!(viewer.query_with(one, json!({ "by": { "id": own["id"] } })).await["post"], Value::Null);
}
