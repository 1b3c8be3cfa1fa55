//! Limits on memory and processors, as a container has them.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use inkstand_tests::{Database, Inkstand, Served, TestDatabase, eventually};
use serde_json::{Value, json};

const LONG: Duration = Duration::from_secs(120);

/// A control group of this test's own. Removed when it is dropped.
struct Group(PathBuf);

impl Group {
    /// One whose processes may take so many bytes together; `None` where this test may not make one.
    fn of_memory(bytes: u64) -> Option<Self> {
        let bytes = bytes.to_string();
        Self::of("memory", ("memory.limit_in_bytes", &bytes), ("memory.max", &bytes))
    }

    /// The same for one whose processes may take the time of one processor.
    fn of_one_processor() -> Option<Self> {
        Self::of("cpu", ("cpu.cfs_quota_us", "100000"), ("cpu.max", "100000 100000"))
    }

    /// One with a limit, a file and what stands in it: of the first version of control groups, or of the second.
    fn of(controller: &str, first: (&str, &str), second: (&str, &str)) -> Option<Self> {
        let name = format!("inkstand-test-{}", std::process::id());
        [(controller, first), ("", second)].iter().find_map(|(controller, (file, limit))| {
            let folder = Path::new("/sys/fs/cgroup").join(controller).join(&name);
            fs::create_dir(&folder).ok()?;
            let group = Self(folder);
            // A folder that is none of a control group's has no such file.
            let file = group.0.join(file);
            (file.exists() && fs::write(file, limit).is_ok()).then_some(group)
        })
    }

    /// The most that its processes took.
    fn most(&self) -> u64 {
        let files = ["memory.max_usage_in_bytes", "memory.peak"];
        let read = files.iter().find_map(|file| fs::read_to_string(self.0.join(file)).ok());
        read.and_then(|most| most.trim().parse().ok()).unwrap_or_default()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}

/// Ten thousand posts of eighty words.
fn write_posts(folder: &Path) {
    const WORDS: [&str; 16] = [
        "ink",
        "paper",
        "gall",
        "oak",
        "quill",
        "blotter",
        "letter",
        "nib",
        "feather",
        "iron",
        "vitriol",
        "parchment",
        "script",
        "margin",
        "desk",
        "lamp",
    ];
    let mut chance: u64 = 1;
    for post in 0..10_000 {
        let text: Vec<String> = (0..80)
            .map(|_| {
                chance =
                    chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let drawn = chance >> 33;
                let word = WORDS[(drawn % 16) as usize];
                if drawn.is_multiple_of(3) { format!("{word}{}", drawn % 5_000) } else { word.to_owned() }
            })
            .collect();
        let (year, month, day) = (2000 + post % 20, 1 + post % 12, 1 + post % 28);
        let head = format!("---\ntitle: Post {post}\ntags: [{}]\n---\n", WORDS[post % 16]);
        let path = folder.join(format!("{year}-{month:02}-{day:02}-post-{post}.md"));
        fs::write(path, head + &text.join(" ")).unwrap();
    }
}

/// The line that says what was chosen.
async fn started(served: &Served) -> Value {
    let (line, _) = eventually("the line that says what was chosen", LONG, || async {
        served.stderr.lines().iter().find_map(|line| {
            serde_json::from_str::<Value>(line).ok().filter(|line| line["message"] == "started")
        })
    })
    .await;
    line
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_posts_are_served_in_128_megabytes() {
    const LIMIT: u64 = 128 << 20;
    let Some(group) = Group::of_memory(LIMIT) else {
        println!("skipped: only root may make control groups here");
        return;
    };
    let database = TestDatabase::new(Database::Sqlite).await;
    let posts = database.folder.path().join("posts");
    fs::create_dir(&posts).unwrap();
    write_posts(&posts);
    let _ = Inkstand::within(&group.0, &database).args(["import", "posts"]).run().await.well();
    let served = Inkstand::within(&group.0, &database).serve().await;
    let started = started(&served).await;
    assert_eq!(started["memory_limit"], json!(LIMIT));
    assert!(started["response_cache"].as_u64().unwrap() < 32 << 20, "{started}");
    // The index is built here: the import wrote to the database alone.
    eventually("the whole search", LONG, || async {
        let found = served.client.query("{ search(text: \"vitriol\") { complete totalCount } }").await;
        (found["search"]["complete"] == true && found["search"]["totalCount"].as_u64()? > 1000).then_some(())
    })
    .await;
    for page in 0..100 {
        let query = format!(
            "{{ posts(first: 50, skip: {}) {{ totalCount nodes {{ title html tags {{ slug }} related(first: 3) {{ title }} }} }} }}",
            page * 74
        );
        let answer = served.client.query(&query).await;
        assert_eq!(answer["posts"]["totalCount"], 10_000);
    }
    let most = group.most();
    // Who takes more is killed, and then does not end well.
    served.stop().await;
    assert!((1..=LIMIT).contains(&most), "{most}");
}

#[tokio::test(flavor = "multi_thread")]
async fn threads_follow_the_quota_of_processors() {
    let Some(group) = Group::of_one_processor() else {
        println!("skipped: only root may make control groups here");
        return;
    };
    let database = TestDatabase::new(Database::Sqlite).await;
    let served = Inkstand::within(&group.0, &database).serve().await;
    assert_eq!(started(&served).await["threads"], 1);
    served.stop().await;
}
