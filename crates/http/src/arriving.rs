//! Whether something has come behind a request: the beginning of another one.
//!
//! Over HTTP/1 a client may send requests one behind the other, without waiting for answers. hyper keeps what it has
//! read of the next one, and tells nobody. But a head ends in an empty line, and so does a body in chunks; any other body
//! is read by us. So the last bytes that came tell whether they were the end of the request.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::body::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};

use crate::connections::Connection;

/// The last bytes of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tail {
    bytes: [u8; Self::LENGTH],
    length: usize,
}

impl Tail {
    /// An empty line, with the end of the line before it, needs three.
    const LENGTH: usize = 8;

    pub(crate) fn push(&mut self, more: &[u8]) {
        let more = &more[more.len().saturating_sub(Self::LENGTH)..];
        let kept = self.length.min(Self::LENGTH - more.len());
        self.bytes.copy_within(self.length - kept..self.length, 0);
        self.bytes[kept..kept + more.len()].copy_from_slice(more);
        self.length = kept + more.len();
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// RFC 9112 §2.2: a line may end in a bare LF.
    pub(crate) fn is_an_empty_line(&self) -> bool {
        self.bytes().ends_with(b"\n\r\n") || self.bytes().ends_with(b"\n\n")
    }

    /// Whether the other one ends like this one.
    pub(crate) fn ends(&self, other: &Self) -> bool {
        let bytes = self.bytes();
        other.bytes().ends_with(bytes) || bytes.ends_with(other.bytes())
    }
}

/// The body of a request, which tells its connection when it has come as a whole.
pub(crate) struct Arriving {
    body: Incoming,
    tail: Tail,
    connection: Option<Arc<Connection>>,
}

impl Arriving {
    /// The body of a request that has just begun.
    pub(crate) fn on(connection: &Arc<Connection>, body: Incoming) -> Self {
        let mut arriving = Self { body, tail: Tail::default(), connection: Some(Arc::clone(connection)) };
        if arriving.body.is_end_stream() {
            arriving.tell_end();
        }
        arriving
    }

    fn tell_end(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.request_came(&self.tail);
        }
    }
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        let ended = match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    self.tail.push(data);
                }
                self.body.is_end_stream()
            }
            Poll::Ready(None) => true,
            Poll::Ready(Some(Err(_))) | Poll::Pending => false,
        };
        if ended {
            self.tell_end();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tail(parts: &[&str]) -> Tail {
        let mut tail = Tail::default();
        parts.iter().for_each(|part| tail.push(part.as_bytes()));
        tail
    }

    #[test]
    fn the_last_bytes_are_kept_however_they_come() {
        for parts in
            [&["GET / HTTP/1.1\r\n\r\n"][..], &["GET / HTTP/1.1\r", "\n", "", "\r", "\n"], &["\n", "\n"]]
        {
            assert!(tail(parts).is_an_empty_line(), "{parts:?}");
        }
        for parts in [&["GET / HTTP/1.1\r\n"][..], &["\r\n\r\n", "G"], &[], &["\r\n"]] {
            assert!(!tail(parts).is_an_empty_line(), "{parts:?}");
        }
        assert!(tail(&["{\"query\"", ":1}"]).ends(&tail(&["content-length: 11\r\n\r\n{\"query\":1}"])));
        assert!(!tail(&["{}"]).ends(&tail(&["\r\n\r\n{}GET"])));
    }
}
