//! Slugs that give way, and those that need not.

use crate::desk::Desk;

async fn check(slug: &str, wanted: &str, then: &str) {
    let desk = Desk::new().await;
    let of = |slug: &str| format!("---\ntitle: A title\nslug: {slug}\ndate: 2024-05-01\n---\n");
    desk.import(&[("posts/it.md", &of(slug))]).await;
    desk.import(&[("posts/it.md", &of(wanted))]).await;
    assert!(desk.post(then).await.is_some(), "{slug}, then {wanted}: should be {then}");
}

#[tokio::test]
async fn a_slug_stays_only_where_it_had_given_way() {
    check("top-10", "top", "top").await;
    check("top-10-things", "top", "top").await;
    check("top-2024", "top", "top").await;
    check("top-2024-05", "top", "top").await;
    check("top-2024-05-01-x", "top", "top").await;
    check("top-2024-05-01", "top", "top-2024-05-01").await;
    check("top-2024-05-01-12", "top", "top-2024-05-01-12").await;
    check("top", "top", "top").await;
}

#[tokio::test]
async fn a_slug_that_gave_way_stays_when_its_post_changes() {
    for wanted in ["same".to_owned(), "long".repeat(50)] {
        let desk = Desk::new().await;
        let of = |text: &str| format!("---\ntitle: A title\nslug: {wanted}\ndate: 2024-05-01\n---\n{text}\n");
        let paths: Vec<String> = (0..7).map(|n| format!("posts/{n}.md")).collect();
        let files: Vec<_> = paths.iter().map(|path| (path.as_str(), of(path))).collect();
        desk.import(&files.iter().map(|(path, text)| (*path, text.as_str())).collect::<Vec<_>>()).await;
        let before = desk.posts().await;
        assert_eq!(before.len(), 7);
        for (path, _) in &files {
            desk.import(&[(path, &of("changed"))]).await;
        }
        let after = desk.posts().await;
        for (before, after) in before.iter().zip(&after) {
            assert_eq!((&before.slug, &before.path), (&after.slug, &after.path));
        }
    }
}

#[tokio::test]
async fn many_equal_titles_cost_no_more_each_than_a_few() {
    let desk = Desk::new().await;
    let mut cost = Vec::new();
    for hundred in 0..3 {
        let paths: Vec<String> = (0..100).map(|n| format!("posts/{hundred}-{n}.md")).collect();
        let text = "---\ntitle: Same\nslug: same\npermalink: /same/\ndate: 2024-05-01\n---\n";
        let before = desk.storage.statements();
        desk.import(&paths.iter().map(|path| (path.as_str(), text)).collect::<Vec<_>>()).await;
        cost.push(desk.storage.statements() - before);
    }
    assert!(cost[2] < cost[0] * 2, "statements for each hundred: {cost:?}");
    assert_eq!(desk.posts().await.len(), 300);
}
