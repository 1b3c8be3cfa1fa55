//! What is acknowledged is on the disk, not only with the system: seen from outside, by strace.

use std::{path::Path, process::Stdio, time::Duration};

use inkstand_tests::{Database, OwnPostgres, TestDatabase, eventually};
use serde_json::json;
use tokio::process::{Child, Command};

use super::{serve, token};

const LONG: Duration = Duration::from_secs(60);

/// Requests of each kind.
const REQUESTS: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A file's data were written to the disk.
    Synced,
    /// The first bytes of an answer went out.
    Answered,
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_syncs_before_each_answer() {
    let database = TestDatabase::new(Database::Sqlite).await;
    let served = serve(&database).await;
    let token = token(&database).await;
    let trace = database.folder.path().join("trace");
    let strace = attach(&[served.id()], &trace).await;
    let (reads, writes) = reads_and_writes(&served.client, &token).await;
    detach(strace).await;
    served.stop().await;
    check(events(&[&trace]), reads, writes);
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_syncs_before_each_answer() {
    let postgres = OwnPostgres::start_durable();
    let database = postgres.database();
    // Who is connected later is a child of the process that is watched from now on.
    let trace = [database.folder.path().join("trace"), database.folder.path().join("trace of postgres")];
    let watching_postgres = attach(&[postgres.id()], &trace[1]).await;
    let served = serve(&database).await;
    let token = token(&database).await;
    let watching_served = attach(&[served.id()], &trace[0]).await;
    let (reads, writes) = reads_and_writes(&served.client, &token).await;
    detach(watching_served).await;
    detach(watching_postgres).await;
    served.stop().await;
    check(events(&[&trace[0], &trace[1]]), reads, writes);
}

/// Reads first, and then writes, one after the other; how many there were.
async fn reads_and_writes(client: &inkstand_tests::Client, token: &str) -> (usize, usize) {
    for number in 0..REQUESTS {
        client.query(&format!("{{ posts(first: {}) {{ totalCount }} }}", number + 1)).await;
    }
    let writer = client.with_token(token);
    for number in 0..REQUESTS {
        let query = "mutation($title: String!) { createPost(input: { title: $title, markdown: \"\" }) { userErrors { code } } }";
        let made = writer.query_with(query, json!({ "title": format!("Post {number}") })).await;
        assert_eq!(made["createPost"]["userErrors"], json!([]));
    }
    (REQUESTS, REQUESTS)
}

/// Of the last answers, each had data written to the disk since the one before it; of those before, not every one: what
/// would be found of any server shows nothing.
fn check(events: Vec<Event>, reads: usize, writes: usize) {
    let mut synced = Vec::new();
    let mut since = false;
    for event in events {
        match event {
            Event::Synced => since = true,
            Event::Answered => synced.push(std::mem::take(&mut since)),
        }
    }
    assert_eq!(synced.len(), reads + writes, "{synced:?}");
    let (read, written) = synced.split_at(reads);
    assert!(written.iter().all(|synced| *synced), "an answer that was not on the disk: {written:?}");
    assert!(!read.iter().all(|synced| *synced), "{read:?}");
}

async fn attach(processes: &[u32], trace: &Path) -> Child {
    let seen = ["-ttt", "-s", "12", "-e", "trace=fdatasync,fsync,write,writev,sendto"];
    attach_with(&seen.map(str::to_owned), processes, trace).await
}

/// Has strace look at processes, as its arguments say, until it is detached.
pub(super) async fn attach_with(args: &[String], processes: &[u32], trace: &Path) -> Child {
    let mut command = Command::new("strace");
    command.arg("-f").args(args).arg("-o").arg(trace);
    for process in processes {
        command.arg("-p").arg(process.to_string());
    }
    let mut child = command
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the program strace (Debian's package has its name)");
    let stderr = child.stderr.take().unwrap();
    let mut lines = tokio::io::AsyncBufReadExt::lines(tokio::io::BufReader::new(stderr));
    let attached = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.contains("attached") {
                return;
            }
        }
        panic!("strace did not attach");
    };
    tokio::time::timeout(LONG, attached).await.expect("strace attaches");
    // What it says of threads that come later is to go somewhere.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    child
}

pub(super) async fn detach(mut strace: Child) {
    let id = strace.id().expect("a process that runs").to_string();
    let told = Command::new("kill").args(["-INT", &id]).status().await.unwrap();
    assert!(told.success());
    let (_, _) = eventually("strace ends", LONG, || {
        let ended = strace.try_wait().unwrap();
        async move { ended }
    })
    .await;
}

/// What happened, in order. A call that took a while has two lines, and counts when it came back.
fn events(traces: &[&Path]) -> Vec<Event> {
    let mut events = Vec::new();
    for trace in traces {
        let text = std::fs::read_to_string(trace).unwrap();
        for line in text.lines() {
            let mut words = line.split_whitespace();
            let (Some(_process), Some(at)) = (words.next(), words.next()) else { continue };
            let Ok(at) = at.parse::<f64>() else { continue };
            let is_sync = line.contains("fdatasync") || line.contains("fsync");
            if is_sync && line.trim_end().ends_with("= 0") {
                events.push((at, Event::Synced));
            }
            if line.contains("\"HTTP/1.1 200") {
                events.push((at, Event::Answered));
            }
        }
    }
    events.sort_by(|a, b| a.0.total_cmp(&b.0));
    events.into_iter().map(|(_, event)| event).collect()
}
