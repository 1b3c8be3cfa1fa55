//! What waits for its time.

use inkstand_blog::{Edit, NewEntry, Step};
use inkstand_model::{ChangeOp, Entry, EntryKind, EntryStatus, Instant};

use crate::{addresses::at, desk::Desk, writing::titled};

fn moment(text: &str) -> Instant {
    Instant::parse_rfc3339(text).unwrap()
}

async fn scheduled(desk: &Desk, title: &str, at: &str) -> Entry {
    let edit = Edit { date: Some(moment(at)), ..titled(title) };
    let new = NewEntry { edit, publish: true, ..NewEntry::default() };
    desk.operator().create_entry(EntryKind::Post, new).await.unwrap().0
}

/// Lets the followers run until a post is published.
async fn until_published(desk: &Desk, followers: usize, entry: &Entry) {
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let running: Vec<_> = (0..followers)
        .map(|_| {
            let (blog, mut stopped) = (desk.blog.clone(), stopped.clone());
            tokio::spawn(async move {
                blog.follow(async move { drop(stopped.wait_for(|stop| *stop).await) }).await;
            })
        })
        .collect();
    let patience = std::time::Duration::from_secs(20);
    let waiting = async {
        while desk.anybody().entry(entry.id).await.unwrap().is_none() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(patience, waiting).await.unwrap();
    stop.send_replace(true);
    for each in running {
        each.await.unwrap();
    }
}

#[tokio::test]
async fn a_post_goes_out_once_at_its_time_whoever_looks() {
    let desk = Desk::new().await;
    let post = scheduled(&desk, "Later", "2024-06-02T06:00:00Z").await;
    assert_eq!(post.publication.status(), EntryStatus::Scheduled);
    assert_eq!(at(&desk, "/2024/06/later").await, "nothing");
    let before = desk.last().await;
    // The clock jumps forward while eight servers look.
    desk.it_is("2024-06-02T06:00:00Z");
    until_published(&desk, 8, &post).await;
    let changes = desk.operator().changes_after(before, 100).await.unwrap().changes;
    let of_post: Vec<ChangeOp> =
        changes.iter().filter(|change| change.id == post.id.uuid()).map(|change| change.op).collect();
    assert_eq!(of_post, [ChangeOp::Published]);
    let now = desk.anybody().entry(post.id).await.unwrap().unwrap();
    assert_eq!(now.published_at(), Some(moment("2024-06-02T06:00:00Z")));
    assert_eq!(at(&desk, "/2024/06/later").await, "here: Later");
    // It jumps back: what is out stays out.
    desk.it_is("2024-05-01T00:00:00Z");
    assert!(desk.anybody().entry(post.id).await.unwrap().is_some());
}

#[tokio::test]
async fn what_was_due_while_nobody_ran_goes_out_at_the_start_in_order() {
    let desk = Desk::new().await;
    let second = scheduled(&desk, "Second", "2024-06-03T00:00:00Z").await;
    let first = scheduled(&desk, "First", "2024-06-02T00:00:00Z").await;
    let never = scheduled(&desk, "Never", "2024-06-02T12:00:00Z").await;
    desk.operator().take_step(EntryKind::Post, never.id, None, Step::Unpublish).await.unwrap();
    let before = desk.last().await;
    desk.it_is("2024-06-10T00:00:00Z");
    until_published(&desk, 1, &second).await;
    let changes = desk.operator().changes_after(before, 100).await.unwrap().changes;
    let order: Vec<_> = changes.iter().map(|change| change.id).collect();
    assert_eq!(order, [first.id.uuid(), second.id.uuid()]);
    assert!(desk.anybody().entry(never.id).await.unwrap().is_none());
}

#[tokio::test]
async fn an_address_that_was_taken_meanwhile_gives_way() {
    let desk = Desk::new().await;
    let waits = scheduled(&desk, "Same", "2024-06-20T00:00:00Z").await;
    let edit = Edit { path: Some(Some("/2024/06/same".to_owned())), ..titled("Quicker") };
    desk.operator()
        .create_entry(EntryKind::Post, NewEntry { edit, publish: true, ..NewEntry::default() })
        .await
        .unwrap();
    desk.it_is("2024-06-21T00:00:00Z");
    until_published(&desk, 2, &waits).await;
    assert_eq!(at(&desk, "/2024/06/same").await, "here: Quicker");
    assert_eq!(at(&desk, "/2024/06/same-2").await, "here: Same");
}

#[tokio::test]
async fn an_address_follows_the_date_until_it_is_out() {
    let desk = Desk::new().await;
    let me = desk.operator();
    let edit = Edit { date: Some(moment("2024-03-01T00:00:00Z")), ..titled("Dated") };
    let new = NewEntry { edit, ..NewEntry::default() };
    let post = me.create_entry(EntryKind::Post, new).await.unwrap().0;
    assert_eq!(post.path.as_str(), "/2024/03/dated");
    let at_november = Step::Schedule { at: moment("2024-11-05T00:00:00Z") };
    let post = me.take_step(EntryKind::Post, post.id, None, at_november).await.unwrap().0;
    assert_eq!(post.path.as_str(), "/2024/11/dated");
    desk.it_is("2024-11-05T00:00:00Z");
    until_published(&desk, 1, &post).await;
    assert_eq!(at(&desk, "/2024/11/dated").await, "here: Dated");
    assert_eq!(at(&desk, "/2024/03/dated").await, "nothing");
}
