//! What drafts are filed under tells of them, so nobody sees it before something is published there.

use inkstand_blog::{Reader, Term};
use inkstand_model::{Author, Category, ChangeKind, Seq, Series, Slug, Tag, TermOrder, Viewer};

use crate::desk::{Desk, SOURCE, all, keys, told};

const DRAFT: &str = "---\ntitle: We buy Acme\ndraft: true\ndate: 2024-05-01\ntags: [Secret Merger]\n\
                     categories: [Secret Deals]\nauthor: Secret Agent\nseries: Secret Story\n---\nHush.\n";

#[tokio::test]
async fn a_draft_is_not_told_of_by_its_terms() {
    let desk = Desk::new().await;
    desk.import(&[("posts/acme.md", DRAFT)]).await;

    assert_eq!(told(&desk, Seq::ZERO).await, []);
    assert_eq!(terms_seen_by(&desk.anybody()).await, [0, 0, 0, 0]);
    assert_eq!(terms_seen_by(&desk.operator()).await, [1, 1, 1, 1]);
    let all_keys = desk.operator().changes_after(Seq::ZERO, 100).await.unwrap().changes;
    assert!(keys(&all_keys).iter().all(|key| !key.contains("secret")), "{all_keys:?}");
}

#[tokio::test]
async fn a_scheduled_post_is_not_told_of_by_its_terms() {
    let desk = Desk::new().await;
    let scheduled = DRAFT.replace("draft: true\ndate: 2024-05-01", "date: 2030-01-01");
    assert_eq!(desk.import(&[("posts/acme.md", &scheduled)]).await.tally.scheduled, 1);
    assert_eq!(told(&desk, Seq::ZERO).await, []);
    assert_eq!(terms_seen_by(&desk.anybody()).await, [0, 0, 0, 0]);
}

#[tokio::test]
async fn terms_appear_with_their_first_published_entry_and_go_with_the_last() {
    let desk = Desk::new().await;
    desk.import(&[("posts/acme.md", DRAFT)]).await;
    let before = desk.last().await;

    let published = DRAFT.replace("draft: true\n", "");
    desk.import(&[("posts/acme.md", &published)]).await;
    assert_eq!(terms_seen_by(&desk.anybody()).await, [1, 1, 1, 1]);
    let changes = told(&desk, before).await;
    for key in ["slug:tag:secret-merger", "slug:category:secret-deals", "slug:author:secret-agent"] {
        assert!(keys(&changes).contains(&key), "{key} in {changes:?}");
    }
    for key in ["slug:series:secret-story", "list:tags", "list:categories", "list:authors", "list:series"] {
        assert!(keys(&changes).contains(&key), "{key} in {changes:?}");
    }

    let before = desk.last().await;
    desk.import(&[("posts/acme.md", DRAFT)]).await;
    assert_eq!(terms_seen_by(&desk.anybody()).await, [0, 0, 0, 0]);
    let changes = told(&desk, before).await;
    assert!(keys(&changes).contains(&"slug:tag:secret-merger"), "what was known is said to be gone");
}

#[tokio::test]
async fn a_page_shows_its_terms_too() {
    let desk = Desk::new().await;
    desk.import(&[("about.md", "---\nlayout: page\ntitle: About\ntags: [People]\n---\nUs.\n")]).await;
    let tag = desk.anybody().term_by_slug::<Tag>(&Slug::parse("people").unwrap()).await.unwrap();
    assert!(tag.is_some());
}

#[tokio::test]
async fn a_known_term_of_a_new_post_is_no_news() {
    let desk = Desk::new().await;
    desk.import(&[("posts/1.md", "---\ntitle: One\ndate: 2024-01-01\ntags: [rust]\n---\n1\n")]).await;
    let before = desk.last().await;
    desk.import(&[("posts/2.md", "---\ntitle: Two\ndate: 2024-01-02\ntags: [rust]\n---\n2\n")]).await;
    let changes = told(&desk, before).await;
    assert!(changes.iter().all(|change| change.kind == ChangeKind::Post), "{changes:?}");
}

#[tokio::test]
async fn what_is_removed_unpublished_leaves_no_name() {
    let desk = Desk::new().await;
    desk.import(&[("posts/acme.md", DRAFT)]).await;
    desk.blog.remove_import(&Viewer::Operator, SOURCE).await.unwrap();
    assert_eq!(terms_seen_by(&desk.operator()).await, [0, 0, 0, 0]);
    assert_eq!(told(&desk, Seq::ZERO).await, []);

    desk.import(&[("posts/acme.md", &DRAFT.replace("draft: true\n", ""))]).await;
    let before = desk.last().await;
    desk.blog.remove_import(&Viewer::Operator, SOURCE).await.unwrap();
    let changes = told(&desk, before).await;
    assert!(keys(&changes).contains(&"slug:tag:secret-merger"), "{changes:?}");
}

/// How many tags, categories, authors and series there are for this reader, asked in every way.
async fn terms_seen_by(reader: &Reader) -> [u64; 4] {
    [
        seen::<Tag>(reader, "secret-merger").await,
        seen::<Category>(reader, "secret-deals").await,
        seen::<Author>(reader, "secret-agent").await,
        seen::<Series>(reader, "secret-story").await,
    ]
}

async fn seen<T: Term>(reader: &Reader, slug: &str) -> u64 {
    let count = reader.count_terms::<T>().await.unwrap();
    for order in [TermOrder::Slug, TermOrder::PostCount] {
        let list = reader.terms::<T>(order, &all()).await.unwrap();
        assert_eq!(list.items.len() as u64, count);
    }
    let found = reader.term_by_slug::<T>(&Slug::parse(slug).unwrap()).await.unwrap();
    assert_eq!(u64::from(found.is_some()), count, "{slug}");
    count
}
