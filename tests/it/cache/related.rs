//! What is related comes out of the index, which follows the log: such answers are kept as long as nothing is published.

use inkstand_model::{EntryKind, Role, Scope, Slug, Viewer};
use inkstand_tests::{Database, TestBlog};
use rstest::rstest;
use serde_json::{Value, json};

use super::{done, followed, header, post};

const RELATED: &str =
    "{ post(by: { slug: \"bread\" }) { related { title } } tag(slug: \"baking\") { related { name } } }";

/// What the cache gives, and whether it may keep it.
async fn related(blog: &TestBlog) -> (Value, bool) {
    let answer = post(&blog.client(), RELATED, &json!({})).await;
    let kept = header(&answer, "cache-control") == "public, max-age=0, stale-if-error=86400";
    (answer.json::<Value>().await.unwrap()["data"].take(), kept)
}

fn file(title: &str, tags: &str) -> String {
    format!("---\ntitle: {title}\ndate: 2024-01-01\ntags: [{tags}]\n---\nSourdough, rye and the oven.\n")
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn it_is_kept_until_something_is_published(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let owner = blog.member("olga", Role::Owner, Scope::Admin).await;
    let (bread, rye) = (file("Bread", "baking, bread"), file("Rye", "baking, rye"));
    blog.import(&[("bread.md", &bread), ("rye.md", &rye)]).await;
    let known = async || {
        blog.wait_for_search().await;
        followed(&blog).await;
        let first = related(&blog).await;
        assert_eq!(first, related(&blog).await);
        assert!(first.1, "kept: {first:?}");
        first.0
    };
    let names = |found: &Value, list: &str, name: &str| {
        let nodes = found[list]["related"].as_array().unwrap();
        let mut names: Vec<_> = nodes.iter().map(|node| node[name].as_str().unwrap().to_owned()).collect();
        names.sort_unstable();
        names.join(" ")
    };
    let found = known().await;
    assert_eq!(
        (names(&found, "post", "title"), names(&found, "tag", "name")),
        ("Rye".into(), "bread rye".into())
    );

    let new = json!({ "title": "Crust", "markdown": "Sourdough, rye and the oven.", "tags": ["baking", "crust"], "publish": true });
    let made = done(&owner, "createPost", "post { id }", new).await;
    let found = known().await;
    assert_eq!(names(&found, "post", "title"), "Crust Rye");
    assert_eq!(names(&found, "tag", "name"), "bread crust rye");

    let rename = json!({ "slug": "crust", "name": "Crumb" });
    let tag = blog.query("{ tag(slug: \"crust\") { id } }").await["tag"]["id"].take();
    done(&owner, "updateTag", "tag { id }", json!({ "id": tag, "name": rename["name"] })).await;
    assert_eq!(names(&known().await, "tag", "name"), "Crumb bread rye");

    let trash = "mutation($id: ID!) { trashPost(input: { id: $id }) { userErrors { message } } }";
    let trashed = owner.query_with(trash, json!({ "id": made["post"]["id"] })).await;
    assert_eq!(trashed["trashPost"]["userErrors"], json!([]));
    let (at_once, _) = related(&blog).await;
    assert_eq!(names(&at_once, "post", "title"), "Rye", "what is gone is gone before the index knows");
    assert_eq!(names(&known().await, "tag", "name"), "bread rye");
}

/// An answer that the index made before it knew what was written when it was begun is not kept.
#[tokio::test]
async fn what_the_index_does_not_know_yet_is_not_kept() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let owner = blog.member("olga", Role::Owner, Scope::Admin).await;
    blog.import(&[("bread.md", &file("Bread", "baking"))]).await;
    let slug = Slug::from_title("bread").unwrap();
    for round in 0..20 {
        let new = json!({ "title": format!("Rye {round}"), "markdown": "Sourdough, rye and the oven.", "publish": true });
        done(&owner, "createPost", "post { id }", new).await;
        // Somewhere between the write and the moment at which the index knows it.
        for _ in 0..round {
            related(&blog).await;
        }
        blog.wait_for_search().await;
        let count = "{ post(by: { slug: \"bread\" }) { related(first: 100) { id } } }";
        let fresh = blog.blog().reader(Viewer::Anonymous);
        let bread = fresh.entry_by_slug(EntryKind::Post, &slug).await.unwrap().unwrap().id;
        let known = fresh.related(&[bread], 100).await.unwrap()[&bread].len();
        assert_eq!(known, round + 1);
        let kept = post(&blog.client(), count, &json!({})).await.json::<Value>().await.unwrap();
        assert_eq!(kept["data"]["post"]["related"].as_array().unwrap().len(), known, "{round}");
        let (kept, _) = related(&blog).await;
        assert_eq!(kept["post"]["related"].as_array().unwrap().len(), known.min(5), "{round}");
    }
}
