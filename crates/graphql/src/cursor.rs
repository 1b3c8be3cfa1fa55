//! Cursors: the key of an item in its list, as base64 of a short text. Opaque to clients, checked when they
//! come back.

use async_graphql::Error;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use inkstand_model::{EntryCursor, EntryOrder, Instant, Slug, TermCursor, TermOrder};
use uuid::Uuid;

use crate::{code, error::refusal};

/// A key that is handed out as a cursor.
pub(crate) trait Key: Sized {
    /// The readable form.
    fn write(&self) -> String;
    /// Reads it back.
    fn read(text: &str) -> Option<Self>;

    /// As clients see it.
    fn encode(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.write())
    }

    /// Reads a cursor that came back as the argument of that name.
    fn decode(argument: &str, cursor: &str) -> Result<Self, Error> {
        let text = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        text.as_deref().and_then(Self::read).ok_or_else(|| not_ours(argument))
    }
}

/// The refusal of a cursor that is of no list, or of another one.
pub(crate) fn not_ours(argument: &str) -> Error {
    let message =
        format!("`{argument}` is no cursor of this list in this order; take one from its own edges");
    refusal(code::BAD_CURSOR, message)
}

impl Key for EntryCursor {
    fn write(&self) -> String {
        let order = match self.order {
            EntryOrder::Newest => "newest",
            EntryOrder::Oldest => "oldest",
            EntryOrder::RecentlyUpdated => "updated",
        };
        format!("{order}:{}:{}", self.at.millis(), self.id.simple())
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let order = match parts.next()? {
            "newest" => EntryOrder::Newest,
            "oldest" => EntryOrder::Oldest,
            "updated" => EntryOrder::RecentlyUpdated,
            _ => return None,
        };
        let at = Instant::from_millis(parts.next()?.parse().ok()?).ok()?;
        let id = Uuid::try_parse(parts.next()?).ok()?;
        parts.next().is_none().then_some(Self { order, at, id })
    }
}

impl Key for TermCursor {
    fn write(&self) -> String {
        match self.order {
            TermOrder::Slug => format!("slug:{}", self.slug),
            TermOrder::PostCount => format!("count:{}:{}", self.post_count, self.slug),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let slug = |text| Slug::parse(text).ok();
        let (order, rest) = text.split_once(':')?;
        match order {
            "slug" => Some(Self { order: TermOrder::Slug, post_count: 0, slug: slug(rest)? }),
            "count" => {
                let (count, rest) = rest.split_once(':')?;
                let post_count = count.parse().ok().filter(|count| *count >= 0)?;
                Some(Self { order: TermOrder::PostCount, post_count, slug: slug(rest)? })
            }
            _ => None,
        }
    }
}

/// An account in the list of all, which is by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccountCursor(pub(crate) String);

impl Key for AccountCursor {
    fn write(&self) -> String {
        format!("account:{}", self.0)
    }

    fn read(text: &str) -> Option<Self> {
        text.strip_prefix("account:").map(|name| Self(name.to_owned()))
    }
}

/// Something in a list that has the latest first.
macro_rules! time_cursor {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) struct $name {
            pub(crate) at: Instant,
            pub(crate) id: Uuid,
        }

        impl Key for $name {
            fn write(&self) -> String {
                format!(concat!($prefix, ":{}:{}"), self.at.millis(), self.id.simple())
            }

            fn read(text: &str) -> Option<Self> {
                let (at, id) = text.strip_prefix(concat!($prefix, ":"))?.split_once(':')?;
                Some(Self { at: Instant::from_millis(at.parse().ok()?).ok()?, id: Uuid::try_parse(id).ok()? })
            }
        }
    )*};
}

time_cursor! {
    /// A token in the list of all.
    TokenCursor = "token";
    /// A deed in the audit.
    DeedCursor = "deed";
}

/// The place of a hit among the hits. Unlike the other keys it is an offset: a score means something within one
/// answer only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HitCursor(pub(crate) u32);

impl Key for HitCursor {
    fn write(&self) -> String {
        format!("hit:{}", self.0)
    }

    fn read(text: &str) -> Option<Self> {
        text.strip_prefix("hit:")?.parse().ok().map(Self)
    }
}

/// The place of a message in its webhook's queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DeliveryCursor(pub(crate) i64);

impl Key for DeliveryCursor {
    fn write(&self) -> String {
        format!("delivery:{}", self.0)
    }

    fn read(text: &str) -> Option<Self> {
        text.strip_prefix("delivery:")?.parse().ok().map(Self)
    }
}

/// The version of a revision among those of its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RevisionCursor(pub(crate) i64);

impl Key for RevisionCursor {
    fn write(&self) -> String {
        format!("revision:{}", self.0)
    }

    fn read(text: &str) -> Option<Self> {
        text.strip_prefix("revision:")?.parse().ok().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_as_they_went_out() {
        let entry =
            EntryCursor { order: EntryOrder::Oldest, at: Instant::from_millis(-5).unwrap(), id: Uuid::max() };
        assert_eq!(EntryCursor::decode("after", &entry.encode()).unwrap(), entry);
        let slug = Slug::from_title("über uns").unwrap();
        for order in [TermOrder::Slug, TermOrder::PostCount] {
            let post_count = if order == TermOrder::Slug { 0 } else { 7 };
            let term = TermCursor { order, post_count, slug: slug.clone() };
            assert_eq!(TermCursor::decode("after", &term.encode()).unwrap(), term);
        }
        let account = AccountCursor("ada".to_owned());
        assert_eq!(AccountCursor::decode("after", &account.encode()).unwrap(), account);
        let deed = DeedCursor { at: Instant::MAX, id: Uuid::max() };
        assert_eq!(DeedCursor::decode("after", &deed.encode()).unwrap(), deed);
        assert!(TokenCursor::decode("after", &deed.encode()).is_err());
        // The count of the last is less than zero.
        let foreign = ["", "a", "YXJyYXljb25uZWN0aW9uOjk", "%%%", &entry.encode(), "Y291bnQ6LTE6YQ"];
        for foreign in foreign {
            assert!(HitCursor::decode("after", foreign).is_err(), "{foreign}");
            assert!(TermCursor::decode("after", foreign).is_err(), "{foreign}");
        }
    }
}
