//! What mutations answer: the object, the position in the log, and what was wrong with the input.

use async_graphql::{Context, Enum, Error, Interface, SimpleObject};
use inkstand_blog::{Refusal, RefusalCode, WriteError};

use crate::{
    error::fault,
    object::{Entry, Menu},
};

/// Defines a payload: `name { object, seq, userErrors }`.
macro_rules! payload {
    ($(#[$doc:meta])* $name:ident { $(#[$field_doc:meta])* $field:ident: $kind:ty }) => {
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub(crate) struct $name {
            $(#[$field_doc])*
            pub(crate) $field: Option<$kind>,
            /// The position in the change log at which everybody sees it: hand it to `changes(after:)`, or wait for it
            /// with the header `Inkstand-After-Seq`. Null where nothing was written.
            pub(crate) seq: Option<$crate::scalar::Seq>,
            /// What was wrong with the input; empty where it was done.
            pub(crate) user_errors: Vec<$crate::payload::UserError>,
        }

        impl $name {
            /// The answer to what a use case gave.
            pub(crate) fn of<T>(
                ctx: &async_graphql::Context<'_>,
                outcome: Result<(T, inkstand_model::Seq), inkstand_blog::WriteError>,
                object: impl FnOnce(T) -> $kind,
            ) -> async_graphql::Result<Self> {
                $crate::request::state(ctx).forget();
                match outcome {
                    Ok((written, seq)) => Ok(Self {
                        $field: Some(object(written)),
                        seq: Some($crate::scalar::Seq(seq)),
                        user_errors: Vec::new(),
                    }),
                    Err(error) => {
                        let user_errors = $crate::payload::user_errors(ctx, error)?;
                        Ok(Self { $field: None, seq: None, user_errors })
                    }
                }
            }
        }
    };
}

pub(crate) use payload;

/// Bytes of a message about the input.
const LONGEST_MESSAGE: usize = 1_000;

/// Something that was wrong with the input of a mutation.
#[derive(Interface)]
#[graphql(
    field(name = "code", ty = "&ErrorCode", desc = "For programs."),
    field(name = "message", ty = "&String", desc = "For people: what is wrong, and what to do."),
    field(
        name = "field",
        ty = "&Vec<String>",
        desc = "The part of the input that it is about, from the outside in; empty for all of it."
    )
)]
pub(crate) enum UserError {
    InputError(InputError),
    VersionConflict(VersionConflict),
    MenuConflict(MenuConflict),
    TooManyAttempts(TooManyAttempts),
}

/// A part of the input is wrong.
#[derive(SimpleObject)]
pub(crate) struct InputError {
    code: ErrorCode,
    message: String,
    field: Vec<String>,
}

/// What was to be changed has changed since the version that was named. Nothing was overwritten: look at `current`,
/// and try again from its version.
#[derive(SimpleObject)]
pub(crate) struct VersionConflict {
    code: ErrorCode,
    message: String,
    field: Vec<String>,
    /// How it is now.
    current: Entry,
}

/// A menu has changed since the version that was named. Nothing was overwritten: look at `current`, and try again from
/// its version.
#[derive(SimpleObject)]
pub(crate) struct MenuConflict {
    code: ErrorCode,
    message: String,
    field: Vec<String>,
    /// How it is now.
    current: Menu,
}

/// There were too many attempts to give a password; none was checked.
#[derive(SimpleObject)]
pub(crate) struct TooManyAttempts {
    code: ErrorCode,
    message: String,
    field: Vec<String>,
    /// The next attempt may come after so many seconds.
    retry_after_seconds: i32,
}

/// The kinds of errors in `userErrors`.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ErrorCode {
    /// A value that means nothing here: empty, malformed, with control characters.
    Invalid,
    /// A value is larger than it may be.
    TooLong,
    /// What is named is not there, or the viewer may not know of it.
    NotFound,
    /// Something else has that name, slug or address.
    Taken,
    /// It cannot be done in the state that the thing is in.
    NotPossible,
    /// It has changed since the version that was named.
    VersionConflict,
    /// The idempotency key was used for something else.
    KeyReused,
    /// Name or password is wrong, or the account cannot sign in.
    WrongCredentials,
    /// Too many attempts; `TooManyAttempts` says when to try again.
    RateLimited,
}

impl From<RefusalCode> for ErrorCode {
    fn from(code: RefusalCode) -> Self {
        match code {
            RefusalCode::Invalid => Self::Invalid,
            RefusalCode::TooLong => Self::TooLong,
            RefusalCode::NotFound => Self::NotFound,
            RefusalCode::Taken => Self::Taken,
            RefusalCode::NotPossible => Self::NotPossible,
            RefusalCode::KeyReused => Self::KeyReused,
            RefusalCode::WrongCredentials => Self::WrongCredentials,
        }
    }
}

impl From<Refusal> for UserError {
    fn from(refusal: Refusal) -> Self {
        let Refusal { code, field, mut message } = refusal;
        // Some repeat a value, however long it is.
        message.truncate(message.floor_char_boundary(LONGEST_MESSAGE));
        Self::InputError(InputError { code: code.into(), message, field })
    }
}

/// What a client is told of a write that was not done; an error of the request where the viewer may not, or where
/// something failed here.
pub(crate) fn user_errors(ctx: &Context<'_>, error: WriteError) -> Result<Vec<UserError>, Error> {
    match error {
        WriteError::Refused(refusals) => Ok(refusals.into_iter().map(UserError::from).collect()),
        WriteError::Conflict(current) => Ok(vec![UserError::VersionConflict(VersionConflict {
            code: ErrorCode::VersionConflict,
            message: changed_meanwhile(current.version),
            field: vec!["version".to_owned()],
            current: Entry::from(*current),
        })]),
        // Its own mutations tell of the current menu as well; to look up what its items lead to takes time.
        WriteError::MenuConflict(current) => Ok(vec![UserError::InputError(InputError {
            code: ErrorCode::VersionConflict,
            message: changed_meanwhile(current.version),
            field: vec!["version".to_owned()],
        })]),
        error @ WriteError::TooManyAttempts(seconds) => {
            Ok(vec![UserError::TooManyAttempts(TooManyAttempts {
                code: ErrorCode::RateLimited,
                message: error.to_string(),
                field: Vec::new(),
                retry_after_seconds: i32::try_from(seconds).unwrap_or(i32::MAX),
            })])
        }
        WriteError::Blog(error) => Err(fault(ctx, error)),
    }
}

impl MenuConflict {
    /// A menu that is at another version.
    pub(crate) fn new(version: i64, current: Menu) -> Self {
        let message = changed_meanwhile(version);
        Self { code: ErrorCode::VersionConflict, message, field: vec!["version".to_owned()], current }
    }
}

fn changed_meanwhile(version: i64) -> String {
    format!(
        "it has changed meanwhile and is at version {version} now; look at what changed, and try again from there"
    )
}
