//! The database goes away and comes back, while readers read and writers write.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use inkstand_model::{Role, Scope};
use inkstand_server::SystemClock;
use inkstand_tests::{Client, Database, OwnPostgres, TestBlog, TestDatabase, eventually};
use reqwest::Response;
use serde_json::{Value, json};

use super::write;

const LONG: Duration = Duration::from_secs(60);

pub(super) async fn ask(client: &Client, query: &str) -> Response {
    client.http.post(client.url("/graphql")).json(&json!({ "query": query })).send().await.unwrap()
}

pub(super) fn create(title: &str) -> String {
    format!(
        "mutation {{ createPost(input: {{ title: \"{title}\", markdown: \"\", publish: true }}) {{ seq userErrors {{ code }} }} }}"
    )
}

pub(super) fn header<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    answer.headers().get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_go_on_writes_wait_and_everything_comes_back() {
    let postgres = OwnPostgres::start();
    // Answers alone are kept: what is made of single entries in memory would be newer than the kept answer.
    let answers_alone = |settings: &mut inkstand_server::Settings| settings.entity_cache = 0;
    let blog = TestBlog::serve_with(postgres.database(), Arc::new(SystemClock), answers_alone).await;
    let ada = blog.member("ada", Role::Editor, Scope::Write).await;
    let anybody = blog.client();
    let made = write(
        &ada,
        "createPost",
        "post { id version }",
        json!({ "title": "Before", "markdown": "Ink.", "publish": true }),
    );
    let made = made.await;
    let kept = format!("{{ post(by: {{ id: {} }}) {{ title }} }}", made["post"]["id"]);
    let seq = made["seq"].as_str().unwrap();
    assert_eq!(anybody.with_header("inkstand-after-seq", seq).query(&kept).await["post"]["title"], "Before");
    let other = "{ site { title } }";
    for query in [&kept, other] {
        for _ in 0..2 {
            let answer = ask(&anybody, query).await;
            assert_eq!((answer.status().as_u16(), header(&answer, "inkstand-stale")), (200, None));
        }
    }
    // Something is changed, and nobody asks for it before the database is away.
    let input = json!({ "id": made["post"]["id"], "version": made["post"]["version"], "title": "Changed" });
    write(&ada, "updatePost", "post { version }", input).await;

    let load = Load::of(&anybody, &ada);
    load.has_written(3).await;
    postgres.down();
    let began = Instant::now();
    let (refused, _) = eventually("a refusal", LONG, || async {
        let answer = ask(&ada, &create("Never")).await;
        (answer.status() == 503).then_some(answer)
    })
    .await;
    println!("refused for the first time after {:?}", began.elapsed());
    assert!(header(&refused, "retry-after").is_some());
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{body}");
    assert!(body["errors"][0]["message"].as_str().unwrap().contains("database"), "{body}");
    // What is still true as far as anybody knows, and what is known to be old.
    for (query, said) in [(other, "Inkstand"), (&kept, "Before")] {
        let (answer, _) = eventually("a stale answer", LONG, || async {
            let answer = ask(&anybody, query).await;
            assert!(matches!(answer.status().as_u16(), 200 | 503), "{}", answer.status());
            header(&answer, "inkstand-stale").is_some().then_some(answer)
        })
        .await;
        assert!(header(&answer, "inkstand-stale").unwrap().parse::<u64>().unwrap() >= 1);
        assert!(header(&answer, "cache-control").unwrap().contains("stale-if-error"));
        assert!(answer.text().await.unwrap().contains(said), "{query}");
    }
    // What nobody has asked before cannot be answered, and that is said at once.
    let unknown = ask(&anybody, "{ tags(first: 7) { nodes { name } } }").await;
    assert_eq!(unknown.status(), 503);
    let began = Instant::now();
    let ready = anybody.http.get(anybody.url("/readyz")).send().await.unwrap();
    println!("/readyz answers after {:?}", began.elapsed());
    assert_eq!(ready.status(), 503);
    assert_eq!(anybody.http.get(anybody.url("/healthz")).send().await.unwrap().status(), 200);

    let written = load.written();
    postgres.up();
    let began = Instant::now();
    load.has_written(written + 3).await;
    println!("writes again after {:?}", began.elapsed());
    eventually("it is ready", LONG, || async {
        let ready = anybody.http.get(anybody.url("/readyz")).send().await.unwrap();
        (ready.status() == 200).then_some(())
    })
    .await;
    let (titles, seen) = load.end().await;
    println!("readers and writers saw {seen:?}");
    assert!(seen.keys().all(|status| matches!(status, 200 | 503)), "{seen:?}");
    eventually("a fresh answer", LONG, || async {
        let answer = ask(&anybody, &kept).await;
        let fresh = header(&answer, "inkstand-stale").is_none();
        (answer.text().await.unwrap().contains("Changed") && fresh).then_some(())
    })
    .await;
    let there = blog.database.texts("SELECT title FROM entry").await;
    let lost: Vec<&String> = titles.iter().filter(|title| !there.contains(title)).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    blog.wait_for_search().await;
    let found = blog.query("{ search(text: \"ink\") { complete } posts { totalCount } }").await;
    assert_eq!(found["search"]["complete"], true);
    assert_eq!(found["posts"]["totalCount"].as_u64(), Some(there.len() as u64));
    let _ = blog.stop().await;
}

/// Four readers and two writers, who go on until they are told to end.
struct Load {
    ends: Arc<AtomicBool>,
    seen: Arc<Mutex<BTreeMap<u16, usize>>>,
    /// The titles of posts that were acknowledged.
    written: tokio::sync::watch::Sender<Vec<String>>,
    tasks: tokio::task::JoinSet<()>,
}

impl Load {
    fn of(reader: &Client, writer: &Client) -> Self {
        let mut load = Self {
            ends: Arc::default(),
            seen: Arc::default(),
            written: tokio::sync::watch::Sender::new(Vec::new()),
            tasks: tokio::task::JoinSet::new(),
        };
        for number in 0..6 {
            let writes = number < 2;
            let client = if writes { writer.clone() } else { reader.clone() };
            let (ends, seen, written) =
                (Arc::clone(&load.ends), Arc::clone(&load.seen), load.written.clone());
            load.tasks.spawn(async move {
                for turn in 0.. {
                    if ends.load(Ordering::Relaxed) {
                        return;
                    }
                    let title = format!("Written {number} {turn}");
                    let query = if writes {
                        create(&title)
                    } else {
                        format!(
                            "{{ site {{ title }} posts(first: {}) {{ nodes {{ title }} }} }}",
                            1 + turn % 20
                        )
                    };
                    let answer = ask(&client, &query).await;
                    let status = answer.status().as_u16();
                    *seen.lock().unwrap().entry(status).or_default() += 1;
                    if writes && status == 200 {
                        let body: Value = answer.json().await.unwrap();
                        assert_eq!(body["data"]["createPost"]["userErrors"], json!([]), "{body}");
                        written.send_modify(|written| written.push(title));
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            });
        }
        load
    }

    fn written(&self) -> usize {
        self.written.borrow().len()
    }

    async fn has_written(&self, count: usize) {
        let mut written = self.written.subscribe();
        let enough = written.wait_for(|written| written.len() >= count);
        let _ = tokio::time::timeout(LONG, enough).await.expect("writers who write").unwrap();
    }

    async fn end(mut self) -> (Vec<String>, BTreeMap<u16, usize>) {
        self.ends.store(true, Ordering::Relaxed);
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap();
        }
        let seen = self.seen.lock().unwrap().clone();
        (self.written.borrow().clone(), seen)
    }
}

/// Nobody may read a table, and so neither write it: whoever waits for it is told in time, and those who come later at
/// once.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_held_up_makes_no_pile() {
    let database = TestDatabase::new(Database::Postgres).await;
    let blog = TestBlog::serve_with(database, Arc::new(SystemClock), |settings| {
        settings.entity_cache = 0;
        settings.response_cache = 0;
    })
    .await;
    let ada = blog.member("ada", Role::Editor, Scope::Write).await;
    let locked = blog.database.lock("entry").await;
    let mut asking = tokio::task::JoinSet::new();
    for number in 0..40 {
        let (client, query) = if number % 4 == 0 {
            (ada.clone(), create(&format!("Late {number}")))
        } else {
            (blog.client(), "{ posts { nodes { title } } }".to_owned())
        };
        asking.spawn(async move {
            let answer = ask(&client, &query).await;
            let status = answer.status().as_u16();
            let body: Value = answer.json().await.unwrap();
            (status, body["errors"][0]["extensions"]["code"].as_str().map(str::to_owned))
        });
    }
    let mut codes = BTreeMap::<_, usize>::new();
    while let Some(answer) = asking.join_next().await {
        let (status, code) = answer.unwrap();
        // Past the deadline of a request it would be 504.
        assert_eq!(status, 503, "{code:?}");
        *codes.entry(code.expect("a code")).or_default() += 1;
    }
    println!("told: {codes:?}");
    assert!(codes.keys().all(|code| ["UNAVAILABLE", "OVERLOADED"].contains(&code.as_str())), "{codes:?}");
    locked.release().await;
    eventually("it answers again", LONG, || async {
        let read = ask(&blog.client(), "{ posts { totalCount } }").await.status() == 200;
        (read && ask(&ada, &create("Again")).await.status() == 200).then_some(())
    })
    .await;
}
