//! Automatic persisted queries, as Apollo's clients speak them.

use inkstand_tests::{Database, TestBlog};
use reqwest::Response;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

fn extensions(document: &str) -> Value {
    let hash: String = Sha256::digest(document).iter().map(|byte| format!("{byte:02x}")).collect();
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

async fn post(blog: &TestBlog, body: Value) -> (u16, Value) {
    told(blog.http.post(blog.url("/graphql")).json(&body).send().await.unwrap()).await
}

async fn get(blog: &TestBlog, parameters: &[(&str, String)]) -> (u16, Value) {
    let mut url = reqwest::Url::parse(&blog.url("/graphql")).unwrap();
    url.query_pairs_mut().extend_pairs(parameters);
    told(blog.http.get(url).send().await.unwrap()).await
}

async fn told(response: Response) -> (u16, Value) {
    (response.status().as_u16(), response.json().await.unwrap())
}

fn code(answer: &Value) -> (&str, &str) {
    let error = &answer["errors"][0];
    (error["extensions"]["code"].as_str().unwrap(), error["message"].as_str().unwrap())
}

const NOT_FOUND: (&str, &str) = ("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound");

#[tokio::test]
async fn a_document_is_sent_once() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let document = "query Title($path: String = \"/\") { site { title } route(path: $path) { status } }";
    let by_hash = json!({ "extensions": extensions(document) });
    let (status, answer) = post(&blog, by_hash.clone()).await;
    assert_eq!((status, code(&answer)), (200, NOT_FOUND));
    let (_, whole) = post(&blog, json!({ "query": document, "extensions": extensions(document) })).await;
    assert_eq!(
        whole,
        json!({ "data": {
        "site": { "title": "A blog on Inkstand" },
        "posts": { "totalCount": 0, "pageInfo": { "hasNextPage": false } },
    } })
    );
    assert_eq!(post(&blog, by_hash).await, (200, whole.clone()));
    assert_eq!(get(&blog, &[("extensions", extensions(document).to_string())]).await, (200, whole));
    // Variables are the request's, not the document's.
    let parameters =
        [("extensions", extensions(document).to_string()), ("variables", r#"{"x":-1}"#.to_owned())];
    let (_, answer) = get(&blog, &parameters).await;
    assert_eq!(code(&answer).0, "BAD_PAGE");

    // By GET as well, with the document the second time.
    let other = "{ site { tagline } }";
    let hash = ("extensions", extensions(other).to_string());
    let (status, answer) = get(&blog, std::slice::from_ref(&hash)).await;
    assert_eq!((status, code(&answer)), (200, NOT_FOUND));
    let (_, whole) = get(&blog, &[("query", other.to_owned()), hash.clone()]).await;
    assert_eq!(get(&blog, &[hash]).await, (200, whole));
}

#[tokio::test]
async fn only_what_is_answered_is_kept_and_only_under_its_own_hash() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let (status, answer) = post(
        &blog,
        json!({ "query": "{ site { title } }", "extensions": extensions("{ site { tagline } }") }),
    )
    .await;
    assert_eq!((status, code(&answer)), (400, ("BAD_REQUEST", "provided sha does not match query")));
    let dear = format!(
        "{{ {} }}",
        (0..2000).map(|i| format!("a{i}: posts(first: 100) {{ nodes {{ title }} }} ")).collect::<String>()
    );
    for refused in ["{ nothingLikeThis }", "{", dear.as_str()] {
        let (_, answer) = post(&blog, json!({ "query": refused, "extensions": extensions(refused) })).await;
        assert_ne!(code(&answer), NOT_FOUND);
        let (_, answer) = post(&blog, json!({ "extensions": extensions(refused) })).await;
        assert_eq!(code(&answer), NOT_FOUND, "{}", &refused[..20.min(refused.len())]);
    }
    // A hash is no way around the rule that GET only reads.
    let mutation = "mutation { signOut { userErrors { code } } }";
    post(&blog, json!({ "query": mutation, "extensions": extensions(mutation) })).await;
    let (status, _) = get(&blog, &[("extensions", extensions(mutation).to_string())]).await;
    assert_eq!(status, 405);
}

#[tokio::test]
async fn they_can_be_switched_off() {
    let database = inkstand_tests::TestDatabase::new(Database::Sqlite).await;
    let clock = std::sync::Arc::new(inkstand_server::SystemClock);
    let blog =
        TestBlog::serve_with(database, clock, |settings| settings.limits.persisted_queries = false).await;
    let document = "{ __typename }";
    let (_, answer) = post(&blog, json!({ "query": document, "extensions": extensions(document) })).await;
    assert_eq!(answer, json!({ "data": { "__typename": "Query" } }));
    let (status, answer) = post(&blog, json!({ "extensions": extensions(document) })).await;
    let expected = ("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported");
    assert_eq!((status, code(&answer)), (200, expected));
}
