//! What stands behind the `?` of a page's address.

use inkstand_web::Href;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What a value in a query cannot be.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The names that pages of ours know.
const NAMES: [&str; 6] = ["q", "page", "tag", "category", "author", "year"];

/// Names and values in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query; what cannot be read is none.
    pub(crate) fn of(uri: &axum::http::Uri) -> Self {
        let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri);
        Self(pairs.map(|axum::extract::Query(pairs)| pairs).unwrap_or_default())
    }

    /// Whether something in it is none of ours: then it may belong to an old address (`/?p=123`).
    pub(crate) fn is_foreign(&self) -> bool {
        self.0.iter().any(|(name, _)| !NAMES.contains(&name.as_str()))
    }

    /// The first value of that name.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The values of that name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The number of a page, from 1; `None` where it is no such number.
    pub(crate) fn page(&self) -> Option<u32> {
        self.first("page").map_or(Some(1), |page| page.parse().ok().filter(|page| *page >= 1))
    }

    /// Adds a value.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.push((name.to_owned(), value.into()));
        self
    }

    /// The same without a value.
    pub(crate) fn without(&self, name: &str, value: &str) -> Self {
        Self(self.0.iter().filter(|(n, v)| !(n == name && v == value)).cloned().collect())
    }

    /// The same without any value of that name.
    pub(crate) fn without_all(&self, name: &str) -> Self {
        Self(self.0.iter().filter(|(known, _)| known != name).cloned().collect())
    }

    /// As it stands in an address, `?` included; empty where there is none.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for (name, value) in self.0.iter().filter(|(name, _)| NAMES.contains(&name.as_str())) {
            text.push(if text.is_empty() { '?' } else { '&' });
            text.push_str(name);
            text.push('=');
            text.extend(utf8_percent_encode(value, VALUE));
        }
        text
    }

    /// An address with it.
    pub(crate) fn behind(&self, path: &str) -> Href {
        href(&format!("{path}{}", self.text()))
    }
}

/// An address that we have made ourselves.
pub(crate) fn href(address: &str) -> Href {
    Href::parse(address).unwrap_or_default()
}

/// A text as a value in an address.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, VALUE).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_comes_through_whole() {
        let query = Query::of(&"/search?q=a%26b+c&tag=x&tag=y&page=3".parse().unwrap());
        assert_eq!((query.first("q"), query.page()), (Some("a&b c"), Some(3)));
        assert_eq!(query.all("tag").collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(query.text(), "?q=a%26b%20c&tag=x&tag=y&page=3");
        assert_eq!(query.without("tag", "x").without_all("page").text(), "?q=a%26b%20c&tag=y");
        assert!(!query.is_foreign());
        for (address, page) in [("/?page=0", None), ("/?page=x", None), ("/", Some(1))] {
            assert_eq!(Query::of(&address.parse().unwrap()).page(), page, "{address}");
        }
        assert!(Query::of(&"/?p=123".parse().unwrap()).is_foreign());
    }
}
