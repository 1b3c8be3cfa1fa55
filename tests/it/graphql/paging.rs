//! Walks through lists: whatever the size, the direction and the order, what comes is exactly the list, on both
//! databases.

use std::{fmt::Write, sync::Arc};

use inkstand_model::{FixedClock, Instant};
use inkstand_tests::{Database, TestBlog, item};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};

const POSTS: usize = 60;

/// A list: what stands before and behind the paging arguments, and where its connection is in the answer.
#[derive(Clone, Copy, Debug)]
struct List {
    before: &'static str,
    after: &'static str,
    at: &'static str,
    skips: bool,
}

const LISTS: [List; 15] = [
    list("posts(orderBy: NEWEST, ", ")", "/posts", true),
    list("posts(orderBy: OLDEST, ", ")", "/posts", true),
    list("posts(orderBy: RECENTLY_UPDATED, ", ")", "/posts", true),
    list("posts(filter: { tags: { any: [\"even\"] } }, ", ")", "/posts", true),
    // Of most posts, so that the list is not gathered from what bears the tag.
    list("posts(filter: { tags: { any: [\"most\"] } }, ", ")", "/posts", true),
    list("posts(filter: { tags: { any: [\"most\", \"even\"] } }, ", ")", "/posts", true),
    list("posts(filter: { tags: { all: [\"most\"] }, authors: { any: [\"ada\"] } }, ", ")", "/posts", true),
    list("posts(filter: { published: { before: \"1970-01-01T00:00:00Z\" } }, ", ")", "/posts", true),
    list("tag(slug: \"even\") { it: posts(orderBy: NEWEST, ", ")", "/tag/it", false),
    list("tag(slug: \"even\") { it: posts(orderBy: RECENTLY_UPDATED, ", ")", "/tag/it", false),
    list("author(handle: \"ada\") { it: posts(orderBy: OLDEST, ", ")", "/author/it", false),
    list("pages(", ")", "/pages", false),
    list("tags(orderBy: SLUG, ", ")", "/tags", false),
    list("tags(orderBy: POST_COUNT, ", ")", "/tags", false),
    list("authors(orderBy: POST_COUNT, ", ")", "/authors", false),
];

const fn list(before: &'static str, after: &'static str, at: &'static str, skips: bool) -> List {
    List { before, after, at, skips }
}

/// A part of a list, as a client asks for it; cursors by the place of their item.
#[derive(Clone, Debug)]
struct Part {
    size: usize,
    from_end: bool,
    after: Option<usize>,
    before: Option<usize>,
    skip: usize,
}

/// What is to come: the items from and to, whether others stand before and behind.
fn model(length: usize, part: &Part) -> (usize, usize, bool, bool) {
    let begin = part.after.map_or(0, |at| at + 1);
    let end = part.before.unwrap_or(length).max(begin);
    if part.from_end {
        let to = end.saturating_sub(part.skip).max(begin);
        let from = to.saturating_sub(part.size).max(begin);
        // On the side that the walk comes from, something stands there if a cursor or a skip says so.
        (from, to, from > begin, part.before.is_some() || part.skip > 0)
    } else {
        let from = (begin + part.skip).min(end);
        let to = (from + part.size).min(end);
        (from, to, part.after.is_some() || part.skip > 0, to < end)
    }
}

struct Walker {
    blog: TestBlog,
}

impl Walker {
    async fn connection(&self, list: List, arguments: &str) -> Value {
        let connection = "{ edges { cursor node { id } } nodes { id } pageInfo { hasPreviousPage hasNextPage startCursor endCursor } totalCount }";
        let close = if list.before.contains('{') && list.before.contains("it:") { "}" } else { "" };
        let query = format!("{{ {}{arguments}{}{connection} {close} }}", list.before, list.after);
        self.blog.query(&query).await.pointer_mut(list.at).expect("the list").take()
    }

    /// The whole list, in one part.
    async fn whole(&self, list: List) -> Vec<Value> {
        let connection = self.connection(list, "first: 100").await;
        let edges = connection["edges"].as_array().unwrap().clone();
        assert_eq!(connection["totalCount"], edges.len(), "{list:?}");
        edges
    }

    async fn part(&self, list: List, whole: &[Value], part: &Part) -> Value {
        let mut arguments = format!("{}: {}", if part.from_end { "last" } else { "first" }, part.size);
        for (name, at) in [("after", part.after), ("before", part.before)] {
            if let Some(at) = at {
                write!(arguments, ", {name}: {}", whole[at]["cursor"]).unwrap();
            }
        }
        if part.skip > 0 {
            write!(arguments, ", skip: {}", part.skip).unwrap();
        }
        self.connection(list, &arguments).await
    }
}

fn expected(whole: &[Value], part: &Part) -> Value {
    let (from, to, has_previous, has_next) = model(whole.len(), part);
    let edges = &whole[from..to];
    let cursor = |edge: Option<&Value>| edge.map_or(Value::Null, |edge| edge["cursor"].clone());
    let nodes: Vec<&Value> = edges.iter().map(|edge| &edge["node"]).collect();
    json!({
        "edges": edges,
        "nodes": nodes,
        "pageInfo": {
            "hasPreviousPage": has_previous,
            "hasNextPage": has_next,
            "startCursor": cursor(edges.first()),
            "endCursor": cursor(edges.last()),
        },
        "totalCount": whole.len(),
    })
}

#[test]
fn walks_through_every_list_on_both_databases() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (sqlite, postgres) =
        runtime.block_on(async { (walker(Database::Sqlite).await, walker(Database::Postgres).await) });

    let mut wholes = Vec::new();
    runtime.block_on(async {
        for list in LISTS {
            let whole = sqlite.whole(list).await;
            assert_eq!(whole, postgres.whole(list).await, "{list:?}: the same on both, cursors too");
            assert!(whole.len() > 3, "{list:?}");
            wholes.push(whole);
        }
        orders_are_right(&sqlite).await;
        for (list, whole) in LISTS.into_iter().zip(&wholes) {
            page_by_page(&sqlite, list, whole).await;
            page_by_page(&postgres, list, whole).await;
        }
    });

    let mut runner = TestRunner::new(Config { cases: 150, failure_persistence: None, ..Config::default() });
    runner
        .run(&walks(), |(at, part)| {
            let (list, whole) = (LISTS[at], &wholes[at]);
            let within = |place: Option<usize>| place.map(|place| place % whole.len());
            let skip = if list.skips { part.skip } else { 0 };
            let part = Part { after: within(part.after), before: within(part.before), skip, ..part };
            for walker in [&sqlite, &postgres] {
                let found = runtime.block_on(walker.part(list, whole, &part));
                prop_assert_eq!(&found, &expected(whole, &part), "{:?} of {:?}", &part, list);
            }
            Ok(())
        })
        .unwrap();
    runtime.block_on(async {
        sqlite.blog.stop().await;
        postgres.blog.stop().await;
    });
}

fn walks() -> impl Strategy<Value = (usize, Part)> {
    let place = || prop::option::weighted(0.6, 0..POSTS);
    let skip = prop_oneof![3 => Just(0_usize), 1 => 0..70_usize];
    let part = (0..20_usize, any::<bool>(), place(), place(), skip);
    let part =
        part.prop_map(|(size, from_end, after, before, skip)| Part { size, from_end, after, before, skip });
    (0..LISTS.len(), part)
}

/// The list from its beginning to its end, and back, by pages of seven.
async fn page_by_page(walker: &Walker, list: List, whole: &[Value]) {
    for (size, more, edge, cursor) in [
        ("first: 7", "hasNextPage", "endCursor", "after"),
        ("last: 7", "hasPreviousPage", "startCursor", "before"),
    ] {
        let (mut arguments, mut walked) = (size.to_owned(), Vec::new());
        loop {
            let part = walker.connection(list, &arguments).await;
            let edges = part["edges"].as_array().unwrap().iter().cloned();
            if cursor == "after" {
                walked.extend(edges);
            } else {
                walked = edges.chain(walked).collect();
            }
            if part["pageInfo"][more] == false {
                break;
            }
            assert!(walked.len() < whole.len(), "{list:?}: {more}, and there is nothing");
            arguments = format!("{size}, {cursor}: {}", part["pageInfo"][edge]);
        }
        assert_eq!(walked, whole, "{list:?} by {size}");
    }
}

/// The lists are sorted by what they say they are sorted by.
async fn orders_are_right(walker: &Walker) {
    let query = "{
        newest: posts(first: 100) { nodes { id publishedAt updatedAt } }
        oldest: posts(first: 100, orderBy: OLDEST) { nodes { id publishedAt updatedAt } }
        updated: posts(first: 100, orderBy: RECENTLY_UPDATED) { nodes { id publishedAt updatedAt } }
        bySlug: tags(first: 100) { nodes { slug postCount } }
        byCount: tags(first: 100, orderBy: POST_COUNT) { nodes { slug postCount } }
    }";
    let lists = walker.blog.query(query).await;
    let nodes = |list: &str| lists[list]["nodes"].as_array().unwrap().clone();
    let millis =
        |node: &Value, field: &str| Instant::parse_rfc3339(node[field].as_str().unwrap()).unwrap().millis();
    let key = |field: &'static str| {
        move |node: &Value| (millis(node, field), node["id"].as_str().unwrap().to_owned())
    };
    assert_eq!(nodes("newest").len(), POSTS);
    assert!(nodes("newest").iter().rev().is_sorted_by_key(|node| key("publishedAt")(node)));
    assert!(nodes("oldest").iter().is_sorted_by_key(|node| key("publishedAt")(node)));
    assert!(nodes("updated").iter().rev().is_sorted_by_key(|node| key("updatedAt")(node)));
    assert_ne!(nodes("newest"), nodes("updated"));
    let slug = |node: &Value| node["slug"].as_str().unwrap().to_owned();
    assert!(nodes("bySlug").iter().is_sorted_by_key(&slug));
    let by_count = |node: &Value| (-node["postCount"].as_i64().unwrap(), slug(node));
    assert!(nodes("byCount").iter().is_sorted_by_key(by_count));
    let before_1970 = nodes("newest").iter().filter(|node| millis(node, "publishedAt") < 0).count();
    assert!(before_1970 > 10, "{before_1970}");
}

/// Sixty posts on a dozen moments, some before 1970 and some a millisecond apart; a clock that stands still, so that
/// both databases hold the very same ids.
async fn walker(database: Database) -> Walker {
    let now = Instant::parse_rfc3339("2024-12-01T00:00:00Z").unwrap();
    // SQLite is migrated by the server and PostgreSQL copied from a template; so that both clocks are asked as often,
    // this one is asked only afterwards.
    let database = TestBlog::start(database).await.stop().await;
    let blog = TestBlog::serve(database, Arc::new(FixedClock::at(now))).await;
    let moments = [
        "1815-12-10T00:00:00Z",
        "1969-12-31T23:59:59.999Z",
        "1970-01-01T00:00:00Z",
        "1970-01-01T00:00:00.001Z",
        "1969-07-20T20:17:00Z",
        "2024-05-01T10:00:00Z",
        "2024-05-01T10:00:00.5Z",
        "2024-05-01T12:00:00+02:00",
    ];
    let posts = (0..POSTS).map(|n| {
        let date = moments[n * n % moments.len()];
        let updated = moments[(n * 5 + 3) % moments.len()];
        let parity = if n % 2 == 0 { "even" } else { "odd" };
        let author = ["ada", "grace", "Éva", "zoë"][n % 4];
        let most = if n % 6 == 5 { "" } else { ", most" };
        let file = format!(
            "---\ntitle: Post {n}\ndate: {date}\nupdated: {updated}\nauthor: {author}\ntags: [{parity}, T{}, ü{}{most}]\n---\nText {n}.\n",
            n % 9,
            n % 4,
        );
        item(&format!("post-{n}.md"), &file)
    });
    let pages = (0..8).map(|n| {
        let file = format!("---\ntitle: Page {n}\ntype: page\ndate: {}\n---\nText.\n", moments[n % 3]);
        item(&format!("page-{n}.md"), &file)
    });
    let report = blog.import_items("test", posts.chain(pages).collect()).await;
    assert_eq!((report.tally.created, report.tally.scheduled), (68, 0), "{report:?}");
    Walker { blog }
}
