//! A GraphQL request as it was sent: as a JSON body, or in an address.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};

use crate::persisted::{Candidate, Hash, Persisted, Unknown, hash_in};

/// What is asked, whoever asks.
pub(crate) struct Asked {
    query: Option<String>,
    /// The digest of the document, which is sent in place of it or along with it.
    hash: Option<Hash>,
    pub(crate) operation_name: Option<String>,
    pub(crate) variables: Map<String, Value>,
    pub(crate) read_only: bool,
    /// `extensions: {"cost": true}`: the answer shall say what it cost.
    pub(crate) tell_cost: bool,
}

impl Asked {
    /// Takes the document, or looks it up.
    pub(crate) fn document(
        &mut self,
        persisted: Option<&Persisted>,
    ) -> Result<(String, Option<Candidate>), Unknown> {
        match (self.query.take(), self.hash) {
            (query, Some(hash)) => Persisted::resolve(persisted, query, hash),
            (query, None) => Ok((query.unwrap_or_default(), None)),
        }
    }
}

/// Reads a body.
pub(crate) fn parse_body(body: &[u8]) -> Result<Asked, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", expecting = "an object with `query`")]
    struct Envelope {
        query: Option<String>,
        operation_name: Option<String>,
        variables: Option<Object>,
        extensions: Option<Object>,
    }

    if body.iter().all(u8::is_ascii_whitespace) {
        return Err("the body is empty; send JSON like {\"query\": \"{ site { title } }\"}".to_owned());
    }
    let text = std::str::from_utf8(body)
        .map_err(|error| format!("the body is not UTF-8 from byte {} on", error.valid_up_to()))?;
    if text.starts_with('\u{feff}') {
        return Err(
            "the body begins with a byte order mark, which JSON has none of (RFC 8259 §8.1)".to_owned()
        );
    }
    if text.trim_start().starts_with('[') {
        return Err("batches are not taken: send one request as a JSON object".to_owned());
    }
    let envelope: Envelope =
        serde_json::from_str(text).map_err(|error| format!("the body is no GraphQL request: {error}"))?;
    asked(envelope.query, envelope.operation_name, envelope.variables, envelope.extensions, false)
}

/// Reads what stands behind the `?` of an address.
pub(crate) fn parse_address(address: &str) -> Result<Asked, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Parameters {
        query: Option<String>,
        operation_name: Option<String>,
        variables: Option<String>,
        extensions: Option<String>,
    }

    let uri = format!("/?{address}").parse().map_err(|_| "the address cannot be read".to_owned())?;
    let axum::extract::Query(parameters) = axum::extract::Query::<Parameters>::try_from_uri(&uri)
        .map_err(|error| format!("the address cannot be read: {error}"))?;
    let object = |name: &str, text: Option<String>| {
        text.filter(|text| !text.is_empty())
            .map(|text| serde_json::from_str::<Option<Object>>(&text))
            .transpose()
            .map(Option::flatten)
            .map_err(|error| format!("`{name}` is no JSON object: {error}"))
    };
    let variables = object("variables", parameters.variables)?;
    let extensions = object("extensions", parameters.extensions)?;
    asked(parameters.query, parameters.operation_name, variables, extensions, true)
}

fn asked(
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<Object>,
    extensions: Option<Object>,
    read_only: bool,
) -> Result<Asked, String> {
    let extensions = extensions.map(|Object(extensions)| extensions).unwrap_or_default();
    let hash = hash_in(&extensions)?;
    let query = query.filter(|query| !query.trim().is_empty());
    if query.is_none() && hash.is_none() {
        return Err("there is no `query`; send JSON like {\"query\": \"{ site { title } }\"}".to_owned());
    }
    Ok(Asked {
        query,
        hash,
        operation_name: operation_name.filter(|name| !name.is_empty()),
        variables: variables.map(|Object(variables)| variables).unwrap_or_default(),
        read_only,
        tell_cost: extensions.get("cost") == Some(&Value::Bool(true)),
    })
}

/// A JSON object in which no name stands twice, at any depth. serde_json takes the last one, other programs the first:
/// what a proxy has looked at would be another request than the one that is answered.
struct Object(Map<String, Value>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_any(Unambiguous)? {
            Value::Object(object) => Ok(Self(object)),
            _ => Err(D::Error::custom("it must be an object")),
        }
    }
}

#[derive(Clone, Copy)]
struct Unambiguous;

impl<'de> DeserializeSeed<'de> for Unambiguous {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unambiguous {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number past all"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(self)?;
            if object.contains_key(&name) {
                // It may be long.
                let shown: String = name.chars().take(40).collect();
                return Err(A::Error::custom(format!("the name {shown:?} stands twice in one object")));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}
