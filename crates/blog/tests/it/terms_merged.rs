//! Terms that mean the same become one, and some are removed.

use inkstand_blog::{TermText, WriteError};
use inkstand_model::{
    Author, Category, CategoryId, CategoryMatch, ChangeKind, ChangeOp, EntryFilter, EntryId, Series, Tag,
};

use crate::desk::{Desk, any, keys, tagged, told};

const TAGS: [(&str, &str); 4] = [
    ("posts/one.md", "---\ntitle: One\ndate: 2024-01-01\ntags: [A, Rust, B, Rustlang]\n---\n1\n"),
    ("posts/two.md", "---\ntitle: Two\ndate: 2024-01-02\ntags: [Rustlang]\n---\n2\n"),
    ("posts/three.md", "---\ntitle: Three\ndraft: true\ntags: [rust-lang]\n---\n3\n"),
    ("about.md", "---\ntitle: About\ntype: page\ntags: [rust-lang, Rust]\n---\n4\n"),
];

async fn tags_of(desk: &Desk, slug: &str) -> Vec<String> {
    let post = desk.post(slug).await.unwrap();
    let filed = desk.operator().filings(&[post.id]).await.unwrap().remove(&post.id).unwrap_or_default();
    filed.tags.iter().map(|tag| tag.name.clone()).collect()
}

#[tokio::test]
async fn merged_tags_are_one_in_every_entry() {
    let desk = Desk::searching().await;
    desk.import(&TAGS).await;
    let operator = desk.operator();
    let into: Tag = desk.term("rust").await.unwrap();
    let rustlang: Tag = desk.term("rustlang").await.unwrap();
    let rust_lang: Tag = desk.term("rust-lang").await.unwrap();
    operator
        .update_tag(rustlang.id, TermText { slug: Some("the-rust-lang".to_owned()), ..TermText::default() })
        .await
        .unwrap();
    let before = desk.last().await;
    let (merged, _) = operator.merge_tags(&[rustlang.id, rust_lang.id, rustlang.id], into.id).await.unwrap();
    assert_eq!((merged.id, merged.post_count), (into.id, 2));
    assert_eq!(tags_of(&desk, "one").await, ["A", "Rust", "B"]);
    assert_eq!(tags_of(&desk, "two").await, ["Rust"]);
    assert_eq!(tags_of(&desk, "three").await, ["Rust"]);
    assert_eq!(desk.number("SELECT count(*) AS n FROM entry_tag").await, 6);
    for slug in ["rust", "rustlang", "the-rust-lang", "rust-lang"] {
        assert_eq!(desk.term::<Tag>(slug).await.unwrap().id, into.id, "{slug}");
        assert_eq!(desk.both_find(tagged(&[slug])).await, ["One", "Two"], "{slug}");
    }
    let changes = told(&desk, before).await;
    let said: Vec<_> = changes.iter().map(|change| (change.kind, change.op, change.id)).collect();
    assert!(said.contains(&(ChangeKind::Tag, ChangeOp::Deleted, rustlang.id.uuid())), "{said:?}");
    assert!(said.contains(&(ChangeKind::Tag, ChangeOp::Updated, into.id.uuid())), "{said:?}");
    for key in ["slug:tag:the-rust-lang", "slug:tag:rust", "list:tags"] {
        assert!(keys(&changes).contains(&key), "{key}");
    }
    // A chain of merges leads to the last one.
    let a: Tag = desk.term("a").await.unwrap();
    operator.merge_tags(&[into.id], a.id).await.unwrap();
    assert_eq!(desk.term::<Tag>("rustlang").await.unwrap().id, a.id);
    assert_eq!(tags_of(&desk, "one").await, ["A", "B"]);
    assert_eq!(desk.both_find(tagged(&["the-rust-lang"])).await, ["One", "Two"]);
}

#[tokio::test]
async fn a_merge_takes_as_many_statements_for_a_thousand_posts_as_for_one() {
    let mut counted = Vec::new();
    for posts in [1, 1000] {
        let desk = Desk::new().await;
        let files: Vec<(String, String)> = (0..posts)
            .map(|n| {
                (
                    format!("posts/{n}.md"),
                    format!("---\ntitle: P{n}\ndate: 2024-01-01\ntags: [A, B]\n---\n{n}\n"),
                )
            })
            .collect();
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        desk.import(&files).await;
        let (a, b): (Tag, Tag) = (desk.term("a").await.unwrap(), desk.term("b").await.unwrap());
        let before = desk.blog.statements();
        let (merged, _) = desk.operator().merge_tags(&[a.id], b.id).await.unwrap();
        counted.push(desk.blog.statements() - before);
        assert_eq!(merged.post_count, posts);
    }
    assert_eq!(counted[0], counted[1]);
}

#[tokio::test]
async fn merged_authors_are_one_in_every_byline() {
    let desk = Desk::searching().await;
    desk.import(&[
        ("posts/one.md", "---\ntitle: One\ndate: 2024-01-01\nauthors: [ada, lovelace, grace]\n---\n1\n"),
        ("posts/two.md", "---\ntitle: Two\ndate: 2024-01-02\nauthors: [grace, lovelace]\n---\n2\n"),
    ])
    .await;
    let (ada, lovelace): (Author, Author) =
        (desk.term("ada").await.unwrap(), desk.term("lovelace").await.unwrap());
    let (merged, _) = desk.operator().merge_authors(&[lovelace.id], ada.id).await.unwrap();
    assert_eq!((merged.post_count, merged.account), (2, None));
    let posts = desk.posts().await;
    let bylines = desk.operator().authors_of(&[posts[0].id, posts[1].id]).await.unwrap();
    let names = |post: EntryId| bylines[&post].iter().map(|author| author.name.as_str()).collect::<Vec<_>>();
    assert_eq!(names(posts[0].id), ["ada", "grace"]);
    assert_eq!(names(posts[1].id), ["grace", "ada"]);
    let filter = EntryFilter { authors: any(&["lovelace"]), ..EntryFilter::default() };
    assert_eq!(desk.both_find(filter).await, ["One", "Two"]);
}

#[tokio::test]
async fn a_series_that_was_split_falls_into_place_and_is_ordered() {
    let part = |title: &str, series: &str, order: u32, rest: &str| {
        format!("---\ntitle: {title}\n{rest}\nseries: {{name: {series}, order: {order}}}\n---\n{title}\n")
    };
    let date = "date: 2024-01-01";
    let desk = Desk::new().await;
    desk.import(&[
        ("posts/one.md", &part("One", "Steps", 1, date)),
        ("posts/two.md", &part("Two", "Stpes", 2, date)),
        ("posts/three.md", &part("Three", "Steps", 3, date)),
        ("posts/four.md", &part("Four", "Stpes", 4, "draft: true")),
    ])
    .await;
    let operator = desk.operator();
    let (steps, stpes): (Series, Series) =
        (desk.term("steps").await.unwrap(), desk.term("stpes").await.unwrap());
    let (merged, _) = operator.merge_series(&[stpes.id], steps.id).await.unwrap();
    assert_eq!(merged.post_count, 3);
    let titles = async || {
        let parts = operator.series_parts(&[steps.id]).await.unwrap().remove(&steps.id).unwrap();
        let ids: Vec<EntryId> = parts.iter().map(|part| part.entry).collect();
        let posts = operator.entries_by_ids(&ids).await.unwrap();
        ids.iter().map(|id| posts[id].title.clone()).collect::<Vec<_>>()
    };
    assert_eq!(titles().await, ["One", "Two", "Three"]);

    let id = async |slug: &str| desk.post(slug).await.unwrap().id;
    let before = desk.last().await;
    operator.order_series(steps.id, &[id("four").await, id("three").await]).await.unwrap();
    assert_eq!(titles().await, ["Three", "One", "Two"], "the rest follow");
    assert!(keys(&told(&desk, before).await).contains(&format!("series:{}", steps.id).as_str()));
    assert_eq!(desk.number("SELECT position AS n FROM series_part WHERE entry_id = (SELECT id FROM entry WHERE slug = 'four')").await, 1);

    desk.import(&[("posts/five.md", "---\ntitle: Five\ndate: 2024-01-01\n---\n5\n")]).await;
    let posts = [id("one").await, id("five").await, id("one").await, EntryId::from_uuid(uuid::Uuid::nil())];
    let Err(WriteError::Refused(refusals)) = operator.order_series(steps.id, &posts).await else {
        panic!("refused")
    };
    let fields: Vec<String> = refusals.iter().map(|refusal| refusal.field.join(".")).collect();
    assert_eq!(fields, ["posts.1", "posts.2", "posts.3"]);
    assert_eq!(titles().await, ["Three", "One", "Two"]);
}

#[tokio::test]
async fn what_is_in_use_is_removed_only_by_force() {
    let desk = Desk::searching().await;
    desk.import(&TAGS).await;
    let operator = desk.operator();
    let draft_only: Tag = desk.term("rust-lang").await.unwrap();
    let rust: Tag = desk.term("rust").await.unwrap();
    for tag in [&draft_only, &rust] {
        let Err(WriteError::Refused(refusals)) = operator.delete_tag(tag.id, false).await else {
            panic!("refused")
        };
        assert_eq!(refusals[0].field, ["id"]);
        assert!(refusals[0].message.contains("force"), "{}", refusals[0].message);
    }
    let one = desk.post("one").await.unwrap();
    let before = desk.last().await;
    operator.delete_tag(rust.id, true).await.unwrap();
    assert_eq!(desk.term::<Tag>("rust").await, None);
    assert_eq!(desk.both_find(tagged(&["rust"])).await, [""; 0]);
    assert_eq!(tags_of(&desk, "one").await, ["A", "B", "Rustlang"]);
    let changes = told(&desk, before).await;
    assert!(changes.iter().any(|change| change.id == one.id.uuid() && change.op == ChangeOp::Updated));
    assert!(keys(&changes).contains(&"slug:tag:rust"));
    let same = desk.post("one").await.unwrap();
    assert_eq!((same.version, same.updated_at), (one.version, one.updated_at), "its author wrote nothing");
    // A draft that loses a tag is not told of.
    let before = desk.last().await;
    operator.delete_tag(draft_only.id, true).await.unwrap();
    let draft = desk.post("three").await.unwrap();
    assert!(told(&desk, before).await.iter().all(|change| change.id != draft.id.uuid()));
    assert_eq!(desk.number("SELECT count(*) AS n FROM term_alias").await, 0);
}

#[tokio::test]
async fn merging_above_and_below_makes_no_loops() {
    // a > b > c > d, and a > x, b > y, c > z.
    for (merged, into, expected) in [
        ("a", "d", "b> c>b d>c x>d y>b z>c"),
        ("b", "d", "a> c>a d>c x>a y>d z>c"),
        ("a c", "d", "b> d>b x>d y>b z>d"),
        ("a b c", "d", "d> x>d y>d z>d"),
        ("d", "a", "a> b>a c>b x>a y>b z>c"),
        ("b c", "a", "a> d>a x>a y>a z>a"),
        ("x", "z", "a> b>a c>b d>c y>b z>c"),
    ] {
        let desk = Desk::searching().await;
        let post = "---\ntitle: Deep\ndate: 2024-01-01\ncategories: [z]\n---\nText\n";
        desk.import(&[("posts/one.md", post)]).await;
        let operator = desk.operator();
        let mut ids: std::collections::BTreeMap<&str, CategoryId> = std::collections::BTreeMap::new();
        for (name, parent) in [
            ("a", None),
            ("b", Some("a")),
            ("c", Some("b")),
            ("d", Some("c")),
            ("x", Some("a")),
            ("y", Some("b")),
        ] {
            let text = TermText { name: Some(name.to_owned()), ..TermText::default() };
            let parent = parent.map(|parent| ids[parent]);
            ids.insert(name, operator.create_category(text, parent).await.unwrap().0.id);
        }
        let z: Category = desk.term("z").await.unwrap();
        operator.update_category(z.id, TermText::default(), Some(Some(ids["c"]))).await.unwrap();
        ids.insert("z", z.id);

        let merged_ids: Vec<CategoryId> = merged.split(' ').map(|name| ids[name]).collect();
        operator.merge_categories(&merged_ids, ids[into]).await.unwrap();
        let tree = operator.category_tree().await.unwrap();
        let name = |id: CategoryId| tree.iter().find(|category| category.id == id).unwrap().slug.as_str();
        let stands: Vec<String> = tree
            .iter()
            .map(|category| format!("{}>{}", category.slug, category.parent.map(name).unwrap_or_default()))
            .collect();
        assert_eq!(stands.join(" "), expected, "{merged} into {into}");
        for slug in ["a", "b", "c", "d", "x", "z"] {
            let categories = CategoryMatch { slugs: any(&[slug]), descendants: true };
            desk.both_find(EntryFilter { categories, ..EntryFilter::default() }).await;
        }
    }
}
