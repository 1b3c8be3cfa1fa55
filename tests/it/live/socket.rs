//! A plain client, which sends whatever a test wants.

use std::{net::SocketAddr, time::Duration};

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::HeaderValue},
};

/// Nothing that is waited for takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Opens one with these headers; the status, where it is refused.
    pub(crate) async fn open(server: SocketAddr, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let stream = TcpStream::connect(server).await.unwrap();
        let mut request = format!("ws://{server}/graphql/ws").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
        }
        match timeout(PATIENCE, client_async(request, stream)).await.unwrap() {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Opens one by the protocol, with further headers.
    pub(crate) async fn by_protocol(server: SocketAddr, headers: &[(&'static str, &str)]) -> Self {
        let mut all = vec![("sec-websocket-protocol", "graphql-transport-ws")];
        all.extend(headers);
        Self::open(server, &all).await.unwrap()
    }

    /// Opens one, begins the connection with a payload, and gives what came with the acknowledgement.
    pub(crate) async fn begun(
        server: SocketAddr,
        headers: &[(&'static str, &str)],
        payload: Value,
    ) -> (Self, Value) {
        let mut socket = Self::by_protocol(server, headers).await;
        socket.send(json!({ "type": "connection_init", "payload": payload })).await;
        let mut ack = socket.next().await;
        assert_eq!(ack["type"], "connection_ack", "{ack}");
        let payload = ack["payload"].take();
        (socket, payload)
    }

    /// Opens one for somebody with a token, or for anybody.
    pub(crate) async fn of(server: SocketAddr, token: Option<&str>) -> Self {
        let payload = token.map_or(json!({}), |token| json!({ "Authorization": format!("Bearer {token}") }));
        Self::begun(server, &[], payload).await.0
    }

    pub(crate) async fn send(&mut self, message: Value) {
        self.send_raw(Message::text(message.to_string())).await;
    }

    pub(crate) async fn send_raw(&mut self, message: Message) {
        timeout(PATIENCE, self.0.send(message)).await.expect("room to send").unwrap();
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.send(json!({ "id": id, "type": "subscribe", "payload": payload })).await;
    }

    /// The next message.
    pub(crate) async fn next(&mut self) -> Value {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("a message") {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(text.as_str()).unwrap(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("no message, but {other:?}"),
            }
        }
    }

    /// The payload of the next message, which is an event.
    pub(crate) async fn event(&mut self) -> Value {
        let mut message = self.next().await;
        assert_eq!(message["type"], "next", "{message}");
        message["payload"].take()
    }

    /// The code of the first error of an operation that did not begin, or cannot go on.
    pub(crate) async fn error(&mut self) -> String {
        let message = self.next().await;
        assert_eq!(message["type"], "error", "{message}");
        assert!(message["payload"][0]["message"].is_string(), "{message}");
        message["payload"][0]["extensions"]["code"].as_str().unwrap().to_owned()
    }

    /// Waits until the server closes the socket, and gives code and reason; what it says before is left out.
    pub(crate) async fn closed(mut self) -> (u16, String) {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("an end") {
                Some(Ok(Message::Close(frame))) => {
                    let frame = frame.expect("a code");
                    return (frame.code.into(), frame.reason.as_str().to_owned());
                }
                Some(Ok(_)) => {}
                other => panic!("no close frame, but {other:?}"),
            }
        }
    }

    /// Whether the server pings within the time that a test has.
    pub(crate) async fn is_pinged(&mut self) -> bool {
        matches!(timeout(PATIENCE, self.0.next()).await, Ok(Some(Ok(Message::Ping(_)))))
    }

    /// Does what the server waits for on any message of an operation: asks for `__typename`, and waits for the answer.
    pub(crate) async fn round_trip(&mut self) {
        self.subscribe("round trip", "{ __typename }", json!({})).await;
        let answer = self.event().await;
        assert_eq!(answer, json!({ "data": { "__typename": "Query" } }));
        assert_eq!(self.next().await, json!({ "id": "round trip", "type": "complete" }));
    }
}

impl Socket {
    /// The next message, or the code with which the socket is closed instead.
    pub(crate) async fn next_frame(&mut self) -> Result<Value, u16> {
        loop {
            match timeout(PATIENCE, self.0.next()).await.expect("a frame") {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(text.as_str()).unwrap()),
                Some(Ok(Message::Close(frame))) => return Err(frame.expect("a code").code.into()),
                Some(Ok(_)) => {}
                other => panic!("no frame, but {other:?}"),
            }
        }
    }
}
