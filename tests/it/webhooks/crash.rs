//! Servers that are killed, and several at once: nothing is lost, and nothing overtakes anything.

use std::{collections::HashSet, sync::Arc, time::Duration};

use inkstand_blog::{Blog, BlogOptions};
use inkstand_model::{Viewer, WebhookEvent};
use inkstand_server::SystemClock;
use inkstand_storage::Storage;
use inkstand_tests::{Answering, Database, Inkstand, Received, Receiver, Served, TestDatabase, item};
use rstest::rstest;

use super::{post, titles};

/// The same database from another process than the one that serves: what the command line is.
pub(crate) struct Desk {
    blog: Blog,
    published: usize,
}

impl Desk {
    pub(crate) async fn on(database: &TestDatabase) -> Self {
        let storage = Storage::open(&database.url, &SystemClock).await.unwrap();
        // It only writes down what is to be called.
        let options = BlogOptions { webhooks_allow_private: true, ..BlogOptions::default() };
        Self { blog: Blog::open(storage, options, Arc::new(SystemClock)).await.unwrap(), published: 0 }
    }

    pub(crate) async fn hook(&self, url: &str) -> String {
        let operator = self.blog.reader(Viewer::Operator);
        operator.create_webhook(url, vec![WebhookEvent::PostPublished]).await.unwrap().0.1
    }

    /// Publishes so many more posts, one by one.
    pub(crate) async fn publish(&mut self, count: usize) {
        for _ in 0..count {
            self.published += 1;
            let (path, text) = post(self.published);
            let (sender, items) = tokio::sync::mpsc::channel(1);
            sender.send(item(&path, &text)).await.unwrap();
            drop(sender);
            self.blog.import(&Viewer::Operator, "test", items, |_| {}).await.unwrap();
        }
    }

    fn titles(&self) -> Vec<String> {
        (1..=self.published).map(|number| format!("Post {number:03}")).collect()
    }
}

async fn serve(database: &TestDatabase) -> Served {
    let served = Inkstand::on(database).env("INKSTAND_WEBHOOKS_ALLOW_PRIVATE", "1");
    served.args(["--no-sample"]).serve().await
}

async fn kill(served: Served) {
    served.signal("KILL").await;
    assert_eq!(served.ended().await.code, None);
}

/// Each message where it came for the first time.
fn first_times(received: &[Received]) -> Vec<Received> {
    let mut seen = HashSet::new();
    received.iter().filter(|message| seen.insert(message.id.clone())).cloned().collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_loses_and_reorders_nothing(
    #[values(Database::Sqlite, Database::Postgres)] kind: Database,
) {
    let database = TestDatabase::new(kind).await;
    let receiver = Receiver::start().await;
    let mut desk = Desk::on(&database).await;
    let secret = desk.hook(&receiver.url()).await;
    for round in 0..6 {
        // Before anything is enqueued, in the middle of a message, and somewhere among many.
        if round % 3 == 1 {
            receiver.answer(Answering::Never);
        }
        let served = serve(&database).await;
        let before = receiver.received().len();
        desk.publish(1 + round * 2).await;
        match round % 3 {
            0 => {}
            1 => drop(receiver.wait_for(before + 1).await),
            _ => drop(receiver.wait_for(before + round).await),
        }
        kill(served).await;
        receiver.answer(Answering::Status(204));
        desk.publish(1).await;
        // The lease of the dead would end by itself, after five seconds.
        database.sql("UPDATE lease SET until = 0").await;
    }
    let served = serve(&database).await;
    desk.publish(1).await;
    let all = desk.titles();
    let told = receiver.wait_until(|received| first_times(received).len() >= all.len()).await;
    let told = first_times(&told);
    assert_eq!(titles(&told), all);
    assert!(told.iter().all(|message| message.is_signed_by(&secret)));
    served.stop().await;
    let rest = "SELECT CAST(COUNT(*) AS TEXT) FROM delivery WHERE state <> 'delivered'";
    assert_eq!(database.texts(rest).await, ["0"]);
    let each_once = "SELECT CAST(COUNT(DISTINCT payload) AS TEXT) FROM delivery";
    assert_eq!(database.texts(each_once).await, [all.len().to_string()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_servers_one_sends_and_the_other_takes_over() {
    let database = TestDatabase::new(Database::Postgres).await;
    let receiver = Receiver::start().await;
    let mut desk = Desk::on(&database).await;
    let other_folder = tempfile::tempdir().unwrap();
    let other = Inkstand::new(other_folder.path()).args([
        "--database-url",
        &database.url_text,
        "--webhooks-allow-private",
        "--no-sample",
    ]);
    let (one, other) = tokio::join!(serve(&database), other.serve());
    // Neither was told of it, but by the log.
    desk.hook(&receiver.url()).await;
    desk.publish(20).await;
    let told = receiver.wait_for(20).await;
    assert_eq!(titles(&told), desk.titles(), "each once, in order");
    let holders = "SELECT DISTINCT CAST(holder AS TEXT) FROM lease WHERE name = 'webhooks'";
    let holder = database.texts(holders).await;
    assert_eq!(holder.len(), 1);

    // Whichever of them sends, in the middle of it.
    receiver.answer(Answering::Never);
    desk.publish(3).await;
    receiver.wait_for(21).await;
    let began = std::time::Instant::now();
    kill(one).await;
    receiver.answer(Answering::Status(204));
    let all = desk.titles();
    let told = receiver.wait_until(|received| first_times(received).len() >= all.len()).await;
    assert_eq!(titles(&first_times(&told)), all);
    assert!(began.elapsed() < Duration::from_secs(25), "{:?}", began.elapsed());
    other.stop().await;
}
