//! Menus are replaced as a whole, and what they lead to is there.

use inkstand_blog::{MenuEdit, RefusalCode, WriteError};
use inkstand_model::{Menu, MenuItem, MenuTarget, Tag, TagId};
use uuid::Uuid;

use crate::desk::{Desk, keys, told};

fn item(label: &str, target: MenuTarget, children: Vec<MenuItem>) -> MenuItem {
    MenuItem { label: label.to_owned(), target, children }
}

fn url(label: &str, url: &str) -> MenuItem {
    item(label, MenuTarget::Url(url.to_owned()), Vec::new())
}

fn edit(location: &str, items: Vec<MenuItem>, version: Option<i64>) -> MenuEdit {
    MenuEdit { location: location.to_owned(), items, version }
}

async fn refused(desk: &Desk, edit: MenuEdit) -> (RefusalCode, String) {
    match desk.operator().set_menu(edit).await {
        Err(WriteError::Refused(refusals)) => (refusals[0].code, refusals[0].field.join(".")),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_menu_is_replaced_by_those_who_know_its_version() {
    let desk = Desk::new().await;
    let operator = desk.operator();
    let before = desk.last().await;
    let (menu, _) = operator.set_menu(edit(" Main ", vec![url(" Home ", "/")], Some(0))).await.unwrap();
    let expected = Menu { location: menu.location.clone(), items: vec![url("Home", "/")], version: 1 };
    assert_eq!((&menu, menu.location.as_str()), (&expected, "main"));
    assert_eq!(keys(&told(&desk, before).await), ["list:menus", "menu:main"]);
    assert_eq!(*desk.anybody().menus().await.unwrap(), std::slice::from_ref(&expected));

    for version in [0, 2, -1] {
        let conflict = operator.set_menu(edit("main", Vec::new(), Some(version))).await;
        assert!(
            matches!(conflict, Err(WriteError::MenuConflict(current)) if *current == expected),
            "{version}"
        );
    }
    let conflict = operator.delete_menu("main", Some(7)).await;
    assert!(matches!(conflict, Err(WriteError::MenuConflict(_))));
    assert_eq!(
        refused(&desk, edit("other", Vec::new(), Some(1))).await,
        (RefusalCode::NotFound, "location".to_owned())
    );

    let (menu, _) =
        operator.set_menu(edit("main", vec![url("Away", "https://a.example")], Some(1))).await.unwrap();
    assert_eq!(menu.version, 2);
    let last = desk.last().await;
    let (same, seq) = operator.set_menu(edit("main", menu.items.clone(), None)).await.unwrap();
    assert_eq!((same.version, seq, desk.last().await), (2, last, last), "the same again changes nothing");
    operator.delete_menu("MAIN", Some(2)).await.unwrap();
    assert_eq!(*desk.anybody().menus().await.unwrap(), []);
    let gone = operator.delete_menu("main", None).await;
    assert!(matches!(gone, Err(WriteError::Refused(_))));
}

#[tokio::test]
async fn bad_menus_are_refused_with_the_place_of_what_is_wrong() {
    let desk = Desk::new().await;
    let nested = |levels: usize| {
        (1..levels)
            .fold(url("Deep", "/"), |below, _| item("Up", MenuTarget::Url("/".to_owned()), vec![below]))
    };
    let wide = |count: usize| (0..count).map(|_| url("A", "/")).collect::<Vec<_>>();
    let nobody = MenuTarget::Tag(TagId::from_uuid(Uuid::nil()));
    for (edit, expected) in [
        (edit("", wide(1), None), (RefusalCode::Invalid, "location")),
        (edit("!", wide(1), None), (RefusalCode::Invalid, "location")),
        (edit(&"a".repeat(51), wide(1), None), (RefusalCode::TooLong, "location")),
        (edit("main", wide(201), None), (RefusalCode::TooLong, "items")),
        (edit("main", wide(5_000), None), (RefusalCode::TooLong, "items")),
        (edit("main", vec![item("A", nobody.clone(), wide(200))], None), (RefusalCode::TooLong, "items")),
        (
            edit("main", vec![url("A", "/"), nested(4)], None),
            (RefusalCode::NotPossible, "items.1.children.0.children.0.children.0"),
        ),
        (
            edit("main", vec![nested(60)], None),
            (RefusalCode::NotPossible, "items.0.children.0.children.0.children.0"),
        ),
        (edit("main", vec![url("", "/")], None), (RefusalCode::Invalid, "items.0.label")),
        (edit("main", vec![url("a\u{202E}b", "/")], None), (RefusalCode::Invalid, "items.0.label")),
        (edit("main", vec![url(&"a".repeat(201), "/")], None), (RefusalCode::TooLong, "items.0.label")),
        (edit("main", vec![url("A", "javascript:alert(1)")], None), (RefusalCode::Invalid, "items.0.target")),
        (edit("main", vec![url("A", "")], None), (RefusalCode::Invalid, "items.0.target")),
        (
            edit(
                "main",
                vec![item("A", MenuTarget::Url("/".to_owned()), vec![item("B", nobody, Vec::new())])],
                None,
            ),
            (RefusalCode::NotFound, "items.0.children.0.target"),
        ),
    ] {
        let told = refused(&desk, edit.clone()).await;
        assert_eq!((told.0, told.1.as_str()), expected, "{edit:?}");
    }
    assert_eq!(*desk.anybody().menus().await.unwrap(), []);
    let (menu, _) =
        desk.operator().set_menu(edit("main", [wide(197), vec![nested(3)]].concat(), None)).await.unwrap();
    assert_eq!(menu.version, 1, "two hundred items on three levels are a menu");
    for n in 0..49 {
        desk.operator().set_menu(edit(&format!("m{n}"), Vec::new(), None)).await.unwrap();
    }
    assert_eq!(refused(&desk, edit("one-more", Vec::new(), None)).await.1, "location");
    desk.operator().set_menu(edit("m1", wide(1), None)).await.unwrap();
}

#[tokio::test]
async fn menus_follow_merged_terms() {
    let desk = Desk::new().await;
    desk.import(&[("posts/1.md", "---\ntitle: One\ndate: 2024-01-01\ntags: [A, B]\n---\n1\n")]).await;
    let (a, b): (Tag, Tag) = (desk.term("a").await.unwrap(), desk.term("b").await.unwrap());
    let tag = |tag: &Tag| item("Tag", MenuTarget::Tag(tag.id), Vec::new());
    let operator = desk.operator();
    let items = vec![item("Up", MenuTarget::Tag(a.id), vec![tag(&a), tag(&b), url("Out", "/")])];
    operator.set_menu(edit("main", items, None)).await.unwrap();
    operator.set_menu(edit("footer", vec![tag(&b)], None)).await.unwrap();
    let before = desk.last().await;
    operator.merge_tags(&[a.id], b.id).await.unwrap();
    let menus = operator.menus().await.unwrap();
    assert_eq!((menus[0].version, menus[1].version), (1, 2));
    assert_eq!(menus[1].items, [item("Up", MenuTarget::Tag(b.id), vec![tag(&b), tag(&b), url("Out", "/")])]);
    assert!(keys(&told(&desk, before).await).contains(&"menu:main"));
}
