//! Terms get other names, and every slug that they had goes on leading to them.

use inkstand_blog::{AuthorText, TermText};
use inkstand_model::{
    Author, Category, CategoryMatch, ChangeKind, ChangeOp, EntryFilter, Match, SearchRequest, Series, Slug,
    Tag, TermOrder,
};

use crate::desk::{Desk, all, any, keys, tagged, told};

const POST: &str = "---\ntitle: One\ndate: 2024-01-01\ntags: [Rsut, Ink]\ncategories: [Langs]\nauthor: Ada\n\
                    series: Stpes\n---\nText\n";

fn renamed(name: &str, slug: &str) -> TermText {
    TermText { name: Some(name.to_owned()), slug: Some(slug.to_owned()), description: None }
}

#[tokio::test]
async fn former_slugs_lead_to_the_term_everywhere() {
    let desk = Desk::searching().await;
    desk.import(&[("posts/1.md", POST)]).await;
    let operator = desk.operator();
    let tag: Tag = desk.term("rsut").await.unwrap();
    let category: Category = desk.term("langs").await.unwrap();
    let series: Series = desk.term("stpes").await.unwrap();
    let author: Author = desk.term("ada").await.unwrap();
    operator.update_tag(tag.id, renamed("Rust", "Rust")).await.unwrap();
    operator.update_category(category.id, renamed("Languages", "languages"), None).await.unwrap();
    operator.update_series(series.id, renamed("Steps", "steps")).await.unwrap();
    let lovelace = AuthorText { handle: Some("Lovelace".to_owned()), ..AuthorText::default() };
    operator.update_author(author.id, lovelace).await.unwrap();

    for slug in ["rsut", "rust"] {
        let found: Tag = desk.term(slug).await.unwrap();
        assert_eq!((found.id, found.name.as_str(), found.post_count), (tag.id, "Rust", 1));
        assert_eq!(desk.both_find(tagged(&[slug])).await, ["One"]);
        let filter = EntryFilter {
            tags: Match { none: any(&[slug]).any, ..Match::default() },
            ..EntryFilter::default()
        };
        assert_eq!(desk.both_find(filter).await, [""; 0], "not {slug}");
    }
    // Each of them names one tag, and so do both together.
    let all = Match { all: any(&["rsut", "rust", "ink"]).any, ..Match::default() };
    assert_eq!(desk.both_find(EntryFilter { tags: all, ..EntryFilter::default() }).await, ["One"]);
    for slug in ["langs", "languages"] {
        assert_eq!(desk.term::<Category>(slug).await.unwrap().id, category.id);
        let categories = CategoryMatch { slugs: any(&[slug]), descendants: true };
        assert_eq!(desk.both_find(EntryFilter { categories, ..EntryFilter::default() }).await, ["One"]);
    }
    for slug in ["stpes", "steps"] {
        assert_eq!(desk.term::<Series>(slug).await.unwrap().id, series.id);
        assert_eq!(
            desk.both_find(EntryFilter { series: any(&[slug]), ..EntryFilter::default() }).await,
            ["One"]
        );
    }
    for slug in ["ada", "lovelace"] {
        assert_eq!(desk.term::<Author>(slug).await.unwrap().id, author.id);
        assert_eq!(
            desk.both_find(EntryFilter { authors: any(&[slug]), ..EntryFilter::default() }).await,
            ["One"]
        );
    }
    for text in ["tag:rsut", "tag:rust", "rust", "category:langs", "author:ada"] {
        let request = SearchRequest { text: text.to_owned(), limit: 10, ..SearchRequest::default() };
        assert_eq!(desk.anybody().search(request).await.unwrap().hits.len(), 1, "{text}");
    }
    let offered = desk.anybody().suggest("rs".to_owned(), 10).await.unwrap();
    assert_eq!(offered, [], "a name that is no more is not offered");
    assert_eq!(desk.anybody().suggest("ru".to_owned(), 10).await.unwrap()[0].text, "Rust");
}

#[tokio::test]
async fn an_import_does_not_bring_back_what_was_renamed() {
    let desk = Desk::new().await;
    desk.import(&[("posts/1.md", POST)]).await;
    let tag: Tag = desk.term("rsut").await.unwrap();
    desk.operator().update_tag(tag.id, renamed("Rust", "rust")).await.unwrap();
    desk.import(&[("posts/1.md", &POST.replace("Text", "Other text"))]).await;
    desk.import(&[("posts/2.md", &POST.replace("One", "Two"))]).await;
    let tags = desk.operator().terms::<Tag>(TermOrder::Slug, &all()).await.unwrap().items;
    let tags: Vec<(&str, i64)> = tags.iter().map(|tag| (tag.slug.as_str(), tag.post_count)).collect();
    assert_eq!(tags, [("ink", 2), ("rust", 2)]);
}

#[tokio::test]
async fn whoever_bears_a_slug_now_comes_first() {
    let desk = Desk::searching().await;
    desk.import(&[("posts/1.md", POST)]).await;
    let operator = desk.operator();
    let first: Tag = desk.term("rsut").await.unwrap();
    operator.update_tag(first.id, renamed("Rust", "rust")).await.unwrap();
    assert_eq!(desk.both_find(tagged(&["rsut"])).await, ["One"]);
    // Another one takes the slug that is free.
    let (second, _) =
        operator.create_tag(TermText { name: Some("Rsut".to_owned()), ..TermText::default() }).await.unwrap();
    assert_eq!(desk.term::<Tag>("rsut").await.unwrap().id, second.id);
    assert_eq!(desk.both_find(tagged(&["rsut"])).await, [""; 0], "the index has forgotten it, too");
    // It goes on, and leaves it to itself, not to the first.
    operator.update_tag(second.id, renamed("Rest", "rest")).await.unwrap();
    assert_eq!(desk.term::<Tag>("rsut").await.unwrap().id, second.id);
    // And back again: a slug that is current is no former one.
    operator.update_tag(second.id, renamed("Rsut", "rsut")).await.unwrap();
    assert_eq!(desk.term::<Tag>("rest").await.unwrap().id, second.id);
    assert_eq!(desk.number("SELECT count(*) AS n FROM term_alias WHERE slug = 'rsut'").await, 0);
}

#[tokio::test]
async fn a_change_of_a_name_is_one_line_of_the_log_with_the_keys_of_before_and_after() {
    let desk = Desk::new().await;
    desk.import(&[("posts/1.md", POST)]).await;
    let tag: Tag = desk.term("rsut").await.unwrap();
    let post = desk.post("one").await.unwrap();
    let before = desk.last().await;
    let (_, seq) = desk.operator().update_tag(tag.id, renamed("Rust", "rust")).await.unwrap();
    let changes = told(&desk, before).await;
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].kind, changes[0].op, changes[0].seq), (ChangeKind::Tag, ChangeOp::Updated, seq));
    let mut expected = vec![
        format!("tag:{}", tag.id),
        "list:tags".to_owned(),
        "slug:tag:rsut".to_owned(),
        "slug:tag:rust".to_owned(),
        format!("entry:{}", post.id),
    ];
    expected.sort_unstable();
    assert_eq!(keys(&changes), expected);

    let (_, same) = desk.operator().update_tag(tag.id, renamed("Rust", "rust")).await.unwrap();
    assert_eq!(same, seq, "what changes nothing is not logged");
}

#[tokio::test]
async fn a_name_of_drafts_alone_stays_unsaid_by_whatever_slug() {
    let desk = Desk::searching().await;
    let draft = "---\ntitle: Acme\ndraft: true\ntags: [Secret Merger]\n---\nHush.\n";
    desk.import(&[("posts/acme.md", draft)]).await;
    let tag: Tag = desk.term("secret-merger").await.unwrap();
    let before = desk.last().await;
    desk.operator().update_tag(tag.id, renamed("Secret Deal", "secret-deal")).await.unwrap();
    assert_eq!(told(&desk, before).await, []);
    let log = desk.operator().changes_after(before, 10).await.unwrap().changes;
    assert_eq!(keys(&log), [format!("tag:{}", tag.id)]);
    for slug in ["secret-merger", "secret-deal"] {
        let slug = Slug::parse(slug).unwrap();
        assert_eq!(desk.anybody().term_by_slug::<Tag>(&slug).await.unwrap(), None, "{slug}");
        assert!(desk.operator().term_by_slug::<Tag>(&slug).await.unwrap().is_some());
    }
    // With the first public entry it is there, by all its slugs.
    desk.import(&[("posts/acme.md", &draft.replace("draft: true\n", "date: 2024-01-01\n"))]).await;
    let slug = Slug::parse("secret-merger").unwrap();
    assert_eq!(desk.anybody().term_by_slug::<Tag>(&slug).await.unwrap().unwrap().id, tag.id);
    assert_eq!(desk.both_find(tagged(&["secret-merger"])).await, ["Acme"]);
}

#[tokio::test]
async fn two_thousand_posts_are_found_by_the_new_name() {
    let desk = Desk::searching().await;
    let files: Vec<(String, String)> = (0..2000)
        .map(|n| {
            (
                format!("posts/{n}.md"),
                format!("---\ntitle: P{n}\ndate: 2024-01-01\ntags: [Rsut]\n---\nText {n}\n"),
            )
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    desk.import(&files).await;
    let tag: Tag = desk.term("rsut").await.unwrap();
    assert_eq!(tag.post_count, 2000);
    desk.blog.wait_for_search().await.unwrap();
    let statements = desk.blog.statements();
    let before = desk.last().await;
    desk.operator().update_tag(tag.id, renamed("Ferris", "ferris")).await.unwrap();
    assert!(desk.blog.statements() - statements < 40, "{}", desk.blog.statements() - statements);
    assert_eq!(desk.both_find(tagged(&["ferris"])).await.len(), 2000);
    assert_eq!(desk.both_find(tagged(&["rsut"])).await.len(), 2000);
    let request = |text: &str| SearchRequest { text: text.to_owned(), limit: 1, ..SearchRequest::default() };
    assert_eq!(desk.anybody().count_hits(request("ferris")).await.unwrap(), 2000);
    assert_eq!(desk.anybody().count_hits(request("\"rsut\"")).await.unwrap(), 0);
    let changes = told(&desk, before).await;
    assert_eq!(changes.len(), 1);
    assert!(keys(&changes).contains(&"list:posts"), "many posts are all posts: {changes:?}");
}

#[tokio::test]
async fn posts_are_found_under_every_category_above_theirs() {
    let desk = Desk::searching().await;
    desk.import(&[("posts/1.md", POST)]).await;
    let operator = desk.operator();
    let under = |slug: &str| EntryFilter {
        categories: CategoryMatch { slugs: any(&[slug]), descendants: true },
        ..EntryFilter::default()
    };
    let named = |name: &str| TermText { name: Some(name.to_owned()), ..TermText::default() };
    let (top, _) = operator.create_category(named("Top"), None).await.unwrap();
    let (middle, _) = operator.create_category(named("Middle"), Some(top.id)).await.unwrap();
    let langs: Category = desk.term("langs").await.unwrap();
    assert_eq!(desk.both_find(under("top")).await, [""; 0]);
    operator.update_category(langs.id, TermText::default(), Some(Some(middle.id))).await.unwrap();
    assert_eq!(desk.both_find(under("top")).await, ["One"]);
    operator.update_category(top.id, renamed("Root", "root"), None).await.unwrap();
    for slug in ["top", "root", "middle"] {
        assert_eq!(desk.both_find(under(slug)).await, ["One"], "{slug}");
    }
    operator.delete_category(middle.id, true).await.unwrap();
    assert_eq!(desk.term::<Category>("langs").await.unwrap().parent, Some(top.id), "it moved up");
    assert_eq!(desk.both_find(under("top")).await, ["One"]);
    assert_eq!(desk.both_find(under("middle")).await, [""; 0]);
    operator.update_category(langs.id, TermText::default(), Some(None)).await.unwrap();
    assert_eq!(desk.both_find(under("root")).await, [""; 0]);
    assert_eq!(desk.both_find(under("langs")).await, ["One"]);
}
