//! Posts and pages, written by hand.

use inkstand_blog::{Edit, NewEntry, Reader, Refusal, RefusalCode, Step, WriteError};
use inkstand_model::{ChangeOp, Entry, EntryKind, EntryStatus, Format, Instant, Seq};

use crate::{
    addresses::at,
    desk::{Desk, keys, told},
};

pub(crate) fn titled(title: &str) -> Edit {
    Edit { title: Some(title.to_owned()), ..Edit::default() }
}

pub(crate) fn draft(title: &str) -> NewEntry {
    NewEntry { edit: titled(title), ..NewEntry::default() }
}

pub(crate) fn published(title: &str) -> NewEntry {
    NewEntry { publish: true, ..draft(title) }
}

fn says(markdown: &str) -> Edit {
    Edit { source: Some((Format::Markdown, markdown.to_owned())), ..Edit::default() }
}

fn slug(slug: &str) -> Edit {
    Edit { slug: Some(Some(slug.to_owned())), ..Edit::default() }
}

async fn post(reader: &Reader, new: NewEntry) -> Entry {
    reader.create_entry(EntryKind::Post, new).await.unwrap().0
}

async fn step(reader: &Reader, entry: &Entry, step: Step) -> Entry {
    reader.take_step(entry.kind, entry.id, None, step).await.unwrap().0
}

async fn edit(reader: &Reader, entry: &Entry, edit: Edit) -> Entry {
    reader.update_entry(entry.kind, entry.id, entry.version, edit).await.unwrap().0
}

fn refusals<T: std::fmt::Debug>(outcome: Result<T, WriteError>) -> Vec<Refusal> {
    match outcome.unwrap_err() {
        WriteError::Refused(refusals) => refusals,
        other => panic!("{other:?}"),
    }
}

const PUBLISH: Step = Step::Publish { at: None };

#[tokio::test]
async fn no_address_that_a_post_ever_had_breaks() {
    let desk = Desk::new().await;
    let me = desk.operator();
    let first = post(&me, draft("First")).await;
    assert_eq!(at(&desk, "/2024/06/first").await, "nothing", "a draft has no address");
    let first = step(&me, &first, PUBLISH).await;
    assert_eq!(at(&desk, "/2024/06/first").await, "here: First");

    let first = edit(&me, &first, slug("second")).await;
    assert_eq!(at(&desk, "/2024/06/first").await, "moved: First");
    assert_eq!(at(&desk, "/2024/06/second").await, "here: First");
    let may = Instant::parse_rfc3339("2024-05-02T00:00:00Z").unwrap();
    let first = edit(&me, &first, Edit { date: Some(may), ..Edit::default() }).await;
    assert_eq!(first.path.as_str(), "/2024/05/second");
    let first = edit(&me, &first, Edit { path: Some(Some("/own/".to_owned())), ..Edit::default() }).await;
    // Back again, to an address that leads to it already.
    let first = edit(&me, &first, Edit { path: Some(None), ..slug("first") }).await;
    assert_eq!(first.path.as_str(), "/2024/05/first");
    let first = edit(
        &me,
        &first,
        Edit { date: Some(Instant::parse_rfc3339("2024-06-01T00:00:00Z").unwrap()), ..Edit::default() },
    )
    .await;
    for (path, expected) in [
        ("/2024/06/first", "here: First"),
        ("/2024/06/second", "moved: First"),
        ("/2024/05/second", "moved: First"),
        ("/own", "moved: First"),
        ("/2024/05/first/", "moved: First"),
    ] {
        assert_eq!(at(&desk, path).await, expected, "{path}");
    }

    // Another post of that name stands elsewhere, as long as the first one can come back.
    let second = post(&me, published("Second")).await;
    assert_eq!(second.path.as_str(), "/2024/06/second-2");
    let other = refusals(
        me.update_entry(
            EntryKind::Post,
            second.id,
            1,
            Edit { path: Some(Some("/own".to_owned())), ..Edit::default() },
        )
        .await,
    );
    assert_eq!(other[0].code, RefusalCode::Taken);

    let first = step(&me, &first, Step::Unpublish).await;
    assert_eq!(at(&desk, "/2024/06/first").await, "nothing");
    let first = step(&me, &first, PUBLISH).await;
    assert_eq!(at(&desk, "/2024/05/second").await, "moved: First");
    let first = step(&me, &first, Step::Trash).await;
    assert_eq!(first.publication.status(), EntryStatus::Trashed);
    let early = desk.last().await;
    me.delete_entry(EntryKind::Post, first.id, None).await.unwrap();
    assert_eq!(at(&desk, "/2024/05/second").await, "gone");
    assert_eq!(at(&desk, "/2024/06/first").await, "gone");
    assert!(keys(&told(&desk, early).await).contains(&"path:/2024/06/first"));
}

#[tokio::test]
async fn a_draft_that_is_deleted_leaves_no_trace() {
    let desk = Desk::new().await;
    let me = desk.operator();
    let new = NewEntry {
        edit: Edit { redirect_from: Some(vec!["/old".to_owned()]), ..titled("Secret merger") },
        ..NewEntry::default()
    };
    let secret = post(&me, new).await;
    assert_eq!(at(&desk, "/old").await, "nothing");
    let trashed = step(&me, &secret, Step::Trash).await;
    assert_eq!(
        refusals(me.take_step(EntryKind::Post, secret.id, None, PUBLISH).await)[0].code,
        RefusalCode::NotPossible
    );
    me.delete_entry(EntryKind::Post, trashed.id, Some(trashed.version)).await.unwrap();
    for path in ["/old", "/2024/06/secret-merger"] {
        assert_eq!(at(&desk, path).await, "nothing");
    }
    assert!(told(&desk, Seq::ZERO).await.iter().all(|change| change.paths().count() == 0));
}

#[tokio::test]
async fn only_what_is_in_the_trash_can_be_deleted() {
    let desk = Desk::new().await;
    let me = desk.operator();
    let one = post(&me, published("One")).await;
    let refused = refusals(me.delete_entry(EntryKind::Post, one.id, None).await);
    assert_eq!(refused[0].code, RefusalCode::NotPossible);
    let refused = refusals(me.take_step(EntryKind::Page, one.id, None, Step::Trash).await);
    assert_eq!(refused[0].code, RefusalCode::NotFound, "a post is no page");
}

#[tokio::test]
async fn the_log_tells_what_became_of_a_post() {
    let desk = Desk::new().await;
    let me = desk.operator();
    let start = desk.last().await;
    let one = post(&me, draft("One")).await;
    let one = step(&me, &one, PUBLISH).await;
    let one = edit(&me, &one, titled("One and a half")).await;
    let one = step(&me, &one, Step::MakePrivate).await;
    let one = edit(&me, &one, titled("Two")).await;
    let one = step(&me, &one, Step::Trash).await;
    me.delete_entry(EntryKind::Post, one.id, None).await.unwrap();
    let all: Vec<ChangeOp> =
        me.changes_after(start, 100).await.unwrap().changes.iter().map(|change| change.op).collect();
    use ChangeOp::{Created, Deleted, Published, Unpublished, Updated};
    assert_eq!(all, [Created, Published, Updated, Unpublished, Updated, Updated, Deleted]);
    let told: Vec<ChangeOp> = told(&desk, start).await.iter().map(|change| change.op).collect();
    assert_eq!(
        told,
        [Published, Updated, Unpublished, Deleted],
        "what happens to a draft is nobody's affair"
    );
}

#[tokio::test]
async fn a_stale_version_overwrites_nothing() {
    let desk = Desk::new().await;
    let me = desk.operator();
    let one = post(&me, draft("One")).await;
    let now = edit(&me, &one, titled("Two")).await;
    let stale = me.update_entry(EntryKind::Post, one.id, one.version, titled("Three")).await;
    let Err(WriteError::Conflict(current)) = stale else { panic!("{stale:?}") };
    assert_eq!(*current, now);
    let stale = me.take_step(EntryKind::Post, one.id, Some(one.version), Step::Trash).await;
    assert!(matches!(stale, Err(WriteError::Conflict(_))), "{stale:?}");
    let before = desk.last().await;
    let same = edit(&me, &now, titled("Two")).await;
    assert_eq!((same, desk.last().await), (now, before), "what changes nothing is no change");
}

#[tokio::test]
async fn of_twenty_who_write_at_once_each_version_has_one() {
    let desk = Desk::new().await;
    let me = desk.operator();
    let one = post(&me, published("One")).await;
    let writers = (0..20).map(|writer| {
        let (reader, id) = (desk.operator(), one.id);
        tokio::spawn(async move {
            let mut lost = 0;
            let mut version = 1;
            loop {
                match reader.update_entry(EntryKind::Post, id, version, says(&format!("By {writer}."))).await
                {
                    Ok((entry, _)) => return (entry.version, lost),
                    Err(WriteError::Conflict(current)) => {
                        lost += 1;
                        version = current.version;
                    }
                    Err(other) => panic!("{other:?}"),
                }
            }
        })
    });
    let mut versions = Vec::new();
    for writer in writers {
        versions.push(writer.await.unwrap().0);
    }
    versions.sort_unstable();
    assert_eq!(versions, (2..=21).collect::<Vec<i64>>());
    assert_eq!(me.count_revisions(&one).await.unwrap(), 20);
}

#[tokio::test]
async fn a_retried_wish_makes_one_post() {
    let desk = Desk::new().await;
    let me = desk.operator();
    let wish = |title: &str| NewEntry { idempotency_key: Some("wish 1".to_owned()), ..published(title) };
    let tries = (0..5).map(|_| {
        let (reader, wish) = (desk.operator(), wish("One"));
        tokio::spawn(async move { reader.create_entry(EntryKind::Post, wish).await.unwrap().0.id })
    });
    let mut made = Vec::new();
    for each in tries {
        made.push(each.await.unwrap());
    }
    made.dedup();
    assert_eq!(made.len(), 1);
    let other = refusals(me.create_entry(EntryKind::Post, wish("Two")).await);
    assert_eq!(other[0].code, RefusalCode::KeyReused);
    let entry = me.entry(made[0]).await.unwrap().unwrap();
    step(&me, &entry, Step::Trash).await;
    me.delete_entry(EntryKind::Post, entry.id, None).await.unwrap();
    assert_eq!(refusals(me.create_entry(EntryKind::Post, wish("One")).await)[0].code, RefusalCode::NotFound);
    desk.it_is("2024-07-01T00:00:00Z");
    assert_eq!(post(&me, wish("Two")).await.title, "Two", "a month later the key is forgotten");
}

#[tokio::test]
async fn what_a_post_said_can_be_brought_back() {
    let desk = Desk::new().await;
    let me = desk.operator();
    let one = post(
        &me,
        NewEntry { edit: Edit { source: says("First.").source, ..titled("One") }, ..NewEntry::default() },
    )
    .await;
    desk.it_is("2024-06-01T09:00:00Z");
    let one = edit(&me, &one, Edit { source: says("Second.").source, ..titled("Two") }).await;
    let one = edit(&me, &one, Edit { featured: Some(true), ..Edit::default() }).await;
    let revisions = me.revisions(&one, None, 10).await.unwrap();
    let listed: Vec<_> = revisions.iter().map(|r| (r.version, r.title.as_str(), r.at.to_rfc3339())).collect();
    assert_eq!(
        listed,
        [(1, "One", "2024-06-01T08:00:00Z".to_owned())],
        "what readers do not read is no revision"
    );
    let content =
        me.revision_contents(&one, &[revisions[0].id]).await.unwrap().remove(&revisions[0].id).unwrap();
    assert_eq!(content.source, "First.");
    let one = me.restore_revision(EntryKind::Post, one.id, one.version, revisions[0].id).await.unwrap().0;
    assert_eq!((one.title.as_str(), one.excerpt_text.as_str(), one.featured), ("One", "First.", true));
    assert_eq!(me.revisions(&one, None, 10).await.unwrap()[0].title, "Two");
    let other = post(&me, draft("Other")).await;
    let foreign = me.restore_revision(EntryKind::Post, other.id, other.version, revisions[0].id).await;
    assert_eq!(refusals(foreign)[0].code, RefusalCode::NotFound);
}

#[tokio::test]
async fn pages_below_a_page_move_along() {
    let desk = Desk::new().await;
    let me = desk.operator();
    let below = |parent: &Entry, title: &str| NewEntry {
        edit: Edit { parent: Some(Some(parent.id)), ..titled(title) },
        publish: true,
        ..NewEntry::default()
    };
    let page = async |new| me.create_entry(EntryKind::Page, new).await.unwrap().0;
    let about = page(published("About")).await;
    let team = page(below(&about, "Team")).await;
    let ada = page(below(&team, "Ada")).await;
    let own =
        Edit { path: Some(Some("/where-it-is".to_owned())), parent: Some(Some(about.id)), ..titled("Own") };
    page(NewEntry { edit: own, publish: true, ..NewEntry::default() }).await;
    assert_eq!(ada.path.as_str(), "/about/team/ada");
    edit(&me, &about, slug("us")).await;
    for (path, expected) in [
        ("/us/team/ada", "here: Ada"),
        ("/about/team/ada", "moved: Ada"),
        ("/about/team", "moved: Team"),
        ("/about", "moved: About"),
        ("/where-it-is", "here: Own"),
    ] {
        assert_eq!(at(&desk, path).await, expected, "{path}");
    }
    let loops = me
        .update_entry(EntryKind::Page, about.id, 2, Edit { parent: Some(Some(ada.id)), ..Edit::default() })
        .await;
    assert_eq!(refusals(loops)[0].field, ["parent"]);
}

#[tokio::test]
async fn input_that_does_not_fit_is_refused_as_a_whole_and_nothing_is_written() {
    let desk = Desk::new().await;
    let me = desk.operator();
    let one = post(&me, published("One")).await;
    let before = desk.last().await;
    let nowhere = |uuid: u128| uuid::Uuid::from_u128(uuid);
    let bad = Edit {
        slug: Some(Some("one".to_owned())),
        categories: Some(vec![inkstand_model::CategoryId::from_uuid(nowhere(1))]),
        authors: Some(vec![inkstand_model::AuthorId::from_uuid(nowhere(2))]),
        series: Some(Some((inkstand_model::SeriesId::from_uuid(nowhere(3)), None))),
        redirect_from: Some(vec![one.path.as_str().to_owned()]),
        ..titled("Two")
    };
    let refused =
        refusals(me.create_entry(EntryKind::Post, NewEntry { edit: bad, ..NewEntry::default() }).await);
    let fields: Vec<String> = refused.iter().map(|refusal| refusal.field.join(".")).collect();
    assert_eq!(fields, ["categories.0", "series", "authors.0", "slug", "redirectFrom.0"]);
    assert_eq!(refusals(me.create_entry(EntryKind::Post, NewEntry::default()).await)[0].field, ["title"]);
    assert_eq!(desk.last().await, before);
    let taken = &refused[3];
    assert!(taken.message.contains("one-2024-06-01"), "{}", taken.message);
}

#[tokio::test]
async fn nobody_but_who_may_writes() {
    let desk = Desk::new().await;
    let one = post(&desk.operator(), published("One")).await;
    let anybody = desk.anybody();
    let refused = |outcome: Result<(Entry, Seq), WriteError>| {
        assert!(
            matches!(outcome, Err(WriteError::Blog(inkstand_blog::BlogError::NotAllowed(_)))),
            "{outcome:?}"
        );
    };
    refused(anybody.create_entry(EntryKind::Post, draft("")).await);
    refused(anybody.update_entry(EntryKind::Post, one.id, 1, titled("")).await);
    refused(anybody.take_step(EntryKind::Post, one.id, None, Step::Trash).await);
    assert_eq!(desk.posts().await.len(), 1);
}

#[tokio::test]
async fn the_log_names_every_address_that_answers_otherwise() {
    let desk = Desk::new().await;
    let me = desk.operator();
    let one = post(&me, published("One")).await;
    let one = step(&me, &one, Step::Unpublish).await;
    let one = edit(&me, &one, slug("two")).await;
    let before = desk.last().await;
    let one = step(&me, &one, PUBLISH).await;
    assert_eq!(at(&desk, "/2024/06/one").await, "moved: One");
    let changes = told(&desk, before).await;
    for path in ["path:/2024/06/one", "path:/2024/06/two"] {
        assert!(keys(&changes).contains(&path), "{path}: {changes:?}");
    }
    let before = desk.last().await;
    step(&me, &one, Step::Trash).await;
    assert!(keys(&told(&desk, before).await).contains(&"path:/2024/06/one"));
}
