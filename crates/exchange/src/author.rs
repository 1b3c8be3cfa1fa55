//! Authors: a name, a list, a map, or a list of those.

use std::collections::HashSet;

use inkstand_model::ImportAuthor;

use crate::fields::{Fields, Reach, Reading};
use crate::value::{Value, same_name};

const HANDLE: &[&str] = &["handle", "id", "username", "slug", "login", "nick"];
const NAME: &[&str] = &["name", "display_name", "title"];
const URL: &[&str] = &["url", "link", "website", "homepage"];
const AVATAR: &[&str] = &["avatar", "image", "picture", "photo"];
const BIO: &[&str] = &["bio", "description"];

/// Takes the authors out of the fields, each once, in order.
pub(crate) fn take(fields: &mut Fields) -> Vec<ImportAuthor> {
    fields.take(Reach::Tables, &["authors", "author", "by"], read).unwrap_or_default()
}

fn read(value: &Value) -> Reading<Vec<ImportAuthor>> {
    let mut found = Found::default();
    match value {
        // Only a bare text is several names: in a list, `Doe, Jane` stands for one.
        Value::Text(text) => {
            for name in text.split(',') {
                found.add_name(name);
            }
        }
        value => found.add(value),
    }
    match (found.authors.is_empty(), found.complete) {
        (true, _) => Reading::Unlike("a name, a map with a name, or a list of these"),
        (false, true) => Reading::All(found.authors),
        (false, false) => Reading::Part(found.authors, value.clone()),
    }
}

#[derive(Default)]
struct Found {
    authors: Vec<ImportAuthor>,
    handles: HashSet<String>,
    complete: bool,
}

impl Found {
    fn add(&mut self, value: &Value) {
        self.complete = true;
        self.add_any(value);
    }

    fn add_any(&mut self, value: &Value) {
        match value {
            Value::List(items) => items.iter().for_each(|item| self.add_any(item)),
            Value::Map(entries) if entries.iter().all(|(_, value)| matches!(value, Value::Map(_))) => {
                for (handle, person) in entries {
                    self.add_person(person, Some(handle));
                }
            }
            Value::Map(_) => self.add_person(value, None),
            Value::Null => {}
            scalar => match scalar.words() {
                Some(name) => self.push(named(name)),
                None => self.complete &= scalar.is_empty(),
            },
        }
    }

    fn add_name(&mut self, name: &str) {
        self.complete = true;
        let name = name.trim();
        if !name.is_empty() {
            self.push(named(name.to_owned()));
        }
    }

    fn add_person(&mut self, person: &Value, key: Option<&str>) {
        let words = |names: &[&str]| person.entry(names).and_then(Value::words);
        let name = words(NAME);
        let handle = words(HANDLE).or_else(|| key.map(ToOwned::to_owned)).or_else(|| name.clone());
        let Some(handle) = handle else {
            self.complete = false;
            return;
        };
        // What we have no place for, such as an e-mail address, stays with the whole value in `extra`.
        if let Value::Map(entries) = person {
            let known = |key: &str| {
                [HANDLE, NAME, URL, AVATAR, BIO]
                    .iter()
                    .any(|names| names.iter().any(|name| same_name(name, key)))
            };
            self.complete &= entries.iter().all(|(key, value)| known(key) || value.is_empty());
        }
        self.push(ImportAuthor {
            name: name.filter(|name| *name != handle),
            handle,
            url: words(URL),
            avatar: words(AVATAR),
            bio: words(BIO),
        });
    }

    fn push(&mut self, author: ImportAuthor) {
        if self.handles.insert(author.handle.clone()) {
            self.authors.push(author);
        }
    }
}

fn named(handle: String) -> ImportAuthor {
    ImportAuthor { handle, name: None, url: None, avatar: None, bio: None }
}
