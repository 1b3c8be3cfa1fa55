//! Following the log.

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
fn a_closed_index_gives_its_folder_free_while_others_still_ask() {
    let blog = Blog::of([post(1, "one", "")]);
    let asker = blog.index.clone();
    let rebuild = blog.index.rebuild().unwrap();
    let closing = std::thread::spawn({
        let index = blog.index.clone();
        move || index.close()
    });
    drop(rebuild);
    closing.join().unwrap();
    let next = Index::open(blog.folder.path()).unwrap();
    assert_eq!(next.count(&asking("one")).unwrap(), 1);
    assert_eq!(asker.count(&asking("one")).unwrap(), 1);
    assert!(matches!(asker.apply(Batch::default(), position(2)), Err(Error::Closed)));
    assert!(matches!(asker.rebuild(), Err(Error::Closed)));
}
