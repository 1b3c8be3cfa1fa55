//! Ids of terms as they come in: what is wrong with one is told as any other part of the input.

use async_graphql::{Error, ID};
use inkstand_blog::{Refusal, RefusalCode, WriteError};
use inkstand_model::{AuthorId, CategoryId, EntryId, EntryKind, SeriesId, TagId};

use crate::{code, error::refusal, node_id::NodeId};

/// What a mutation takes by its id.
pub(super) trait Named: Sized {
    /// What people call it.
    const WORD: &'static str;

    /// The id, if it is one of this kind.
    fn of(id: NodeId) -> Option<Self>;
}

macro_rules! named {
    ($($id:ident: $word:literal, $pattern:pat => $found:expr;)*) => {$(
        impl Named for $id {
            const WORD: &'static str = $word;

            fn of(id: NodeId) -> Option<Self> {
                match id {
                    $pattern => Some($found),
                    _ => None,
                }
            }
        }
    )*};
}

named! {
    TagId: "tag", NodeId::Tag(id) => id;
    CategoryId: "category", NodeId::Category(id) => id;
    SeriesId: "series", NodeId::Series(id) => id;
    AuthorId: "author", NodeId::Author(id) => id;
    EntryId: "post", NodeId::Entry(EntryKind::Post, id) => id;
}

/// The id, or an error of the request.
pub(super) fn must_be<T: Named>(id: &ID) -> Result<T, Error> {
    T::of(NodeId::parse(id)?)
        .ok_or_else(|| refusal(code::BAD_INPUT, format!("{:?} is the id of no {}", id.as_str(), T::WORD)))
}

/// The id in a field.
pub(super) fn id_in<T: Named>(field: &str, id: &ID) -> Result<T, WriteError> {
    Ok(read(vec![field.to_owned()], id)?)
}

/// The ids in a list; of too many, the use case says so by their number.
pub(super) fn ids_in<T: Named>(field: &str, ids: &[ID]) -> Result<Vec<T>, WriteError> {
    let (mut read_ids, mut refusals) = (Vec::with_capacity(ids.len()), Vec::new());
    for (place, id) in ids.iter().enumerate() {
        match read(vec![field.to_owned(), place.to_string()], id) {
            Ok(id) => read_ids.push(id),
            Err(refusal) if refusals.len() < MOST_REFUSALS => refusals.push(refusal),
            Err(_) => break,
        }
    }
    if refusals.is_empty() { Ok(read_ids) } else { Err(WriteError::Refused(refusals)) }
}

/// Wrong ids that are told of at once.
const MOST_REFUSALS: usize = 20;

fn read<T: Named>(field: Vec<String>, id: &ID) -> Result<T, Refusal> {
    let invalid = |message: String| Refusal { code: RefusalCode::Invalid, field: field.clone(), message };
    let node = NodeId::parse(id).map_err(|error| invalid(error.message))?;
    T::of(node).ok_or_else(|| invalid(format!("this is no id of a {}", T::WORD)))
}
