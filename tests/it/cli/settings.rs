//! Flags go before the environment, that before the file, that before the defaults.

use inkstand_tests::{Database, Inkstand, TestDatabase};
use tempfile::TempDir;

async fn public_url(inkstand: Inkstand) -> String {
    let served = inkstand.serve().await;
    let data = served.client.query("{ site { url } }").await;
    served.stop().await;
    data["site"]["url"].as_str().unwrap().trim_end_matches('/').to_owned()
}

fn folder(file: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("inkstand.toml"), file).unwrap();
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn each_source_goes_before_the_next() {
    let folder = folder("public-url = \"https://file.example\"\nno-sample = true\n");
    let named = folder.path().join("other.toml");
    std::fs::write(&named, "public-url = \"https://named.example\"\n").unwrap();
    let inkstand = || Inkstand::new(folder.path());
    assert_eq!(public_url(inkstand()).await, "https://file.example");
    assert_eq!(public_url(inkstand().args(["--config", "other.toml"])).await, "https://named.example");
    assert_eq!(public_url(inkstand().env("INKSTAND_CONFIG", "other.toml")).await, "https://named.example");
    let environment = || inkstand().env("INKSTAND_PUBLIC_URL", "https://environment.example");
    assert_eq!(public_url(environment()).await, "https://environment.example");
    let flag = environment().args(["--public-url", "https://flag.example"]);
    assert_eq!(public_url(flag).await, "https://flag.example");
    assert!(folder.path().join("data/blog.sqlite").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_setting_can_stand_in_the_file() {
    let folder = folder(
        "data-dir = \"mine\"\nlisten = \"127.0.0.1:0\"\npublic-url = \"https://file.example\"\nno-sample = true\n\
         log-format = \"json\"\nlog-level = \"info,inkstand_http=debug\"\n",
    );
    let mut served = Inkstand::new(folder.path()).serve_where_it_says().await;
    let data = served.client.query("{ site { url } posts { totalCount } }").await;
    assert_eq!(data["posts"]["totalCount"], 0);
    assert!(served.stderr.has(|line| line.starts_with('{') && line.contains("\"DEBUG\"")).await);
    assert!(folder.path().join("mine/blog.sqlite").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_setting_can_stand_in_the_environment() {
    let folder = folder(
        "data-dir = \"wrong\"\nlog-format = \"human\"\nlog-level = \"error\"\nlisten = \"127.0.0.1:1\"",
    );
    let mut served = Inkstand::new(folder.path())
        .env("INKSTAND_DATA_DIR", "mine")
        .env("INKSTAND_LISTEN", "127.0.0.1:0")
        .env("INKSTAND_PUBLIC_URL", "https://environment.example")
        .env("INKSTAND_NO_SAMPLE", "1")
        .env("INKSTAND_LOG_FORMAT", "json")
        .env("INKSTAND_LOG_LEVEL", "info,inkstand_http=debug")
        .serve_where_it_says()
        .await;
    let data = served.client.query("{ site { url } posts { totalCount } }").await;
    assert_eq!(data["posts"]["totalCount"], 0);
    assert!(served.stderr.has(|line| line.starts_with('{') && line.contains("\"DEBUG\"")).await);
    assert!(folder.path().join("mine/blog.sqlite").exists());
    assert!(!folder.path().join("wrong").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_sample_in_the_environment_may_be_false() {
    let folder = folder("no-sample = true");
    let served = Inkstand::new(folder.path()).env("INKSTAND_NO_SAMPLE", "0").serve().await;
    assert!(served.stdout.text().contains("sample posts"), "{}", served.stdout.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_can_be_named_everywhere() {
    let folder = folder("database-url = \"sqlite:file.sqlite\"");
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "sqlite:secret.sqlite\n").unwrap();
    let is_there = |name: &str| folder.path().join(name).exists();

    Inkstand::new(folder.path()).serve().await.stop().await;
    assert!(is_there("file.sqlite"));
    let from_secret = || Inkstand::new(folder.path()).env("INKSTAND_DATABASE_URL_FILE", &secret);
    from_secret().serve().await.stop().await;
    assert!(is_there("secret.sqlite"));
    let from_environment = || from_secret().env("INKSTAND_DATABASE_URL", "sqlite:environment.sqlite");
    from_environment().serve().await.stop().await;
    assert!(is_there("environment.sqlite"));
    from_environment().args(["--database-url", "sqlite:flag.sqlite"]).serve().await.stop().await;
    assert!(is_there("flag.sqlite"));
    assert!(!is_there("data/blog.sqlite"));

    let missing =
        Inkstand::new(folder.path()).env("INKSTAND_DATABASE_URL_FILE", "nowhere").run().await.with_code(1);
    assert_eq!(missing.stderr.lines().count(), 1, "{}", missing.stderr);
    assert!(missing.stderr.contains("nowhere") && missing.stderr.contains("INKSTAND_DATABASE_URL_FILE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_file_may_name_postgresql() {
    let database = TestDatabase::new(Database::Postgres).await;
    let secret = database.folder.path().join("secret");
    std::fs::write(&secret, format!("{}\n", database.url_text)).unwrap();
    let served =
        Inkstand::new(database.folder.path()).env("INKSTAND_DATABASE_URL_FILE", &secret).serve().await;
    assert!(served.stdout.text().contains("postgres://"), "{}", served.stdout.text());
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_in_the_file_is_named_with_its_line() {
    for (file, line, word) in [
        ("listen = \"127.0.0.1:0\"\nlog-levle = \"info\"\n", 2, "log-levle"),
        ("\n\nlisten = \"nonsense\"\n", 3, "address"),
        ("no-sample = \"yes\"\n", 1, "bool"),
        ("log-format = \"xml\"\n", 1, "xml"),
        ("data-dir = \n", 1, ""),
        ("[listen]\n", 1, ""),
    ] {
        let folder = folder(file);
        let ended = Inkstand::new(folder.path()).run().await.with_code(1);
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
        assert!(ended.stderr.contains(&format!("inkstand.toml line {line}: ")), "{file:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(word), "{file:?}: {}", ended.stderr);
        assert!(!folder.path().join("data").exists(), "{file:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn quotas_and_proxies_come_from_each_source() {
    let policy = async |inkstand: Inkstand| {
        let served = inkstand.serve().await;
        let client = served.client.with_header("x-forwarded-for", "203.0.113.7");
        let answer = client.http.get(client.url("/graphql?query={__typename}")).send().await.unwrap();
        let policy =
            answer.headers().get("ratelimit-policy").map(|policy| policy.to_str().unwrap().to_owned());
        served.stop().await;
        policy
    };
    let told = |cost: u32| Some(format!("\"anonymous\";q={cost};w=60;inkstand-unit=\"cost\""));
    let folder = folder("quota = \"1000/minute\"\ntrusted-proxies = \"loopback\"\nno-sample = true\n");
    let inkstand = || Inkstand::new(folder.path());
    assert_eq!(policy(inkstand()).await, told(1000));
    let environment = || inkstand().env("INKSTAND_QUOTA", "2000/minute");
    assert_eq!(policy(environment()).await, told(2000));
    assert_eq!(policy(environment().args(["--quota", "3000/minute"])).await, told(3000));
    for (name, value, words) in [
        ("quota", "many", "20000/minute"),
        ("account-quota", "5/fortnight", "20000/minute"),
        ("trusted-proxies", "localhost", "loopback"),
    ] {
        std::fs::write(folder.path().join("inkstand.toml"), format!("{name} = \"{value}\"\n")).unwrap();
        let refused = inkstand().run().await.with_code(1);
        assert!(refused.stderr.contains(name) && refused.stderr.contains(words), "{}", refused.stderr);
        std::fs::remove_file(folder.path().join("inkstand.toml")).unwrap();
        let refused = inkstand().args([&format!("--{name}"), value]).run().await.with_code(1);
        assert!(refused.stderr.contains(name) && refused.stderr.contains(words), "{}", refused.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_served_unless_somebody_says_otherwise() {
    let home = async |inkstand: Inkstand| {
        let served = inkstand.serve().await;
        let status = served.client.http.get(served.client.url("/")).send().await.unwrap().status().as_u16();
        let told = served.stdout.text().contains("  blog     http://");
        served.stop().await;
        (status, told)
    };
    let folder = folder("no-sample = true\n");
    let inkstand = || Inkstand::new(folder.path());
    assert_eq!(home(inkstand()).await, (200, true));
    assert_eq!(home(inkstand().args(["--no-web"])).await, (307, false));
    assert_eq!(home(inkstand().env("INKSTAND_NO_WEB", "1")).await, (307, false));
    std::fs::write(folder.path().join("inkstand.toml"), "no-sample = true\nno-web = true\n").unwrap();
    assert_eq!(home(inkstand()).await, (307, false));
    assert_eq!(home(inkstand().env("INKSTAND_NO_WEB", "0")).await, (200, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_and_sockets_come_from_each_source() {
    let opens = async |inkstand: Inkstand| {
        let served = inkstand.serve().await;
        let handshake = served
            .client
            .http
            .get(served.client.url("/graphql/ws"))
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        let status = handshake.send().await.unwrap().status().as_u16();
        let ended = served.stop().await;
        (status, ended.stderr.contains("files open"))
    };
    let folder = folder("connections = 1000000000\nsockets = 0\nno-sample = true\n");
    let inkstand = || Inkstand::new(folder.path());
    assert_eq!(opens(inkstand()).await, (503, true), "no sockets, and more connections than files");
    let environment = || inkstand().env("INKSTAND_CONNECTIONS", "50").env("INKSTAND_SOCKETS", "2");
    assert_eq!(opens(environment()).await, (101, false));
    assert_eq!(opens(environment().args(["--connections", "60", "--sockets", "0"])).await, (503, false));
    for (arguments, words) in [
        (&["--connections", "0"][..], "--connections"),
        (&["--connections", "many"], "--connections"),
        (&["--sockets=-1"], "--sockets"),
        (&["--connections", "10", "--sockets", "11"], "set --connections higher or --sockets lower"),
    ] {
        let refused = inkstand().args(arguments).run().await.with_code(1);
        assert!(refused.stderr.contains(words), "{arguments:?}: {}", refused.stderr);
    }
    std::fs::write(folder.path().join("inkstand.toml"), "no-sample = true\nconnections = 0\n").unwrap();
    let refused = inkstand().run().await.with_code(1);
    assert!(refused.stderr.contains("inkstand.toml line 2: "), "{}", refused.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn synonyms_come_from_each_source() {
    let folder = folder("synonyms = \"file.txt\"\n");
    for (name, rules) in
        [("file.txt", "a1, blotter\n"), ("environment.txt", "a2, blotter\n"), ("flag.txt", "a3, blotter\n")]
    {
        std::fs::write(folder.path().join(name), rules).unwrap();
    }
    let means_blotter = async |inkstand: Inkstand| {
        let served = inkstand.serve().await;
        let (found, _) = inkstand_tests::eventually("a complete index", std::time::Duration::from_secs(30), || async {
            let query = "{ a1: search(text: \"a1 \") { ...Found } a2: search(text: \"a2 \") { ...Found } a3: search(text: \"a3 \") { ...Found } }
                fragment Found on SearchConnection { totalCount complete }";
            let found = served.client.query(query).await;
            (found["a3"]["complete"] == true).then_some(found)
        })
        .await;
        served.stop().await;
        ["a1", "a2", "a3"].into_iter().filter(|name| found[*name]["totalCount"] != 0).collect::<Vec<_>>()
    };
    let inkstand = || Inkstand::new(folder.path());
    assert_eq!(means_blotter(inkstand()).await, ["a1"]);
    let environment = || inkstand().env("INKSTAND_SYNONYMS", "environment.txt");
    assert_eq!(means_blotter(environment()).await, ["a2"]);
    assert_eq!(means_blotter(environment().args(["--synonyms", "flag.txt"])).await, ["a3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_in_the_synonyms_is_named_with_its_line() {
    for (file, words) in [
        (Some("# a comment\nink, tinta\nalone\n"), vec!["synonyms.txt line 3: ", "only one entry"]),
        (Some("a => b => c\n"), vec!["synonyms.txt line 1: ", "a line of its own"]),
        (None, vec!["synonyms.txt", "--synonyms"]),
    ] {
        let folder = folder("");
        if let Some(file) = file {
            std::fs::write(folder.path().join("synonyms.txt"), file).unwrap();
        }
        let ended =
            Inkstand::new(folder.path()).args(["--synonyms", "synonyms.txt"]).run().await.with_code(1);
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
        assert!(words.iter().all(|word| ended.stderr.contains(word)), "{file:?}: {}", ended.stderr);
        assert!(!folder.path().join("data").exists(), "{file:?}");
    }
}
