//! What nobody should say of a term, and what is said to them.

use inkstand_blog::{AuthorText, BlogError, RefusalCode, TermText, WriteError};
use inkstand_model::{
    AccountId, Author, AuthorId, Category, CategoryId, EntryId, Role, Scope, SeriesId, SessionId, SignedIn,
    Tag, TagId, TokenId, Via, Viewer,
};
use uuid::Uuid;

use crate::desk::Desk;
use RefusalCode::{Invalid, NotFound, NotPossible, Taken, TooLong};

const POST: &str =
    "---\ntitle: One\ndate: 2024-01-01\ntags: [Café, Ink]\ncategories: [Langs]\nauthor: Ada\n---\nText\n";

/// Each refusal as `code field.path`.
fn refusals<T: std::fmt::Debug>(outcome: Result<T, WriteError>) -> Vec<(RefusalCode, String)> {
    match outcome {
        Err(WriteError::Refused(refusals)) => {
            assert!(refusals.iter().all(|refusal| refusal.message.len() > 10), "{refusals:?}");
            refusals.into_iter().map(|refusal| (refusal.code, refusal.field.join("."))).collect()
        }
        other => panic!("not refused: {other:?}"),
    }
}

fn one(code: RefusalCode, field: &str) -> Vec<(RefusalCode, String)> {
    vec![(code, field.to_owned())]
}

fn text(name: Option<&str>, slug: Option<&str>, description: Option<&str>) -> TermText {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    TermText { name: owned(name), slug: owned(slug), description: owned(description) }
}

#[tokio::test]
async fn bad_texts_are_refused_with_their_fields() {
    let desk = Desk::new().await;
    desk.import(&[("posts/1.md", POST)]).await;
    let operator = desk.operator();
    let ink: Tag = desk.term("ink").await.unwrap();
    let langs: Category = desk.term("langs").await.unwrap();
    let before = desk.last().await;
    let (long, huge) = ("a".repeat(201), "a".repeat(1_000_000));
    for (input, expected) in [
        (text(Some(""), None, None), one(Invalid, "name")),
        (text(Some(" \t"), None, None), one(Invalid, "name")),
        (text(Some(&long), None, None), one(TooLong, "name")),
        (text(Some(&huge), None, None), one(TooLong, "name")),
        (text(Some("a\nb"), None, None), one(Invalid, "name")),
        (text(Some("a\0b"), None, None), one(Invalid, "name")),
        (text(Some("a\u{202E}b"), None, None), one(Invalid, "name")),
        (text(Some("N"), Some(""), None), one(Invalid, "slug")),
        (text(Some("N"), Some("!?"), None), one(Invalid, "slug")),
        (text(Some("N"), Some(&long), None), one(TooLong, "slug")),
        (text(Some("N"), Some("a\u{2066}b"), None), one(Invalid, "slug")),
        (text(Some("N"), None, Some(&huge)), one(TooLong, "description")),
        (text(Some("N"), None, Some("nul\0")), one(Invalid, "description")),
        (
            text(Some(""), Some("!"), Some("\0")),
            [one(Invalid, "name"), one(Invalid, "slug"), one(Invalid, "description")].concat(),
        ),
        // The same in NFC and NFD, in capitals, and with other marks between.
        (text(Some("N"), Some("cafe\u{301}"), None), one(Taken, "slug")),
        (text(Some("N"), Some("  CAFÉ! "), None), one(Taken, "slug")),
    ] {
        assert_eq!(refusals(operator.create_tag(input.clone()).await), expected, "create {input:?}");
        assert_eq!(refusals(operator.update_tag(ink.id, input.clone()).await), expected, "update {input:?}");
    }
    for (input, expected) in [
        (text(None, None, None), one(Invalid, "name")),
        (text(Some("!?"), None, None), one(Invalid, "name")),
        (text(Some("Cafe\u{301}"), None, None), one(Taken, "name")),
    ] {
        assert_eq!(refusals(operator.create_tag(input.clone()).await), expected, "{input:?}");
    }
    let nil = Uuid::nil();
    assert_eq!(
        refusals(operator.update_tag(TagId::from_uuid(nil), text(Some("N"), None, None)).await),
        one(NotFound, "id")
    );
    assert_eq!(
        refusals(operator.update_series(SeriesId::from_uuid(nil), TermText::default()).await),
        one(NotFound, "id")
    );
    // A key of something else is no tag.
    assert_eq!(
        refusals(operator.delete_tag(TagId::from_uuid(langs.id.uuid()), true).await),
        one(NotFound, "id")
    );
    assert_eq!(desk.last().await, before, "nothing was written");
}

#[tokio::test]
async fn bad_authors_are_refused_with_their_fields() {
    let desk = Desk::new().await;
    desk.import(&[("posts/1.md", POST)]).await;
    let (operator, text) = (desk.operator(), AuthorText::default);
    let handle = |handle: &str| AuthorText { handle: Some(handle.to_owned()), ..text() };
    let url = |url: &str| AuthorText { url: Some(Some(url.to_owned())), ..handle("new") };
    for (input, expected) in [
        (text(), one(Invalid, "handle")),
        (handle("@"), one(Invalid, "handle")),
        (handle("ADA"), one(Taken, "handle")),
        (url("javascript:alert(1)"), one(Invalid, "url")),
        (url("//evil.example"), one(Invalid, "url")),
        (
            AuthorText { avatar: Some(Some("data:image/png,x".to_owned())), ..handle("new") },
            one(Invalid, "avatar"),
        ),
        (AuthorText { bio: Some("a".repeat(10_001)), ..handle("new") }, one(TooLong, "bio")),
    ] {
        assert_eq!(refusals(operator.create_author(input.clone()).await), expected, "{input:?}");
    }
    let (author, _) = operator.create_author(url(" https://grace.example ")).await.unwrap();
    assert_eq!((author.name.as_str(), author.url.as_deref()), ("new", Some("https://grace.example")));
    let without = AuthorText { url: Some(None), avatar: Some(Some(" ".to_owned())), ..text() };
    let (author, _) = operator.update_author(author.id, without).await.unwrap();
    assert_eq!((author.url, author.avatar), (None, None));
    assert_eq!(refusals(operator.update_author(author.id, handle("ada")).await), one(Taken, "handle"));
}

#[tokio::test]
async fn impossible_merges_and_trees_are_refused() {
    let desk = Desk::new().await;
    desk.import(&[("posts/1.md", POST)]).await;
    let operator = desk.operator();
    let (ink, cafe): (Tag, Tag) = (desk.term("ink").await.unwrap(), desk.term("café").await.unwrap());
    let before = desk.last().await;
    let unknown = |n: u128| TagId::from_uuid(Uuid::from_u128(n));
    assert_eq!(refusals(operator.merge_tags(&[], ink.id).await), one(Invalid, "ids"));
    assert_eq!(refusals(operator.merge_tags(&[ink.id], ink.id).await), one(NotPossible, "ids.0"));
    assert_eq!(refusals(operator.merge_tags(&[cafe.id], unknown(1)).await), one(NotFound, "into"));
    assert_eq!(
        refusals(operator.merge_tags(&[cafe.id, unknown(1), ink.id], ink.id).await),
        [one(NotFound, "ids.1"), one(NotPossible, "ids.2")].concat()
    );
    let many: Vec<TagId> = (0..5000).map(unknown).collect();
    assert_eq!(refusals(operator.merge_tags(&many, ink.id).await), one(TooLong, "ids"));
    let posts: Vec<EntryId> = (0..5000).map(|n| EntryId::from_uuid(Uuid::from_u128(n))).collect();
    assert_eq!(
        refusals(operator.order_series(SeriesId::from_uuid(Uuid::nil()), &posts).await),
        one(TooLong, "posts")
    );
    assert_eq!(desk.last().await, before);

    let named = |name: &str| text(Some(name), None, None);
    let (top, _) = operator.create_category(named("Top"), None).await.unwrap();
    let (below, _) = operator.create_category(named("Below"), Some(top.id)).await.unwrap();
    let (lowest, _) = operator.create_category(named("Lowest"), Some(below.id)).await.unwrap();
    let before = desk.last().await;
    let nowhere = CategoryId::from_uuid(Uuid::nil());
    for (id, parent, code) in [
        (top.id, top.id, NotPossible),
        (top.id, below.id, NotPossible),
        (top.id, lowest.id, NotPossible),
        (below.id, lowest.id, NotPossible),
        (top.id, nowhere, NotFound),
    ] {
        let moved = operator.update_category(id, TermText::default(), Some(Some(parent))).await;
        assert_eq!(refusals(moved), one(code, "parent"));
    }
    assert_eq!(refusals(operator.create_category(named("N"), Some(nowhere)).await), one(NotFound, "parent"));
    assert_eq!(refusals(operator.delete_category(top.id, false).await), one(NotPossible, "id"));
    assert_eq!(desk.last().await, before);

    let mut parent = lowest.id;
    let outcome = loop {
        match operator.create_category(named(&format!("Under {parent}")), Some(parent)).await {
            Ok((category, _)) => parent = category.id,
            refused => break refused,
        }
    };
    assert_eq!(refusals(outcome), one(NotPossible, "parent"), "twenty levels are enough");
    assert_eq!(desk.operator().category_tree().await.unwrap().len(), 1 + 20);
}

#[tokio::test]
async fn accounts_of_two_people_do_not_meet_in_one_author() {
    let desk = Desk::new().await;
    desk.import(&[("posts/1.md", &POST.replace("author: Ada", "authors: [ada, grace, lovelace]"))]).await;
    let author = async |slug: &str| desk.term::<Author>(slug).await.unwrap();
    desk.sql("UPDATE author SET account_id = x'00000000000000000000000000000001' WHERE slug = 'ada'").await;
    desk.sql("UPDATE author SET account_id = x'00000000000000000000000000000002' WHERE slug = 'grace'").await;
    let operator = desk.operator();
    let (ada, grace, lovelace) = (author("ada").await, author("grace").await, author("lovelace").await);
    let both = operator.merge_authors(&[ada.id], grace.id).await;
    assert_eq!(refusals(both), one(NotPossible, "ids"));
    assert_eq!(refusals(operator.delete_author(ada.id, false).await), one(NotPossible, "id"));
    let (merged, _) = operator.merge_authors(&[ada.id], lovelace.id).await.unwrap();
    assert_eq!((merged.account, merged.post_count), (ada.account, 1), "the account goes along");
    assert_eq!(author("ada").await.id, lovelace.id);
}

#[tokio::test]
async fn only_editors_manage_terms() {
    let desk = Desk::new().await;
    desk.import(&[("posts/1.md", POST)]).await;
    let ink: Tag = desk.term("ink").await.unwrap();
    let before = desk.last().await;
    let account = |role, via| {
        Viewer::Account(SignedIn {
            account: AccountId::from_uuid(Uuid::nil()),
            name: "ada".to_owned(),
            role,
            via,
        })
    };
    let session = || Via::Session(SessionId::from_uuid(Uuid::nil()));
    let token = |scope| Via::Token { id: TokenId::from_uuid(Uuid::nil()), scopes: vec![scope] };
    for viewer in [
        Viewer::Anonymous,
        account(Role::Subscriber, session()),
        account(Role::Author, session()),
        account(Role::Owner, token(Scope::Read)),
    ] {
        let reader = desk.blog.reader(viewer.clone());
        // Not even what is wrong with the input is said.
        let bad = text(Some(""), None, None);
        let nobody = AuthorId::from_uuid(Uuid::nil());
        for outcome in [
            reader.create_tag(bad.clone()).await.map(drop),
            reader.update_tag(ink.id, bad.clone()).await.map(drop),
            reader.merge_tags(&[], ink.id).await.map(drop),
            reader.delete_tag(ink.id, true).await.map(drop),
            reader.create_category(bad.clone(), None).await.map(drop),
            reader.order_series(SeriesId::from_uuid(Uuid::nil()), &[]).await.map(drop),
            reader.create_author(AuthorText::default()).await.map(drop),
            reader.delete_author(nobody, true).await.map(drop),
            reader.delete_category(CategoryId::from_uuid(Uuid::nil()), true).await.map(drop),
            reader.delete_menu("", None).await.map(drop),
        ] {
            assert!(
                matches!(outcome, Err(WriteError::Blog(BlogError::NotAllowed(_)))),
                "{viewer:?}: {outcome:?}"
            );
        }
    }
    assert_eq!(desk.last().await, before);
    let editor = desk.blog.reader(account(Role::Editor, session()));
    editor.create_tag(text(Some("New"), None, None)).await.unwrap();
    let deeds = desk.storage.deeds(None, None, 1).await.unwrap();
    assert_eq!(
        (deeds[0].action.as_str(), deeds[0].target_label.as_str(), deeds[0].account_name.as_str()),
        ("tag.create", "New", "ada")
    );
}
