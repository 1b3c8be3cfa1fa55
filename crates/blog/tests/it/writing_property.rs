//! Whatever is done to posts, no address that ever was out leads astray.

use std::collections::HashMap;

use inkstand_blog::{Edit, NewEntry, Route, Step};
use inkstand_model::{EntryId, EntryKind, EntryStatus, Instant, Path, PermalinkPattern, Viewer};
use proptest::prelude::*;

use crate::{desk::Desk, writing::titled};

#[derive(Clone, Debug)]
enum Deed {
    Create(u8),
    Slug(usize, u8),
    Date(usize, u8),
    OwnPath(usize, u8),
    UsualPath(usize),
    Publish(usize),
    Unpublish(usize),
    Trash(usize),
    Restore(usize),
    Delete(usize),
    Pattern(u8),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let post = || 0..4_usize;
    let word = || 0..3_u8;
    let deed = prop_oneof![
        3 => word().prop_map(Deed::Create),
        4 => (post(), word()).prop_map(|(post, word)| Deed::Slug(post, word)),
        2 => (post(), word()).prop_map(|(post, word)| Deed::Date(post, word)),
        2 => (post(), word()).prop_map(|(post, word)| Deed::OwnPath(post, word)),
        1 => post().prop_map(Deed::UsualPath),
        5 => post().prop_map(Deed::Publish),
        2 => post().prop_map(Deed::Unpublish),
        1 => post().prop_map(Deed::Trash),
        1 => post().prop_map(Deed::Restore),
        1 => post().prop_map(Deed::Delete),
        1 => word().prop_map(Deed::Pattern),
    ];
    prop::collection::vec(deed, 1..40)
}

const WORDS: [&str; 3] = ["ink", "pen", "nib"];

async fn carry_out(desk: &Desk, posts: &mut Vec<EntryId>, deed: &Deed) {
    let me = desk.operator();
    let kind = EntryKind::Post;
    let edit = async |post: usize, edit: Edit| {
        if let Some(id) = posts.get(post)
            && let Some(entry) = me.entry(*id).await.unwrap()
        {
            // Refusals are as good as changes here: neither may break anything.
            drop(me.update_entry(kind, *id, entry.version, edit).await);
        }
    };
    let step = async |post: usize, step: Step| {
        if let Some(id) = posts.get(post) {
            drop(me.take_step(kind, *id, None, step).await);
        }
    };
    match deed {
        Deed::Create(word) => {
            let new = NewEntry { edit: titled(WORDS[usize::from(*word)]), ..NewEntry::default() };
            posts.push(me.create_entry(kind, new).await.unwrap().0.id);
        }
        Deed::Slug(post, word) => {
            edit(*post, Edit { slug: Some(Some(WORDS[usize::from(*word)].to_owned())), ..Edit::default() })
                .await;
        }
        Deed::Date(post, month) => {
            let date = Instant::parse_rfc3339(&format!("2024-0{}-01T00:00:00Z", month + 1)).unwrap();
            edit(*post, Edit { date: Some(date), ..Edit::default() }).await;
        }
        Deed::OwnPath(post, word) => {
            let path = format!("/{}", WORDS[usize::from(*word)]);
            edit(*post, Edit { path: Some(Some(path)), ..Edit::default() }).await;
        }
        Deed::UsualPath(post) => edit(*post, Edit { path: Some(None), ..Edit::default() }).await,
        Deed::Publish(post) => step(*post, Step::Publish { at: None }).await,
        Deed::Unpublish(post) => step(*post, Step::Unpublish).await,
        Deed::Trash(post) => step(*post, Step::Trash).await,
        Deed::Restore(post) => step(*post, Step::Restore).await,
        Deed::Delete(post) => {
            if let Some(id) = posts.get(*post) {
                drop(me.delete_entry(kind, *id, None).await);
            }
        }
        Deed::Pattern(which) => {
            let pattern = ["/{yyyy}/{mm}/{slug}", "/{slug}", "/p/{number}"][usize::from(*which)];
            let pattern = PermalinkPattern::parse(pattern).unwrap();
            desk.blog.change_site(&Viewer::Operator, |site| site.permalinks = pattern).await.unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_address_that_was_out_leads_to_its_post_or_says_that_it_is_gone(deeds in deeds()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let desk = Desk::new().await;
            let mut posts = Vec::new();
            let mut out: HashMap<String, EntryId> = HashMap::new();
            for deed in &deeds {
                carry_out(&desk, &mut posts, deed).await;
                for id in &posts {
                    if let Some(entry) = desk.anybody().entry(*id).await.unwrap() {
                        let before = out.insert(entry.path.key().to_owned(), *id);
                        assert!(before.is_none_or(|before| before == *id), "{} changed hands", entry.path);
                    }
                }
                for (path, id) in &out {
                    let route = desk.anybody().route(&Path::parse(path).unwrap()).await.unwrap();
                    let entry = desk.operator().entry(*id).await.unwrap();
                    match (entry, route) {
                        (None, Route::Gone) => {}
                        (Some(entry), Route::Here(found)) => {
                            assert_eq!((found.id, found.path.key()), (entry.id, path.as_str()));
                        }
                        (Some(entry), Route::Moved(found)) => {
                            assert_eq!(found.id, entry.id);
                            assert_ne!(found.path.key(), path);
                        }
                        (Some(entry), Route::Nothing) => {
                            assert_ne!(entry.publication.status(), EntryStatus::Published);
                        }
                        (entry, route) => panic!("{path}: {entry:?}, {route:?}"),
                    }
                }
            }
        });
    }
}
