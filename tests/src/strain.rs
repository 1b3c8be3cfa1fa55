//! What an attack costs the server, and whether others are answered meanwhile.
//!
//! ```ignore
//! let served = Inkstand::on(&database).serve().await;
//! let (_, strain) = strained(&served, "a name for the report", async { /* attack */ }).await;
//! assert!(strain.cpu < Duration::from_millis(100), "{strain}");
//! ```
//!
//! The server is a process of its own, so that what is read of it in `/proc` is its alone. Linux only.

use std::{
    fmt,
    future::Future,
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    sync::oneshot,
    time::{MissedTickBehavior, interval, timeout},
};

use crate::Served;

/// Between two probes.
const BETWEEN: Duration = Duration::from_millis(25);

/// Probes before the attack, by which it is known what one costs.
const AT_REST: u32 = 40;

/// No probe waits longer; one that does counts as one of that length.
const PATIENCE: Duration = Duration::from_secs(20);

/// The host that probes come from: not the one of the attacks, which limits by address are meant to hold.
const PROBES: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 9);

/// Linux counts a process's time in hundredths of a second, on every architecture of today.
const TICKS_A_SECOND: u64 = 100;

/// What an attack cost.
#[derive(Clone, Debug)]
pub struct Strain {
    /// How the attack is called.
    pub name: String,
    /// Time of the processor, of all of the server's threads, without that of the probes.
    pub cpu: Duration,
    /// How far the process grew over what it had before: its highest point, not its last.
    pub memory: u64,
    /// How long the attack ran.
    pub took: Duration,
    /// How long each probe took that ran meanwhile, from the connection to the end of its answer; the shortest first.
    pub probes: Vec<Duration>,
    /// Probes that got no answer, or another one than they should.
    pub lost: usize,
}

/// What a process has used so far.
#[derive(Clone, Copy, Debug)]
pub struct Used {
    /// Time of the processor.
    pub cpu: Duration,
    /// Bytes of memory that it has.
    pub resident: u64,
    /// The most that it ever had.
    pub highest: u64,
}

/// Runs `attack` on `served` while a probe asks for something small over and over, each time by a new connection from
/// another address, and prints what came of it.
///
/// # Panics
/// Where the server is gone, or is not answering before the attack.
pub async fn strained<T>(served: &Served, name: &str, attack: impl Future<Output = T>) -> (T, Strain) {
    let address = served.client.address;
    for _ in 0..AT_REST {
        // The first ones warm up what is made once.
        probe(address).await.expect("an answer before the attack");
    }
    let rest = served.used();
    for _ in 0..AT_REST {
        probe(address).await.expect("an answer before the attack");
    }
    let one_probe = (served.used().cpu - rest.cpu) / AT_REST;

    served.forget_peak();
    let before = served.used();
    let began = Instant::now();
    let (stop, stopped) = oneshot::channel();
    let probing = std::thread::spawn(move || probe_until(address, stopped));
    let result = attack.await;
    let took = began.elapsed();
    drop(stop);
    let joined = tokio::task::spawn_blocking(move || probing.join().expect("probes without a panic"));
    let (mut probes, lost) = joined.await.expect("probes without a panic");
    probes.sort();
    let after = served.used();
    let of_probes = one_probe * u32::try_from(probes.len()).unwrap_or(u32::MAX);
    let strain = Strain {
        name: name.to_owned(),
        cpu: (after.cpu - before.cpu).saturating_sub(of_probes),
        memory: after.highest.saturating_sub(before.resident),
        took,
        probes,
        lost,
    };
    #[expect(clippy::print_stdout, reason = "the figure is half of what such a test is for")]
    {
        println!("{strain}");
    }
    (result, strain)
}

/// Probes on and on, at least once after `stopped`: how long each took, and how many were lost.
///
/// It has a thread of its own, since an attack of hundreds of tasks keeps the thread that it runs on busy, and how long
/// a probe waits for that says nothing about the server.
fn probe_until(server: SocketAddr, mut stopped: oneshot::Receiver<()>) -> (Vec<Duration>, usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (mut probes, mut lost) = (Vec::new(), 0);
        let mut next = interval(BETWEEN);
        next.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let ends = tokio::select! {
                _ = next.tick() => false,
                // The attack's last effects, and at least one probe of an attack that is over at once.
                _ = &mut stopped => true,
            };
            let asked = Instant::now();
            if probe(server).await.is_none() {
                lost += 1;
            }
            probes.push(asked.elapsed());
            if ends {
                return (probes, lost);
            }
        }
    })
}

/// Asks for something small by a connection of its own; `None` where no good answer comes.
pub async fn probe(server: SocketAddr) -> Option<()> {
    let ask = async {
        let mut stream = connect_from(PROBES, server).await?;
        let body = r#"{"query":"{ __typename }"}"#;
        let request = format!(
            "POST /graphql HTTP/1.1\r\nhost: probe\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        std::io::Result::Ok(answer)
    };
    let answer = timeout(PATIENCE, ask).await.ok()?.ok()?;
    (answer.starts_with("HTTP/1.1 200") && answer.contains(r#""__typename":"Query""#)).then_some(())
}

/// A connection that comes from `host`, one of this machine's own: all of 127.0.0.0/8 is, on Linux.
///
/// # Errors
/// Where there is none.
pub async fn connect_from(host: Ipv4Addr, server: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((host, 0)))?;
    let stream = socket.connect(server).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

impl Served {
    /// What the process has used so far.
    ///
    /// # Panics
    /// Where it is gone, or the system has no `/proc`.
    #[must_use]
    pub fn used(&self) -> Used {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.id())).expect("a process that runs");
        // proc(5): the name is in parentheses and may hold anything; the 14th and 15th fields are user and system time.
        let fields: Vec<&str> = stat.rsplit_once(')').expect("a name").1.split_whitespace().collect();
        let ticks: u64 = [11, 12].iter().map(|at| fields[*at].parse::<u64>().expect("a number")).sum();
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).expect("a status");
        let bytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line of that name");
            line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
        };
        Used {
            cpu: Duration::from_millis(ticks * 1000 / TICKS_A_SECOND),
            resident: bytes("VmRSS:"),
            highest: bytes("VmHWM:"),
        }
    }

    /// Has the highest point of its memory begin anew.
    fn forget_peak(&self) {
        // proc(5), clear_refs: 5 resets the peak of the resident set.
        std::fs::write(format!("/proc/{}/clear_refs", self.id()), "5").expect("a process of one's own");
    }
}

impl Strain {
    /// The longest that a probe took.
    #[must_use]
    pub fn worst(&self) -> Duration {
        self.probes.last().copied().unwrap_or_default()
    }

    /// What half of the probes stayed below.
    #[must_use]
    pub fn median(&self) -> Duration {
        self.probes.get(self.probes.len() / 2).copied().unwrap_or_default()
    }
}

impl fmt::Display for Strain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {:.0} ms of CPU, {:.1} MB more, {} probes: median {:.1} ms, worst {:.1} ms, {} lost; took {:.2} s",
            self.name,
            self.cpu.as_secs_f64() * 1e3,
            self.memory as f64 / 1e6,
            self.probes.len(),
            self.median().as_secs_f64() * 1e3,
            self.worst().as_secs_f64() * 1e3,
            self.lost,
            self.took.as_secs_f64(),
        )
    }
}
