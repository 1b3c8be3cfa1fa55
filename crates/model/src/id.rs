//! Identifiers: UUIDv7, one newtype a kind, so that a tag's id is never taken for an entry's.

use std::fmt;

use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a key that came from the database or from [`crate::Clock::new_id`].
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare key.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            /// 32 lower-case hexadecimal digits: short, and safe in a cache tag.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0.simple())
            }
        }
    )*};
}

ids! {
    /// A post or a page.
    EntryId;
    /// A public byline.
    AuthorId;
    /// A tag.
    TagId;
    /// A category.
    CategoryId;
    /// A series of posts.
    SeriesId;
    /// Somebody who can sign in.
    AccountId;
    /// A sign-in that lasts.
    SessionId;
    /// A token with which a program acts for an account.
    TokenId;
    /// An earlier state of an entry.
    RevisionId;
    /// Somebody who is told of changes.
    WebhookId;
    /// A message to one of those.
    DeliveryId;
}
