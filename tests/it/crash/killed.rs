//! `kill -9`, at any moment.

use std::{
    fmt::Write as _,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::future::join_all;
use inkstand_chance::Dice;
use inkstand_tests::{Client, Database, Inkstand, OwnPostgres, Served, TestDatabase, eventually};
use rstest::rstest;

use super::{
    ledger::{Writer, examine, settle},
    rounds, seed, serve, token,
};

const WRITERS: usize = 4;

/// A load gets so far in this time, on however slow a machine.
const LONG: Duration = Duration::from_secs(120);

/// Posts of an import.
const IMPORTED: usize = 60;

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_keeps_what_it_acknowledged(
    #[values(Database::Sqlite, Database::Postgres)] kind: Database,
) {
    let database = TestDatabase::new(kind).await;
    let mut dice = Dice::new(seed());
    let mut served = serve(&database).await;
    let token = token(&database).await;
    let mut writers: Vec<Writer> = (0..WRITERS).map(|name| Writer::new(name, dice.roll())).collect();
    let source = tempfile::tempdir().unwrap();
    for round in 0..rounds(6) {
        let client = served.client.with_token(&token);
        settle(&mut writers, &client, &served.client).await;
        let folder = source.path().join(format!("round{round}"));
        write_posts(&folder);
        let mut import = Inkstand::on(&database).args(["import".as_ref(), folder.as_os_str()]).spawn();
        writers = under_load(writers, &client, dice.below(60), async {
            // Somewhere in what comes next.
            tokio::time::sleep(Duration::from_millis(dice.below(40) as u64)).await;
            tokio::join!(kill(served), async { import.kill().await.unwrap() });
        })
        .await;
        served = serve(&database).await;
        // What was broken off is brought to its end, and nothing comes twice.
        let _ = Inkstand::on(&database).args(["import".as_ref(), folder.as_os_str()]).run().await.well();
        let imported = format!("SELECT title FROM entry WHERE title LIKE 'Import % of round{round}'");
        let mut titles = database.texts(&imported).await;
        titles.sort();
        titles.dedup();
        assert_eq!(titles.len(), IMPORTED);
        assert_eq!(database.texts(&imported).await.len(), IMPORTED);
        tell(round, &writers);
    }
    settle(&mut writers, &served.client.with_token(&token), &served.client).await;
    println!("{} acknowledged", writers.iter().map(Writer::acknowledged).sum::<usize>());
    examine(served, &database).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_postgres_keeps_what_was_acknowledged() {
    let postgres = OwnPostgres::start_durable();
    let database = postgres.database();
    let mut dice = Dice::new(seed());
    let served = serve(&database).await;
    let token = token(&database).await;
    let client = served.client.with_token(&token);
    let mut writers: Vec<Writer> = (0..WRITERS).map(|name| Writer::new(name, dice.roll())).collect();
    for round in 0..rounds(4) {
        settle(&mut writers, &client, &served.client).await;
        writers = under_load(writers, &client, dice.below(60), async {
            tokio::time::sleep(Duration::from_millis(dice.below(40) as u64)).await;
            postgres.kill();
        })
        .await;
        postgres.up();
        tell(round, &writers);
    }
    settle(&mut writers, &client, &served.client).await;
    println!("{} acknowledged", writers.iter().map(Writer::acknowledged).sum::<usize>());
    examine(served, &database).await;
}

/// Of two hundred rounds one wants to know how far they are.
fn tell(round: usize, writers: &[Writer]) {
    if (round + 1).is_multiple_of(20) {
        let acknowledged = writers.iter().map(Writer::acknowledged).sum::<usize>();
        println!("{} rounds, {acknowledged} acknowledged", round + 1);
    }
}

/// Has the writers write, and does something when they were told of so many deeds. They end where an answer fails to
/// come, each with its own; on a machine that has too much else to do, all of them may, while an import has the lock.
pub(super) async fn under_load(
    writers: Vec<Writer>,
    client: &Client,
    deeds: usize,
    act: impl Future<Output = ()>,
) -> Vec<Writer> {
    let (told, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let all = writers.len();
    let over = Arc::new(AtomicBool::new(false));
    let at_work: Vec<_> = writers
        .into_iter()
        .map(|mut writer| {
            let (client, told, over) = (client.clone(), Arc::clone(&told), Arc::clone(&over));
            let ended = Arc::clone(&ended);
            tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) && writer.step(&client).await {
                    told.fetch_add(1, Ordering::Relaxed);
                }
                ended.fetch_add(1, Ordering::Relaxed);
                writer
            })
        })
        .collect();
    eventually("some deeds", LONG, || async {
        let enough = told.load(Ordering::Relaxed) > deeds || ended.load(Ordering::Relaxed) == all;
        enough.then_some(())
    })
    .await;
    act.await;
    over.store(true, Ordering::Relaxed);
    join_all(at_work).await.into_iter().map(|writer| writer.unwrap()).collect()
}

async fn kill(served: Served) {
    served.signal("KILL").await;
    assert_eq!(served.ended().await.code, None);
}

fn write_posts(folder: &Path) {
    std::fs::create_dir(folder).unwrap();
    let round = folder.file_name().unwrap().to_string_lossy().into_owned();
    for number in 0..IMPORTED {
        let mut text =
            format!("---\ntitle: Import {number} of {round}\ndate: 2024-05-01\ntags: [Ink, {round}]\n---\n");
        for paragraph in 0..20 {
            writeln!(text, "Paragraph {paragraph} of a post that takes some time.\n").unwrap();
        }
        std::fs::write(folder.join(format!("{number}.md")), text).unwrap();
    }
}
