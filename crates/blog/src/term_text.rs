//! What somebody typed of a term, checked.

use inkstand_model::{Author, Category, CategoryId, Series, SeriesId, Slug, Tag, TagId};
use inkstand_storage::Term;
use uuid::Uuid;

use crate::{Refusal, RefusalCode, WriteError, text};

/// Characters of a name or a handle.
const LONGEST_NAME: usize = 200;

/// Characters of a description.
const LONGEST_DESCRIPTION: usize = 10_000;

/// A tag, category or series as somebody typed it; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TermText {
    /// What readers see; a new one must have it.
    pub name: Option<String>,
    /// Any text that becomes the slug; a new one without it has one made of its name.
    pub slug: Option<String>,
    /// Plain text, may be empty.
    pub description: Option<String>,
}

/// An author as somebody typed them; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthorText {
    /// The short name, from which the slug is made; a new one must have it.
    pub handle: Option<String>,
    /// What readers see; without it, a new one is seen by their handle.
    pub name: Option<String>,
    /// Plain text about them, may be empty.
    pub bio: Option<String>,
    /// Their own page; an inner `None` takes it away.
    pub url: Option<Option<String>>,
    /// The address of their picture; an inner `None` takes it away.
    pub avatar: Option<Option<String>>,
}

/// The same, checked.
#[derive(Clone, Debug)]
pub(crate) struct CheckedText {
    pub(crate) name: Option<String>,
    pub(crate) slug: Option<Slug>,
    description: Option<String>,
}

/// The same, checked.
#[derive(Clone, Debug)]
pub(crate) struct CheckedAuthor {
    pub(crate) handle: Option<(String, Slug)>,
    name: Option<String>,
    bio: Option<String>,
    url: Option<Option<String>>,
    avatar: Option<Option<String>>,
}

/// Collects what is wrong with several fields.
#[derive(Default)]
struct Wrong(Vec<Refusal>);

impl Wrong {
    /// The value, unless it is wrong.
    fn good<T>(&mut self, checked: Option<Result<T, Refusal>>) -> Option<T> {
        checked?.map_err(|refusal| self.0.push(refusal)).ok()
    }

    fn none<T>(self, checked: T) -> Result<T, WriteError> {
        if self.0.is_empty() { Ok(checked) } else { Err(WriteError::Refused(self.0)) }
    }
}

impl TermText {
    pub(crate) fn check(self) -> Result<CheckedText, WriteError> {
        let mut wrong = Wrong::default();
        let name = self.name.map(|name| text::line("name", &name, 1, LONGEST_NAME));
        let slug = self.slug.map(|slug| slug_of("slug", &slug).map(|(_, slug)| slug));
        let description =
            self.description.map(|text| text::lines("description", &text, 0, LONGEST_DESCRIPTION));
        let checked = CheckedText {
            name: wrong.good(name),
            slug: wrong.good(slug),
            description: wrong.good(description),
        };
        wrong.none(checked)
    }
}

impl AuthorText {
    pub(crate) fn check(self) -> Result<CheckedAuthor, WriteError> {
        let mut wrong = Wrong::default();
        let address = |field, address: Option<Option<String>>| {
            // An empty address is none.
            let given = address.map(|address| address.filter(|address| !address.trim().is_empty()));
            given.map(|address| address.map(|address| text::address(field, &address)).transpose())
        };
        let checked = CheckedAuthor {
            handle: wrong.good(self.handle.map(|handle| slug_of("handle", &handle))),
            name: wrong.good(self.name.map(|name| text::line("name", &name, 1, LONGEST_NAME))),
            bio: wrong.good(self.bio.map(|bio| text::lines("bio", &bio, 0, LONGEST_DESCRIPTION))),
            url: wrong.good(address("url", self.url)),
            avatar: wrong.good(address("avatar", self.avatar)),
        };
        wrong.none(checked)
    }
}

/// A line, and the slug that it becomes.
fn slug_of(field: &str, text: &str) -> Result<(String, Slug), Refusal> {
    let line = text::line(field, text, 1, LONGEST_NAME)?;
    match Slug::from_title(&line) {
        Some(slug) => Ok((line, slug)),
        None => Err(without_slug(field)),
    }
}

/// Something that has neither letter nor digit.
pub(crate) fn without_slug(field: &str) -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        field,
        "at least one letter or digit is wanted here, to make a slug of",
    )
}

impl CheckedAuthor {
    /// A new author.
    pub(crate) fn author(self, id: Uuid, number: i64, (handle, slug): (String, Slug)) -> Author {
        let mut author = Author {
            id: inkstand_model::AuthorId::from_uuid(id),
            number,
            name: handle.clone(),
            handle,
            slug,
            bio: String::new(),
            url: None,
            avatar: None,
            post_count: 0,
            account: None,
        };
        Self { handle: None, ..self }.change(&mut author);
        author
    }

    /// Changes what is given.
    pub(crate) fn change(self, author: &mut Author) {
        if let Some((handle, slug)) = self.handle {
            (author.handle, author.slug) = (handle, slug);
        }
        replace(&mut author.name, self.name);
        replace(&mut author.bio, self.bio);
        replace(&mut author.url, self.url);
        replace(&mut author.avatar, self.avatar);
    }
}

/// Puts a value in its place, where there is one.
pub(crate) fn replace<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

/// The kinds that are a name, a slug and a description: [`Tag`], [`Category`] and [`Series`].
pub(crate) trait Described: Term {
    /// A new one.
    fn new(id: Uuid, number: i64, name: String, slug: Slug) -> Self;

    /// Changes what is given.
    fn change(&mut self, text: CheckedText);
}

macro_rules! described {
    ($($term:ident: $id:ident { $($own:tt)* })*) => {$(
        impl Described for $term {
            fn new(id: Uuid, number: i64, name: String, slug: Slug) -> Self {
                let description = String::new();
                Self { id: $id::from_uuid(id), number, name, slug, description, post_count: 0, $($own)* }
            }

            fn change(&mut self, text: CheckedText) {
                replace(&mut self.name, text.name);
                replace(&mut self.slug, text.slug);
                replace(&mut self.description, text.description);
            }
        }
    )*};
}

described! {
    Tag: TagId {}
    Category: CategoryId { parent: None }
    Series: SeriesId {}
}
