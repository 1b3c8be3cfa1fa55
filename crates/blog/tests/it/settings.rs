//! The site's settings.

use inkstand_blog::BlogError;
use inkstand_model::{ChangeKind, Viewer, Zone};

use crate::desk::Desk;

#[tokio::test]
async fn two_who_change_other_settings_at_once_both_do() {
    let desk = Desk::new().await;
    let title = desk.blog.change_site(&Viewer::Operator, |site| "Pond".clone_into(&mut site.title));
    let tagline = desk.blog.change_site(&Viewer::Operator, |site| "Frogs".clone_into(&mut site.tagline));
    let (title, tagline) = tokio::join!(title, tagline);
    title.unwrap();
    tagline.unwrap();
    let site = desk.anybody().site().await.unwrap();
    assert_eq!((site.title.as_str(), site.tagline.as_str()), ("Pond", "Frogs"));
}

#[tokio::test]
async fn another_zone_has_the_index_built_anew_and_another_title_does_not() {
    let desk = Desk::new().await;
    let kinds = async |after| {
        let changes = desk.operator().changes_after(after, 100).await.unwrap().changes;
        changes.iter().map(|change| change.kind).collect::<Vec<_>>()
    };
    let before = desk.last().await;
    desk.blog.change_site(&Viewer::Operator, |site| "Pond".clone_into(&mut site.title)).await.unwrap();
    assert_eq!(kinds(before).await, [ChangeKind::Site]);

    let before = desk.last().await;
    let berlin = Zone::parse("Europe/Berlin").unwrap();
    desk.blog.change_site(&Viewer::Operator, |site| site.zone = berlin).await.unwrap();
    assert_eq!(kinds(before).await, [ChangeKind::Site, ChangeKind::Index]);
}

#[tokio::test]
async fn not_everybody_changes_settings() {
    let desk = Desk::new().await;
    let refused = desk.blog.change_site(&Viewer::Anonymous, |site| site.title.clear()).await;
    assert!(matches!(refused, Err(BlogError::NotAllowed(_))), "{refused:?}");
}
