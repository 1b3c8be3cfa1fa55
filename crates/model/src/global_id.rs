//! The ids that the outside knows things by.

use std::fmt;

use uuid::Uuid;

/// A global id: `post_` and 32 hexadecimal digits. The same thing has the same one at every door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GlobalId<'a> {
    /// What it is the id of: `post`, `tag`, `webhook`, …
    pub kind: &'a str,
    /// The key.
    pub key: Uuid,
}

impl<'a> GlobalId<'a> {
    /// Takes an id apart; `None` where the text is none.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let (kind, key) = text.split_once('_')?;
        // Other spellings of a UUID would be other ids of the same thing.
        let key = (key.len() == 32).then(|| Uuid::try_parse(key).ok())??;
        Some(Self { kind, key })
    }
}

impl fmt::Display for GlobalId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.kind, self.key.simple())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_as_they_are_written() {
        let id = GlobalId { kind: "post", key: Uuid::from_u128(0xab) };
        assert_eq!(id.to_string(), "post_000000000000000000000000000000ab");
        assert_eq!(GlobalId::parse(&id.to_string()), Some(id));
        for other in ["", "post", "post_", "post_ab", "post_00000000-0000-0000-0000-0000000000ab", "post_gg"]
        {
            assert_eq!(GlobalId::parse(other), None, "{other}");
        }
    }
}
