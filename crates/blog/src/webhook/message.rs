//! The form of the messages, as `schema/webhooks.md` documents it.

use inkstand_model::{Change, Entry, Instant, Seq};
use serde::Serialize;

/// Cache keys in one message.
const KEYS_AT_ONCE: usize = 100;

/// A message as Standard Webhooks wants it.
#[derive(Serialize)]
struct Message<'a, Data> {
    #[serde(rename = "type")]
    event: &'a str,
    timestamp: String,
    data: Data,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EntryData<'a> {
    id: &'a str,
    kind: &'a str,
    seq: String,
    paths: Vec<&'a str>,
    #[serde(flatten)]
    shown: Option<&'a ShownEntry>,
}

/// What everybody may see of an entry.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownEntry {
    pub(super) url: String,
    pub(super) title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) published_at: Option<String>,
    pub(super) updated_at: String,
    pub(super) tags: Vec<ShownTerm>,
    pub(super) authors: Vec<ShownTerm>,
}

/// A tag or an author.
#[derive(Serialize)]
pub(super) struct ShownTerm {
    pub(super) slug: String,
    pub(super) name: String,
}

#[derive(Serialize)]
struct StaleData<'a> {
    keys: &'a [&'a str],
    paths: Vec<&'a str>,
    seq: String,
}

#[derive(Serialize)]
struct TestData {
    webhook: String,
}

impl ShownEntry {
    pub(super) fn new(entry: &Entry, url: String, tags: Vec<ShownTerm>, authors: Vec<ShownTerm>) -> Self {
        Self {
            url,
            title: entry.title.clone(),
            published_at: entry.published_at().map(Instant::to_rfc3339),
            updated_at: entry.updated_at.to_rfc3339(),
            tags,
            authors,
        }
    }
}

/// A change of a post or a page.
pub(super) fn of_entry(
    event: &str,
    id: &str,
    kind: &str,
    change: &Change,
    shown: Option<&ShownEntry>,
) -> Result<String, serde_json::Error> {
    let paths = change.paths().collect();
    let data = EntryData { id, kind, seq: change.seq.to_string(), paths, shown };
    serde_json::to_string(&Message { event, timestamp: change.at.to_rfc3339(), data })
}

/// Keys of which answers are stale, in messages that are not too long.
pub(super) fn of_stale_keys(
    event: &str,
    keys: &[&str],
    at: Instant,
    seq: Seq,
) -> Result<Vec<String>, serde_json::Error> {
    keys.chunks(KEYS_AT_ONCE)
        .map(|keys| {
            let paths = keys.iter().filter_map(|key| key.strip_prefix("path:")).collect();
            let data = StaleData { keys, paths, seq: seq.to_string() };
            serde_json::to_string(&Message { event, timestamp: at.to_rfc3339(), data })
        })
        .collect()
}

/// A message that says nothing but that it came.
pub(super) fn of_test(event: &str, webhook: String, at: Instant) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Message { event, timestamp: at.to_rfc3339(), data: TestData { webhook } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_keys_are_several_messages() {
        let keys: Vec<String> = (0..250).map(|n| format!("path:/{n:03}")).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let at = Instant::from_millis(0).unwrap();
        let messages = of_stale_keys("cache.invalidated", &keys, at, Seq::new(7)).unwrap();
        let said: Vec<serde_json::Value> =
            messages.iter().map(|message| serde_json::from_str(message).unwrap()).collect();
        let count = |n: usize, list: &str| said[n]["data"][list].as_array().unwrap().len();
        assert_eq!(said.len(), 3);
        assert_eq!([count(0, "keys"), count(1, "keys"), count(2, "keys")], [100, 100, 50]);
        assert_eq!([count(0, "paths"), count(1, "paths"), count(2, "paths")], [100, 100, 50]);
        assert_eq!(said[2]["data"]["paths"][49], "/249");
        assert!(said.iter().all(|message| message["data"]["seq"] == "7"));
        assert!(of_stale_keys("cache.invalidated", &[], at, Seq::new(7)).unwrap().is_empty());
    }
}
