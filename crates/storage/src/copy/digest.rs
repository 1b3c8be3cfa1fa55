//! One number for all rows of a table, in whatever order they come and whatever database they are in.

use std::fmt;

use sea_orm::Value;
use sha2::{Digest as _, Sha256};

use super::column::Column;

/// The number of rows, and the sum of their SHA-256 digests in four parts.
///
/// A sum, not an exclusive or: two equal rows would take each other away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Digest {
    rows: u64,
    sum: [u64; 4],
}

impl Digest {
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Adds a row, and says how many bytes its values have.
    pub(super) fn add(&mut self, columns: &[Column], values: &[Value]) -> usize {
        let mut hash = Sha256::new();
        let mut bytes = 0;
        for (column, value) in columns.iter().zip(values) {
            put(&mut hash, column.name.as_bytes());
            bytes += match value {
                Value::Uuid(Some(uuid)) => put(&mut hash, uuid.as_bytes()),
                Value::String(Some(text)) => put(&mut hash, text.as_bytes()),
                Value::BigInt(Some(number)) => put(&mut hash, &number.to_le_bytes()),
                Value::Bool(Some(bool)) => put(&mut hash, &[u8::from(*bool)]),
                Value::Bytes(Some(bytes)) => put(&mut hash, bytes),
                // Nothing else is read, and nothing at all is shorter than an empty text.
                _ => 0,
            };
        }
        for (part, eight) in self.sum.iter_mut().zip(hash.finalize().as_chunks::<8>().0) {
            *part = part.wrapping_add(u64::from_le_bytes(*eight));
        }
        self.rows += 1;
        bytes
    }
}

/// With its length before it, so that two values never look like two others.
fn put(hash: &mut Sha256, value: &[u8]) -> usize {
    hash.update((value.len() as u64 + 1).to_le_bytes());
    hash.update(value);
    value.len()
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sum.iter().try_for_each(|part| write!(f, "{part:016x}"))
    }
}
