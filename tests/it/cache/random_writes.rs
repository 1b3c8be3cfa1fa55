//! Random writes while others read: after each, every answer is the one that the database gives.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::future::join_all;
use inkstand_model::{Role, Scope};
use inkstand_tests::{Client, Database, TestBlog};
use rstest::rstest;
use serde_json::{Value, json};

use super::{header, past_the_cache, post};

/// Writes in one run.
const WRITES: usize = 50;

/// Everything that is written takes its names from here, so that slugs are given up, taken over and asked for.
const WORDS: [&str; 4] = ["ink", "nib", "Blotter", "Größe"];

/// What is asked after each write, each by itself: together they would be stale together. `$` stands for one of the
/// words, `#` for a number.
const QUERIES: [&str; 47] = [
    "{ site { title tagline timeZone language } }",
    "{ site { menus { location items { label url } } } }",
    "{ site { menu(location: \"$\") { label url node { id __typename } children { label } } } }",
    "{ posts(first: 3) { nodes { title path } } }",
    "{ posts(first: 3) { nodes { title authors { name postCount } tags { name slug postCount } categories { name slug } } } }",
    "{ posts { totalCount nodes { title series { position series { name } post { title } } } } }",
    "{ posts(orderBy: RECENTLY_UPDATED, first: 2) { nodes { title html wordCount } } }",
    "{ posts(orderBy: OLDEST, last: 2, skip: 1) { nodes { title featured } pageInfo { hasPreviousPage } } }",
    "{ posts(filter: { tags: { any: [\"$\"] } }) { totalCount nodes { title } } }",
    "{ posts(filter: { tags: { none: [\"$\"] } }) { totalCount } }",
    "{ posts(filter: { categories: { any: [\"$\"] } }) { totalCount nodes { title } } }",
    "{ posts(filter: { categories: { all: [\"$\"], descendants: false } }) { nodes { title } } }",
    "{ posts(filter: { authors: { any: [\"$\"] } }) { totalCount } }",
    "{ posts(filter: { series: { any: [\"$\"] } }) { totalCount } }",
    "{ posts(filter: { featured: true }) { nodes { title } } }",
    "{ pages { totalCount nodes { title path menuOrder } } }",
    "{ pages { nodes { title parent { title path } children { title path } } } }",
    "{ post(by: { slug: \"$\" }) { id title text html updatedAt } }",
    "{ post(by: { slug: \"$\" }) { title newer { title } older { title } } }",
    "{ post(by: { slug: \"$\" }) { title translations { title } language } }",
    "{ post(by: { slug: \"$\" }) { tags { name postCount } } }",
    "{ post(by: { slug: \"$\" }) { categories { name parent { name parent { name } } children { name } } } }",
    "{ post(by: { slug: \"$\" }) { authors { handle name bio } } }",
    "{ post(by: { slug: \"$\" }) { series { position series { name } } } }",
    "{ post(by: { number: # }) { title } }",
    "{ page(by: { number: # }) { title } }",
    "{ page(by: { slug: \"$\" }) { title html } }",
    "{ post(by: { path: \"/$\" }) { title path } }",
    "{ route(path: \"/$\") { status location } }",
    "{ route(path: \"/old/$\") { status location } }",
    "{ route(path: \"/2024/01/$\") { status location node { id ... on Post { title } ... on Page { title } } } }",
    "{ archive { year month postCount } }",
    "{ tag(slug: \"$\") { name slug description postCount } }",
    "{ tag(slug: \"$\") { posts { totalCount nodes { title } } } }",
    "{ tags { totalCount nodes { name slug postCount } } }",
    "{ tags(orderBy: POST_COUNT, first: 2) { nodes { name } } }",
    "{ category(slug: \"$\") { name slug postCount parent { name } children { name } } }",
    "{ category(slug: \"$\") { posts { nodes { title } } } }",
    "{ categories { totalCount nodes { name postCount parent { slug } } } }",
    "{ series(slug: \"$\") { name parts { position post { title } } } }",
    "{ series(slug: \"$\") { posts { nodes { title } } postCount } }",
    "{ allSeries { totalCount nodes { name postCount } } }",
    "{ author(handle: \"$\") { name bio postCount posts { nodes { title } } } }",
    "{ authors { totalCount nodes { name handle postCount } } }",
    "{ authors(orderBy: POST_COUNT) { nodes { handle } } }",
    "{ posts(filter: { published: { from: \"2024-01-02T00:00:00Z\" } }) { totalCount } }",
    "{ posts { nodes { id authors { id } tags { id } categories { id } } } }",
];

/// The same of pages. They also show what the index makes of the posts, so it is waited for before they are asked for.
const PAGES: [&str; 22] = [
    "/",
    "/?page=2",
    "/$",
    "/old/$",
    "/2024/01/$",
    "/tag/$",
    "/category/$",
    "/author/$",
    "/series/$",
    "/tag/$/atom.xml",
    "/category/$/rss.xml",
    "/author/$/feed.json",
    "/2024",
    "/2024/01",
    "/archive",
    "/tags",
    "/categories",
    "/authors",
    "/feeds",
    "/atom.xml",
    "/sitemap.xml",
    "/llms.txt",
];

/// Chooses, and always the same from the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        if of.is_empty() { None } else { of.get(self.below(of.len())) }
    }

    fn word(&mut self) -> &'static str {
        WORDS[self.below(WORDS.len())]
    }

    fn words(&mut self) -> Vec<&'static str> {
        WORDS.into_iter().filter(|_| self.once_in(3)).collect()
    }

    fn ids(&mut self, of: &[Value]) -> Vec<Value> {
        of.iter().filter(|_| self.once_in(3)).cloned().collect()
    }
}

/// The ids of what there is.
#[derive(Default)]
struct There {
    posts: Vec<Value>,
    pages: Vec<Value>,
    tags: Vec<Value>,
    categories: Vec<Value>,
    series: Vec<Value>,
    authors: Vec<Value>,
}

impl There {
    async fn look(owner: &Client) -> Self {
        let status = "[DRAFT, SCHEDULED, PUBLISHED, PRIVATE, TRASHED]";
        let query = format!(
            "{{ posts(first: 100, filter: {{ status: {status} }}) {{ nodes {{ id }} }} \
                pages(first: 100, status: {status}) {{ nodes {{ id }} }} tags {{ nodes {{ id }} }} \
                categories {{ nodes {{ id }} }} allSeries {{ nodes {{ id }} }} authors {{ nodes {{ id }} }} }}"
        );
        let found = owner.query(&query).await;
        let ids = |field: &str| {
            found[field]["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()).collect()
        };
        Self {
            posts: ids("posts"),
            pages: ids("pages"),
            tags: ids("tags"),
            categories: ids("categories"),
            series: ids("allSeries"),
            authors: ids("authors"),
        }
    }
}

/// A write: the mutation and its input; `None` where there is nothing to write to.
fn write(dice: &mut Dice, there: &There) -> Option<(&'static str, Value)> {
    let title = dice.word();
    Some(match dice.below(30) {
        0..=4 => {
            let mut input = json!({
                "title": title,
                "markdown": format!("*{}*", dice.word()),
                "tags": dice.words(),
                "categories": dice.ids(&there.categories),
                "publish": !dice.once_in(3),
                "publishedAt": format!("2024-01-{:02}T10:00:00Z", dice.below(28) + 1),
                "featured": dice.once_in(3),
            });
            if dice.once_in(3) {
                input["redirectFrom"] = json!([format!("/old/{}", dice.word())]);
            }
            if dice.once_in(2)
                && let Some(series) = dice.one(&there.series)
            {
                input["series"] = json!({ "id": series });
            }
            if dice.once_in(2)
                && let Some(author) = dice.one(&there.authors)
            {
                input["authors"] = json!([author]);
            }
            ("createPost", input)
        }
        5..=8 => {
            let mut input = json!({ "id": dice.one(&there.posts)?, "version": 0 });
            match dice.below(6) {
                0 => input["title"] = title.into(),
                1 => input["slug"] = title.into(),
                2 => input["tags"] = json!(dice.words()),
                3 => input["categories"] = json!(dice.ids(&there.categories)),
                4 => input["path"] = format!("/{title}").into(),
                _ => input["series"] = dice.one(&there.series).map_or(Value::Null, |id| json!({ "id": id })),
            }
            ("updatePost", input)
        }
        9 | 10 => ("publishPost", json!({ "id": dice.one(&there.posts)? })),
        11 => ("unpublishPost", json!({ "id": dice.one(&there.posts)? })),
        12 => ("trashPost", json!({ "id": dice.one(&there.posts)? })),
        13 => ("restorePost", json!({ "id": dice.one(&there.posts)? })),
        14 => ("deletePost", json!({ "id": dice.one(&there.posts)? })),
        15 => {
            let input = json!({
                "title": title, "publish": !dice.once_in(3), "parent": dice.one(&there.pages), "menuOrder": dice.below(5)
            });
            ("createPage", input)
        }
        16 => match dice.below(4) {
            0 => ("publishPage", json!({ "id": dice.one(&there.pages)? })),
            1 => ("unpublishPage", json!({ "id": dice.one(&there.pages)? })),
            2 => ("trashPage", json!({ "id": dice.one(&there.pages)? })),
            _ => ("updatePage", json!({ "id": dice.one(&there.pages)?, "version": 0, "slug": title })),
        },
        17 => ("createTag", json!({ "name": title, "description": dice.word() })),
        18 => {
            ("updateTag", json!({ "id": dice.one(&there.tags)?, "slug": title, "description": dice.word() }))
        }
        19 => ("mergeTags", json!({ "ids": [dice.one(&there.tags)?], "into": dice.one(&there.tags)? })),
        20 => ("deleteTag", json!({ "id": dice.one(&there.tags)?, "force": dice.once_in(2) })),
        21 => ("createCategory", json!({ "name": title, "parent": dice.one(&there.categories) })),
        22 => {
            let mut input =
                json!({ "id": dice.one(&there.categories)?, "parent": dice.one(&there.categories) });
            if dice.once_in(2) {
                input["slug"] = title.into();
            }
            ("updateCategory", input)
        }
        23 => {
            let (from, into) = (dice.one(&there.categories)?, dice.one(&there.categories)?);
            ("mergeCategories", json!({ "ids": [from], "into": into }))
        }
        24 => ("deleteCategory", json!({ "id": dice.one(&there.categories)?, "force": true })),
        25 => match dice.below(4) {
            0 => ("createSeries", json!({ "name": title })),
            1 => ("updateSeries", json!({ "id": dice.one(&there.series)?, "slug": title })),
            2 => (
                "mergeSeries",
                json!({ "ids": [dice.one(&there.series)?], "into": dice.one(&there.series)? }),
            ),
            _ => ("deleteSeries", json!({ "id": dice.one(&there.series)?, "force": true })),
        },
        26 => match dice.below(4) {
            0 => ("createAuthor", json!({ "handle": title })),
            1 => ("updateAuthor", json!({ "id": dice.one(&there.authors)?, "handle": title })),
            2 => ("updateAuthor", json!({ "id": dice.one(&there.authors)?, "bio": title })),
            _ => {
                let (from, into) = (dice.one(&there.authors)?, dice.one(&there.authors)?);
                ("mergeAuthors", json!({ "ids": [from], "into": into }))
            }
        },
        27 => {
            let zone = ["Europe/Berlin", "Pacific/Auckland", "UTC"][dice.below(3)];
            ("updateSite", json!({ "title": title, "timeZone": zone }))
        }
        28 => {
            let all = [&there.posts, &there.pages, &there.tags, &there.categories];
            let of = all[dice.below(4)];
            let target = json!({ "id": dice.one(of)? });
            ("setMenu", json!({ "location": title, "items": [{ "label": dice.word(), "target": target }] }))
        }
        _ => ("deleteMenu", json!({ "location": title })),
    })
}

/// Does a write, and gives its number in the log; `None` where it was refused.
async fn apply(owner: &Client, mutation: &str, mut input: Value) -> Option<String> {
    if input.get("version").is_some() {
        let query = "query($id: ID!) { node(id: $id) { ... on Post { version } ... on Page { version } } }";
        let found = owner.query_with(query, json!({ "id": input["id"] })).await;
        input["version"] = found["node"]["version"].clone();
    }
    let input_type = match mutation {
        "publishPost" | "publishPage" => "PublishEntryInput".to_owned(),
        "unpublishPost" | "unpublishPage" => "UnpublishEntryInput".to_owned(),
        "trashPost" | "trashPage" | "restorePost" | "deletePost" => "EntryStepInput".to_owned(),
        other => format!("{}{}Input", other[..1].to_uppercase(), &other[1..]),
    };
    let query = format!(
        "mutation($input: {input_type}!) {{ it: {mutation}(input: $input) {{ seq userErrors {{ code message }} }} }}"
    );
    let payload = owner.query_with(&query, json!({ "input": input })).await;
    payload["it"]["seq"].as_str().map(str::to_owned)
}

/// Queries or pages with each of the words and with some numbers.
fn each_of(questions: &[&str]) -> Vec<String> {
    let each = |query: &&str| match (query.contains('$'), query.contains('#')) {
        (true, _) => WORDS.iter().map(|word| query.replace('$', &word.to_lowercase())).collect(),
        (_, true) => (1..6).map(|number| query.replace('#', &number.to_string())).collect(),
        _ => vec![(*query).to_owned()],
    };
    questions.iter().flat_map(each).collect()
}

/// Everybody's answers to these questions, as they are sent.
async fn answers(client: &Client, questions: &[String]) -> Vec<String> {
    let mut answers = Vec::new();
    for some in questions.chunks(8) {
        let asked = some.iter().map(|query| async { post(client, query, &json!({})).await.text().await });
        answers.extend(join_all(asked).await.into_iter().map(Result::unwrap));
    }
    answers
}

/// Everybody's pages, each with its status and where it leads.
async fn pages(client: &Client, paths: &[String]) -> Vec<String> {
    let mut answers = Vec::new();
    for some in paths.chunks(8) {
        let asked = some.iter().map(|path| async {
            let request = client.http.get(client.url(path)).header("accept", "text/html");
            let response = request.send().await.unwrap();
            let said = format!("{} {}", response.status(), header(&response, "location"));
            format!("{said}\n{}", response.text().await.unwrap())
        });
        answers.extend(join_all(asked).await);
    }
    answers
}

#[rstest]
#[case::sqlite(Database::Sqlite, 1)]
#[case::postgres(Database::Postgres, 2)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_is_older_than_what_was_told(#[case] database: Database, #[case] seed: u64) {
    let blog = TestBlog::start(database).await;
    let owner = blog.member("olga", Role::Owner, Scope::Admin).await;
    let (everybody, database) = (blog.client(), past_the_cache(&blog.client()));
    let questions = Arc::new(each_of(&QUERIES));
    let paths = each_of(&PAGES);

    // Others read all the while, so that answers are being made while something changes.
    let stop = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..2)
        .map(|reader| {
            let (questions, stop, everybody) = (Arc::clone(&questions), Arc::clone(&stop), blog.client());
            tokio::spawn(async move {
                let (mut dice, mut asked) = (Dice(1000 + reader), 0);
                while !stop.load(Ordering::Relaxed) {
                    let question = dice.one(&questions).unwrap();
                    let answer: Value = post(&everybody, question, &json!({})).await.json().await.unwrap();
                    assert!(answer.get("errors").is_none(), "{question}: {answer}");
                    asked += 1;
                }
                asked
            })
        })
        .collect();

    let mut dice = Dice(seed);
    let mut written = Vec::new();
    let mut before = Vec::new();
    let mut changed = 0;
    for _ in 0..WRITES {
        let Some((mutation, input)) = write(&mut dice, &There::look(&owner).await) else { continue };
        let done = format!("{mutation} {input}");
        let Some(seq) = apply(&owner, mutation, input).await else { continue };
        written.push(done);
        let (kept, true_now) = (answers(&everybody, &questions).await, answers(&database, &questions).await);
        for ((question, kept), true_now) in questions.iter().zip(&kept).zip(&true_now) {
            let last = &written[written.len().saturating_sub(3)..];
            assert_eq!(kept, true_now, "{question}\nafter {last:#?}, seed {seed}");
            assert!(kept.starts_with("{\"data\":"), "{question}: {kept}");
        }
        changed += usize::from(before != true_now);
        before = true_now;
        blog.wait_for_search().await;
        let (kept, true_now) = (pages(&everybody, &paths).await, pages(&database, &paths).await);
        for ((path, kept), true_now) in paths.iter().zip(&kept).zip(&true_now) {
            let last = &written[written.len().saturating_sub(3)..];
            assert_eq!(kept, true_now, "{path}\nafter {last:#?}, seed {seed}");
            assert!(!kept.starts_with('5'), "{path}: {kept}");
        }
        // What is asked for now is in the cache when the next write comes.
        let caught_up = everybody.with_header("inkstand-after-seq", &seq);
        answers(&caught_up, &questions).await;
        pages(&caught_up, &paths).await;
    }
    stop.store(true, Ordering::Relaxed);
    let asked: usize = join_all(readers).await.into_iter().map(Result::unwrap).sum();
    assert!(written.len() > WRITES / 2 && changed > WRITES / 3 && asked > 0, "{} written", written.len());
    let figures = blog.response_cache().figures();
    assert!(figures.hits > figures.misses / 4 && figures.entries > 0, "{figures:?}");
}

/// What a signed-in viewer sees is theirs alone, however often everybody asks the same.
#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_gets_the_answer_of_another_viewer(#[case] database: Database) {
    const QUERY: &str =
        "{ viewer { name } posts(first: 5) { totalCount nodes { title version } } site { title } }";
    let blog = TestBlog::start(database).await;
    blog.import(&[
        ("a.md", "---\ntitle: A\ndate: 2024-01-01\n---\nInk"),
        ("b.md", "---\ntitle: B\ndraft: true\n---\n"),
    ])
    .await;
    let ada = blog.signed_in("ada", Role::Owner).await;
    let eve = blog.member("eve", Role::Editor, Scope::Write).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let readers =
        [(ada, json!("ada")), (eve, json!("eve")), (blog.client(), Value::Null)].map(|(client, name)| {
            let asked = Arc::clone(&asked);
            tokio::spawn(async move {
                for _ in 0..60 {
                    let answer = client.query(QUERY).await;
                    let seen = if name.is_null() { Value::Null } else { json!({ "name": name }) };
                    assert_eq!(answer["viewer"], seen);
                    let version = &answer["posts"]["nodes"][0]["version"];
                    assert_eq!(version.is_null(), name.is_null(), "{answer}");
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            })
        });
    let all = tokio::time::timeout(Duration::from_secs(60), join_all(readers)).await.expect("an end");
    all.into_iter().for_each(|reader| reader.unwrap());
    assert_eq!(asked.load(Ordering::Relaxed), 180);
}
