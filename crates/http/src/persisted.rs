//! Automatic persisted queries, as Apollo spells them: a client sends the SHA-256 of a document in place of the document,
//! and the document along with it when it is told that this server does not know it.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use inkstand_graphql::code;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::{negotiation::MediaType, problem::problem_as};

/// Bytes of all documents that are kept, with what it takes to keep one. A front end has a few dozen, of a few
/// kilobytes each.
const MOST_BYTES: usize = 8 * 1024 * 1024;
const OVERHEAD: usize = 160;

/// The digest of a document.
pub(crate) type Hash = [u8; 32];

/// Documents by their digests, those that were asked for last.
#[derive(Default)]
pub(crate) struct Persisted(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    documents: HashMap<Hash, (Arc<str>, u64)>,
    /// The digests by when they were asked for.
    order: BTreeMap<u64, Hash>,
    clock: u64,
    bytes: usize,
}

/// A document that may be kept under its digest, once it has proved to be one that this server answers.
pub(crate) struct Candidate(Hash, Arc<str>);

/// What is wrong with a request for a persisted query.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// It is not known here: the client sends it again, with the document.
    NotFound,
    /// Nothing is kept here: the client sends documents from now on.
    NotSupported,
    /// The document has another digest.
    OtherHash,
}

/// The digest in `extensions`; an error says what is wrong with it.
pub(crate) fn hash_in(extensions: &Map<String, Value>) -> Result<Option<Hash>, String> {
    let asked = match extensions.get("persistedQuery") {
        None | Some(Value::Null) => return Ok(None),
        Some(asked) => asked,
    };
    let form = "`extensions.persistedQuery` must be {\"version\": 1, \"sha256Hash\": \"…\"}, with 64 hexadecimal digits";
    if asked.get("version").and_then(Value::as_u64) != Some(1) {
        return Err(format!("{form}; only version 1 is known"));
    }
    let hash = asked.get("sha256Hash").and_then(Value::as_str).and_then(from_hex);
    hash.map(Some).ok_or_else(|| form.to_owned())
}

fn from_hex(text: &str) -> Option<Hash> {
    let mut hash = Hash::default();
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
        let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.contains('+'))?;
        *byte = u8::from_str_radix(digits, 16).ok()?;
    }
    Some(hash)
}

impl Persisted {
    /// The document that is meant, and what may be kept of it. `kept` is `None` where nothing is.
    pub(crate) fn resolve(
        kept: Option<&Self>,
        query: Option<String>,
        hash: Hash,
    ) -> Result<(String, Option<Candidate>), Unknown> {
        match (kept, query) {
            (None, Some(query)) => Ok((query, None)),
            (None, None) => Err(Unknown::NotSupported),
            (Some(kept), None) => {
                kept.get(&hash).map(|query| (query.to_string(), None)).ok_or(Unknown::NotFound)
            }
            (Some(_), Some(query)) if Hash::from(Sha256::digest(&query)) != hash => Err(Unknown::OtherHash),
            (Some(_), Some(query)) => {
                let candidate = Candidate(hash, query.as_str().into());
                Ok((query, Some(candidate)))
            }
        }
    }

    /// Keeps a document, in place of those that were not asked for the longest.
    pub(crate) fn keep(&self, Candidate(hash, document): Candidate) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.touch(&hash).is_some() {
            return;
        }
        let size = document.len() + OVERHEAD;
        if size > MOST_BYTES {
            return;
        }
        while kept.bytes + size > MOST_BYTES {
            let Some((_, oldest)) = kept.order.pop_first() else { break };
            if let Some((document, _)) = kept.documents.remove(&oldest) {
                kept.bytes -= document.len() + OVERHEAD;
            }
        }
        kept.clock += 1;
        let clock = kept.clock;
        kept.order.insert(clock, hash);
        kept.documents.insert(hash, (document, clock));
        kept.bytes += size;
    }

    /// How many documents are kept, and the bytes that they take.
    pub(crate) fn size(&self) -> (u64, u64) {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.documents.len() as u64, kept.bytes as u64)
    }

    fn get(&self, hash: &Hash) -> Option<Arc<str>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).touch(hash)
    }
}

impl Kept {
    /// A document, which counts as asked for now.
    fn touch(&mut self, hash: &Hash) -> Option<Arc<str>> {
        let (document, asked) = self.documents.get_mut(hash)?;
        self.clock += 1;
        self.order.remove(asked);
        self.order.insert(self.clock, *hash);
        *asked = self.clock;
        Some(Arc::clone(document))
    }
}

impl Unknown {
    pub(crate) fn response(&self, media_type: MediaType) -> Response {
        // The first two words are what Apollo's clients look for, and with 200 as its servers send them: some take
        // another status for a failure of the network.
        let (status, code, message) = match self {
            Self::NotFound => (StatusCode::OK, code::PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound"),
            Self::NotSupported => {
                (StatusCode::OK, code::PERSISTED_QUERY_NOT_SUPPORTED, "PersistedQueryNotSupported")
            }
            Self::OtherHash => {
                (StatusCode::BAD_REQUEST, code::BAD_REQUEST, "provided sha does not match query")
            }
        };
        let mut response = problem_as(media_type, status, code, message);
        // In a while it may be known.
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        response
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn hash(of: &str) -> Hash {
        Sha256::digest(of).into()
    }

    #[test]
    fn digests_are_read_strictly() {
        let good = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38";
        let read = |version: Value, hash: Value| {
            let asked = json!({ "persistedQuery": { "version": version, "sha256Hash": hash } });
            hash_in(asked.as_object().unwrap()).map_err(|_| ())
        };
        assert_eq!(read(json!(1), json!(good)), Ok(Some(hash("{__typename}"))));
        assert_eq!(read(json!(1), json!(good.to_uppercase())), Ok(Some(hash("{__typename}"))));
        for (version, hash) in [
            (json!(2), json!(good)),
            (json!("1"), json!(good)),
            (json!(1), json!(&good[1..])),
            (json!(1), json!(good.replace('e', "g"))),
            (json!(1), json!(good.replacen("ec", "+c", 1))),
            (json!(1), json!("é".repeat(32))),
            (json!(1), Value::Null),
        ] {
            assert_eq!(read(version.clone(), hash.clone()), Err(()), "{version} {hash}");
        }
        assert_eq!(hash_in(&Map::new()), Ok(None));
    }

    #[test]
    fn what_was_not_asked_for_the_longest_makes_room() {
        let kept = Persisted::default();
        let document = |i: usize| format!("# {i}\n{}", "x".repeat(MOST_BYTES / 4 - 2 * OVERHEAD));
        let know = |i: usize| Persisted::resolve(Some(&kept), None, hash(&document(i))).is_ok();
        for i in 0..4 {
            let (_, candidate) =
                Persisted::resolve(Some(&kept), Some(document(i)), hash(&document(i))).unwrap();
            kept.keep(candidate.unwrap());
        }
        assert!(know(0));
        let (_, candidate) = Persisted::resolve(Some(&kept), Some(document(4)), hash(&document(4))).unwrap();
        kept.keep(candidate.unwrap());
        assert_eq!((0..5).map(know).collect::<Vec<_>>(), [true, false, true, true, true]);
        let inner = kept.0.lock().unwrap();
        assert!(inner.bytes <= MOST_BYTES && inner.order.len() == inner.documents.len());
    }

    #[test]
    fn a_document_is_kept_under_its_own_digest_alone() {
        let kept = Persisted::default();
        let other = Persisted::resolve(Some(&kept), Some("{a}".to_owned()), hash("{b}"));
        assert_eq!(other.err(), Some(Unknown::OtherHash));
        assert_eq!(Persisted::resolve(None, None, hash("{b}")).err(), Some(Unknown::NotSupported));
        assert_eq!(Persisted::resolve(Some(&kept), None, hash("{b}")).err(), Some(Unknown::NotFound));
    }
}
