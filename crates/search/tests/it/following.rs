//! Following the log.

use std::time::Instant as Clock;

use inkstand_search::{Batch, Error, Index, OpenError};

use crate::blog::{Blog, asking, position, post};

#[test]
fn what_apply_acknowledged_is_found_at_once_and_after_a_restart() {
    let blog = Blog::of([]);
    blog.apply(vec![post(1, "one", "apple"), post(2, "two", "apple")], &[], 5);
    assert_eq!(blog.find("apple"), [2, 1]);
    blog.apply(vec![post(1, "one", "pear")], &[2], 6);
    assert_eq!(blog.find("apple"), [0; 0]);
    assert_eq!(blog.find("pear"), [1]);
    assert_eq!((blog.index.len(), blog.index.position()), (1, Some(position(6))));

    let Blog { index, folder } = blog;
    drop(index);
    let index = Index::open(folder.path()).unwrap();
    assert_eq!((index.len(), index.position()), (1, Some(position(6))));
    assert_eq!(index.count(&asking("pear")).unwrap(), 1);
}

#[test]
fn a_batch_may_move_nothing_but_the_position() {
    let blog = Blog::of([post(1, "one", "")]);
    blog.apply(vec![], &[], 9);
    assert_eq!((blog.index.len(), blog.index.position()), (1, Some(position(9))));
    blog.apply(vec![post(3, "a", ""), post(3, "b", "")], &[3], 10);
    assert_eq!((blog.find("a "), blog.find("b ")), (vec![], vec![3]));
}

#[test]
fn a_new_index_has_no_position() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(&folder.path().join("new/index")).unwrap();
    assert_eq!(index.position(), None);
    assert!(index.is_empty());
    assert!(index.search(&asking("anything")).unwrap().hits.is_empty());
}

#[test]
fn a_rebuild_is_one_step() {
    let blog = Blog::of([post(1, "old", ""), post(2, "old", "")]);
    let mut rebuild = blog.index.rebuild().unwrap();
    rebuild.add(&[post(3, "new", ""), post(4, "draft", "")]).unwrap();
    rebuild.add(&[post(4, "new", "")]).unwrap();
    assert_eq!(blog.find("old "), [2, 1], "answered from the old state");
    assert!(matches!(blog.index.apply(Batch::default(), position(2)), Err(Error::Rebuilding)));
    assert!(matches!(blog.index.rebuild(), Err(Error::Rebuilding)));
    rebuild.finish(position(3)).unwrap();
    assert_eq!((blog.find("old "), blog.find("new "), blog.find("draft ")), (vec![], vec![4, 3], vec![]));
    assert_eq!(blog.index.position(), Some(position(3)));
    blog.apply(vec![post(5, "new", "")], &[], 4);
    assert_eq!(blog.find("new "), [5, 4, 3]);
}

#[test]
fn a_rebuild_that_is_given_up_changes_nothing() {
    let blog = Blog::of([post(1, "old", "")]);
    let mut rebuild = blog.index.rebuild().unwrap();
    rebuild.add(&[post(2, "new", "")]).unwrap();
    drop(rebuild);
    blog.apply(vec![post(3, "later", "")], &[], 2);
    assert_eq!((blog.find("old "), blog.find("new "), blog.find("later ")), (vec![1], vec![], vec![3]));
}

#[test]
fn a_folder_has_one_writer() {
    let blog = Blog::of([post(1, "one", "")]);
    assert!(matches!(Index::open(blog.folder.path()), Err(OpenError::Locked)));
    assert!(matches!(Index::recreate(blog.folder.path()), Err(OpenError::Locked)));
    assert_eq!(blog.find("one"), [1]);
    let Blog { index, folder } = blog;
    drop(index);
    assert!(Index::recreate(folder.path()).unwrap().is_empty());
}

#[test]
fn applying_one_entry_is_fast() {
    let text = "some words of a post that has a few of them and goes on like that ".repeat(30);
    let blog = Blog::of((0..1_000).map(|number| post(number, "A title", &text)));
    let mut took = Vec::new();
    for seq in 2..32_u32 {
        let start = Clock::now();
        blog.apply(vec![post(u64::from(seq), "Another title", &text)], &[], i64::from(seq));
        took.push(start.elapsed());
    }
    took.sort();
    println!("apply of 1 entry at 1 000: median {:?}, worst {:?}", took[15], took[29]);
}
