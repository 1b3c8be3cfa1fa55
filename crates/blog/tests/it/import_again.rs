//! The same import again changes nothing.

use inkstand_model::Viewer;

use crate::desk::{Desk, SOURCE};

#[tokio::test]
async fn a_file_twice_in_an_archive_makes_one_post() {
    let first = ("posts/twice.md", "---\ntitle: The first\ndate: 2024-01-01\n---\n1\n");
    let second = ("posts/twice.md", "---\ntitle: The second\ndate: 2024-01-02\n---\n2\n");
    for between in [0, 100] {
        let others: Vec<(String, String)> = (0..between)
            .map(|n| (format!("posts/{n}.md"), format!("---\ntitle: Other {n}\ndate: 2024-01-01\n---\n")))
            .collect();
        let mut files = vec![first];
        files.extend(others.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        files.push(second);

        let desk = Desk::new().await;
        let report = desk.import(&files).await;
        assert_eq!((report.tally.created, report.tally.refused), (between + 1, 1));
        assert_eq!(report.refused[0].reason, "stands twice in the source; the first one counts");
        assert_eq!(desk.blog.count_imported(SOURCE).await.unwrap(), between + 1);
        assert_eq!(desk.post("twice").await.unwrap().title, "The first");

        let before = desk.last().await;
        let again = desk.import(&files).await;
        assert_eq!((again.tally.unchanged, again.tally.updated), (between + 1, 0));
        assert_eq!(desk.last().await, before, "nothing was written");
    }
}

#[tokio::test]
async fn an_impossible_date_keeps_the_one_before() {
    let desk = Desk::new().await;
    let text = "---\ntitle: Dated\ndate: 2024-01-01\n---\n";
    let mut item = inkstand_exchange::parse_markdown("posts/dated.md", text.as_bytes()).unwrap();
    desk.import_items(vec![Ok(item.clone())]).await;
    let before = desk.post("dated").await.unwrap();

    item.digest = [7; 32];
    item.date = Some(inkstand_model::ImportDate::Local(jiff::civil::date(-5, 1, 1).at(0, 0, 0, 0)));
    let report = desk.import_items(vec![Ok(item)]).await;
    assert_eq!(
        report.warnings[0].remark,
        "the date lies outside the years 1 to 9999; it keeps the one before"
    );
    assert_eq!(desk.post("dated").await.unwrap().published_at(), before.published_at());
}

#[tokio::test]
async fn an_import_can_be_taken_away() {
    let desk = Desk::new().await;
    desk.import(&[("posts/a.md", "---\ntitle: A\ndate: 2024-01-01\ntags: [x]\n---\n")]).await;
    assert_eq!(desk.blog.remove_import(&Viewer::Operator, SOURCE).await.unwrap(), (1, 0));
    assert_eq!(desk.post("a").await, None);
}
