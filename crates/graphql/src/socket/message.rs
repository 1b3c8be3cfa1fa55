//! What a client may send.

use serde_json::{Map, Value};

use super::{Asked, LONGEST_ID};

/// A message of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    Init { authorization: Option<String> },
    Ping(Option<Map<String, Value>>),
    Pong,
    Subscribe { id: String, asked: Asked },
    Complete { id: String },
}

impl Message {
    /// Reads a message; what it says instead is why it is none.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let value: Value =
            serde_json::from_str(text).map_err(|error| format!("a message is JSON: {error}"))?;
        let Value::Object(mut message) = value else { return Err("a message is a JSON object".to_owned()) };
        let kind = match message.remove("type") {
            Some(Value::String(kind)) => kind,
            _ => return Err("a message has a `type`".to_owned()),
        };
        match kind.as_str() {
            "connection_init" => {
                Ok(Self::Init { authorization: authorization(payload(&mut message)?.unwrap_or_default())? })
            }
            "ping" => Ok(Self::Ping(payload(&mut message)?)),
            "pong" => payload(&mut message).map(|_| Self::Pong),
            "subscribe" => Ok(Self::Subscribe {
                id: id(&mut message)?,
                asked: asked(payload(&mut message)?.ok_or("`subscribe` has a `payload`")?)?,
            }),
            "complete" => Ok(Self::Complete { id: id(&mut message)? }),
            _ => Err("a client sends connection_init, subscribe, complete, ping or pong".to_owned()),
        }
    }
}

fn id(message: &mut Map<String, Value>) -> Result<String, String> {
    match message.remove("id") {
        Some(Value::String(id)) if !id.is_empty() && id.len() <= LONGEST_ID => Ok(id),
        _ => Err(format!("`id` is a text of 1 to {LONGEST_ID} bytes")),
    }
}

fn payload(message: &mut Map<String, Value>) -> Result<Option<Map<String, Value>>, String> {
    object(message.remove("payload"), "payload")
}

fn object(value: Option<Value>, name: &str) -> Result<Option<Map<String, Value>>, String> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(format!("`{name}` is an object")),
    }
}

fn authorization(payload: Map<String, Value>) -> Result<Option<String>, String> {
    match payload.into_iter().find(|(key, _)| key.eq_ignore_ascii_case("authorization")) {
        None | Some((_, Value::Null)) => Ok(None),
        Some((_, Value::String(text))) => Ok(Some(text)),
        Some(_) => Err("`authorization` is a text such as `Bearer ink_pat_…`".to_owned()),
    }
}

fn asked(mut payload: Map<String, Value>) -> Result<Asked, String> {
    let query = match payload.remove("query") {
        Some(Value::String(query)) => query,
        _ => return Err("the `payload` of `subscribe` has a `query`".to_owned()),
    };
    let operation_name = match payload.remove("operationName") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name).filter(|name| !name.is_empty()),
        Some(_) => return Err("`operationName` is a text".to_owned()),
    };
    let variables = object(payload.remove("variables"), "variables")?.unwrap_or_default();
    object(payload.remove("extensions"), "extensions")?;
    Ok(Asked { query, operation_name, variables })
}
