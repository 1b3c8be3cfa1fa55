//! Forms of requests that others take and that we refuse, each with a word on what to do instead.

use inkstand_tests::{Database, TestBlog};
use reqwest::header;
use serde_json::Value;

#[tokio::test]
async fn each_is_told_what_to_send_instead() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let batch = r#"[{"query":"{ __typename }"},{"query":"{ __typename }"}]"#;
    let form = "--x\r\ncontent-disposition: form-data; name=\"operations\"\r\n\r\n{\"query\":\"{ __typename }\"}\r\n--x--";
    for (content_type, body, status, code, message) in [
        (
            "application/json",
            batch,
            400,
            "BAD_REQUEST",
            "batches are not taken: send one request as a JSON object",
        ),
        (
            "multipart/form-data; boundary=x",
            form,
            415,
            "UNSUPPORTED_MEDIA_TYPE",
            "uploads by multipart are not taken; send the request as JSON, with `content-type: application/json`",
        ),
        (
            "application/graphql",
            "{ __typename }",
            415,
            "UNSUPPORTED_MEDIA_TYPE",
            "a bare document is not taken; send {\"query\": \"…\"} with `content-type: application/json`",
        ),
        (
            "application/x-www-form-urlencoded",
            "query=%7B__typename%7D",
            415,
            "UNSUPPORTED_MEDIA_TYPE",
            "forms are not taken, since any page can send one; send JSON with `content-type: application/json`",
        ),
    ] {
        let post = blog.http.post(blog.url("/graphql")).header(header::CONTENT_TYPE, content_type);
        let response = post.body(body).send().await.unwrap();
        assert_eq!(response.status(), status, "{content_type}");
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{content_type}");
        assert_eq!(answer["errors"][0]["message"], message);
    }
}
