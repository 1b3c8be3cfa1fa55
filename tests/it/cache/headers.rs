//! What is said about answers to those who keep them.

use std::{sync::Arc, time::Duration};

use inkstand_model::{Role, Scope};
use inkstand_server::SystemClock;
use inkstand_tests::{Database, TestBlog, TestDatabase, eventually};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{address, done, followed, get, header, past_the_cache, post};

const QUERY: &str = "{ post(by: { slug: \"größe\" }) { title tags { name } } }";

async fn blog() -> TestBlog {
    let blog = TestBlog::start(Database::Sqlite).await;
    let post = "---\ntitle: Größe\nslug: größe\ndate: 2024-05-01\ntags: [Ink]\n---\nInk\n";
    let page = "---\ntitle: About\ntype: page\n---\nUs\n";
    blog.import(&[("groesse.md", post), ("about.md", page)]).await;
    followed(&blog).await;
    blog
}

#[tokio::test]
async fn an_answer_says_how_it_may_be_kept() {
    let blog = blog().await;
    let first = get(&blog.client(), QUERY).await;
    let second = get(&blog.client(), QUERY).await;
    for answer in [&first, &second] {
        assert_eq!(header(answer, "cache-control"), "public, max-age=0, stale-if-error=86400");
        let vary: Vec<&str> = answer
            .headers()
            .get_all("vary")
            .iter()
            .flat_map(|vary| vary.to_str().unwrap().split(", "))
            .collect();
        for name in ["accept", "authorization", "cookie", "inkstand-preview"] {
            assert!(vary.contains(&name), "{vary:?}");
        }
        let tags: Vec<&str> = header(answer, "cache-tag").split(',').collect();
        assert_eq!(tags.len(), 3, "{tags:?}");
        assert!(tags[0].starts_with("entry:") && tags[2].starts_with("tag:"), "{tags:?}");
        assert_eq!(tags[1], "slug:post:gr%c3%b6%c3%9fe");
        assert!(!answer.headers().contains_key("surrogate-key"));
        assert!(!header(answer, "x-request-id").is_empty());
        assert_eq!(header(answer, "access-control-allow-origin"), "*");
        assert!(header(answer, "inkstand-seq").parse::<i64>().unwrap() > 0);
        assert_eq!(header(answer, "content-type"), "application/json; charset=utf-8");
    }
    // A kept answer passes by the layers that say the rest, and says the same.
    let said = |answer: &reqwest::Response| {
        let own = |name: &&str| !["x-request-id", "date"].contains(name);
        let mut names: Vec<_> =
            answer.headers().keys().map(reqwest::header::HeaderName::as_str).filter(own).collect();
        names.sort_unstable();
        let said = names.iter().map(|name| (*name).to_owned()).zip(names.iter().map(|name| {
            answer.headers().get_all(*name).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
        }));
        said.collect::<Vec<(String, Vec<String>)>>()
    };
    assert_eq!(said(&first), said(&second));
    let figures = blog.response_cache().figures();
    assert_eq!((figures.hits, figures.misses, figures.entries), (1, 1, 1), "{figures:?}");
    assert_eq!(first.text().await.unwrap(), second.text().await.unwrap());

    // The id of a proxy is the id of the request.
    let asked = blog.client().with_header("x-request-id", "from-a-proxy");
    assert_eq!(header(&get(&asked, QUERY).await, "x-request-id"), "from-a-proxy");
}

#[tokio::test]
async fn an_unchanged_answer_is_304() {
    let blog = blog().await;
    let owner = blog.member("olga", Role::Owner, Scope::Admin).await;
    let etag = header(&get(&blog.client(), QUERY).await, "etag").to_owned();
    assert!(etag.starts_with('"') && etag.ends_with('"'), "{etag}");
    let unchanged = [
        etag.clone(),
        format!("W/{etag}"),
        format!("\"x\", {etag}"),
        format!("\"x\" , W/{etag},\"y\""),
        "*".to_owned(),
    ];
    for named in &unchanged {
        for method in [reqwest::Method::GET, reqwest::Method::HEAD] {
            let asked = blog.http.request(method.clone(), address(&blog.client(), QUERY));
            let answer = asked.header("if-none-match", named).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::NOT_MODIFIED, "{method} {named}");
            assert_eq!(header(&answer, "etag"), etag);
            assert_eq!(header(&answer, "cache-control"), "public, max-age=0, stale-if-error=86400");
            assert!(header(&answer, "cache-tag").contains("entry:"));
            assert!(header(&answer, "vary").contains("accept"));
            assert_eq!(answer.text().await.unwrap(), "");
        }
    }
    for named in ["\"x\"", "x", "", &etag[1..etag.len() - 1]] {
        let answer = get(&blog.client().with_header("if-none-match", named), QUERY).await;
        assert_eq!(answer.status(), StatusCode::OK, "{named}");
        assert!(answer.text().await.unwrap().contains("Größe"));
    }
    // A POST is done in any case.
    let answer = post(&blog.client().with_header("if-none-match", &etag), QUERY, &json!({})).await;
    assert_eq!(answer.status(), StatusCode::OK);
    // Another media type is another answer, of the same bytes.
    let newer = blog.client().with_header("accept", "application/graphql-response+json");
    let newer = get(&newer, QUERY).await;
    assert_ne!(header(&newer, "etag"), etag);

    let tag = blog.query("{ tag(slug: \"ink\") { id } }").await["tag"]["id"].clone();
    done(&owner, "updateTag", "tag { name }", json!({ "id": tag, "name": "Tinte" })).await;
    let changed = get(&blog.client().with_header("if-none-match", &etag), QUERY).await;
    assert_eq!(changed.status(), StatusCode::OK);
    assert_ne!(header(&changed, "etag"), etag);
    assert!(changed.text().await.unwrap().contains("Tinte"));
}

#[tokio::test]
async fn the_number_of_an_answer_grows_while_it_stays() {
    let blog = blog().await;
    let owner = blog.member("olga", Role::Owner, Scope::Admin).await;
    let before = get(&blog.client(), QUERY).await;
    let written = done(&owner, "createTag", "tag { id }", json!({ "name": "Other" })).await["seq"].clone();
    let seq = |answer: &reqwest::Response| header(answer, "inkstand-seq").parse::<i64>().unwrap();
    let written: i64 = written.as_str().unwrap().parse().unwrap();
    assert!(seq(&before) < written);
    let look = || async {
        let answer = get(&blog.client(), QUERY).await;
        assert_eq!(header(&answer, "etag"), header(&before, "etag"));
        (seq(&answer) >= written).then_some(())
    };
    eventually("a greater number", Duration::from_secs(10), look).await;
    assert_eq!(blog.response_cache().figures().misses, 1);
}

#[tokio::test]
async fn many_things_are_named_by_their_lists() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let files: Vec<(String, String)> = (0..60)
        .map(|n| {
            (format!("{n}.md"), format!("---\ntitle: Post {n}\ndate: 2024-01-01\ntags: [Tag{n}]\n---\nInk"))
        })
        .collect();
    blog.import(&files.iter().map(|(path, text)| (&path[..], &text[..])).collect::<Vec<_>>()).await;
    let list = |first: i32| {
        format!("{{ posts(first: {first}) {{ nodes {{ html tags {{ name }} }} }} site {{ title }} }}")
    };
    let few = get(&blog.client(), &list(24)).await;
    assert_eq!(header(&few, "cache-tag").split(',').count(), 50);
    let many = get(&blog.client(), &list(25)).await;
    assert_eq!(header(&many, "cache-tag"), "list:pages,list:posts,list:tags,site");
    for (name, value) in [("via", "1.1 varnish (Varnish/7.6)"), ("cdn-loop", "Fastly")] {
        let handed_on =
            blog.http.get(address(&blog.client(), &list(25))).header(name, value).send().await.unwrap();
        assert_eq!(header(&handed_on, "cache-tag"), header(&many, "cache-tag"));
        assert_eq!(header(&handed_on, "surrogate-key"), "list:pages list:posts list:tags site", "{name}");
    }
    // One that is not among them changes this answer, and this server knows it all the same.
    let one = blog.query("{ posts(last: 1) { nodes { tags { id } } } }").await["posts"]["nodes"][0].clone();
    let owner = blog.member("olga", Role::Owner, Scope::Admin).await;
    let rename = json!({ "id": one["tags"][0]["id"], "name": "Renamed" });
    let everything = list(100);
    assert!(!get(&blog.client(), &everything).await.text().await.unwrap().contains("Renamed"));
    done(&owner, "updateTag", "tag { name }", rename).await;
    assert!(get(&blog.client(), &everything).await.text().await.unwrap().contains("Renamed"));
}

#[tokio::test]
async fn whose_answer_it_is_decides_who_keeps_it() {
    let blog = blog().await;
    let member = blog.member("ada", Role::Author, Scope::Read).await;
    let session = blog.signed_in("olga", Role::Owner).await;
    let anybody = blog.client();
    for (client, cache_control) in [
        (&member, "private, no-store"),
        (&session, "private, no-store"),
        (&past_the_cache(&anybody), "no-store"),
        (&anybody.with_header("cookie", "__Host-inkstand=gone"), "private, no-store"),
        (&anybody.with_header("cookie", "theme=dark"), "public, max-age=0, stale-if-error=86400"),
        (&anybody, "public, max-age=0, stale-if-error=86400"),
    ] {
        for _ in 0..2 {
            let answer = get(client, QUERY).await;
            assert_eq!(header(&answer, "cache-control"), cache_control);
            let kept = cache_control.starts_with("public");
            assert_eq!(
                (answer.headers().contains_key("etag"), answer.headers().contains_key("cache-tag")),
                (kept, kept)
            );
            assert!(header(&answer, "vary").contains("authorization, cookie"));
        }
    }
    // Errors, searches and writes are nobody's to keep.
    for query in
        ["{ nothing }", "{ search(text: \"ink\") { totalCount } }", "{ accounts { nodes { name } } }", "{"]
    {
        assert_eq!(header(&post(&anybody, query, &json!({})).await, "cache-control"), "no-store", "{query}");
    }
    let new = "mutation { createTag(input: { name: \"x\" }) { seq } }";
    assert_eq!(header(&post(&anybody, new, &json!({})).await, "cache-control"), "no-store");
    assert_eq!(header(&post(&session, new, &json!({})).await, "cache-control"), "private, no-store");
}

/// What differs in anything is another request.
#[tokio::test]
async fn only_the_same_request_gets_the_same_answer() {
    let blog = blog().await;
    let ask = async |content_type: &str, body: &str| {
        let request = blog.http.post(blog.url("/graphql")).header("content-type", content_type);
        request.body(body.to_owned()).send().await.unwrap()
    };
    let query =
        json!({ "query": "query A { site { title } } query B { site { tagline } }", "operationName": "A" });
    let (a, b) = (query.to_string(), query.to_string().replace("\"A\"", "\"B\""));
    for _ in 0..2 {
        let (a, b) = (ask("application/json", &a).await, ask("application/json", &b).await);
        assert!(a.text().await.unwrap().contains("title"));
        assert!(b.text().await.unwrap().contains("tagline"));
    }
    // Not even the same bytes, where they are said to be no JSON.
    assert_eq!(ask("text/plain", &a).await.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let figures = blog.response_cache().figures();
    assert_eq!((figures.hits, figures.misses), (2, 2), "{figures:?}");
}

#[tokio::test]
async fn without_memory_nothing_is_kept_here() {
    let database = TestDatabase::new(Database::Sqlite).await;
    let blog =
        TestBlog::serve_with(database, Arc::new(SystemClock), |settings| settings.response_cache = 0).await;
    followed(&blog).await;
    let mut etags = Vec::new();
    for _ in 0..3 {
        let answer = get(&blog.client(), "{ site { title } }").await;
        assert_eq!(
            (header(&answer, "cache-control"), header(&answer, "cache-tag")),
            ("public, max-age=0, stale-if-error=86400", "site")
        );
        etags.push(header(&answer, "etag").to_owned());
    }
    etags.dedup();
    assert_eq!(etags.len(), 1);
    assert_eq!(blog.response_cache().figures(), Default::default());
}

#[tokio::test]
async fn the_cache_takes_no_more_than_it_may() {
    const MOST: u64 = 256 * 1024;
    let database = TestDatabase::new(Database::Sqlite).await;
    let blog =
        TestBlog::serve_with(database, Arc::new(SystemClock), |settings| settings.response_cache = MOST)
            .await;
    followed(&blog).await;
    let everybody = blog.client();
    let padding = "x".repeat(2_000);
    for n in 0..400 {
        let answer = post(&everybody, &format!("# {padding}{n}\n{{ site {{ title }} }}"), &json!({})).await;
        assert!(answer.json::<Value>().await.unwrap().get("errors").is_none());
        let figures = blog.response_cache().figures();
        assert!(figures.bytes <= MOST, "{figures:?}");
    }
    let figures = blog.response_cache().figures();
    assert!(figures.entries > 20 && figures.entries < 128, "{figures:?}");
    assert_eq!((figures.hits, figures.misses), (0, 400));
}
