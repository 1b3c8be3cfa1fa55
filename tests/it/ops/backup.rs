//! Backups while the blog is written to, and the way back.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, time::Duration};

use inkstand_tests::{Database, Inkstand, TestDatabase, eventually};
use tokio::sync::oneshot;

use super::{READING, owner, run, small_blog, writing};

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn in_folder(folder: &Path, args: &[&str]) -> Inkstand {
    Inkstand::new(folder).args(args)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_is_the_blog_of_one_moment() {
    let database = small_blog(Database::Sqlite).await;
    let served = Inkstand::on(&database).serve().await;
    let client = owner(&database, &served).await;
    let (stop, stopped) = oneshot::channel();
    let (mut acknowledged, writer) = writing(client, stopped);

    let backups = tempfile::tempdir().unwrap();
    let mut known = Vec::new();
    for number in 0..4 {
        // Some are acknowledged before each, and more come while it is made.
        let before = *acknowledged.wait_for(|so_far| *so_far >= number * 3 + 2).await.unwrap();
        let file = backups.path().join(format!("{number}.sqlite"));
        let made = run(&database, &["backup", file.to_str().unwrap()]).await.well();
        assert!(made.stdout.contains("has the blog as it was"), "{}", made.stdout);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0, "others may not read it");
        known.push((file, before, *acknowledged.borrow()));
    }
    drop(stop);
    writer.await.unwrap();
    assert_eq!(names(backups.path()).len(), 4, "nothing else is left there: {:?}", names(backups.path()));
    let log_id = "SELECT value FROM setting WHERE key = 'log_id'";
    let first = database.texts(log_id).await;
    served.stop().await;

    for (file, before, after) in known {
        let place = TestDatabase::new(Database::Sqlite).await;
        let _ = run(&place, &["restore", file.to_str().unwrap()]).await.well();
        let healthy = run(&place, &["doctor"]).await.well();
        assert!(healthy.stdout.contains("nothing is wrong"), "{}", healthy.stdout);
        let kept = place.texts("SELECT title FROM entry WHERE title LIKE 'Load %' ORDER BY number").await;
        let all: Vec<String> = (1..=kept.len()).map(|number| format!("Load {number}")).collect();
        assert_eq!(kept, all, "a prefix of what was written");
        // One more may have been committed and not yet acknowledged.
        assert!((before..=after + 1).contains(&kept.len()), "{before} <= {} <= {after}", kept.len());
        assert_ne!(place.texts(log_id).await, first, "a log of its own");
        assert_eq!(place.texts("PRAGMA integrity_check").await, ["ok"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_back_is_what_was_there() {
    let database = small_blog(Database::Sqlite).await;
    let served = Inkstand::on(&database).serve().await;
    let before = served.client.query(READING).await;
    served.stop().await;
    let file = database.folder.path().join("backup.sqlite");
    let _ = run(&database, &["backup", file.to_str().unwrap()]).await.well();

    let place = TestDatabase::new(Database::Sqlite).await;
    let _ = run(&place, &["restore", file.to_str().unwrap()]).await.well();
    // An index that was built for the other log is thrown away.
    fs::rename(database.folder.path().join("index"), place.folder.path().join("index")).unwrap();
    let served = Inkstand::on(&place).serve().await;
    assert_eq!(served.client.query(READING).await, before);
    served.client.caught_up(&place).await;
    let found = served.client.query("{ search(text: \"galls\") { totalCount complete } }").await;
    assert_eq!(found["search"], serde_json::json!({ "totalCount": 1, "complete": true }));
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_overwritten_and_nothing_half_is_left() {
    let database = small_blog(Database::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.sqlite");
    let file = file.to_str().unwrap();
    let _ = run(&database, &["backup", file]).await.well();
    let before = fs::read(file).unwrap();

    // A backup over something, into nowhere, of nothing; a restore over something.
    let refused = run(&database, &["backup", file]).await.with_code(1);
    assert!(refused.stderr.contains("is there already"), "{}", refused.stderr);
    let nowhere = folder.path().join("no/such/folder/backup.sqlite");
    let refused = run(&database, &["backup", nowhere.to_str().unwrap()]).await.with_code(1);
    assert!(refused.stderr.contains("cannot write to the folder"), "{}", refused.stderr);
    let nothing = in_folder(folder.path(), &["backup", "other.sqlite"]).run().await.with_code(1);
    assert!(nothing.stderr.contains("--data-dir"), "{}", nothing.stderr);
    let refused = run(&database, &["restore", file]).await.with_code(1);
    assert!(refused.stderr.contains("is there already"), "{}", refused.stderr);
    assert_eq!(fs::read(file).unwrap(), before);

    // Files that are no backup, in many ways.
    let newer = folder.path().join("newer.sqlite");
    {
        let later = TestDatabase::new(Database::Sqlite).await;
        let _ = run(&later, &["migrate"]).await.well();
        later.sql("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_later', 0)").await;
        let _ = run(&later, &["backup", newer.to_str().unwrap()]).await.well();
    }
    let mut torn = before.clone();
    // A leaf page somewhere in the middle, behind the schema.
    let page = torn.len() / 2 / 4096 * 4096;
    torn[page..page + 4096].fill(0xA5);
    let other = TestDatabase::new(Database::Sqlite).await;
    let path = other.folder.path().join("blog.sqlite");
    fs::write(&path, b"").unwrap();
    other.sql("CREATE TABLE poem (line text)").await;
    let other = fs::read(path).unwrap();
    let rows: [(&str, Option<&[u8]>, &str); 6] = [
        ("missing.sqlite", None, "there is no file"),
        ("empty.sqlite", Some(b""), "is no blog"),
        ("text.sqlite", Some(b"# Not a database\n"), "is no blog"),
        ("other.sqlite", Some(&other), "is no blog"),
        ("cut.sqlite", Some(&before[..before.len() / 2]), "damaged"),
        ("torn.sqlite", Some(&torn), "damaged"),
    ];
    let place = tempfile::tempdir().unwrap();
    let restore = |name: &str| in_folder(place.path(), &["--data-dir", "d", "restore", name]);
    for (name, bytes, said) in rows {
        let path = folder.path().join(name);
        if let Some(bytes) = bytes {
            fs::write(&path, bytes).unwrap();
        }
        let refused = restore(path.to_str().unwrap()).run().await.with_code(1);
        assert!(refused.stderr.contains(said), "{name}: {}", refused.stderr);
        assert_eq!(refused.stderr.lines().count(), 1, "{name}: {}", refused.stderr);
        assert_eq!(names(&place.path().join("d")), ["blog.sqlite.serve-lock"], "{name}");
    }
    let refused = restore(newer.to_str().unwrap()).run().await.with_code(1);
    assert!(
        refused.stderr.contains("newer version") && refused.stderr.contains("m9999"),
        "{}",
        refused.stderr
    );

    // What an earlier database left would be taken for the restored one's last transactions.
    fs::write(place.path().join("d/blog.sqlite-wal"), "old").unwrap();
    let refused = restore(file).run().await.with_code(1);
    assert!(refused.stderr.contains("blog.sqlite-wal is there already"), "{}", refused.stderr);
    fs::remove_file(place.path().join("d/blog.sqlite-wal")).unwrap();
    let _ = restore(file).run().await.well();
    let _ = in_folder(place.path(), &["--data-dir", "d", "doctor"]).run().await.well();
}

/// A copy of the files themselves, the second one with the last transactions included.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_the_files_comes_back_with_its_last_transactions() {
    let database = small_blog(Database::Sqlite).await;
    let served = Inkstand::on(&database).serve().await;
    let client = owner(&database, &served).await;
    super::publish(&client, "The last one").await;
    let copy = tempfile::tempdir().unwrap();
    for name in ["blog.sqlite", "blog.sqlite-wal"] {
        fs::copy(database.folder.path().join(name), copy.path().join(name)).unwrap();
    }
    served.stop().await;
    let file = copy.path().join("blog.sqlite");
    let place = TestDatabase::new(Database::Sqlite).await;
    let _ = run(&place, &["restore", file.to_str().unwrap()]).await.well();
    let kept = place.texts("SELECT title FROM entry WHERE title = 'The last one'").await;
    assert_eq!(kept.len(), 1);
    assert_eq!(names(copy.path()), ["blog.sqlite", "blog.sqlite-wal"], "the copy itself is left alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_has_better_tools_and_a_restored_one_gets_a_new_log() {
    let database = small_blog(Database::Postgres).await;
    for args in [["backup", "x.sqlite"], ["restore", "x.sqlite"]] {
        let refused = run(&database, &args).await.with_code(1);
        assert!(refused.stderr.contains("pg_dump"), "{}", refused.stderr);
        assert!(refused.stderr.contains("reindex --new-log"), "{}", refused.stderr);
    }
    let served = Inkstand::on(&database).serve().await;
    served.client.caught_up(&database).await;
    let log_id = "SELECT value FROM setting WHERE key = 'log_id'";
    let before = database.texts(log_id).await;
    // Behind the log's back, so that only a new build can find it, and nothing remembered shows it.
    assert_eq!(
        served.client.query("{ posts { nodes { title } } }").await["posts"]["nodes"][2]["title"],
        "Hello"
    );
    database.sql("UPDATE entry SET title = 'Restored' WHERE title = 'Hello'").await;
    let _ = run(&database, &["reindex", "--new-log"]).await.well();
    assert_ne!(database.texts(log_id).await, before);
    served.client.caught_up(&database).await;
    let data =
        served.client.query("{ search(text: \"restored\") { totalCount } posts { nodes { title } } }").await;
    assert_eq!(data["search"]["totalCount"], 1, "{data}");
    assert_eq!(data["posts"]["nodes"][2]["title"], "Restored", "{data}");
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_backup_left_goes_with_the_next_one() {
    let database = small_blog(Database::Sqlite).await;
    // Large enough that a backup takes a moment.
    database.sql("UPDATE entry_body SET source = hex(zeroblob(20000000))").await;
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    // Without what SQLite has beside them.
    let in_the_making = |name: &String| name.starts_with('.') && !name.ends_with("-journal");
    let unnamed = || names(folder.path()).into_iter().filter(in_the_making).collect::<Vec<_>>();
    let begun = async |name: &str| {
        let child = Inkstand::on(&database).args(["backup", &place(name)]).spawn();
        eventually("the beginning of a backup", Duration::from_secs(60), || async {
            (!unnamed().is_empty()).then_some(())
        })
        .await;
        child
    };
    let signal = async |child: &tokio::process::Child, name: &str| {
        let id = child.id().expect("a process that runs").to_string();
        let told = tokio::process::Command::new("kill").args([name, &id]).status().await.unwrap();
        assert!(told.success());
    };
    // One that only takes its time is left alone.
    let mut slow = begun("slow.sqlite").await;
    signal(&slow, "-STOP").await;
    let of_the_slow_one = unnamed();
    assert_eq!(of_the_slow_one.len(), 1, "{:?}", names(folder.path()));
    let _ = run(&database, &["backup", &place("beside.sqlite")]).await.well();
    assert_eq!(unnamed(), of_the_slow_one);
    signal(&slow, "-CONT").await;
    assert!(slow.wait().await.unwrap().success());
    assert_eq!(names(folder.path()), ["beside.sqlite", "slow.sqlite"]);

    let mut killed = begun("killed.sqlite").await;
    killed.kill().await.unwrap();
    assert_eq!(unnamed().len(), 1, "{:?}", names(folder.path()));
    let _ = run(&database, &["backup", &place("next.sqlite")]).await.well();
    assert_eq!(names(folder.path()), ["beside.sqlite", "next.sqlite", "slow.sqlite"]);
}
