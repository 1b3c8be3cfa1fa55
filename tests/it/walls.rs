//! The walls between the crates (ARCHITECTURE.md): which of ours each may use, and which technology has its room
//! where.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Each crate, with the crates of ours that it may use.
const MAY_USE: [(&str, &[&str]); 15] = [
    ("model", &[]),
    ("figures", &[]),
    ("markup", &["model"]),
    ("exchange", &["model"]),
    ("identity", &["model"]),
    ("search", &["model"]),
    ("storage", &["figures", "model"]),
    ("outgoing", &[]),
    ("blog", &["figures", "identity", "markup", "model", "outgoing", "search", "storage"]),
    ("graphql", &["blog", "figures", "model"]),
    ("web", &["markup", "model"]),
    ("feeds", &["model"]),
    ("http", &["blog", "feeds", "figures", "graphql", "model", "web"]),
    ("telemetry", &["blog", "figures", "graphql", "http", "outgoing"]),
    (
        "server",
        &["blog", "exchange", "graphql", "http", "identity", "markup", "model", "storage", "telemetry"],
    ),
];

/// Each technology, with the crates that may know it.
const ROOMS: [(&str, &[&str]); 19] = [
    ("sea-orm", &["storage"]),
    ("sea-orm-migration", &["storage"]),
    ("tantivy", &["search"]),
    ("async-graphql", &["graphql"]),
    ("axum", &["http", "server"]),
    ("askama", &["web"]),
    ("tokio-tungstenite", &["http"]),
    ("comrak", &["markup"]),
    ("ammonia", &["markup"]),
    ("serde-saphyr", &["exchange"]),
    ("argon2", &["identity"]),
    ("hmac", &["identity", "outgoing"]),
    ("rpassword", &["server"]),
    ("tokio-rustls", &["outgoing"]),
    ("anyhow", &["server"]),
    ("tracing-subscriber", &["telemetry"]),
    ("prometheus-client", &["telemetry"]),
    ("opentelemetry", &["telemetry"]),
    ("opentelemetry-otlp", &["telemetry"]),
];

#[test]
fn arrows_only_point_down() {
    let crates = dependencies();
    let known: BTreeSet<&str> = MAY_USE.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        crates.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        known,
        "every crate has its place"
    );
    for (name, allowed) in MAY_USE {
        for used in crates[name].iter().filter_map(|used| used.strip_prefix("inkstand-")) {
            assert!(allowed.contains(&used), "{name} uses {used}: why? (ARCHITECTURE.md)");
        }
    }
}

#[test]
fn each_technology_has_one_room() {
    for (name, used) in dependencies() {
        for (technology, rooms) in ROOMS {
            assert!(
                !used.contains(technology) || rooms.contains(&name.as_str()),
                "{name} uses {technology}, which belongs to {rooms:?}"
            );
        }
    }
}

#[test]
fn the_model_knows_neither_executor_nor_wire() {
    let used = &dependencies()["model"];
    for foreign in ["serde", "serde_json", "tokio", "tracing"] {
        assert!(!used.contains(foreign), "model uses {foreign}");
    }
}

/// What each crate of `crates/` depends on at run time.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    fs::read_dir(crates)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let manifest = fs::read_to_string(entry.path().join("Cargo.toml")).unwrap();
            let manifest: toml::Table = manifest.parse().unwrap();
            let used = manifest["dependencies"].as_table().unwrap().keys().cloned().collect();
            (entry.file_name().into_string().unwrap(), used)
        })
        .collect()
}
