//! All connections at hand: what each of them is doing, since when, and which of them must go.
//!
//! hyper has one timer, for a head that is begun and for a connection that is idle, and none for an answer that nobody
//! takes. So each connection tells here what it does, by its bytes ([`Watched`]) and its requests ([`Running`]), and
//! is looked at from outside once a second: no request pays for a timer.

use std::{
    collections::HashMap,
    io,
    net::IpAddr,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use inkstand_figures::{Gauge, Held};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::Notify,
};

use crate::arriving::Tail;

/// How many connections there may be, and how long they may do nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// At one time.
    pub(crate) most: usize,
    /// Of one host, so that it takes four of them to fill the house; a trusted proxy, which stands for many, may have
    /// all. Browsers open six, and a front end's pool a few dozen.
    pub(crate) most_of_one_host: usize,
    /// How long the head of a request may take, from its first byte; the first one, from the connection.
    pub(crate) head: Duration,
    /// How long a connection is kept after an answer. Longer than the usual proxies keep theirs (nginx 60 s), or one
    /// of them might send a request into a connection that is just being closed.
    pub(crate) idle: Duration,
    /// How long the client may take no byte of an answer, and how long it may take over all of it, with the time that
    /// it took to make it.
    pub(crate) stuck: Duration,
    /// How often the other end of an HTTP/2 connection is asked whether it is still there, and how long its answer may
    /// take.
    pub(crate) ping: Duration,
    pub(crate) pong: Duration,
}

impl Bounds {
    pub(crate) fn of(connections: usize) -> Self {
        Self {
            most: connections,
            most_of_one_host: (connections.saturating_mul(2) / 7).max(1),
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            stuck: Duration::from_secs(60),
            ping: Duration::from_secs(20),
            pong: Duration::from_secs(20),
        }
    }

    /// The same for a port that has few guests, each of whom may have all of it.
    pub(crate) fn of_few(connections: usize) -> Self {
        Self { most_of_one_host: connections, ..Self::of(connections) }
    }
}

#[cfg(test)]
impl Default for Bounds {
    fn default() -> Self {
        Self::of(crate::LimitSettings::USUAL_CONNECTIONS)
    }
}

/// The connections of a server.
pub(crate) struct Connections {
    bounds: Bounds,
    next: AtomicU64,
    list: Mutex<HashMap<u64, Arc<Connection>>>,
    open: Gauge,
}

/// One of them, from the accept to the last byte: also after it became a WebSocket, which ends by rules of its own.
pub(crate) struct Connection {
    host: IpAddr,
    state: Mutex<State>,
    end: Notify,
}

struct State {
    doing: Doing,
    since: Instant,
    /// When each request began whose answer has not gone out.
    running: Vec<(u64, Instant)>,
    next_request: u64,
    /// Since when the system takes no more bytes for the client.
    blocked: Option<Instant>,
    is_h2: Option<bool>,
    /// The last bytes that came.
    tail: Tail,
    /// Whether the request that began last has come as a whole.
    whole: bool,
    /// Whether the beginning of another one came behind it.
    next_came: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// A head is on its way, or nothing has come yet.
    Head,
    /// Requests run.
    Requests,
    /// All answers are out.
    Idle,
    /// HTTP is over: it is a WebSocket.
    Upgraded,
}

/// There is no room for this connection, and none that could go for it.
#[derive(Debug)]
pub(crate) struct Full(pub(crate) TcpStream);

impl Connections {
    /// None yet; `open` says how many there are.
    pub(crate) fn new(bounds: Bounds, open: Gauge) -> Arc<Self> {
        let list = Mutex::new(HashMap::new());
        Arc::new(Self { bounds, next: AtomicU64::new(0), list, open })
    }

    pub(crate) fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// Lets one in. Where its host or the house is full, the connection that has done nothing for the longest goes:
    /// it costs its owner a new one, and nobody can shut others out by doing nothing.
    pub(crate) fn admit(
        self: &Arc<Self>,
        stream: TcpStream,
        host: IpAddr,
        of_proxy: bool,
    ) -> Result<(Watched, Arc<Connection>), Full> {
        let mut list = self.list();
        let of_host = list.values().filter(|other| other.host == host).count();
        let is_full = !of_proxy && of_host >= self.bounds.most_of_one_host;
        if is_full && !make_room(&mut list, |other| other.host == host) {
            return Err(Full(stream));
        }
        if list.len() >= self.bounds.most && !make_room(&mut list, |_| true) {
            return Err(Full(stream));
        }
        let connection = Arc::new(Connection::new(host));
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        list.insert(id, Arc::clone(&connection));
        let watched = Watched {
            stream,
            connection: Arc::clone(&connection),
            id,
            all: Arc::downgrade(self),
            _open: self.open.hold(),
        };
        Ok((watched, connection))
    }

    /// The same, where the system has no more sockets to give.
    pub(crate) fn shed_one(&self) {
        make_room(&mut self.list(), |_| true);
    }

    /// Ends those that have taken too long. Goes on for ever.
    pub(crate) async fn watch(&self) -> std::convert::Infallible {
        // Fine enough for the shortest of the bounds, and a thousand looks cost some microseconds.
        let between = (self.bounds.head / 10).clamp(Duration::from_millis(20), Duration::from_secs(1));
        loop {
            tokio::time::sleep(between).await;
            let now = Instant::now();
            for connection in self.list().values() {
                if connection.is_overdue(now, &self.bounds) {
                    connection.end.notify_one();
                }
            }
        }
    }

    fn list(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Arc<Connection>>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the connection that has done nothing for the longest, if one does nothing.
fn make_room(list: &mut HashMap<u64, Arc<Connection>>, of: impl Fn(&Connection) -> bool) -> bool {
    let doing_nothing = list.iter().filter(|(_, connection)| of(connection));
    let longest = doing_nothing.filter_map(|(id, connection)| Some((connection.idle_since()?, *id))).min();
    let Some(connection) = longest.and_then(|(_, id)| list.remove(&id)) else { return false };
    connection.end.notify_one();
    true
}

impl Connection {
    fn new(host: IpAddr) -> Self {
        let now = Instant::now();
        let state = State {
            doing: Doing::Head,
            since: now,
            running: Vec::new(),
            next_request: 0,
            blocked: None,
            is_h2: None,
            tail: Tail::default(),
            whole: false,
            next_came: false,
        };
        Self { host, state: Mutex::new(state), end: Notify::new() }
    }

    /// Ready when the connection must go.
    pub(crate) async fn ended(&self) {
        self.end.notified().await;
    }

    /// Notes a request, which lasts until what it gives is dropped.
    pub(crate) fn begin_request(self: &Arc<Self>) -> Running {
        let mut state = self.state();
        let id = state.next_request;
        state.next_request += 1;
        let now = Instant::now();
        if state.doing != Doing::Upgraded {
            state.doing = Doing::Requests;
        }
        (state.whole, state.next_came) = (false, false);
        state.running.push((id, now));
        Running { connection: Arc::clone(self), id }
    }

    /// Notes that the request that began last has come as a whole; the tail of its body, empty where it has none.
    pub(crate) fn request_came(&self, body: &Tail) {
        let mut state = self.state();
        let is_end = state.tail.is_an_empty_line() || (!body.is_empty() && body.ends(&state.tail));
        state.whole = true;
        state.next_came = state.is_h2 == Some(false) && !is_end;
    }

    /// Notes that HTTP is over and the socket somebody else's.
    pub(crate) fn upgraded(&self) {
        self.state().doing = Doing::Upgraded;
    }

    fn idle_since(&self) -> Option<Instant> {
        let state = self.state();
        matches!(state.doing, Doing::Head | Doing::Idle).then_some(state.since)
    }

    fn is_overdue(&self, now: Instant, bounds: &Bounds) -> bool {
        let state = self.state();
        let past = |since: Instant, bound: Duration| now.saturating_duration_since(since) > bound;
        if state.blocked.is_some_and(|since| past(since, bounds.stuck)) && state.doing != Doing::Upgraded {
            return true;
        }
        match state.doing {
            Doing::Head => past(state.since, bounds.head),
            Doing::Idle => past(state.since, bounds.idle),
            Doing::Requests => state.running.iter().any(|(_, since)| past(*since, bounds.stuck)),
            Doing::Upgraded => false,
        }
    }

    fn came(&self, bytes: &[u8]) {
        let mut state = self.state();
        // RFC 9113 §3.4: no HTTP/1 request begins like this.
        let is_h2 = *state.is_h2.get_or_insert_with(|| bytes.starts_with(b"PRI "));
        // In HTTP/2 bytes also come for themselves: pings and windows. They are no head, and keep nothing open.
        if is_h2 {
            return;
        }
        state.tail.push(bytes);
        match state.doing {
            Doing::Idle => {
                state.doing = Doing::Head;
                state.since = Instant::now();
            }
            Doing::Requests if state.whole => state.next_came = true,
            Doing::Head | Doing::Requests | Doing::Upgraded => {}
        }
    }

    fn went(&self, blocked: bool) {
        let mut state = self.state();
        state.blocked = if blocked { Some(state.blocked.unwrap_or_else(Instant::now)) } else { None };
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request whose answer has not gone out.
pub(crate) struct Running {
    connection: Arc<Connection>,
    id: u64,
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.connection.state();
        state.running.retain(|(id, _)| *id != self.id);
        if state.running.is_empty() && state.doing == Doing::Requests {
            // What came of the next head meanwhile has its time from now on, since nobody read it before.
            state.doing = if state.next_came { Doing::Head } else { Doing::Idle };
            state.since = Instant::now();
        }
    }
}

/// The body of an answer, whose request runs until hyper has taken all of it.
pub(crate) struct Answering {
    pub(crate) body: Body,
    pub(crate) _running: Running,
}

impl HttpBody for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A socket that tells when bytes come, and when none can go.
pub(crate) struct Watched {
    stream: TcpStream,
    connection: Arc<Connection>,
    id: u64,
    all: Weak<Connections>,
    _open: Held,
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(all) = self.all.upgrade() {
            all.list().remove(&self.id);
        }
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if let Some(came) = buf.filled().get(before..).filter(|came| !came.is_empty()) {
            self.connection.came(came);
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.connection.went(written.is_pending());
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.connection.went(written.is_pending());
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
