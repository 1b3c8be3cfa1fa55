//! What an address answers: where things stand, where they stood, where nothing is.

use inkstand_model::{Role, Scope};
use inkstand_tests::{Database, TestBlog};
use reqwest::StatusCode;
use rstest::rstest;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{blog, get, has, page};
use crate::cache::{done, header};

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn old_addresses_lead_on_and_deleted_ones_are_gone(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let (client, owner) = (blog.client(), blog.member("olga", Role::Owner, Scope::Admin).await);
    let new = json!({
        "title": "Größe", "markdown": "Ink.", "publishedAt": "2024-05-01T10:00:00Z", "publish": true,
        "redirectFrom": ["/?p=123", "/old.html", "/2011/09/groesse/"],
    });
    let made = done(&owner, "createPost", "post { id version path }", new).await["post"].clone();
    assert_eq!(made["path"], "/2024/05/größe");
    let there = "/2024/05/gr%C3%B6%C3%9Fe";
    has(&page(&client, there).await, &["<h1>Größe</h1>"]);
    let moved = async |path: &str, to: &str| {
        for _ in 0..2 {
            let response = get(&client, path).await;
            let found = (response.status(), header(&response, "location").to_owned());
            assert_eq!(found, (StatusCode::MOVED_PERMANENTLY, to.to_owned()), "{path}");
        }
    };
    for old in ["/?p=123", "/old.html", "/2011/09/groesse", "/2011/09/groesse/", "/2024/05/größe/"] {
        moved(old, there).await;
    }
    // What somebody has hung on is not part of the address.
    assert_eq!(get(&client, &format!("{there}?utm_source=x")).await.status(), StatusCode::OK);
    assert_eq!(get(&client, "/?p=124").await.status(), StatusCode::OK, "the first page");

    let edit = json!({ "id": made["id"], "version": made["version"], "path": "/big" });
    let edited = done(&owner, "updatePost", "post { version }", edit).await["post"].clone();
    for old in [there, "/?p=123", "/old.html"] {
        moved(old, "/big").await;
    }
    let step = |version: &serde_json::Value| json!({ "id": made["id"], "version": version });
    let trashed =
        done(&owner, "trashPost", "post { version }", step(&edited["version"])).await["post"].clone();
    for old in ["/big", there] {
        assert_eq!(get(&client, old).await.status(), StatusCode::NOT_FOUND, "{old}");
    }
    done(&owner, "deletePost", "deletedId", step(&trashed["version"])).await;
    for old in ["/big", there, "/old.html"] {
        for _ in 0..2 {
            let gone = get(&client, old).await;
            assert_eq!(gone.status(), StatusCode::GONE, "{old}");
            has(&gone.text().await.unwrap(), &["noindex", "<h1>This is gone</h1>"]);
        }
    }
}

#[tokio::test]
async fn a_term_is_found_by_its_former_slug() {
    let blog = blog().await;
    let owner = blog.member("olga", Role::Owner, Scope::Admin).await;
    let client = blog.client();
    page(&client, "/tag/ink").await;
    let tag = blog.query("{ tag(slug: \"ink\") { id } }").await["tag"]["id"].clone();
    done(&owner, "updateTag", "tag { slug }", json!({ "id": tag, "name": "Tinte", "slug": "tinte" })).await;
    for (old, new) in [("/tag/ink", "/tag/tinte"), ("/tag/ink/rss.xml", "/tag/tinte/rss.xml")] {
        let moved = get(&client, old).await;
        assert_eq!((moved.status(), header(&moved, "location")), (StatusCode::MOVED_PERMANENTLY, new));
    }
    has(&page(&client, "/tag/tinte").await, &["Tinte</h1>"]);
}

/// Pages of ours give way to what somebody has written.
#[tokio::test]
async fn what_is_written_goes_before_what_is_made() {
    let blog = blog().await;
    let owner = blog.member("olga", Role::Owner, Scope::Admin).await;
    let client = blog.client();
    for path in ["/archive", "/tag/ink", "/2024"] {
        assert!(!page(&client, path).await.contains("Mine alone"), "{path}");
        let new = json!({ "title": "Mine alone", "markdown": "x", "path": path, "publish": true });
        done(&owner, "createPost", "post { path }", new).await;
        has(&page(&client, path).await, &["<h1>Mine alone</h1>"]);
    }
}

#[tokio::test]
async fn where_nothing_is_something_is_suggested() {
    let blog = blog().await;
    let client = blog.client();
    let nothing = get(&client, "/2019/01/oak-gal-ink.html").await;
    assert_eq!(nothing.status(), StatusCode::NOT_FOUND);
    let nothing = nothing.text().await.unwrap();
    has(
        &nothing,
        &["noindex", "<h1>Nothing here</h1>", "Perhaps you meant", "href=\"/2024/05/oak-gall-ink\""],
    );
    // Programs are told in a line.
    let told = client.http.get(client.url("/favicon.ico")).header("accept", "image/*").send().await.unwrap();
    assert_eq!(told.status(), StatusCode::NOT_FOUND);
    assert_eq!(told.text().await.unwrap(), "nothing is here\n");
    for path in ["/%FF", "/a%00b", "/..%2f..%2fetc", "/a/../b", "/graphqlx"] {
        assert_eq!(get(&client, path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    // What belongs to the API answers as the API does.
    for path in ["/graphql/more", "/api", "/api/x", "/static/style.css", "/-/x"] {
        let nothing = get(&client, path).await;
        assert_eq!(nothing.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(header(&nothing, "content-type").starts_with("application/json"), "{path}");
    }
    let posted = client.http.post(client.url("/about")).send().await.unwrap();
    assert_eq!((posted.status(), header(&posted, "allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD"));
    let long = format!("/{}", "x".repeat(17_000));
    assert_eq!(get(&client, &long).await.status(), StatusCode::URI_TOO_LONG);
}

/// What has no path is no address.
#[tokio::test]
async fn requests_without_a_path_are_answered() {
    let blog = blog().await;
    for (request, status) in [
        ("CONNECT blog.example:80 HTTP/1.1\r\nhost: blog.example\r\n", "HTTP/1.1 4"),
        ("OPTIONS * HTTP/1.1\r\nhost: blog.example\r\n", "HTTP/1.1 "),
        ("GET http://blog.example HTTP/1.1\r\nhost: blog.example\r\n", "HTTP/1.1 200"),
        ("GET http://blog.example?page=2 HTTP/1.1\r\nhost: blog.example\r\n", "HTTP/1.1 404"),
    ] {
        let mut connection = TcpStream::connect(blog.address).await.unwrap();
        connection.write_all(format!("{request}connection: close\r\n\r\n").as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with(status), "{request}: {answer}");
    }
    assert_eq!(get(&blog.client(), "/").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn whoever_asks_for_markdown_gets_the_source() {
    let blog = blog().await;
    let ask = async |accept: &'static str, path: &str| {
        blog.http.get(blog.url(path)).header("accept", accept).send().await.unwrap()
    };
    for _ in 0..2 {
        let source = ask("text/markdown", "/2024/06/iron").await;
        assert_eq!(header(&source, "content-type"), "text/markdown; charset=utf-8");
        assert!(header(&source, "vary").contains("accept"));
        assert_eq!(source.text().await.unwrap(), "# Iron\n\nIron ink of *galls*.");
        let page = ask("text/html", "/2024/06/iron").await;
        assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
    }
    let list = ask("text/markdown", "/tag/ink").await;
    assert_eq!(header(&list, "content-type"), "text/html; charset=utf-8");
}

/// Each file has an address of its own content, and is kept for good.
#[tokio::test]
async fn styles_and_script_are_kept_for_good() {
    let blog = blog().await;
    let home = page(&blog.client(), "/").await;
    let links: Vec<&str> = home.split('"').filter(|part| part.starts_with("/static/")).collect();
    assert_eq!(links.len(), 3, "{links:?}");
    for link in links {
        let file = get(&blog.client(), link).await;
        assert_eq!(file.status(), StatusCode::OK, "{link}");
        assert_eq!(header(&file, "cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(header(&file, "x-content-type-options"), "nosniff");
    }
    let policy = get(&blog.client(), "/").await;
    let policy = header(&policy, "content-security-policy");
    assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"), "{policy}");
}
