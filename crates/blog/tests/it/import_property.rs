//! Whatever is imported in whatever order, what the database says of it holds together.

use std::{collections::BTreeMap, sync::Arc};

use inkstand_blog::{FiledUnder, Route, Term};
use inkstand_exchange::parse_markdown;
use inkstand_model::{
    Author, Category, EntryCursor, EntryOrder, Parsed, Series, SliceRequest, Tag, TermOrder,
};
use proptest::prelude::*;
use uuid::Uuid;

use crate::desk::{Desk, all};

/// A file as an import brings it: few names and addresses, so that they often meet.
#[derive(Clone, Debug)]
struct File {
    path: usize,
    slug: usize,
    own_address: Option<usize>,
    old_address: Option<usize>,
    tags: Vec<usize>,
    state: usize,
    text: usize,
}

const SLUGS: [&str; 4] = ["top", "top-2024-05-01", "top-2024-05-01-2", "über"];
const ADDRESSES: [&str; 4] = ["/a/", "/a-2/", "/2024/05/top", "/b.html"];
const STATES: [&str; 4] =
    ["date: 2024-05-01", "date: 2024-05-01", "date: 2024-05-01\ndraft: true", "date: 2030-05-01"];

impl File {
    fn parsed(&self) -> Parsed {
        let mut text = format!("---\ntitle: A title\nslug: {}\n{}\n", SLUGS[self.slug], STATES[self.state]);
        if let Some(own) = self.own_address {
            text.push_str(&format!("permalink: {}\n", ADDRESSES[own]));
        }
        if let Some(old) = self.old_address {
            text.push_str(&format!("redirect_from: {}\n", ADDRESSES[old]));
        }
        let tags: Vec<String> = self.tags.iter().map(|tag| format!("t{tag}")).collect();
        let filed = tags.join(", ");
        text.push_str(&format!(
            "tags: [{filed}]\ncategories: [{filed}]\nauthors: [{filed}]\nseries: s{}\n",
            self.slug
        ));
        text.push_str(&format!("---\nText {}\n", self.text));
        parse_markdown(&format!("posts/{}.md", self.path), text.as_bytes())
    }
}

fn files() -> impl Strategy<Value = Vec<File>> {
    let address = || proptest::option::weighted(0.3, 0..ADDRESSES.len());
    let file = (
        (0..6_usize, 0..SLUGS.len()),
        (address(), address()),
        proptest::collection::vec(0..3_usize, 0..3),
        (0..STATES.len(), 0..3_usize),
    );
    let file = file.prop_map(|((path, slug), (own_address, old_address), tags, (state, text))| File {
        path,
        slug,
        own_address,
        old_address,
        tags,
        state,
        text,
    });
    proptest::collection::vec(file, 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn imports_keep_what_holds(imports in proptest::collection::vec(files(), 1..4)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let desk = Desk::new().await;
            for files in imports {
                let items = || files.iter().map(File::parsed).collect::<Vec<_>>();
                desk.import_items(items()).await;
                addresses_hold(&desk).await;
                counts_hold::<Tag>(&desk, FiledUnder::Tag, |t| (t.id.uuid(), t.post_count)).await;
                counts_hold::<Category>(&desk, FiledUnder::Category, |t| (t.id.uuid(), t.post_count)).await;
                counts_hold::<Author>(&desk, FiledUnder::Author, |t| (t.id.uuid(), t.post_count)).await;
                counts_hold::<Series>(&desk, FiledUnder::Series, |t| (t.id.uuid(), t.post_count)).await;

                let before = desk.last().await;
                desk.import_items(items()).await;
                assert_eq!(desk.last().await, before, "the same again changes nothing");
            }
        });
    }
}

async fn addresses_hold(desk: &Desk) {
    for post in desk.posts().await {
        let at = desk.anybody().route(&post.path).await.unwrap();
        assert_eq!(at, Route::Here(Arc::new(post.clone())), "{} stands at its address", post.slug);
    }
    let addresses = "SELECT count(*) FROM permalink WHERE role = 'current' AND entry_id = entry.id";
    let wrong = format!("SELECT count(*) AS n FROM entry WHERE status = 'published' AND ({addresses}) <> 1");
    assert_eq!(desk.number(&wrong).await, 0, "each that is out has one current address");
}

async fn counts_hold<T: Term>(desk: &Desk, under: FiledUnder, of: impl Fn(&T) -> (Uuid, i64)) {
    let terms = desk.operator().terms::<T>(TermOrder::Slug, &all()).await.unwrap().items;
    let counts: BTreeMap<Uuid, i64> = terms.iter().map(of).collect();
    let ids: Vec<Uuid> = counts.keys().copied().collect();
    let slice =
        SliceRequest::<EntryCursor> { limit: 1000, after: None, before: None, from_end: false, skip: 0 };
    let posts = desk.operator().posts_filed_under(under, &ids, EntryOrder::Newest, &slice).await.unwrap();
    for (id, count) in counts {
        assert_eq!(posts[&id].items.len() as i64, count, "{under:?}");
    }
}
