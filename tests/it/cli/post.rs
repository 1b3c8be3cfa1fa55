//! `inkstand post`: from a first draft to the trash, with a scripted editor and from pipes.

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use inkstand_tests::{Database, Ended, Inkstand, TestDatabase, eventually};
use rstest::rstest;
use serde_json::{Value, json};

/// A blog with a category, an author, a series and one published post.
struct Shell {
    database: TestDatabase,
}

const BEFORE: &str = "---\ntitle: The blotter\ndate: 2024-05-01 12:00 +02:00\ncategories: [Essays]\nauthors: [Jane]\n\
    series: Letters\ntags: [ink]\n---\nIt dries.\n";

impl Shell {
    async fn new(kind: Database) -> Self {
        let database = TestDatabase::new(kind).await;
        std::fs::write(database.folder.path().join("blotter.md"), BEFORE).unwrap();
        let shell = Self { database };
        let _ = shell.inkstand().args(["import", "blotter.md"]).run().await.well();
        let _ = shell.inkstand().args(["site", "set", "time-zone", "Europe/Berlin"]).run().await.well();
        shell
    }

    fn inkstand(&self) -> Inkstand {
        Inkstand::on(&self.database).env("TMPDIR", self.folder("tmp"))
    }

    fn folder(&self, name: &str) -> PathBuf {
        let folder = self.database.folder.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn post(&self, args: &[&str]) -> Inkstand {
        self.inkstand().args(["post"]).args(args)
    }

    /// With an editor that runs `script`, where `$1` is the file.
    fn with_editor(&self, args: &[&str], script: &str) -> Inkstand {
        let path = self.database.folder.path().join("editor.sh");
        std::fs::write(&path, format!("#!/bin/sh\nset -e\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        self.post(args).env("EDITOR", path)
    }

    async fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.post(args).args(["--json"]).run().await.well().stdout).unwrap()
    }

    /// Files that were kept, with what they say.
    fn kept(&self) -> Vec<String> {
        let folders = std::fs::read_dir(self.folder("tmp")).unwrap();
        folders
            .map(|folder| std::fs::read_to_string(folder.unwrap().path().join("post.md")).unwrap())
            .collect()
    }
}

fn says(ended: &Ended, words: &[&str]) {
    for word in words {
        assert!(ended.stderr.contains(word), "nothing of {word:?}: {}", ended.stderr);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_post_from_draft_to_trash(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let shell = Shell::new(kind).await;
    let fill = "grep -q '^title: \"Iron: a \\\\\"gall\\\\\" story\"' \"$1\"\n\
        sed -i 's/^date:.*/date: 2024-06-01 10:00/; s/^tags:.*/tags: [ink, \"free software\"]/; \
        s/^categories:.*/categories: [essays]/; s/^authors:.*/authors: [Jane]/; s/^series:.*/series: letters/; \
        s/^description:.*/description: In short./' \"$1\"\n\
        printf 'It *bites*.\\n' >> \"$1\"";
    let made = shell.with_editor(&["new", "Iron: a \"gall\" story"], fill).run().await.well();
    assert!(made.stdout.starts_with("made post_"), "{}", made.stdout);
    assert!(made.stdout.contains("a draft"), "{}", made.stdout);
    assert_eq!(shell.kept(), Vec::<String>::new(), "nothing is left in the temporary folder");

    let listed = shell.post(&["list"]).run().await.well();
    insta::allow_duplicates! {
        insta::assert_snapshot!(listed.stdout, @r#"
        draft      2024-06-01 10:00  iron-a-gall-story  Iron: a "gall" story
        published  2024-05-01 12:00  blotter            The blotter
        "#);
    }
    let shown = shell.post(&["show", "iron-a-gall-story"]).run().await.well();
    insta::allow_duplicates! {
        insta::assert_snapshot!(shown.stdout, @r#"
        ---
        title: "Iron: a \"gall\" story"
        date: 2024-06-01 10:00:00 +02:00
        slug: "iron-a-gall-story"
        draft: true
        lang: "en"
        tags: ["ink", "free software"]
        categories: ["Essays"]
        authors: ["Jane"]
        series: "Letters"
        description: "In short."
        ---

        It *bites*.
        "#);
    }

    let edited = shell.with_editor(
        &["edit", "iron-a-gall-story"],
        "sed -i 's/bites/stings/; s/^tags:.*/tags: [ink]/; /^categories/d' \"$1\"",
    );
    let edited = edited.run().await.well();
    assert!(edited.stdout.starts_with("saved post_"), "{}", edited.stdout);
    let post = shell.json(&["show", "iron-a-gall-story"]).await;
    assert_eq!(
        (&post["markdown"], &post["tags"], &post["categories"], &post["version"], &post["authors"]),
        (&json!("It *stings*.\n"), &json!(["ink"]), &json!([]), &json!(2), &json!(["jane"]))
    );

    let published = shell.json(&["publish", "iron-a-gall-story"]).await;
    assert_eq!(
        (&published["status"], &published["path"], &published["publishedAt"]),
        (&json!("PUBLISHED"), &json!("/2024/06/iron-a-gall-story"), &json!("2024-06-01T08:00:00Z"))
    );
    let refused = shell.post(&["schedule", "iron-a-gall-story", "2999-01-01"]).run().await.with_code(1);
    says(&refused, &["published already"]);
    let _ = shell.post(&["unpublish", "iron-a-gall-story"]).run().await.well();
    let scheduled = shell.json(&["schedule", "iron-a-gall-story", "2999-01-01", "18:30"]).await;
    assert_eq!(
        (&scheduled["status"], &scheduled["publishedAt"]),
        (&json!("SCHEDULED"), &json!("2999-01-01T17:30:00Z"))
    );
    assert_eq!(shell.json(&["unpublish", "iron-a-gall-story", "--private"]).await["status"], "PRIVATE");
    let again = shell.json(&["publish", "iron-a-gall-story", "--date", "2024-07-02T00:00:00Z"]).await;
    assert_eq!(
        (&again["status"], &again["publishedAt"]),
        (&json!("PUBLISHED"), &json!("2024-07-02T00:00:00Z"))
    );
    let trashed = shell.post(&["trash", "iron-a-gall-story"]).run().await.well();
    assert!(trashed.stdout.contains("restore"), "{}", trashed.stdout);
    assert_eq!(shell.json(&["list"]).await.as_array().unwrap().len(), 1);
    assert_eq!(shell.json(&["list", "--status", "trashed,draft"]).await[0]["slug"], "iron-a-gall-story");
    assert_eq!(shell.json(&["list", "--tag", "ink", "--status", "trashed"]).await[0]["title"], post["title"]);
    assert_eq!(shell.json(&["list", "--tag", "nowhere"]).await, json!([]));
    assert_eq!(shell.json(&["restore", "iron-a-gall-story"]).await["status"], "DRAFT");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_editor_that_makes_nothing(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let shell = Shell::new(kind).await;
    for script in ["true", ": > \"$1\"", "rm \"$1\"", "printf -- '---\\ntags: [a]\\n---\\n' > \"$1\""] {
        let ended = shell.with_editor(&["new", "Never"], script).run().await.well();
        assert!(ended.stdout.contains("nothing was made"), "{script}: {}", ended.stdout);
    }
    for script in ["true", ": > \"$1\"", "sed -i 's/^title: .*/title: The blotter/' \"$1\""] {
        let ended = shell.with_editor(&["edit", "blotter"], script).run().await.well();
        assert!(ended.stdout.contains("nothing was changed"), "{script}: {}", ended.stdout);
    }
    assert_eq!(shell.json(&["show", "blotter"]).await["version"], 1);

    let failed = shell.with_editor(&["new"], "exit 3").run().await.with_code(1);
    says(&failed, &["nothing was done", "exit code 3"]);
    let missing = shell.post(&["new"]).env("EDITOR", "/nowhere/editor --wait").run().await.with_code(1);
    says(&missing, &["/nowhere/editor --wait", "cannot be started", "EDITOR"]);
    let nobody = shell.post(&["new"]).run().await.with_code(1);
    says(&nobody, &["--from -", "EDITOR"]);
    assert_eq!(shell.kept(), Vec::<String>::new());

    // What was written before it failed is kept.
    let failed = shell.with_editor(&["new"], "echo precious >> \"$1\"; exit 3").run().await.with_code(1);
    says(&failed, &["exit code 3", "kept in", "post.md", "inkstand post new --from"]);
    assert!(shell.kept()[0].ends_with("precious\n"));
    assert_eq!(shell.json(&["list"]).await.as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_with_arguments_and_the_first_variable_counts() {
    let shell = Shell::new(Database::Sqlite).await;
    let ended =
        shell.post(&["edit", "blotter"]).env("EDITOR", "false").env("VISUAL", "sed -i s/dries/dried/");
    let _ = ended.run().await.well();
    let ended = shell.post(&["edit", "blotter"]).env("VISUAL", "").env("EDITOR", "sed -i 's/dried/is dry/'");
    let _ = ended.run().await.well();
    assert_eq!(shell.json(&["show", "blotter"]).await["markdown"], "It is dry.\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_in_the_editor_loses_nothing() {
    let shell = Shell::new(Database::Sqlite).await;
    let script = "kill -INT $PPID; sed -i 's/^title:.*/title: Kept/' \"$1\"";
    let made = shell.with_editor(&["new"], script).run().await.well();
    assert!(made.stdout.contains("Kept"), "{}", made.stdout);
    // It ends the editor, but not what was written.
    let script = "echo precious >> \"$1\"; kill -INT $PPID; kill -INT $$; sleep 5";
    let ended = shell.with_editor(&["new"], script).run().await.with_code(1);
    says(&ended, &["broken off", "kept in"]);
    assert!(shell.kept()[0].ends_with("precious\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_saved_is_kept() {
    let shell = Shell::new(Database::Sqlite).await;
    let blotter = "sed -i 's/^title:.*/title: Bad/; s/^slug:.*/slug: blotter/' \"$1\"";
    let rows: [(&str, &[&str]); 7] = [
        ("printf -- '---\\ntitle: [Bad\\n---\\nprecious\\n' > \"$1\"", &["line 2", "not valid YAML"]),
        (
            "sed -i 's/^title:.*/title: Bad/; s/^date:.*/date: soon/' \"$1\"",
            &["line 5", "`date` is not a date"],
        ),
        ("sed -i 's/^title:.*/titel: Bad/' \"$1\"", &["line 4", "`titel` is no key"]),
        (blotter, &["line 6: slug: another post has the slug blotter"]),
        (
            "sed -i 's/^title:.*/title: Bad/; s/^categories:.*/categories: [essays, nope]/; s/^authors:.*/authors: [joe]/; s/^series:.*/series: x/' \"$1\"",
            &[
                "line 8: categories: there is no category \"nope\"; there is essays",
                "line 9: authors: there is no author \"joe\"; there is jane",
                "line 10: series: there is no series \"x\"; there is letters",
            ],
        ),
        ("echo precious >> \"$1\"", &["line 4: title: must not be empty"]),
        ("printf 'title \\377\\n' > \"$1\"", &["not UTF-8"]),
    ];
    for (place, (script, words)) in rows.into_iter().enumerate() {
        let ended = shell.with_editor(&["new", "--publish"], script).run().await.with_code(1);
        says(&ended, words);
        says(&ended, &["kept in", "post.md", "inkstand post new --publish --from"]);
        assert_eq!(std::fs::read_dir(shell.folder("tmp")).unwrap().count(), place + 1, "{script}");
    }
    let folder = std::fs::read_dir(shell.folder("tmp")).unwrap().next().unwrap().unwrap();
    assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o077, 0, "for the author's eyes alone");
    assert_eq!(shell.json(&["list"]).await.as_array().unwrap().len(), 1, "nothing was made");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_comes_too_late(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let shell = Shell::new(kind).await;
    // The editor itself is somebody else who is faster.
    let script = format!(
        "unset EDITOR\n'{}' --data-dir '{}' --database-url '{}' post show blotter | sed s/dries/dried/ | \
        '{0}' --data-dir '{1}' --database-url '{2}' post edit blotter --from -\n\
        sed -i s/dries/drips/ \"$1\"",
        Inkstand::path().display(),
        shell.database.folder.path().display(),
        shell.database.url_text,
    );
    let ended = shell.with_editor(&["edit", "blotter"], &script).run().await.with_code(1);
    says(
        &ended,
        &["changed meanwhile", "version 2", "nothing was overwritten", "kept in", "inkstand post edit post_"],
    );
    assert!(shell.kept()[0].contains("It drips."));
    assert_eq!(shell.json(&["show", "blotter"]).await["markdown"], "It dried.\n");

    // The kept file can be saved over it, and a script can ask for the version.
    let file =
        std::fs::read_dir(shell.folder("tmp")).unwrap().next().unwrap().unwrap().path().join("post.md");
    let file = file.to_str().unwrap();
    let stale = ["edit", "blotter", "--from", file, "--if-version", "1"];
    says(&shell.post(&stale).run().await.with_code(1), &["changed meanwhile"]);
    let _ = shell.post(&["edit", "blotter", "--from", file, "--if-version", "2"]).run().await.well();
    assert_eq!(shell.json(&["show", "blotter"]).await["markdown"], "It drips.\n");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_finds_it(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let shell = Shell::new(kind).await;
    let served = Inkstand::on(&shell.database).serve().await;
    let new = shell.post(&["new", "From a pipe", "--publish", "--from", "-", "--json"]);
    let made: Value =
        serde_json::from_str(&new.run_with_input(b"A *gallnut*.\n").await.well().stdout).unwrap();
    let query = "query($id: ID!) { post(by: { id: $id }) { title html path } }";
    served.client.caught_up(&shell.database).await;
    let found = served.client.query_with(query, json!({ "id": made["id"] })).await;
    assert_eq!(found["post"]["title"], "From a pipe");
    assert_eq!(found["post"]["path"], made["path"]);
    eventually("the post in the search", Duration::from_secs(5), || async {
        let data = served.client.query(r#"{ search(text: "gallnut") { totalCount } }"#).await;
        (data["search"]["totalCount"] == 1).then_some(())
    })
    .await;
    let _ = shell.post(&["trash", "from-a-pipe"]).run().await.well();
    served.client.caught_up(&shell.database).await;
    let found = served.client.query_with(query, json!({ "id": made["id"] })).await;
    assert_eq!(found["post"], Value::Null);
    served.stop().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_post_is_named_in_many_ways(#[values(Database::Sqlite, Database::Postgres)] kind: Database) {
    let shell = Shell::new(kind).await;
    let id = shell.json(&["show", "blotter"]).await["id"].as_str().unwrap().to_owned();
    let page = shell.post(&["new", "About us", "--page", "--publish", "--from", "-", "--json"]);
    let page: Value = serde_json::from_str(&page.run_with_input(b"We.\n").await.well().stdout).unwrap();
    assert_eq!(page["path"], "/about-us");
    let rename = shell.with_editor(&["edit", "about-us"], "sed -i 's/^slug:.*/slug: über-uns/' \"$1\"");
    let _ = rename.run().await.well();
    for which in [
        "blotter",
        "Blotter",
        "/2024/05/blotter",
        "2024/05/blotter/",
        "https://blog.example/2024/05/blotter?utm=x#top",
        "1",
        "#1",
        &id,
    ] {
        // A query belongs to an address; without one that is known, the address alone counts.
        let which = which.replace("?utm=x", "");
        assert_eq!(shell.json(&["show", &which]).await["title"], "The blotter", "{which}");
    }
    for which in ["über-uns", "/über-uns", "/%C3%BCber-uns", "/about-us", "2", page["id"].as_str().unwrap()]
    {
        assert_eq!(shell.json(&["show", which]).await["title"], "About us", "{which}");
    }
    // A draft is found where it would stand.
    let draft = shell
        .post(&["new", "Two", "--from", "-"])
        .run_with_input(b"---\nslug: 2\ndate: 2024-08-01\n---\n")
        .await
        .well();
    assert!(draft.stdout.contains("draft"));
    assert_eq!(shell.json(&["show", "/2024/08/2"]).await["title"], "Two");
    // A slug that is another one's number.
    let refused = shell.post(&["show", "2"]).run().await.with_code(1);
    says(&refused, &["several", "post_", "page_", "Two", "About us"]);

    let other_kind = id.replace("post_", "page_");
    for (which, words) in [
        ("blot", &["did you mean blotter?"][..]),
        ("blotting-paper", &["did you mean blotter?"]),
        ("/2024/05/blottre", &["did you mean blotter?"]),
        ("zzz", &["there is no post or page \"zzz\"", "inkstand post list"]),
        ("999", &["there is no post or page"]),
        (&other_kind, &["there is no page with the id"]),
        ("/../etc", &["no address"]),
        (" ", &["slug, path, URL, number or id"]),
    ] {
        for command in ["show", "edit", "publish", "trash"] {
            let refused = shell.post(&[command, which]).run().await.with_code(1);
            says(&refused, words);
            assert_eq!(refused.stderr.lines().count(), 1, "{}", refused.stderr);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_read_and_write_by_pipes() {
    let shell = Shell::new(Database::Sqlite).await;
    let file = "---\ntitle: 'true'\nslug: truth\nlang: de\ncover: {src: /media/a.png, alt: A, caption: a < b}\n\
        format: html\n---\n<p>{% raw %}x{% endraw %}</p>\n";
    let made = shell.post(&["new", "--from", "-", "--json"]).run_with_input(file.as_bytes()).await.well();
    let made: Value = serde_json::from_str(&made.stdout).unwrap();
    assert_eq!(
        (&made["title"], &made["language"], &made["status"]),
        (&json!("true"), &json!("de"), &json!("DRAFT"))
    );
    assert_eq!(made["html"], "<p>{% raw %}x{% endraw %}</p>\n");
    let shown = shell.post(&["show", "truth"]).run().await.well().stdout;
    assert!(shown.contains("caption: \"a < b\"") && shown.contains("format: html"), "{shown}");

    // The same again is no change; another word is one.
    let same = shell.post(&["edit", "truth", "--from", "-"]).run_with_input(shown.as_bytes()).await.well();
    assert!(same.stdout.contains("nothing was changed"), "{}", same.stdout);
    let other = shown.replace("caption: \"a < b\"", "caption: \"b > a\"");
    let _ = shell.post(&["edit", "truth", "--from", "-"]).run_with_input(other.as_bytes()).await.well();
    assert_eq!(shell.json(&["show", "truth"]).await["version"], 2);
    assert!(shell.post(&["show", "truth"]).run().await.well().stdout.contains("caption: \"b > a\""));

    // What is shown can be imported elsewhere.
    let elsewhere = TestDatabase::new(Database::Sqlite).await;
    let published = shell.post(&["show", "blotter"]).run().await.well().stdout;
    std::fs::write(elsewhere.folder.path().join("a.md"), published).unwrap();
    let imported = Inkstand::on(&elsewhere).args(["import", "a.md"]).run().await.well();
    assert!(!imported.stdout.contains("warning"), "{}", imported.stdout);
    let again = Inkstand::on(&elsewhere).args(["post", "show", "blotter"]).run().await.well().stdout;
    assert!(again.contains("categories: [\"Essays\"]") && again.contains("It dries."), "{again}");

    for (args, input, words) in [
        (&["new", "--from", "-"][..], "", &["nothing was made"][..]),
        (&["new", "--from", "/nowhere.md"], "", &["/nowhere.md"]),
        (&["new", "--from", "-"], "---\nlayout: x\ntitle: A\n---\n", &["line 2", "`layout` is no key"]),
        (
            &["edit", "blotter", "--from", "-"],
            "Only a text.",
            &["title: must not be empty", "date: it has a date"],
        ),
        (
            &["edit", "blotter", "--from", "-"],
            "---\ntitle: A\ntype: page\ndate: 2024-05-01\n---\n",
            &["line 3", "stays one"],
        ),
        (
            &["edit", "blotter", "--from", "-"],
            "---\ntitle: A\ndraft: true\ndate: 2024-05-01\n---\n",
            &["line 3", "unpublish"],
        ),
        (
            &["edit", "blotter", "--from", "-"],
            "---\ntitle: A\ndate: 2999-01-01\n---\n",
            &["line 3", "a date to come"],
        ),
        (&["schedule", "blotter", "soon"], "", &["\"soon\" is no date", "Europe/Berlin"]),
        (&["publish", "truth", "--date", "2999-01-01"], "", &["to come", "schedule"]),
        (&["list", "--status", "lost"], "", &["lost", "draft"]),
    ] {
        let ended = shell.post(args).run_with_input(input.as_bytes()).await.with_code(1);
        says(&ended, words);
        assert_eq!(ended.stdout, "", "{args:?}");
    }
    assert_eq!(shell.json(&["show", "blotter"]).await["version"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_fits_the_terminal() {
    let shell = Shell::new(Database::Sqlite).await;
    let title = "日本語のとても長いタイトルがここにあります";
    let _ = shell.post(&["new", title, "--from", "-", "--publish"]).run_with_input(b"x").await.well();
    let listed = shell.post(&["list"]).env("COLUMNS", "60").run().await.well();
    for line in listed.stdout.lines() {
        // Han characters take two columns.
        let columns: usize = line.chars().map(|c| if c.is_ascii() || c == '…' { 1 } else { 2 }).sum();
        assert!(columns <= 60, "{columns}: {line}");
    }
    assert!(listed.stdout.lines().next().unwrap().contains('…'), "the newest first: {}", listed.stdout);
    let whole = shell.post(&["list", "--limit", "1"]).run().await.well();
    assert!(whole.stdout.contains(title) && whole.stdout.lines().count() == 1, "{}", whole.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_blog_there_is_nothing_to_write_in() {
    let folder = tempfile::tempdir().unwrap();
    for args in [&["post", "list"][..], &["post", "new", "A", "--from", "-"], &["post", "show", "a"]] {
        let ended = Inkstand::new(folder.path()).args(args).run().await.with_code(1);
        says(&ended, &["there is no blog", "--data-dir"]);
    }
    assert_eq!(std::fs::read_dir(Path::new(folder.path())).unwrap().count(), 0);
}
