//! GraphQL over HTTP, judged by the audits of the package `graphql-http`.

use std::path::Path;

use inkstand_tests::{Database, TestBlog};
use tokio::process::Command;

#[tokio::test]
async fn every_audit_of_graphql_over_http_is_passed() {
    let blog = TestBlog::start(Database::Sqlite).await;
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
    assert!(
        peers.join("node_modules/graphql-http").exists(),
        "the peers are not installed: run `npm ci` in tests/peers, or let `.ci/test` do it"
    );
    let mut audit = Command::new("node");
    audit.arg("graphql-http.mjs").arg(blog.url("/graphql")).current_dir(peers).kill_on_drop(true);
    let audited = audit.output().await.expect("the program node");
    let (told, failed) = (String::from_utf8_lossy(&audited.stdout), String::from_utf8_lossy(&audited.stderr));
    assert!(audited.status.success(), "{told}{failed}");
    println!("{told}");
}
