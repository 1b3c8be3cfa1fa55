//! The arguments and the answers of Relay connections.

use async_graphql::{Error, ObjectType, OutputType, connection};
use inkstand_model::{EntryCursor, EntryOrder, Slice, SliceRequest};

use crate::{
    code,
    cursor::{Key, not_ours},
    error::refusal,
};

/// Items where neither `first` nor `last` says how many.
const DEFAULT_PAGE: u32 = 10;

/// At most so many items of a connection at once.
pub(crate) const LARGEST_PAGE: i32 = 100;

/// At most so many items may be left out by number; further on, cursors lead.
const FURTHEST_SKIP: i32 = 10_000;

/// A connection whose cursors are encoded already.
pub(crate) type Connection<Node, Fields> = connection::Connection<String, Node, Fields>;

/// The paging arguments as they come in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct PageArguments {
    pub(crate) first: Option<i32>,
    pub(crate) after: Option<String>,
    pub(crate) last: Option<i32>,
    pub(crate) before: Option<String>,
    pub(crate) skip: Option<i32>,
}

impl PageArguments {
    /// Of a list that is read forwards only.
    pub(crate) fn forward(first: Option<i32>, after: Option<String>) -> Self {
        Self { first, after, ..Self::default() }
    }

    /// Checks the arguments and reads the cursors.
    pub(crate) fn request<K: Key>(&self) -> Result<SliceRequest<K>, Error> {
        let (limit, from_end) = match (self.first, self.last) {
            (Some(_), Some(_)) => return Err(bad_page("use `first` or `last`, not both")),
            (Some(first), None) => (page_size("first", first)?, false),
            (None, Some(last)) => (page_size("last", last)?, true),
            (None, None) => (DEFAULT_PAGE, false),
        };
        let skip = match self.skip.unwrap_or(0) {
            skip @ 0..=FURTHEST_SKIP => skip.unsigned_abs(),
            _ => {
                return Err(bad_page(format!(
                    "`skip` is from 0 to {FURTHEST_SKIP}; further on, use `after`"
                )));
            }
        };
        let after = self.after.as_deref().map(|after| K::decode("after", after)).transpose()?;
        let before = self.before.as_deref().map(|before| K::decode("before", before)).transpose()?;
        Ok(SliceRequest { limit, after, before, from_end, skip })
    }
}

impl PageArguments {
    /// Like [`PageArguments::request`], for a list of whose cursors `belongs` is true: one of another order is refused.
    pub(crate) fn request_of<K: Key>(&self, belongs: impl Fn(&K) -> bool) -> Result<SliceRequest<K>, Error> {
        let request = self.request::<K>()?;
        for (name, cursor) in [("after", &request.after), ("before", &request.before)] {
            if cursor.as_ref().is_some_and(|cursor| !belongs(cursor)) {
                return Err(not_ours(name));
            }
        }
        Ok(request)
    }

    /// The part of a list of entries in that order.
    pub(crate) fn entries(&self, order: EntryOrder) -> Result<SliceRequest<EntryCursor>, Error> {
        self.request_of(|cursor: &EntryCursor| cursor.order == order)
    }
}

/// A number of items that may be asked for at once.
pub(crate) fn page_size(argument: &str, size: i32) -> Result<u32, Error> {
    bounded(argument, size, LARGEST_PAGE)
}

/// A number of items up to a bound of its own.
pub(crate) fn bounded(argument: &str, size: i32, most: i32) -> Result<u32, Error> {
    if (0..=most).contains(&size) {
        return Ok(size.unsigned_abs());
    }
    Err(bad_page(format!("`{argument}` is from 0 to {most}, not {size}; go on with `after` for more")))
}

fn bad_page(message: impl Into<String>) -> Error {
    refusal(code::BAD_PAGE, message)
}

/// A slice as a connection, each item with its cursor.
pub(crate) fn connection<T, Node: OutputType, Fields: ObjectType>(
    slice: Slice<T>,
    fields: Fields,
    cursor: impl Fn(&T) -> String,
    node: impl Fn(T) -> Node,
) -> Connection<Node, Fields> {
    let mut connection = Connection::with_additional_fields(slice.has_previous, slice.has_next, fields);
    connection.edges.extend(slice.items.into_iter().map(|item| {
        let cursor = cursor(&item);
        connection::Edge::new(cursor, node(item))
    }));
    connection
}
