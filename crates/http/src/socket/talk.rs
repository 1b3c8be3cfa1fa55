//! One socket, from its first frame to its last.

use std::{
    collections::{HashMap, VecDeque},
    ops::ControlFlow,
    sync::Arc,
    time::Duration,
};

use futures::{
    FutureExt, SinkExt, StreamExt,
    stream::{self, BoxStream},
};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use inkstand_blog::{BlogError, Caller};
use inkstand_graphql::{
    Delivery, Prepared, Question, RequestId, code,
    socket::{Asked, Close, Input, Machine, Output, Rules, Run},
};
use serde_json::json;
use tokio::{
    io::AsyncReadExt,
    sync::{mpsc, watch},
    task::{AbortHandle, JoinSet},
    time::{Instant, error::Elapsed, sleep_until, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error as FrameError, Message,
        error::ProtocolError,
        protocol::{CloseFrame, Role, WebSocketConfig},
    },
};
use tracing::{Instrument, debug, error};

use super::{
    SocketLimits,
    sender::{Known, Sender},
};
use crate::{HttpOptions, client_address::host};

/// How long a client may take to answer a close frame.
const CLOSE_WAIT: Duration = Duration::from_secs(1);

/// Bytes that a socket reads at once, of which it keeps a buffer.
const READ_BUFFER: usize = 4 * 1024;

/// One socket.
pub(super) struct Talk {
    options: Arc<HttpOptions>,
    id: RequestId,
    caller: Caller,
    sender: Sender,
    machine: Machine,
    frames: WebSocketStream<TokioIo<Upgraded>>,
    /// Each operation has a task of its own: one that stood still with this task, while that waits for the database or
    /// the client, would keep the connection to the database that it reads by.
    runs: JoinSet<()>,
    /// What they say, or that they have ended. There is room for one message, and each waits until it has said its own.
    said: (mpsc::Sender<Said>, mpsc::Receiver<Said>),
    ends: HashMap<Run, AbortHandle>,
    stopping: watch::Receiver<bool>,
    begun: u64,
    opened: Instant,
    heard: Instant,
    pinged: bool,
    checked: Instant,
    /// Whether what the client sends can be read no more.
    unreadable: bool,
}

type Said = (Run, Option<Delivery>);

enum Happened {
    Frame(Option<Result<Message, FrameError>>),
    Said(Run, Option<Delivery>),
    /// A credential of somebody's was taken away.
    TakenAway,
    Time,
    Stopping,
}

/// Whether the socket stays open.
type Goes = ControlFlow<()>;

impl Talk {
    /// Talks until one of both sides ends it.
    pub(super) async fn begin(
        options: Arc<HttpOptions>,
        id: RequestId,
        caller: Caller,
        sender: Sender,
        stream: TokioIo<Upgraded>,
        offered: &[String],
    ) {
        let limits = *options.sockets.limits();
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_message_size(Some(limits.largest_message))
            .max_frame_size(Some(limits.largest_message));
        let mut frames = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
        let rules = Rules { most_operations: limits.most_operations, init_wait: limits.init_wait };
        let machine = match Machine::open(offered.iter().map(String::as_str), rules) {
            Ok(machine) => machine,
            Err(close) => return say_goodbye(&mut frames, close, false).await,
        };
        let now = Instant::now();
        let talk = Self {
            stopping: options.sockets.stopping(),
            options,
            id,
            caller,
            sender,
            machine,
            frames,
            runs: JoinSet::new(),
            said: mpsc::channel(1),
            ends: HashMap::new(),
            begun: 0,
            opened: now,
            heard: now,
            pinged: false,
            checked: now,
            unreadable: false,
        };
        debug!("a socket is open");
        talk.talk().await;
        debug!("a socket is closed");
    }

    async fn talk(mut self) {
        let mut taken_away = self.options.blog.credentials_taken_away();
        loop {
            let wake = self.wakes_at();
            let happened = tokio::select! {
                // Fails where the sockets are gone, which is a stop, too.
                _ = self.stopping.wait_for(|stopping| *stopping) => Happened::Stopping,
                frame = self.frames.next() => Happened::Frame(frame),
                Some((run, said)) = self.said.1.recv() => Happened::Said(run, said),
                Ok(()) = taken_away.changed() => Happened::TakenAway,
                () = sleep_until(wake) => Happened::Time,
            };
            if self.take(happened).await.is_break() {
                self.runs.shutdown().await;
                return;
            }
        }
    }

    fn limits(&self) -> &SocketLimits {
        self.options.sockets.limits()
    }

    /// When something is due although nothing happens.
    fn wakes_at(&self) -> Instant {
        let limits = self.limits();
        let silent =
            self.heard + limits.ping_every + if self.pinged { limits.pong_wait } else { Duration::ZERO };
        let init = self.opened + limits.init_wait;
        let check = self.checked + limits.check_every;
        let init = (Instant::now() < init && !self.machine.is_ready()).then_some(init);
        let check = self.sender.is_known().then_some(check);
        [init, check].into_iter().flatten().fold(silent, Instant::min)
    }

    async fn take(&mut self, happened: Happened) -> Goes {
        match happened {
            Happened::Stopping => self.tell(Input::Stopping).await,
            Happened::Frame(frame) => self.take_frame(frame).await,
            Happened::Said(run, None) => {
                self.ends.remove(&run);
                // Forgets tasks that have ended.
                while self.runs.try_join_next().is_some() {}
                self.tell(Input::Ended(run)).await
            }
            Happened::Said(run, Some(delivery)) => {
                // Time may have passed since it was asked for, and what was allowed then need not be so now.
                if matches!(delivery, Delivery::Event(_)) {
                    self.check().await?;
                    self.options.sockets.count_event();
                }
                self.tell(Input::Delivered(run, delivery)).await
            }
            Happened::TakenAway => self.check().await,
            Happened::Time => self.take_time().await,
        }
    }

    async fn take_frame(&mut self, frame: Option<Result<Message, FrameError>>) -> Goes {
        self.heard = Instant::now();
        self.pinged = false;
        match frame {
            Some(Ok(Message::Text(text))) => self.tell(Input::Text(text.as_str())).await,
            Some(Ok(Message::Binary(_))) => {
                self.tell(Input::Unreadable("a message is a text, and no binary frame")).await
            }
            // Pings are answered below.
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Goes::Continue(()),
            Some(Ok(Message::Close(_))) => {
                // The answer to it is written as the rest is read.
                let rest = async { while self.frames.next().await.is_some() {} };
                let _ = timeout(CLOSE_WAIT, rest).await;
                Goes::Break(())
            }
            None
            | Some(Err(
                FrameError::Io(_) | FrameError::Protocol(ProtocolError::ResetWithoutClosingHandshake),
            )) => Goes::Break(()),
            Some(Err(FrameError::Capacity(_))) => {
                self.unreadable = true;
                let most = self.limits().largest_message;
                let reason =
                    format!("a message has at most {most} bytes; send longer ones by POST to /graphql");
                self.tell(Input::Unreadable(&reason)).await
            }
            Some(Err(fault)) => {
                self.unreadable = true;
                self.tell(Input::Unreadable(&format!("the frame cannot be read: {fault}"))).await
            }
        }
    }

    async fn take_time(&mut self) -> Goes {
        let now = Instant::now();
        self.tell(Input::Open(now - self.opened)).await?;
        let (silent, limits) = (now - self.heard, *self.limits());
        if silent >= limits.ping_every + limits.pong_wait && self.pinged {
            // It may have answered while the whole server was busy.
            if let Some(frame) = self.frames.next().now_or_never() {
                return self.take_frame(frame).await;
            }
            debug!("a client does not answer");
            return Goes::Break(());
        }
        if silent >= limits.ping_every && !self.pinged {
            self.pinged = true;
            self.send(Message::Ping(Vec::new().into())).await?;
        }
        if self.sender.is_known() && now - self.checked >= limits.check_every {
            self.check().await?;
        }
        Goes::Continue(())
    }

    /// Ends the socket where its sender is not known any more.
    async fn check(&mut self) -> Goes {
        if !self.sender.is_known() {
            return Goes::Continue(());
        }
        self.checked = Instant::now();
        match timeout(self.options.deadline, self.sender.is_still_known(&self.options.blog)).await {
            Ok(Ok(Known::Yes)) => Goes::Continue(()),
            Ok(Ok(Known::No(why))) => self.tell(Input::Refused(why)).await,
            failed => {
                tell_fault(failed, "a socket has to be closed");
                Box::pin(self.tell(Input::Failed)).await
            }
        }
    }

    /// Tells the machine what happens, and does what is to be done about it.
    async fn tell(&mut self, input: Input<'_>) -> Goes {
        let mut outputs = VecDeque::from(self.machine.take(input));
        while let Some(output) = outputs.pop_front() {
            match output {
                Output::Send(text) => self.send(Message::text(text)).await?,
                Output::Identify { authorization } => {
                    outputs.extend(self.identify(authorization.as_deref()).await);
                }
                Output::Start(run, asked) => {
                    // Read anew for each operation, as for each request.
                    Box::pin(self.check()).await?;
                    outputs.extend(self.start(run, asked));
                }
                Output::Stop(run) => {
                    if let Some(end) = self.ends.remove(&run) {
                        end.abort();
                    }
                }
                Output::Close(close) => {
                    self.runs.abort_all();
                    say_goodbye(&mut self.frames, close, self.unreadable).await;
                    return Goes::Break(());
                }
            }
        }
        Goes::Continue(())
    }

    async fn identify(&mut self, authorization: Option<&str>) -> Vec<Output> {
        let Self { options, sender, .. } = self;
        let known = timeout(options.deadline, async {
            let known = sender.identify(&options.blog, authorization).await?;
            let seq = options.blog.reader(sender.viewer().clone()).last_seq().await?;
            Ok::<_, BlogError>((known, seq))
        });
        let known = known.await;
        self.checked = Instant::now();
        match known {
            Ok(Ok((Known::Yes, seq))) => {
                self.machine.take(Input::Admitted(json!({ "seq": seq.to_string() })))
            }
            Ok(Ok((Known::No(why), _))) => self.machine.take(Input::Refused(why)),
            failed => {
                tell_fault(failed, "a socket cannot be opened");
                self.machine.take(Input::Failed)
            }
        }
    }

    fn start(&mut self, run: Run, asked: Asked) -> Vec<Output> {
        let quotas = self.options.limits.quotas();
        let bill = quotas.bill(self.sender.viewer(), host(self.caller.address));
        let question = Question {
            query: asked.query,
            operation_name: asked.operation_name,
            variables: asked.variables,
            read_only: false,
            // A cookie was taken only with a proof.
            unproven: false,
            caller: self.caller.clone(),
            tell_cost: false,
            charge: bill.map(|bill| bill.charge()),
        };
        let prepared = match self.options.gateway.prepare(question) {
            Ok(prepared) => prepared,
            Err(refusal) => return self.machine.take(Input::Delivered(run, refusal.into())),
        };
        self.begun += 1;
        let id = RequestId(format!("{}-{}", self.id, self.begun));
        let (mut run_says, said) = (self.run(prepared, id), self.said.0.clone());
        let operation = self.options.sockets.begin_operation();
        let running = async move {
            let _operation = operation;
            while let Some(delivery) = run_says.next().await {
                if said.send((run, Some(delivery))).await.is_err() {
                    return;
                }
            }
            // Fails where the socket is gone.
            let _ = said.send((run, None)).await;
        };
        self.ends.insert(run, self.runs.spawn(running.in_current_span()));
        Vec::new()
    }

    /// What an operation says. A single answer and each event have as long as an answer over HTTP.
    fn run(&self, prepared: Prepared, id: RequestId) -> BoxStream<'static, Delivery> {
        let (subscribes, deadline) = (prepared.subscribes(), self.options.deadline);
        let reader = self.options.blog.reader(self.sender.viewer().clone());
        let mut said = self.options.gateway.stream(prepared, reader, id, deadline);
        if subscribes {
            return said;
        }
        let (options, address) = (Arc::clone(&self.options), self.caller.address);
        let answer = async move {
            let refused = |message: &str, code: &str| {
                let error = json!([{ "message": message, "extensions": { "code": code } }]);
                Some(Delivery::Errors(error.to_string()))
            };
            let Ok(_place) = options.limits.place(address).await else {
                let message = "too much is asked at once; ask again in a moment";
                return refused(message, code::OVERLOADED);
            };
            timeout(deadline, said.next()).await.unwrap_or_else(|_| {
                let message = "the answer took too long and was broken off; ask for less at once";
                refused(message, code::TIMEOUT)
            })
        };
        stream::once(answer).filter_map(std::future::ready).boxed()
    }

    /// Sends, and waits until the client has room for it.
    async fn send(&mut self, message: Message) -> Goes {
        let mut stopping = self.stopping.clone();
        let wait = self.limits().send_wait;
        let stopped = async move {
            let _ = stopping.wait_for(|stopping| *stopping).await;
            tokio::time::sleep(CLOSE_WAIT).await;
        };
        tokio::select! {
            sent = timeout(wait, self.frames.send(message)) => match sent {
                Ok(Ok(())) => return Goes::Continue(()),
                Ok(Err(fault)) => debug!(%fault, "a socket broke off"),
                Err(_) => debug!("a client does not read what is sent to it, and is dropped"),
            },
            () = stopped => {}
        }
        Goes::Break(())
    }
}

/// Logs why a look-up failed, or that it took too long.
fn tell_fault<T>(failed: Result<Result<T, BlogError>, Elapsed>, what: &'static str) {
    match failed {
        Ok(Err(error)) => error!(error = &error as &dyn std::error::Error, "{what}"),
        _ => error!("{what}: the database does not answer in time"),
    }
}

/// Closes a socket: says why, and waits a moment for the client to have read it.
async fn say_goodbye(frames: &mut WebSocketStream<TokioIo<Upgraded>>, close: Close, unreadable: bool) {
    let frame = CloseFrame { code: close.code.into(), reason: close.reason.into() };
    let goodbye = async {
        if frames.send(Message::Close(Some(frame))).await.is_err() {
            return;
        }
        if !unreadable {
            while frames.next().await.is_some_and(|frame| frame.is_ok()) {}
            return;
        }
        // A connection that is closed while something is unread is reset, and the reason lost with it.
        let mut unread = [0; READ_BUFFER];
        while frames.get_mut().read(&mut unread).await.is_ok_and(|read| read > 0) {}
    };
    let _ = timeout(CLOSE_WAIT, goodbye).await;
}
