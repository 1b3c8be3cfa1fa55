//! Reading a request's body: bounded in bytes, in time, and in memory for all of them together.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use http_body_util::BodyExt;
use inkstand_graphql::code;
use tokio::time::Instant;

use crate::{negotiation::MediaType, overload::Overloaded, problem::problem_as, router::LARGEST_BODY};

/// How long a body may take before its rate is looked at, and the bytes that must come each second from then on. The
/// slowest of telephones is faster; without it a client could have a connection for as long as requests may take.
const GRACE: Duration = Duration::from_secs(5);
const SLOWEST: u64 = 16 * 1024;

/// Bytes of all bodies that are on their way: what is beyond is told to come again, rather than filling the memory.
const MOST_ON_THEIR_WAY: usize = 32 * 1024 * 1024;

/// What all bodies hold together.
#[derive(Default)]
pub(crate) struct Bodies(AtomicUsize);

/// A body that was read. Its bytes count until it is dropped.
pub(crate) struct Read {
    pub(crate) bytes: Vec<u8>,
    bodies: Arc<Bodies>,
}

impl Drop for Read {
    fn drop(&mut self) {
        self.bodies.0.fetch_sub(self.bytes.len(), Ordering::Relaxed);
    }
}

impl Bodies {
    /// Reads a body to its end.
    pub(crate) async fn read(
        self: &Arc<Self>,
        headers: &HeaderMap,
        mut body: Body,
        media_type: MediaType,
    ) -> Result<Read, Response> {
        // hyper has checked the form of it, and that it is true.
        let length =
            headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        if length.is_some_and(|length| length > LARGEST_BODY) {
            return Err(too_large(media_type));
        }
        let began = Instant::now();
        let mut read = Read { bytes: Vec::new(), bodies: Arc::clone(self) };
        loop {
            let allowed = GRACE + Duration::from_millis(read.bytes.len() as u64 * 1000 / SLOWEST);
            let left = allowed.saturating_sub(began.elapsed());
            let frame = match tokio::time::timeout(left, body.frame()).await {
                Ok(Some(Ok(frame))) => frame,
                Ok(None) => return Ok(read),
                Ok(Some(Err(error))) => {
                    let message = format!("the body broke off: {error}");
                    return Err(problem_as(media_type, StatusCode::BAD_REQUEST, code::BAD_REQUEST, &message));
                }
                Err(_) => {
                    let message = format!(
                        "the body came too slowly: after {} seconds at least {SLOWEST} bytes must come each second",
                        GRACE.as_secs()
                    );
                    return Err(problem_as(media_type, StatusCode::REQUEST_TIMEOUT, code::TIMEOUT, &message));
                }
            };
            let Ok(data) = frame.into_data() else { continue };
            if read.bytes.len() + data.len() > LARGEST_BODY {
                return Err(too_large(media_type));
            }
            if self.0.fetch_add(data.len(), Ordering::Relaxed) + data.len() > MOST_ON_THEIR_WAY {
                self.0.fetch_sub(data.len(), Ordering::Relaxed);
                return Err(Overloaded.response(media_type));
            }
            read.bytes.extend_from_slice(&data);
        }
    }
}

fn too_large(media_type: MediaType) -> Response {
    let message = format!("the body is larger than {LARGEST_BODY} bytes");
    problem_as(media_type, StatusCode::PAYLOAD_TOO_LARGE, code::BODY_TOO_LARGE, &message)
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use futures::stream;
    use http_body_util::StreamBody;
    use hyper::body::Frame;

    use super::*;

    /// What becomes of a body that comes in pieces of that size, one each `pause`.
    async fn trickled(pieces: usize, size: usize, pause: Duration) -> Result<usize, u16> {
        let pieces = stream::unfold(0, move |sent| async move {
            if sent == pieces {
                return None;
            }
            tokio::time::sleep(pause).await;
            Some((Ok::<_, std::io::Error>(Frame::data(Bytes::from(vec![b'x'; size]))), sent + 1))
        });
        let bodies = Arc::new(Bodies::default());
        let body = Body::new(StreamBody::new(pieces));
        let read = bodies.read(&HeaderMap::new(), body, MediaType::Json).await;
        let read = read.map(|read| read.bytes.len()).map_err(|refusal| refusal.status().as_u16());
        assert_eq!(bodies.0.load(Ordering::Relaxed), 0, "nothing is held afterwards");
        read
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_comes_fast_enough_or_not_at_all() {
        let seconds = Duration::from_secs;
        for (pieces, size, pause, read) in [
            (1, 10, seconds(4), Ok(10)),
            (1, 10, seconds(6), Err(408)),
            // A byte each second is no body, 20 kB are one.
            (100, 1, seconds(1), Err(408)),
            (60, 20_000, seconds(1), Ok(1_200_000)),
            // What came fast does not let the rest stand still.
            (2, 100_000, seconds(20), Err(408)),
            (33, 64 * 1024, seconds(0), Err(413)),
            (32, 64 * 1024, seconds(0), Ok(LARGEST_BODY)),
        ] {
            assert_eq!(trickled(pieces, size, pause).await, read, "{pieces} of {size} each {pause:?}");
        }
    }

    #[tokio::test]
    async fn all_of_them_together_have_a_bound() {
        let bodies = Arc::new(Bodies::default());
        let mut held = Vec::new();
        let body = || Body::from(vec![b'x'; LARGEST_BODY]);
        for _ in 0..MOST_ON_THEIR_WAY / LARGEST_BODY {
            held.push(bodies.read(&HeaderMap::new(), body(), MediaType::Json).await.map_err(|_| ()).unwrap());
        }
        let refused = bodies.read(&HeaderMap::new(), body(), MediaType::Json).await.err().unwrap();
        assert_eq!(refused.status(), 503);
        held.pop();
        assert!(bodies.read(&HeaderMap::new(), body(), MediaType::Json).await.is_ok());
    }
}
