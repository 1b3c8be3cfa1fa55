//! Who may do what: every role through every mutation, on posts of their own and of others. Whoever may not is told so,
//! and leaves no trace.

use std::collections::BTreeSet;

use inkstand_model::{Role, Scope, Viewer};
use inkstand_tests::{Client, Database, TestBlog};
use rstest::rstest;
use serde_json::{Value, json};

/// Who walks through the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Anybody,
    Subscriber,
    /// An author whose post it is not.
    OtherAuthor,
    /// The author whose post it is.
    Author,
    Editor,
    Owner,
    /// The owner, by a token that may only read.
    OwnersReader,
    /// The owner, by a token that may read and write content.
    OwnersWriter,
}

impl Who {
    const ALL: [Self; 8] = [
        Self::Anybody,
        Self::Subscriber,
        Self::OtherAuthor,
        Self::Author,
        Self::Editor,
        Self::Owner,
        Self::OwnersReader,
        Self::OwnersWriter,
    ];
}

/// The least that one must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Least {
    Anybody,
    /// Anybody with an account, by whatever token.
    Known,
    /// Anybody with an account, by a session or a token for everything.
    Account,
    Author,
    /// The author of the entry, or an editor.
    ItsAuthor,
    Editor,
    Owner,
}

impl Least {
    fn lets(self, who: Who) -> bool {
        use Who::{Anybody, Author, Editor, Owner, OwnersReader, OwnersWriter, Subscriber};
        match self {
            Self::Anybody => true,
            Self::Known => who != Anybody,
            Self::Account => !matches!(who, Anybody | OwnersReader | OwnersWriter),
            Self::Author => !matches!(who, Anybody | Subscriber | OwnersReader),
            Self::ItsAuthor => matches!(who, Author | Editor | Owner | OwnersWriter),
            Self::Editor => matches!(who, Editor | Owner | OwnersWriter),
            Self::Owner => matches!(who, Owner),
        }
    }
}

/// What a mutation is tried on; what it needs is made anew for each try that is done.
#[derive(Default)]
struct Things {
    draft: String,
    published: String,
    trashed: String,
    revised: (String, i64, String),
    page_draft: String,
    page_published: String,
    page_trashed: String,
    tags: [String; 2],
    categories: [String; 2],
    series: [String; 2],
    authors: [String; 2],
    menu: String,
    account: String,
    token: String,
    webhook: String,
    n: usize,
}

/// The input for a mutation, made of the things that it is tried on.
type Input = fn(&Things) -> Value;

/// What becomes of it where it is allowed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// It is done.
    Done,
    /// It may be refused for what it says (a wrong password), but not for who says it.
    Heard,
}

use End::{Done, Heard};

#[rustfmt::skip]
const TABLE: &[(&str, Least, End, Input)] = &[
    ("createPost", Least::Author, Done, |_| json!({ "title": "New" })),
    ("updatePost", Least::ItsAuthor, Done, |t| json!({ "id": t.draft, "version": 1, "title": "Other" })),
    ("publishPost", Least::ItsAuthor, Done, |t| json!({ "id": t.draft })),
    ("schedulePost", Least::ItsAuthor, Done, |t| json!({ "id": t.draft, "publishedAt": "2100-01-01T00:00:00Z" })),
    ("unpublishPost", Least::ItsAuthor, Done, |t| json!({ "id": t.published })),
    ("trashPost", Least::ItsAuthor, Done, |t| json!({ "id": t.published })),
    ("restorePost", Least::ItsAuthor, Done, |t| json!({ "id": t.trashed })),
    ("deletePost", Least::ItsAuthor, Done, |t| json!({ "id": t.trashed })),
    ("createPage", Least::Editor, Done, |_| json!({ "title": "New" })),
    ("updatePage", Least::Editor, Done, |t| json!({ "id": t.page_draft, "version": 1, "title": "Other" })),
    ("publishPage", Least::Editor, Done, |t| json!({ "id": t.page_draft })),
    ("schedulePage", Least::Editor, Done, |t| json!({ "id": t.page_draft, "publishedAt": "2100-01-01T00:00:00Z" })),
    ("unpublishPage", Least::Editor, Done, |t| json!({ "id": t.page_published })),
    ("trashPage", Least::Editor, Done, |t| json!({ "id": t.page_published })),
    ("restorePage", Least::Editor, Done, |t| json!({ "id": t.page_trashed })),
    ("deletePage", Least::Editor, Done, |t| json!({ "id": t.page_trashed })),
    ("createPreview", Least::ItsAuthor, Done, |t| json!({ "id": t.draft })),
    ("restoreRevision", Least::ItsAuthor, Done, |t| json!({ "id": t.revised.0, "version": t.revised.1, "revision": t.revised.2 })),
    ("updateSite", Least::Owner, Done, |t| json!({ "tagline": format!("Line {}", t.n) })),
    ("setMenu", Least::Editor, Done, |t| json!({ "location": format!("menu-{}", t.n), "items": [] })),
    ("deleteMenu", Least::Editor, Done, |t| json!({ "location": t.menu })),
    ("createTag", Least::Editor, Done, |t| json!({ "name": format!("New tag {}", t.n) })),
    ("updateTag", Least::Editor, Done, |t| json!({ "id": t.tags[0], "description": "Other" })),
    ("mergeTags", Least::Editor, Done, |t| json!({ "ids": [t.tags[0]], "into": t.tags[1] })),
    ("deleteTag", Least::Editor, Done, |t| json!({ "id": t.tags[0] })),
    ("createCategory", Least::Editor, Done, |t| json!({ "name": format!("New category {}", t.n) })),
    ("updateCategory", Least::Editor, Done, |t| json!({ "id": t.categories[0], "description": "Other" })),
    ("mergeCategories", Least::Editor, Done, |t| json!({ "ids": [t.categories[0]], "into": t.categories[1] })),
    ("deleteCategory", Least::Editor, Done, |t| json!({ "id": t.categories[0] })),
    ("createSeries", Least::Editor, Done, |t| json!({ "name": format!("New series {}", t.n) })),
    ("updateSeries", Least::Editor, Done, |t| json!({ "id": t.series[0], "description": "Other" })),
    ("mergeSeries", Least::Editor, Done, |t| json!({ "ids": [t.series[0]], "into": t.series[1] })),
    ("orderSeries", Least::Editor, Done, |t| json!({ "id": t.series[0], "posts": [] })),
    ("deleteSeries", Least::Editor, Done, |t| json!({ "id": t.series[0] })),
    ("createAuthor", Least::Editor, Done, |t| json!({ "handle": format!("new-author-{}", t.n) })),
    ("updateAuthor", Least::Editor, Done, |t| json!({ "id": t.authors[0], "bio": "Other" })),
    ("mergeAuthors", Least::Editor, Done, |t| json!({ "ids": [t.authors[0]], "into": t.authors[1] })),
    ("deleteAuthor", Least::Editor, Done, |t| json!({ "id": t.authors[0] })),
    ("signIn", Least::Anybody, Heard, |_| json!({ "name": "nobody", "password": "wrong wrong wrong" })),
    ("redeemSetupToken", Least::Anybody, Heard, |_| json!({ "token": "ink_setup_x", "name": "mallory", "password": "correct horse battery" })),
    ("signOut", Least::Known, Heard, |_| Value::Null),
    ("signOutEverywhere", Least::Account, Heard, |_| Value::Null),
    ("changePassword", Least::Account, Heard, |_| json!({ "currentPassword": "wrong wrong wrong", "newPassword": "correct horse battery" })),
    ("createAccount", Least::Owner, Done, |t| json!({ "name": format!("new-{}", t.n), "role": "SUBSCRIBER" })),
    ("updateAccount", Least::Owner, Done, |t| json!({ "id": t.account, "role": "AUTHOR" })),
    ("setAccountPassword", Least::Owner, Done, |t| json!({ "id": t.account, "password": "correct horse battery" })),
    ("createApiToken", Least::Account, Done, |t| json!({ "name": format!("Token {}", t.n), "scopes": ["READ"] })),
    ("revokeApiToken", Least::Owner, Done, |t| json!({ "id": t.token })),
    ("createWebhook", Least::Owner, Done, |t| json!({ "url": format!("https://hooks.example/new/{}", t.n), "events": ["POST_PUBLISHED"] })),
    ("updateWebhook", Least::Owner, Done, |t| json!({ "id": t.webhook, "active": false })),
    ("rotateWebhookSecret", Least::Owner, Done, |t| json!({ "id": t.webhook })),
    ("deleteWebhook", Least::Owner, Done, |t| json!({ "id": t.webhook })),
    ("testWebhook", Least::Owner, Heard, |t| json!({ "id": t.webhook })),
    ("retryDelivery", Least::Owner, Heard, |_| json!({ "id": "delivery_00000000000000000000000000000000" })),
];

struct World {
    blog: TestBlog,
    members: Vec<(Who, Client)>,
    owner: Client,
    author: Client,
    made: usize,
}

impl World {
    async fn new(database: Database) -> Self {
        let blog = TestBlog::start(database).await;
        let owner = blog.member("olga", Role::Owner, Scope::Admin).await;
        let account = blog.blog().reader(Viewer::Operator).account_by_name("olga").await.unwrap().unwrap().id;
        let author = blog.member("ada", Role::Author, Scope::Admin).await;
        let members = vec![
            (Who::Anybody, blog.client()),
            (Who::Subscriber, blog.member("sam", Role::Subscriber, Scope::Admin).await),
            (Who::OtherAuthor, blog.member("bob", Role::Author, Scope::Admin).await),
            (Who::Author, author.clone()),
            (Who::Editor, blog.member("eve", Role::Editor, Scope::Admin).await),
            (Who::Owner, owner.clone()),
            (Who::OwnersReader, blog.token(account, Scope::Read).await),
            (Who::OwnersWriter, blog.token(account, Scope::Write).await),
        ];
        assert_eq!(members.iter().map(|(who, _)| *who).collect::<Vec<_>>(), Who::ALL);
        Self { blog, members, owner, author, made: 0 }
    }

    /// Sends a mutation that must be done, and gives what it answers.
    async fn done(&self, client: &Client, mutation: &str, field: &str, input: Value) -> Value {
        let (answer, _) = send(client, mutation, &input, &format!("{field} {{ id }}")).await;
        assert_eq!(answer["data"][mutation]["userErrors"], json!([]), "{mutation} {input}\n{answer}");
        answer["data"][mutation][field]["id"].clone()
    }

    /// What a mutation is tried on: ada's, where something can be anybody's.
    async fn things(&mut self, mutation: &str) -> Things {
        self.made += 1;
        let n = self.made;
        let mut things = Things { n, menu: format!("menu-{n}"), ..Things::default() };
        let (author, owner) = (&self.author, &self.owner);
        let text = |id: Value| id.as_str().unwrap().to_owned();
        let two = async |mutation: &str, field: &str, name: &str| {
            let mut ids = Vec::new();
            for half in ["a", "b"] {
                let input = json!({ name: format!("{field}-{n}-{half}") });
                ids.push(text(self.done(owner, mutation, field, input).await));
            }
            <[String; 2]>::try_from(ids).unwrap()
        };
        let wanted = |words: &[&str]| words.iter().any(|word| mutation.contains(word));
        if wanted(&["Post", "Preview"]) {
            let post = async |publish: bool| {
                let input = json!({ "title": format!("Post {n}"), "markdown": "One.", "publish": publish });
                text(self.done(author, "createPost", "post", input).await)
            };
            (things.draft, things.published, things.trashed) =
                (post(false).await, post(true).await, post(true).await);
            self.done(author, "trashPost", "post", json!({ "id": things.trashed })).await;
        }
        if wanted(&["Revision"]) {
            let input = json!({ "title": format!("Post {n}"), "markdown": "One." });
            let id = text(self.done(author, "createPost", "post", input).await);
            let input = json!({ "id": id, "version": 1, "markdown": "Two." });
            self.done(author, "updatePost", "post", input).await;
            let query =
                "query($id: ID!) { node(id: $id) { ... on Post { version revisions { nodes { id } } } } }";
            let node = author.query_with(query, json!({ "id": id })).await["node"].take();
            let revision = node["revisions"]["nodes"][0]["id"].clone();
            things.revised = (id, node["version"].as_i64().unwrap(), text(revision));
        }
        if wanted(&["Page"]) {
            let page = async |publish: bool| {
                let input = json!({ "title": format!("Page {n}"), "publish": publish });
                text(self.done(owner, "createPage", "page", input).await)
            };
            (things.page_draft, things.page_published, things.page_trashed) =
                (page(false).await, page(true).await, page(true).await);
            self.done(owner, "trashPage", "page", json!({ "id": things.page_trashed })).await;
        }
        if wanted(&["Menu"]) {
            let (answer, _) =
                send(owner, "setMenu", &json!({ "location": things.menu, "items": [] }), "seq").await;
            assert_eq!(answer["data"]["setMenu"]["userErrors"], json!([]), "{answer}");
        }
        if wanted(&["Tag"]) {
            things.tags = two("createTag", "tag", "name").await;
        }
        if wanted(&["Categor"]) {
            things.categories = two("createCategory", "category", "name").await;
        }
        if wanted(&["Series"]) {
            things.series = two("createSeries", "series", "name").await;
        }
        if wanted(&["Author"]) {
            things.authors = two("createAuthor", "author", "handle").await;
        }
        if wanted(&["Account"]) {
            let input = json!({ "name": format!("member-{n}"), "role": "SUBSCRIBER" });
            things.account = text(self.done(owner, "createAccount", "account", input).await);
        }
        if wanted(&["ApiToken"]) {
            let input = json!({ "name": "a token", "scopes": ["READ"] });
            things.token = text(self.done(owner, "createApiToken", "apiToken", input).await);
        }
        if wanted(&["Webhook"]) {
            let url = format!("https://hooks.example/{n}");
            let input = json!({ "url": url, "events": ["POST_DELETED"] });
            things.webhook = text(self.done(owner, "createWebhook", "webhook", input).await);
        }
        things
    }

    /// Everything that a write leaves behind.
    async fn traces(&self) -> (i64, Option<uuid::Uuid>) {
        let reader = self.blog.blog().reader(Viewer::Operator);
        let seq = reader.last_seq().await.unwrap().get();
        let deeds = self.owner.query("{ audit(first: 1) { nodes { id } } }").await;
        let id = deeds["audit"]["nodes"][0]["id"].as_str().and_then(|id| id.rsplit('_').next()?.parse().ok());
        (seq, id)
    }
}

/// Sends one mutation and gives its answer, and the code of what it was refused with.
async fn send(client: &Client, mutation: &str, input: &Value, selection: &str) -> (Value, Option<String>) {
    let argument = if input.is_null() { "" } else { "(input: $input)" };
    let variable = if input.is_null() {
        String::new()
    } else {
        let name = input_type(mutation);
        format!("($input: {name}!)")
    };
    let query = format!(
        "mutation{variable} {{ {mutation}{argument} {{ {selection} userErrors {{ code field message }} }} }}"
    );
    let answer = client.ask(&query, json!({ "input": input })).await;
    let code = answer["errors"][0]["extensions"]["code"].as_str().map(str::to_owned);
    (answer, code)
}

/// The type of a mutation's input.
fn input_type(mutation: &str) -> String {
    let shared = match mutation {
        "publishPost" | "publishPage" => "PublishEntryInput",
        "schedulePost" | "schedulePage" => "ScheduleEntryInput",
        "unpublishPost" | "unpublishPage" => "UnpublishEntryInput",
        "trashPost" | "trashPage" | "restorePost" | "restorePage" | "deletePost" | "deletePage" => {
            "EntryStepInput"
        }
        _ => {
            let (first, rest) = mutation.split_at(1);
            return format!("{}{rest}Input", first.to_uppercase());
        }
    };
    shared.to_owned()
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn everybody_may_do_what_the_table_says_and_nothing_else(#[case] database: Database) {
    let mut world = World::new(database).await;
    let schema = world.owner.query("{ __schema { mutationType { fields { name } } } }").await;
    let fields = schema["__schema"]["mutationType"]["fields"].as_array().unwrap();
    let there: BTreeSet<&str> = fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
    let rows: BTreeSet<&str> = TABLE.iter().map(|(name, ..)| *name).collect();
    assert_eq!(there, rows, "each mutation has its row here");
    assert_eq!(rows.len(), TABLE.len(), "and one only");

    for (mutation, least, end, input) in TABLE {
        let mut things = world.things(mutation).await;
        for (who, client) in world.members.clone() {
            let input = input(&things);
            let before = world.traces().await;
            let (answer, code) = send(&client, mutation, &input, "__typename").await;
            let errors = &answer["data"][mutation]["userErrors"];
            let context = format!("{who:?}: {mutation} {input}\n{answer}");
            assert_ne!(code.as_deref(), Some("VALIDATION_FAILED"), "{context}");
            assert_ne!(code.as_deref(), Some("INTERNAL"), "{context}");
            if least.lets(who) {
                assert_eq!(code, None, "{context}");
                if *end == Done {
                    assert_eq!(*errors, json!([]), "{context}");
                    things = world.things(mutation).await;
                }
                continue;
            }
            let expected = if who == Who::Anybody { "UNAUTHENTICATED" } else { "FORBIDDEN" };
            // An author must not learn that somebody else's draft is there, nor anybody of another one's token.
            let hidden = who == Who::OtherAuthor || *mutation == "revokeApiToken";
            let unknown = errors[0]["code"] == "NOT_FOUND" && hidden && who != Who::Anybody;
            assert!(code.as_deref() == Some(expected) || unknown, "{context}");
            assert_eq!(world.traces().await, before, "{context}");
        }
    }
}

/// What nobody should send, in place of each value of an input.
fn hostile(characters: usize) -> Vec<Value> {
    vec![
        json!(""),
        json!(" \t "),
        json!("nul \u{0} and bell \u{7}"),
        json!("two\nlines"),
        json!("\u{202e}turned around"),
        json!("'; DROP TABLE entry; --"),
        json!("<script>alert(1)</script>"),
        json!("ẞ é e\u{301} 日本語 ไทย 👩‍👩‍👧"),
        json!("x".repeat(characters)),
        json!("-".repeat(300)),
        json!("post_00000000000000000000000000000000"),
        json!("../../etc/passwd"),
        json!(null),
        json!(-1),
        json!(9_007_199_254_740_993_i64),
        json!({ "a": { "b": [] } }),
        json!({ "src": "javascript:x", "alt": "", "caption": "\u{0}" }),
        json!({ "title": "\u{0}", "canonicalUrl": "javascript:x" }),
        json!(["post_00000000000000000000000000000000", "post_00000000000000000000000000000000"]),
        json!(["a", "a", null]),
    ]
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn no_input_of_any_mutation_makes_it_fail(#[case] database: Database) {
    let mut world = World::new(database).await;
    let owner = world.owner.clone();
    for (mutation, _, _, input) in TABLE {
        let mut things = world.things(mutation).await;
        let fields = "query($name: String!) { __type(name: $name) { inputFields { name } } }";
        let fields = owner.query_with(fields, json!({ "name": input_type(mutation) })).await;
        let fields = fields["__type"]["inputFields"].as_array().cloned().unwrap_or_default();
        let keys: Vec<&str> = fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
        for (place, key) in keys.into_iter().enumerate() {
            // One value of more than a megabyte a mutation: each of them would take the test a minute.
            let characters = if place == 0 { 1_200_000 } else { 20_000 };
            for value in hostile(characters).into_iter().map(Some).chain([None]) {
                let mut sent = input(&things);
                match value {
                    Some(value) => sent[key] = value,
                    None => drop(sent.as_object_mut().unwrap().remove(key)),
                }
                let (answer, code) = send(&owner, mutation, &sent, "__typename").await;
                let told = answer.to_string();
                let short: String = told.chars().take(2_000).collect();
                assert_ne!(code.as_deref(), Some("INTERNAL"), "{mutation} {key}: {short}");
                let errors = &answer["data"][mutation]["userErrors"];
                assert!(code.is_some() || errors.is_array(), "{mutation} {key}: {short}");
                assert!(told.len() < 20_000, "an error does not send the input back: {mutation} {key}");
                if *errors == json!([]) {
                    things = world.things(mutation).await;
                }
            }
        }
    }
    let site = owner.query("{ site { title } posts { totalCount } }").await;
    assert!(site["posts"]["totalCount"].is_number(), "{site}");
}
