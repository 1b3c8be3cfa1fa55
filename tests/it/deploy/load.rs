//! A load of mostly mutations, through the balancer, which goes on whatever becomes of its requests.

use std::{
    mem,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use futures::future::join_all;
use inkstand_chance::Dice;
use inkstand_tests::{Client, eventually};
use serde_json::json;
use tokio::task::JoinHandle;

use crate::crash::ledger::Writer;

const WRITERS: usize = 6;
const READERS: usize = 2;

/// After a request that failed, before the next.
const PAUSE: Duration = Duration::from_millis(100);

pub(super) struct Load {
    over: Arc<AtomicBool>,
    counted: Arc<Mutex<Counted>>,
    writers: Vec<JoinHandle<Writer>>,
    readers: Vec<JoinHandle<()>>,
}

/// What became of the requests of a while.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) writes: usize,
    pub(super) reads: usize,
    pub(super) failed_writes: usize,
    pub(super) failed_reads: usize,
    /// The longest time that a request took which was answered well.
    pub(super) slowest: Duration,
    /// The longest time between two writes that were acknowledged, of whomever.
    pub(super) longest_gap: Duration,
    last_write: Option<Instant>,
}

impl Load {
    /// Begins. The first client's requests are anonymous, the second's by a token.
    pub(super) fn begin(anybody: &Client, author: &Client, dice: &mut Dice) -> Self {
        let (over, counted) = (Arc::default(), Arc::default());
        let writers = (0..WRITERS).map(|name| {
            let writer = Writer::new(name, dice.roll());
            tokio::spawn(write(writer, author.clone(), Arc::clone(&over), Arc::clone(&counted)))
        });
        let writers = writers.collect();
        let readers = (0..READERS)
            .map(|_| tokio::spawn(read(anybody.clone(), Arc::clone(&over), Arc::clone(&counted))))
            .collect();
        Self { over, counted, writers, readers }
    }

    /// What was counted since the last time, or the beginning.
    pub(super) fn counted(&self) -> Counted {
        let mut counted = self.counted.lock().unwrap();
        let last_write = counted.last_write;
        mem::replace(&mut counted, Counted { last_write, ..Counted::default() })
    }

    /// Waits for writes to be acknowledged again.
    pub(super) async fn writes_go_on(&self, count: usize) -> Duration {
        let before = self.counted.lock().unwrap().writes;
        let (_, took) = eventually("writes go on", Duration::from_secs(120), || async {
            (self.counted.lock().unwrap().writes >= before + count).then_some(())
        })
        .await;
        took
    }

    /// Ends, and gives the writers with what they were told.
    pub(super) async fn end(self) -> Vec<Writer> {
        self.over.store(true, Ordering::Relaxed);
        for reader in self.readers {
            reader.await.unwrap();
        }
        join_all(self.writers).await.into_iter().map(|writer| writer.unwrap()).collect()
    }
}

async fn write(
    mut writer: Writer,
    client: Client,
    over: Arc<AtomicBool>,
    counted: Arc<Mutex<Counted>>,
) -> Writer {
    while !over.load(Ordering::Relaxed) {
        let began = Instant::now();
        let answered = writer.step(&client).await;
        {
            let mut counted = counted.lock().unwrap();
            if answered {
                counted.writes += 1;
                counted.slowest = counted.slowest.max(began.elapsed());
                if let Some(last) = counted.last_write.replace(Instant::now()) {
                    counted.longest_gap = counted.longest_gap.max(last.elapsed());
                }
            } else {
                counted.failed_writes += 1;
            }
        }
        if !answered {
            tokio::time::sleep(PAUSE).await;
        }
    }
    writer
}

async fn read(client: Client, over: Arc<AtomicBool>, counted: Arc<Mutex<Counted>>) {
    let query =
        "{ posts(first: 10) { totalCount nodes { title html } } search(text: \"w1p1e0\") { totalCount } }";
    while !over.load(Ordering::Relaxed) {
        let began = Instant::now();
        let sent = client.http.post(client.url("/graphql")).json(&json!({ "query": query })).send().await;
        let answered = match sent {
            Ok(answer) => answer.status() == 200 && answer.bytes().await.is_ok(),
            Err(_) => false,
        };
        {
            let mut counted = counted.lock().unwrap();
            if answered {
                counted.reads += 1;
                counted.slowest = counted.slowest.max(began.elapsed());
            } else {
                counted.failed_reads += 1;
            }
        }
        // Mostly mutations: readers leave them the machine.
        tokio::time::sleep(PAUSE).await;
    }
}

impl Counted {
    pub(super) fn failed(&self) -> usize {
        self.failed_writes + self.failed_reads
    }
}
