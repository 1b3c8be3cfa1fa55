//! Bodies, media types, methods and addresses.

use inkstand_graphql::code;
use inkstand_tests::{Database, TestBlog};
use reqwest::{Method, header};
use rstest::rstest;

use super::{Answer, Checks, Request, Transport};

const MEGABYTE: usize = 1024 * 1024;

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn bodies_that_are_no_request(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let mut checks = Checks::on(&blog);
    let bad = Transport(400, code::BAD_REQUEST);
    let garbage: Vec<u8> = (0..5 * MEGABYTE).map(|i| (i * 31 % 251) as u8).collect();
    let valid =
        format!(r#"{{"query":"{{ site {{ title }} }}","variables":{{"x":"{}"}}}}"#, "a".repeat(5 * MEGABYTE));
    let deep = format!(
        r#"{{"query":"{{ __typename }}","variables":{{"x":{}{}}}}}"#,
        "[".repeat(MEGABYTE / 2),
        "]".repeat(MEGABYTE / 2)
    );
    for (name, body, expected) in [
        ("empty", b"".to_vec(), bad),
        ("white space", b" \r\n\t ".to_vec(), bad),
        ("5 MB of garbage", garbage, Transport(413, code::BODY_TOO_LARGE)),
        ("5 MB of JSON", valid.into_bytes(), Transport(413, code::BODY_TOO_LARGE)),
        ("1 MB of nested arrays", deep.into_bytes(), bad),
        ("not UTF-8", b"{\"query\":\"{ site { title } } # \xff\"}".to_vec(), bad),
        ("UTF-16", b"\xff\xfe{\0\"\0".to_vec(), bad),
        ("an array", br#"[{"query":"{ __typename }"}]"#.to_vec(), bad),
        ("an empty array", b"[]".to_vec(), bad),
        ("a number", b"1".to_vec(), bad),
        ("a text", br#""{ __typename }""#.to_vec(), bad),
        ("null", b"null".to_vec(), bad),
        ("a bare query", b"{ site { title } }".to_vec(), bad),
        ("cut off", br#"{"query":"{ __typ"#.to_vec(), bad),
        ("two values", br#"{"query":"{ __typename }"}{}"#.to_vec(), bad),
        ("no query", b"{}".to_vec(), bad),
        ("a blank query", br#"{"query":"  "}"#.to_vec(), bad),
        ("a null query", br#"{"query":null}"#.to_vec(), bad),
        ("a query that is a number", br#"{"query":1}"#.to_vec(), bad),
        ("two queries", br#"{"query":"{ __typename }","query":"{ __typename }"}"#.to_vec(), bad),
        ("variables in a list", br#"{"query":"{ __typename }","variables":[]}"#.to_vec(), bad),
        ("variables in a text", br#"{"query":"{ __typename }","variables":"{}"}"#.to_vec(), bad),
        ("a name that is a number", br#"{"query":"{ __typename }","operationName":1}"#.to_vec(), bad),
        ("a number past all", br#"{"query":"{ __typename }","variables":{"x":1e999}}"#.to_vec(), bad),
        ("a byte order mark", b"\xef\xbb\xbf{\"query\":\"{ __typename }\"}".to_vec(), bad),
        ("half a surrogate", br#"{"query":"{ __typename } # \ud83d"}"#.to_vec(), bad),
        (
            "half a surrogate in a variable",
            br#"{"query":"{ __typename }","variables":{"x":"\udc00x"}}"#.to_vec(),
            bad,
        ),
        ("a raw NUL", b"{\"query\":\"{ __typename }\0\"}".to_vec(), bad),
        ("a NUL in the query", br#"{"query":"{ __typename \u0000 }"}"#.to_vec(), Request(code::PARSE_FAILED)),
        ("a list of names", br#"{"query":"{ __typename }","operationName":["A"]}"#.to_vec(), bad),
        ("extensions in a list", br#"{"query":"{ __typename }","extensions":[]}"#.to_vec(), bad),
        ("extensions in a text", br#"{"query":"{ __typename }","extensions":"{}"}"#.to_vec(), bad),
        ("two variables of a name", br#"{"query":"{ __typename }","variables":{"x":1,"x":2}}"#.to_vec(), bad),
        (
            "two of a name, one escaped, far below",
            br#"{"query":"{ __typename }","variables":{"a":[{"x":1,"\u0078":2}]}}"#.to_vec(),
            bad,
        ),
        (
            "two operation names",
            br#"{"query":"{ __typename }","operationName":"A","operationName":"A"}"#.to_vec(),
            bad,
        ),
        (
            "a hash that is none",
            br#"{"query":"{ __typename }","extensions":{"persistedQuery":{"version":1,"sha256Hash":"abc"}}}"#
                .to_vec(),
            bad,
        ),
        (
            "a hash of another version",
            br#"{"query":"{ __typename }","extensions":{"persistedQuery":{"version":2,"sha256Hash":"abc"}}}"#
                .to_vec(),
            bad,
        ),
        (
            "an integer of a hundred digits that nobody reads",
            format!(r#"{{"query":"{{ __typename }}","variables":{{"x":1{}}}}}"#, "0".repeat(100))
                .into_bytes(),
            Answer,
        ),
        (
            "an unknown operation",
            br#"{"query":"query A { __typename }","operationName":"B"}"#.to_vec(),
            Request(code::VALIDATION_FAILED),
        ),
        (
            "two operations and no name",
            br#"{"query":"query A { __typename } query B { __typename }"}"#.to_vec(),
            Request(code::VALIDATION_FAILED),
        ),
        (
            "null variables and name",
            br#"{"query":"{ __typename }","variables":null,"operationName":null}"#.to_vec(),
            Answer,
        ),
        ("unknown members", br#"{"query":"{ __typename }","extensions":{"a":1},"more":[]}"#.to_vec(), Answer),
    ] {
        let request = || {
            let post = blog.http.post(blog.url("/graphql")).header(header::CONTENT_TYPE, "application/json");
            post.body(body.clone())
        };
        checks.request(name, request, expected).await;
    }
    checks.end();
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn media_types_of_bodies(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let mut checks = Checks::on(&blog);
    let other = Transport(415, code::UNSUPPORTED_MEDIA_TYPE);
    for (content_type, expected) in [
        (None, other),
        (Some("text/plain"), other),
        (Some("application/graphql"), other),
        (Some("application/x-www-form-urlencoded"), other),
        (Some("multipart/form-data; boundary=x"), other),
        (Some("application/jsonx"), other),
        (Some("application/json; charset=utf-16"), other),
        (Some("application/json; charset=latin1"), other),
        (Some("application/json"), Answer),
        (Some("Application/JSON; Charset=\"UTF-8\""), Answer),
    ] {
        let request = || {
            let post = blog.http.post(blog.url("/graphql")).body(r#"{"query":"{ __typename }"}"#);
            match content_type {
                Some(content_type) => post.header(header::CONTENT_TYPE, content_type),
                None => post,
            }
        };
        checks.request(&format!("{content_type:?}"), request, expected).await;
    }
    checks.end();
}

#[rstest]
#[case::sqlite(Database::Sqlite)]
#[case::postgres(Database::Postgres)]
#[tokio::test]
async fn methods_and_addresses(#[case] database: Database) {
    let blog = TestBlog::start(database).await;
    let mut checks = Checks::on(&blog);
    let bad = Transport(400, code::BAD_REQUEST);
    let wrong = Transport(405, code::BAD_REQUEST);
    let long = format!("?query={{__typename}}&variables={}", "%20".repeat(20_000));
    for (name, method, address, expected) in [
        ("PUT", Method::PUT, "", wrong),
        ("DELETE", Method::DELETE, "", wrong),
        ("PATCH", Method::PATCH, "?query={__typename}", wrong),
        ("GET without a query", Method::GET, "", bad),
        ("GET with a blank query", Method::GET, "?query=", bad),
        ("GET with a mutation", Method::GET, "?query=mutation{deleteEverything}", wrong),
        ("GET with a subscription", Method::GET, "?query=subscription{changed}", Request(code::BAD_REQUEST)),
        ("GET with variables that are no JSON", Method::GET, "?query={__typename}&variables={x", bad),
        ("GET with variables in a list", Method::GET, "?query={__typename}&variables=[]", bad),
        ("GET with bytes outside UTF-8", Method::GET, "?query=%ff%fe", Request(code::PARSE_FAILED)),
        ("GET with half an escape", Method::GET, "?query=%7B__typename%7D%", Request(code::PARSE_FAILED)),
        ("GET with two queries", Method::GET, "?query={__typename}&query={__typename}", bad),
        ("GET of a syntax error", Method::GET, "?query={", Request(code::PARSE_FAILED)),
        ("GET of too much", Method::GET, &long, Transport(414, code::BODY_TOO_LARGE)),
        ("GET", Method::GET, "?query={__typename}&variables=&operationName=", Answer),
    ] {
        let request = || blog.http.request(method.clone(), blog.url(&format!("/graphql{address}")));
        checks.request(name, request, expected).await;
    }
    checks.end();
}
