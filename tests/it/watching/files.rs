//! What is in `deploy/watching` is true: every metric is explained, and nothing is looked at that is not there.

use std::{collections::BTreeSet, io::Write, process::Command};

use inkstand_tests::{Database, Receiver};
use serde_json::Value;

use super::{Page, folder, make_things_happen, names_in, read, watched_blog};

/// Each metric of a page, and the names under which its numbers stand.
async fn exposed() -> (Page, BTreeSet<String>) {
    let blog = watched_blog(Database::Postgres).await;
    make_things_happen(&blog, &Receiver::start().await).await;
    let page = Page::of(blog.metrics.unwrap()).await;
    let numbers = page.numbers.keys().map(|name| name.split('{').next().unwrap().to_owned()).collect();
    (page, numbers)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_metric_is_explained() {
    let (page, _) = exposed().await;
    // A row is `| name | kind | labels | says |`.
    let documented = read("metrics.md");
    let rows = documented.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let rows: Vec<(&str, Vec<&str>)> =
        rows.map(|(name, rest)| (name, rest.split('|').map(str::trim).collect())).collect();
    let explained: BTreeSet<&str> = rows.iter().map(|(name, _)| *name).collect();
    assert_eq!(explained, page.kinds.keys().map(String::as_str).collect::<BTreeSet<_>>());
    for (name, columns) in rows {
        assert_eq!(columns[0], page.kinds[name], "the kind of {name}");
        let labels: BTreeSet<&str> = columns[1]
            .split(',')
            .map(|label| label.trim().trim_matches('`'))
            .filter(|label| !label.is_empty())
            .collect();
        let has_labels: BTreeSet<&str> = page
            .numbers
            .keys()
            .filter_map(|number| number.strip_prefix(name)?.split_once('{'))
            .filter(|(suffix, _)| ["", "_bucket", "_sum", "_count"].contains(suffix))
            .flat_map(|(_, labels)| labels.split("\",").filter_map(|label| label.split_once('=')))
            .map(|(label, _)| label)
            .filter(|label| *label != "le")
            .collect();
        assert_eq!(labels, has_labels, "the labels of {name}");
    }
    for name in page.kinds.keys() {
        assert!(page.text.contains(&format!("# HELP {name} ")), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_looked_at_that_is_not_there() {
    let (_, numbers) = exposed().await;
    let dashboard: Value = serde_json::from_str(&read("dashboard.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().into_iter().flatten());
    let shown: String = targets.map(|target| target["expr"].as_str().unwrap()).collect::<Vec<_>>().join("\n");
    let rules = read("rules.yml");
    // What the rules make, the dashboard may show.
    let made: BTreeSet<&str> =
        rules.lines().filter_map(|line| line.trim().strip_prefix("- record: ")).collect();
    for made in
        shown.split(|c: char| c.is_whitespace() || c == '{').filter(|word| word.starts_with("inkstand:"))
    {
        assert!(rules.contains(&format!("- record: {made}\n")), "{made}");
    }
    assert!(!made.is_empty());
    for text in [&shown, &rules] {
        let named = names_in(text);
        assert!(named.len() > 10);
        let unknown: Vec<_> = named.difference(&numbers).collect();
        assert!(unknown.is_empty(), "not exposed: {unknown:?}");
    }
    // And all that is told is shown.
    let shown = names_in(&shown);
    let of = |name: &String| {
        let plain = ["_bucket", "_sum", "_count"].iter().find_map(|suffix| name.strip_suffix(suffix));
        plain.map_or(shown.contains(name), |plain| shown.iter().any(|shown| shown.starts_with(plain)))
    };
    let hidden: Vec<_> = numbers.iter().filter(|name| !of(name)).collect();
    assert_eq!(hidden, ["process_virtual_memory_bytes"], "on no panel");
}

#[test]
fn every_alert_has_its_entry_in_the_runbook() {
    let (rules, runbook) = (read("rules.yml"), read("runbook.md"));
    let alerts: BTreeSet<&str> =
        rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    let entries: BTreeSet<&str> = runbook.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    assert_eq!(alerts, entries);
    for alert in alerts {
        let anchor = format!("runbook: \"runbook.md#{}\"", alert.to_lowercase());
        assert!(rules.contains(&anchor), "{anchor}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn prometheus_own_tool_finds_nothing_to_say() {
    let promtool = |args: &[&str], input: &str| {
        let mut child = Command::new("promtool")
            .args(args)
            .current_dir(folder())
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("promtool, of Debian's package prometheus");
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let ended = child.wait_with_output().unwrap();
        let said =
            format!("{}{}", String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
        assert!(ended.status.success(), "promtool {args:?}\n{said}");
        said
    };
    promtool(&["check", "config", "prometheus.yml"], "");
    promtool(&["check", "rules", "rules.yml"], "");
    promtool(&["test", "rules", "rules.test.yml", "rules.slow.test.yml"], "");
    let (page, _) = exposed().await;
    assert_eq!(promtool(&["check", "metrics"], &page.text), "");
}
