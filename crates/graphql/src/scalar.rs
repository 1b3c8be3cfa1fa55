//! The scalars, each with its form written down.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use inkstand_model as model;

fn text(value: Value) -> Result<String, Value> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(other),
    }
}

macro_rules! text_scalar {
    ($(#[$doc:meta])* $name:ident as $graphql:literal from $inner:ty, $parse:expr, $write:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub(crate) struct $name(pub(crate) $inner);

        impl $name {
            fn read(text: &str) -> Result<Self, String> {
                let parse: fn(&str) -> Result<$inner, String> = $parse;
                parse(text).map(Self)
            }
        }

        $(#[$doc])*
        #[Scalar(name = $graphql)]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                let text = text(value).map_err(InputValueError::expected_type)?;
                Self::read(&text).map_err(InputValueError::custom)
            }

            fn to_value(&self) -> Value {
                let write: fn(&$inner) -> String = $write;
                Value::String(write(&self.0))
            }
        }
    };
}

text_scalar!(
    /// A moment in UTC, RFC 3339: `2024-05-01T10:00:00Z`. As an argument it may have any offset; it is precise to
    /// the millisecond.
    DateTime as "DateTime" from model::Instant,
    |text| model::Instant::parse_rfc3339(text).map_err(|error| error.to_string()),
    |instant| instant.to_rfc3339()
);

text_scalar!(
    /// Safe HTML: no script, no event handlers, no `javascript:` links. Code is highlighted by classes.
    Html as "HTML" from String,
    |text| Ok(text.to_owned()),
    Clone::clone
);

text_scalar!(
    /// An address: absolute where Inkstand makes it, as the author wrote it where an author did.
    Url as "URL" from String,
    |text| Ok(text.to_owned()),
    Clone::clone
);

text_scalar!(
    /// The readable name in an address: lower-case letters and digits of any script, single hyphens between them.
    /// As an argument, any text that becomes this slug is as good: `Rust & SQLite` means `rust-sqlite`.
    Slug as "Slug" from model::Slug,
    |text| model::Slug::from_title(text).ok_or_else(|| "a slug has at least one letter or digit".to_owned()),
    |slug| slug.as_str().to_owned()
);

text_scalar!(
    /// A language tag of BCP 47: `en`, `pt-BR`, `zh-Hant`.
    Language as "Language" from model::Language,
    |text| model::Language::parse(text).map_err(|error| error.to_string()),
    |language| language.as_str().to_owned()
);

text_scalar!(
    /// A position in the change log. Opaque: keep it and hand it back.
    Seq as "Seq" from model::Seq,
    |text| text
        .parse()
        .ok()
        .filter(|seq| *seq >= 0)
        .map(model::Seq::new)
        .ok_or_else(|| "not a position of the change log".to_owned()),
    |seq| seq.to_string()
);

/// Whether a text is a value of a scalar; if not, why.
pub(crate) type Check = fn(&str) -> Result<(), String>;

/// How the texts of a scalar are checked, by its name in the schema.
pub(crate) fn check_of(name: &str) -> Option<Check> {
    Some(match name {
        "DateTime" => |text| DateTime::read(text).map(drop),
        "HTML" => |text| Html::read(text).map(drop),
        "URL" => |text| Url::read(text).map(drop),
        "Slug" => |text| Slug::read(text).map(drop),
        "Language" => |text| Language::read(text).map(drop),
        "Seq" => |text| Seq::read(text).map(drop),
        _ => return None,
    })
}
