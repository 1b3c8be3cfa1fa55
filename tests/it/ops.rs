//! Running a blog: its schema, backups, moving it, putting it right.

mod backup;
mod copy;
mod doctor;
mod migrate;
mod schema;

use inkstand_tests::{Client, Database, Ended, Inkstand, Served, TestDatabase};
use serde_json::json;
use tokio::{
    sync::{oneshot, watch},
    task::JoinHandle,
};

/// A command on a database, run to its end.
async fn run(database: &TestDatabase, args: &[&str]) -> Ended {
    Inkstand::on(database).args(args).run().await
}

/// Files of a small blog with one of everything: posts, a draft, a page below a page, terms of all kinds, an alias.
const FILES: [(&str, &str); 6] = [
    (
        "posts/2024-05-01-hello.md",
        "---\ntitle: Hello\ntags: [ink, paper]\ncategories: [Craft]\nauthor: ada\nseries: Beginnings\naliases: [/old/hello]\n---\n\
         # Well\n\nSome *words* about oak galls. #gall\n",
    ),
    (
        "posts/2024-05-02-again.md",
        "---\ntitle: Again\ntags: [ink]\nauthor: ada\nseries: Beginnings\n---\nMore words.\n",
    ),
    ("posts/2024-05-03-third.md", "---\ntitle: Third\ntags: [paper]\nauthor: bo\n---\nÄpfel und 墨 🖋.\n"),
    ("posts/draft.md", "---\ntitle: Not yet\ndraft: true\ntags: [secret]\n---\nLater.\n"),
    ("about.md", "---\ntype: page\ntitle: About\n---\nUs.\n"),
    ("imprint.md", "---\ntype: page\ntitle: Imprint\n---\nWho.\n"),
];

/// A database with that blog, an owner and a token.
async fn small_blog(kind: Database) -> TestDatabase {
    let database = TestDatabase::new(kind).await;
    for (path, text) in FILES {
        let path = database.folder.path().join("site").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let _ = run(&database, &["import", "site"]).await.well();
    let _ = run(&database, &["account", "create", "ada", "--role", "owner", "--no-password"]).await.well();
    let _ = run(&database, &["token", "create", "ada", "deploy", "--scope", "admin"]).await.well();
    let ids = match kind {
        Database::Sqlite => "SELECT hex(id) FROM entry WHERE kind = 'page' ORDER BY number",
        Database::Postgres => {
            "SELECT replace(id::text, '-', '') FROM entry WHERE kind = 'page' ORDER BY number"
        }
    };
    let ids = database.texts(ids).await;
    let [above, below] = [&ids[0], &ids[1]].map(|id| uuid(kind, id));
    database.sql(&format!("UPDATE entry SET parent_id = {above} WHERE id = {below}")).await;
    database
}

/// A key as SQL of that kind has it.
fn uuid(kind: Database, hex: &str) -> String {
    match kind {
        Database::Sqlite => format!("x'{hex}'"),
        Database::Postgres => format!("'{hex}'::uuid"),
    }
}

/// A client by a new token of the owner.
async fn owner(database: &TestDatabase, served: &Served) -> Client {
    let made = run(database, &["token", "create", "ada", "ops", "--scope", "write"]).await.well();
    served
        .client
        .with_token(made.stdout.split_whitespace().find(|word| word.starts_with("ink_pat_")).unwrap())
}

/// Publishes a post, and gives back when that is acknowledged.
async fn publish(client: &Client, title: &str) {
    let query = "mutation($input: CreatePostInput!) { createPost(input: $input) { post { status } userErrors { message } } }";
    let input = json!({ "title": title, "markdown": format!("Words of {title}."), "tags": ["load", "ink"], "publish": true });
    let made = client.query_with(query, json!({ "input": input })).await;
    assert_eq!(made["createPost"]["post"]["status"], "PUBLISHED", "{made}");
}

/// Publishes one post after the other until it is told to stop, and says how many were acknowledged so far.
fn writing(client: Client, mut stop: oneshot::Receiver<()>) -> (watch::Receiver<usize>, JoinHandle<()>) {
    let (sender, acknowledged) = watch::channel(0);
    let writer = tokio::spawn(async move {
        while stop.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Empty) {
            let next = *sender.borrow() + 1;
            publish(&client, &format!("Load {next}")).await;
            sender.send_replace(next);
        }
    });
    (acknowledged, writer)
}

/// Everything that a reader can see of the small blog.
const READING: &str = "{ site { title } posts(first: 50) { totalCount nodes { id number title path html tags { slug postCount } \
    categories { slug } authors { name } series { series { name } } } } pages { nodes { title path parent { title } } } \
    tags { nodes { slug postCount } } route(path: \"/old/hello\") { status node { id } } }";
