//! The values of `extensions.code`. Each is explained in `schema/error-codes.md`; none is ever renamed or used
//! for something else.

/// The body is no GraphQL request: not JSON, not UTF-8, without a query.
pub const BAD_REQUEST: &str = "BAD_REQUEST";
/// The query is not GraphQL.
pub const PARSE_FAILED: &str = "PARSE_FAILED";
/// The query does not fit the schema.
pub const VALIDATION_FAILED: &str = "VALIDATION_FAILED";
/// The query asks for more than one request may.
pub const TOO_EXPENSIVE: &str = "TOO_EXPENSIVE";
/// An argument has a value that means nothing here.
pub const BAD_INPUT: &str = "BAD_INPUT";
/// `first`, `last` or `skip` is negative, too great, or in a bad combination.
pub const BAD_PAGE: &str = "BAD_PAGE";
/// `after` or `before` is no cursor of this list.
pub const BAD_CURSOR: &str = "BAD_CURSOR";
/// Somebody who has not signed in may not do that.
pub const UNAUTHENTICATED: &str = "UNAUTHENTICATED";
/// The preview token shows nothing: it is none, or has expired.
pub const BAD_PREVIEW: &str = "BAD_PREVIEW";
/// The viewer may not do that.
pub const FORBIDDEN: &str = "FORBIDDEN";
/// The request changes something by a cookie, and may have been sent by a page of somebody else's.
pub const CSRF: &str = "CSRF";
/// The schema is asked for, and this blog does not show it.
pub const INTROSPECTION_OFF: &str = "INTROSPECTION_OFF";
/// Something failed that is not the client's doing; the message names the request's id.
pub const INTERNAL: &str = "INTERNAL";
/// The body is larger than a request may be.
pub const BODY_TOO_LARGE: &str = "BODY_TOO_LARGE";
/// The media type of the body is none that can be read.
pub const UNSUPPORTED_MEDIA_TYPE: &str = "UNSUPPORTED_MEDIA_TYPE";
/// The request took too long.
pub const TIMEOUT: &str = "TIMEOUT";
/// The change log does not go on from the position that was given.
pub const LOG_RESET: &str = "LOG_RESET";
/// More operations at once than one socket may carry.
pub const TOO_MANY_OPERATIONS: &str = "TOO_MANY_OPERATIONS";
/// More sockets at once than this server keeps, or than one address may have.
pub const TOO_MANY_SOCKETS: &str = "TOO_MANY_SOCKETS";
/// The client has asked for more than its quota.
pub const RATE_LIMITED: &str = "RATE_LIMITED";
/// Too much is asked at once, by whomever.
pub const OVERLOADED: &str = "OVERLOADED";
/// The database does not answer, or has too much to do.
pub const UNAVAILABLE: &str = "UNAVAILABLE";
/// This server only reads, for maintenance.
pub const READ_ONLY: &str = "READ_ONLY";
/// A persisted query is not known here.
pub const PERSISTED_QUERY_NOT_FOUND: &str = "PERSISTED_QUERY_NOT_FOUND";
/// Persisted queries are switched off.
pub const PERSISTED_QUERY_NOT_SUPPORTED: &str = "PERSISTED_QUERY_NOT_SUPPORTED";

/// Every code.
pub const ALL: [&str; 25] = [
    BAD_REQUEST,
    PARSE_FAILED,
    VALIDATION_FAILED,
    TOO_EXPENSIVE,
    BAD_INPUT,
    BAD_PAGE,
    BAD_CURSOR,
    UNAUTHENTICATED,
    BAD_PREVIEW,
    FORBIDDEN,
    CSRF,
    INTROSPECTION_OFF,
    INTERNAL,
    BODY_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    TIMEOUT,
    LOG_RESET,
    TOO_MANY_OPERATIONS,
    TOO_MANY_SOCKETS,
    RATE_LIMITED,
    OVERLOADED,
    UNAVAILABLE,
    READ_ONLY,
    PERSISTED_QUERY_NOT_FOUND,
    PERSISTED_QUERY_NOT_SUPPORTED,
];
