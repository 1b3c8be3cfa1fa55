//! Who stands at an address, and who only had it as an old one.

use inkstand_blog::{Route, Step};
use inkstand_model::Path;

use crate::desk::{Desk, told};

const OLD: &str = "---\ntitle: Old\ndate: 2024-01-01\nredirect_from: /special/\n---\n";
const OWN: &str = "---\ntitle: Own\ndate: 2024-01-02\npermalink: /special/\n---\n";

/// Who stands at an address, or where it leads.
pub(crate) async fn at(desk: &Desk, path: &str) -> String {
    match desk.anybody().route(&Path::parse(path).unwrap()).await.unwrap() {
        Route::Here(entry) => format!("here: {}", entry.title),
        Route::Moved(entry) => format!("moved: {}", entry.title),
        Route::Gone => "gone".to_owned(),
        Route::Nothing => "nothing".to_owned(),
    }
}

#[tokio::test]
async fn a_redirect_gives_way_to_a_posts_own_address_however_far_apart_they_are() {
    for between in [0, 70] {
        for own_first in [false, true] {
            let others: Vec<(String, String)> = (0..between)
                .map(|n| (format!("posts/{n}.md"), format!("---\ntitle: Other {n}\ndate: 2024-01-01\n---\n")))
                .collect();
            let mut files = vec![("posts/old.md", OLD)];
            files.extend(others.iter().map(|(path, text)| (path.as_str(), text.as_str())));
            files.push(("posts/own.md", OWN));
            if own_first {
                files.reverse();
            }
            let desk = Desk::new().await;
            let report = desk.import(&files).await;
            assert_eq!(at(&desk, "/special/").await, "here: Own", "{between} between, {own_first}");
            assert_eq!(report.warnings.len(), 1, "{:?}", report.warnings);

            let before = desk.last().await;
            desk.import(&files).await;
            assert_eq!(desk.last().await, before);
        }
    }
}

#[tokio::test]
async fn a_former_address_is_never_taken() {
    let desk = Desk::new().await;
    desk.import(&[("posts/a.md", "---\ntitle: A\ndate: 2024-01-01\npermalink: /special/\n---\n")]).await;
    desk.import(&[("posts/a.md", "---\ntitle: A\ndate: 2024-01-01\npermalink: /elsewhere/\n---\n")]).await;
    let report = desk.import(&[("posts/own.md", OWN)]).await;
    assert_eq!(at(&desk, "/special/").await, "moved: A");
    assert_eq!(at(&desk, "/special-2/").await, "here: Own");
    assert_eq!(
        report.warnings[0].remark,
        "the address /special/ belongs to another entry; this one stands at /special-2/"
    );
}

#[tokio::test]
async fn an_alias_that_became_an_address_is_a_former_address_afterwards() {
    let desk = Desk::new().await;
    desk.import(&[("posts/old.md", OLD)]).await;
    desk.import(&[("posts/old.md", "---\ntitle: Old\ndate: 2024-01-01\npermalink: /special/\n---\n")]).await;
    desk.import(&[("posts/old.md", "---\ntitle: Old\ndate: 2024-01-01\npermalink: /new/\n---\n")]).await;
    desk.import(&[("posts/own.md", OWN)]).await;
    assert_eq!(at(&desk, "/special/").await, "moved: Old");
}

#[tokio::test]
async fn an_old_address_leads_on_until_the_post_that_wants_it_goes_out() {
    let desk = Desk::new().await;
    desk.import(&[("posts/old.md", OLD)]).await;
    let report = desk.import(&[("posts/own.md", &OWN.replace("2024", "2030"))]).await;
    assert_eq!((at(&desk, "/special/").await, report.warnings.len()), ("moved: Old".to_owned(), 0));
    let before = desk.last().await;
    let own = desk.post("own").await.unwrap();
    desk.operator().take_step(own.kind, own.id, None, Step::Publish { at: None }).await.unwrap();
    assert_eq!(at(&desk, "/special/").await, "here: Own");
    let changes = told(&desk, before).await;
    assert_eq!(changes.len(), 2, "of the post that lost it, too: {changes:?}");
    assert!(changes.iter().all(|change| change.paths().any(|path| path == "/special")), "{changes:?}");
}

#[tokio::test]
async fn an_address_that_gave_way_stays_when_its_post_changes() {
    let desk = Desk::new().await;
    let paths: Vec<String> = (0..7).map(|n| format!("posts/{n}.md")).collect();
    let of = |path: &str, text: &str| {
        let slug = path.replace('/', "-");
        format!("---\ntitle: T\nslug: {slug}\npermalink: /one/\ndate: 2024-05-01\n---\n{text}\n")
    };
    for path in &paths {
        desk.import(&[(path, &of(path, "before"))]).await;
    }
    let before = desk.posts().await;
    for path in &paths {
        desk.import(&[(path, &of(path, "after"))]).await;
    }
    for (before, after) in before.iter().zip(desk.posts().await) {
        assert_eq!((before.id, &before.path), (after.id, &after.path));
    }
}
