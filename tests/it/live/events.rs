//! What is told, in which order, and how a client goes on.

use futures::StreamExt;
use inkstand_blog::ListenError;
use inkstand_model::{Role, Scope, Seq, Viewer};
use inkstand_server::SystemClock;
use inkstand_tests::{Database, TestBlog, TestDatabase};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Socket, mutate, publish};

const PUBLISHED: &str = "subscription($tag: Slug, $series: Slug, $after: Seq) {
    postPublished(tag: $tag, series: $series, after: $after) { title tags { slug } }
}";

const CHANGES: &str = "subscription($after: Seq) { changes(after: $after) { seq kind action paths } }";

fn title(event: &Value) -> &str {
    event["data"]["postPublished"]["title"].as_str().unwrap_or_else(|| panic!("{event}"))
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn posts_are_told_as_they_go_out(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let editor = blog.member("eve", Role::Editor, Scope::Write).await;
    publish(&editor, "Before", json!({ "tags": ["Ink"] })).await;
    let tag = editor.query(r#"{ tag(slug: "ink") { id } }"#).await["tag"]["id"].take();

    let series =
        mutate(&editor, "createSeries", "CreateSeriesInput", "series { id }", json!({ "name": "Letters" }));
    let series = series.await["series"]["id"].take();

    let mut socket = Socket::of(blog.address, None).await;
    socket.subscribe("all", PUBLISHED, json!({})).await;
    // Past it, whoever subscribes listens.
    let (mut tagged, mut part) = (Socket::of(blog.address, None).await, Socket::of(blog.address, None).await);
    tagged.subscribe("tagged", PUBLISHED, json!({ "tag": "ink" })).await;
    part.subscribe("part", PUBLISHED, json!({ "series": "Letters" })).await;
    for socket in [&mut socket, &mut tagged, &mut part] {
        socket.round_trip().await;
    }

    publish(&editor, "One", json!({ "tags": ["Ink"] })).await;
    publish(&editor, "Two", json!({ "series": { "id": series } })).await;
    let input = json!({ "id": tag, "name": "Sumi", "slug": "sumi" });
    mutate(&editor, "updateTag", "UpdateTagInput", "tag { slug }", input).await;
    publish(&editor, "Three", json!({ "tags": ["Sumi"] })).await;

    let events = [socket.event().await, socket.event().await, socket.event().await];
    assert_eq!(events.each_ref().map(title), ["One", "Two", "Three"]);
    assert_eq!(events[2]["data"]["postPublished"]["tags"], json!([{ "slug": "sumi" }]), "as it is now");
    // The slug that was given up leads on to the tag.
    assert_eq!([title(&tagged.event().await), title(&tagged.event().await)], ["One", "Three"]);
    assert_eq!(title(&part.event().await), "Two");

    // From the last but one on; what is not out any more is left out.
    let (two, three) = (&events[1]["extensions"]["seq"], &events[2]["extensions"]["seq"]);
    assert!(two.is_string() && two != three, "{events:?}");
    let gone = publish(&editor, "Gone", json!({})).await;
    assert_eq!(title(&socket.event().await), "Gone");
    mutate(&editor, "unpublishPost", "UnpublishEntryInput", "post { status }", json!({ "id": gone })).await;
    publish(&editor, "Four", json!({})).await;
    let mut again = Socket::of(blog.address, None).await;
    again.subscribe("again", PUBLISHED, json!({ "after": two })).await;
    assert_eq!([title(&again.event().await), title(&again.event().await)], ["Three", "Four"]);
    // An editor, who may see it, is told of posts that are out as well.
    let mut by_editor = Socket::of(blog.address, None).await;
    by_editor.subscribe("again", PUBLISHED, json!({ "after": three })).await;
    assert_eq!(title(&by_editor.event().await), "Four");

    // Nothing more comes.
    for socket in [&mut again, &mut part, &mut by_editor] {
        socket.round_trip().await;
    }
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn changes_are_told_once_and_in_order(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let editor = blog.member("eve", Role::Editor, Scope::Write).await;
    publish(&editor, "Before", json!({})).await;
    let (mut socket, begun) = Socket::begun(blog.address, &[], json!({})).await;
    publish(&editor, "Between", json!({})).await;
    // From where the connection began, and from the beginning of all.
    socket.subscribe("since", CHANGES, json!({ "after": begun["seq"] })).await;
    socket.subscribe("all", CHANGES, json!({ "after": "0" })).await;
    let draft = mutate(
        &editor,
        "createPost",
        "CreatePostInput",
        "post { id }",
        json!({ "title": "Hidden", "markdown": "" }),
    )
    .await;
    let draft = &draft["post"]["id"];
    for _ in 0..30 {
        publish(&editor, "Many", json!({})).await;
    }
    mutate(&editor, "publishPost", "PublishEntryInput", "post { status }", json!({ "id": draft })).await;

    let listed = blog.query("{ changes(first: 1000) { nodes { seq kind action paths } } }").await;
    let listed = listed["changes"]["nodes"].as_array().unwrap().clone();
    let (mut all, mut since) = (Vec::new(), Vec::new());
    let began: i64 = begun["seq"].as_str().unwrap().parse().unwrap();
    let later: Vec<_> = listed.iter().filter(|change| seq(change) > began).cloned().collect();
    assert!(later.len() > 30 && later.len() < listed.len());
    while all.len() < listed.len() || since.len() < later.len() {
        let message = socket.next().await;
        assert_eq!(message["payload"]["extensions"]["seq"], message["payload"]["data"]["changes"]["seq"]);
        let list = if message["id"] == "all" { &mut all } else { &mut since };
        list.push(message["payload"]["data"]["changes"].clone());
    }
    assert_eq!(json!(all), json!(listed));
    assert_eq!(json!(since), json!(later));
    assert!(all.last().unwrap()["paths"].to_string().contains("hidden"), "{all:#?}");
}

fn seq(change: &Value) -> i64 {
    change["seq"].as_str().unwrap().parse().unwrap()
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn whoever_cannot_go_on_is_told_so(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let editor = blog.member("eve", Role::Editor, Scope::Write).await;
    for n in 0..5 {
        publish(&editor, &format!("Post {n}"), json!({})).await;
    }
    let mut socket = Socket::of(blog.address, None).await;
    for query in [CHANGES, PUBLISHED] {
        socket.subscribe("future", query, json!({ "after": "9000000000000000000" })).await;
        assert_eq!(socket.error().await, "LOG_RESET");
    }
    blog.database.sql("DELETE FROM change WHERE seq <= 4").await;
    socket.subscribe("trimmed", CHANGES, json!({ "after": "2" })).await;
    assert_eq!(socket.error().await, "LOG_RESET");

    // Another log beneath a running server, as after a restored backup.
    socket.subscribe("running", CHANGES, json!({})).await;
    socket.round_trip().await;
    let other = "UPDATE setting SET value = '00000000-0000-4000-8000-000000000000' WHERE key = 'log_id'";
    blog.database.sql(other).await;
    publish(&editor, "In another log", json!({})).await;
    let message = socket.next().await;
    assert_eq!((&message["id"], &message["type"]), (&json!("running"), &json!("error")), "{message}");
    assert_eq!(message["payload"][0]["extensions"]["code"], "LOG_RESET");
    // The id is free, and a new beginning works.
    socket.subscribe("running", PUBLISHED, json!({})).await;
    socket.round_trip().await;
    publish(&editor, "Anew", json!({})).await;
    assert_eq!(title(&socket.event().await), "Anew");
}

#[tokio::test]
async fn another_server_on_the_same_database_is_heard() {
    let blog = TestBlog::start(Database::Postgres).await;
    let same = TestDatabase {
        url: blog.database.url.clone(),
        url_text: blog.database.url_text.clone(),
        folder: tempfile::tempdir().unwrap(),
    };
    let other = TestBlog::serve(same, std::sync::Arc::new(SystemClock)).await;
    let editor = other.member("eve", Role::Editor, Scope::Write).await;
    let mut socket = Socket::of(blog.address, None).await;
    socket.subscribe("1", PUBLISHED, json!({})).await;
    socket.round_trip().await;
    let titles: Vec<String> = (0..10).map(|n| format!("From afar {n}")).collect();
    for title in &titles {
        publish(&editor, title, json!({})).await;
    }
    for expected in &titles {
        assert_eq!(title(&socket.event().await), expected);
    }
    other.stop().await;
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn a_listener_that_lags_behind_reads_the_log(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let reader = blog.blog().reader(Viewer::Anonymous);
    let listening = reader.listen(None).await.unwrap();
    let mut prompt = Box::pin(reader.listen(None).await.unwrap().into_stream());
    let mut expected = Vec::new();
    // More steps than are kept for those who lag behind: the prompt one hears of each before the next is made.
    for n in 0..100 {
        let title = format!("Title {n}");
        let (_, seq) = blog.blog().change_site(&Viewer::Operator, |site| site.title = title).await.unwrap();
        assert_eq!(prompt.next().await.unwrap().unwrap().seq, seq);
        expected.push(seq);
    }
    let told: Vec<Seq> =
        listening.into_stream().take(expected.len()).map(|change| change.unwrap().seq).collect().await;
    assert_eq!(told, expected);
    // From a position in the middle, by parts, into the present.
    let mut again = Box::pin(reader.listen(Some(expected[9])).await.unwrap().into_stream());
    for seq in &expected[10..] {
        assert_eq!(again.next().await.unwrap().unwrap().seq, *seq);
    }
    let (_, now) =
        blog.blog().change_site(&Viewer::Operator, |site| site.title = "Now".to_owned()).await.unwrap();
    assert_eq!(again.next().await.unwrap().unwrap().seq, now);
    let future = Seq::new(now.get() + 1);
    assert!(matches!(reader.listen(Some(future)).await, Err(ListenError::BeginAnew)));
}
