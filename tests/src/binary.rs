//! The binary `inkstand` as its users start it: on a command line, in a process of its own.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader},
    process::{Child, Command},
    sync::watch,
};

use crate::{Client, TestDatabase};

/// Where the log of [`Inkstand::on_small_disk_with_log`] is.
pub const LOG: &str = "server.log";

/// No command of a test takes longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// A command line in the making.
///
/// It starts in a folder of the test's, without any setting of whoever runs the tests, and with backtraces on: what
/// users are told must not depend on that.
#[derive(Debug)]
pub struct Inkstand {
    command: Command,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// What it wrote.
    pub stdout: String,
    /// What it complained of.
    pub stderr: String,
    /// How long it ran.
    pub took: Duration,
}

/// A server in a process of its own, killed when this value is dropped.
#[derive(Debug)]
pub struct Served {
    /// Asks it.
    pub client: Client,
    /// What it wrote to its standard output so far.
    pub stdout: Output,
    /// What it wrote to its standard error so far.
    pub stderr: Output,
    child: Child,
}

/// Lines as they come.
#[derive(Clone, Debug)]
pub struct Output(watch::Receiver<Lines>);

#[derive(Debug, Default)]
struct Lines {
    lines: Vec<String>,
    ended: bool,
}

impl Inkstand {
    /// Starts in `folder`.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self::prepared(Command::new(binary()), folder)
    }

    fn prepared(mut command: Command, folder: &Path) -> Self {
        command.current_dir(folder).env_clear().env("RUST_BACKTRACE", "1").kill_on_drop(true);
        for kept in ["PATH", "HOME", "TMPDIR", "LLVM_PROFILE_FILE"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        Self { command }
    }

    /// Starts in the folder of `database`, which is named together with that folder.
    #[must_use]
    pub fn on(database: &TestDatabase) -> Self {
        Self::new(database.folder.path()).of(database)
    }

    fn of(self, database: &TestDatabase) -> Self {
        self.args([OsStr::new("--data-dir"), database.folder.path().as_os_str()])
            .args(["--database-url", &database.url_text])
    }

    /// The same with a disk of so many MiB in place of that folder, which this process alone sees; others by way of
    /// `/proc/PID/root`. Needs Linux, and `unshare` of its package util-linux.
    #[must_use]
    pub fn on_small_disk(database: &TestDatabase, mib: usize) -> Self {
        Self::on_another_disk(database, &format!("mount -t tmpfs -o size={mib}m tmpfs \"$1\""), "")
    }

    /// The same, and its standard error goes to a file on that disk, [`LOG`].
    #[must_use]
    pub fn on_small_disk_with_log(database: &TestDatabase, mib: usize) -> Self {
        let mount = format!("mount -t tmpfs -o size={mib}m tmpfs \"$1\"");
        Self::on_another_disk(database, &mount, &format!("2>>{LOG}"))
    }

    /// With that folder as it is, on a disk from which one can only read.
    #[must_use]
    pub fn on_read_only_disk(database: &TestDatabase) -> Self {
        let mount = "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\"";
        Self::on_another_disk(database, mount, "")
    }

    fn on_another_disk(database: &TestDatabase, mount: &str, redirected: &str) -> Self {
        let script = format!("{mount} && cd \"$1\" && shift && exec \"$@\" {redirected}");
        let mut command = Command::new("unshare");
        command
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", &script, "sh"])
            .args([database.folder.path(), &binary()]);
        Self::prepared(command, database.folder.path()).of(database)
    }

    /// The same in a control group, whose folder is given.
    #[must_use]
    pub fn within(group: &Path, database: &TestDatabase) -> Self {
        let enter = "echo $$ > \"$1/cgroup.procs\" && shift && exec \"$@\"";
        let mut command = Command::new("sh");
        command.args(["-c", enter, "sh"]).args([group, &binary()]);
        Self::prepared(command, database.folder.path()).of(database)
    }

    /// By a clock that goes wrong as the file at `says` has it, such as `+1h`, also while it runs. Needs the library
    /// faketime of Debian's package of its name.
    ///
    /// # Panics
    /// Where that is not there.
    #[must_use]
    pub fn by_the_clock_of(self, says: &Path) -> Self {
        let library = ["x86_64", "aarch64"]
            .map(|kind| format!("/usr/lib/{kind}-linux-gnu/faketime/libfaketimeMT.so.1"))
            .into_iter()
            .find(|path| Path::new(path).exists())
            .expect("the library faketime: apt-get install faketime");
        self.env("LD_PRELOAD", library)
            .env("FAKETIME_TIMESTAMP_FILE", says)
            .env("FAKETIME_NO_CACHE", "1")
            // The clock by which a process measures how long something takes goes on in earnest, too.
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
    }

    /// Where the binary is, for scripts that start it themselves.
    #[must_use]
    pub fn path() -> PathBuf {
        binary()
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets a variable of the environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs it to its end.
    ///
    /// # Panics
    /// Where it cannot be started, or does not end.
    pub async fn run(self) -> Ended {
        self.run_with_input(b"").await
    }

    /// Runs it to its end, with something on its standard input.
    ///
    /// # Panics
    /// Where it cannot be started, or does not end.
    pub async fn run_with_input(mut self, input: &[u8]) -> Ended {
        let began = Instant::now();
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("a command that can be started");
        let mut stdin = child.stdin.take().expect("a pipe");
        // It may end without having read anything.
        let _ = stdin.write_all(input).await;
        drop(stdin);
        let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
        let output = output.expect("an end").expect("a command that can be started");
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
            took: began.elapsed(),
        }
    }

    /// Starts it and lets it run; the caller knows what it does.
    ///
    /// # Panics
    /// Where it cannot be started.
    #[must_use]
    pub fn spawn(mut self) -> Child {
        self.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.command.spawn().expect("a command that can be started")
    }

    /// Serves on a free port, once it has said where.
    ///
    /// # Panics
    /// Where it ends instead.
    pub async fn serve(self) -> Served {
        self.args(["--listen", "127.0.0.1:0"]).serve_where_it_says().await
    }

    /// Serves where its settings say.
    ///
    /// # Panics
    /// Where it ends instead.
    pub async fn serve_where_it_says(mut self) -> Served {
        self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("a command that can be started");
        let mut stdout = Output::of(child.stdout.take().expect("a pipe"));
        let stderr = Output::of(child.stderr.take().expect("a pipe"));
        // The last of the lines that it starts with.
        if !stdout.has(|line| line.trim_start().starts_with("yours ")).await {
            panic!("it did not start\n{}\n{}", stdout.text(), stderr.text());
        }
        let address = stdout
            .lines()
            .iter()
            .find_map(|line| line.trim_start().strip_prefix("GraphQL")?.trim().strip_prefix("http://"))
            .and_then(|rest| rest.split('/').next()?.parse().ok())
            .unwrap_or_else(|| panic!("no address\n{}", stdout.text()));
        Served { client: Client::new(address), stdout, stderr, child }
    }
}

impl Ended {
    /// Gives it back where the exit code is 0.
    ///
    /// # Panics
    /// Where it is another.
    #[must_use]
    pub fn well(self) -> Self {
        self.with_code(0)
    }

    /// Gives it back where the exit code is `code`.
    ///
    /// # Panics
    /// Where it is another.
    #[must_use]
    pub fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\n{}\n{}", self.stdout, self.stderr);
        self
    }
}

impl Served {
    /// Sends a signal, such as `TERM`.
    ///
    /// # Panics
    /// Where it has ended already.
    pub async fn signal(&self, name: &str) {
        let id = self.child.id().expect("a process that runs");
        let sent = Command::new("kill").arg(format!("-{name}")).arg(id.to_string()).status().await;
        assert!(sent.expect("the program kill").success(), "kill -{name} {id}");
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// Where there is none.
    pub async fn ended(mut self) -> Ended {
        let began = Instant::now();
        let status =
            tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("an end").expect("a status");
        self.stdout.ended().await;
        self.stderr.ended().await;
        Ended {
            code: status.code(),
            stdout: self.stdout.text(),
            stderr: self.stderr.text(),
            took: began.elapsed(),
        }
    }

    /// Stops it by SIGTERM, which it must take well.
    ///
    /// # Panics
    /// Where it does not.
    pub async fn stop(self) -> Ended {
        self.signal("TERM").await;
        self.ended().await.well()
    }

    /// Its id among the system's processes.
    ///
    /// # Panics
    /// Where it has ended.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id().expect("a process that runs")
    }
}

impl Output {
    fn of(pipe: impl AsyncRead + Unpin + Send + 'static) -> Self {
        let (sender, receiver) = watch::channel(Lines::default());
        tokio::spawn(async move {
            let mut lines = BufReader::new(pipe).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                sender.send_modify(|output| output.lines.push(line));
            }
            sender.send_modify(|output| output.ended = true);
        });
        Self(receiver)
    }

    /// Waits for a line; `false` where the end comes first.
    ///
    /// # Panics
    /// Where neither comes.
    pub async fn has(&mut self, wanted: impl Fn(&str) -> bool) -> bool {
        let wanted = |output: &Lines| output.lines.iter().any(|line| wanted(line));
        let came = self.0.wait_for(|output| wanted(output) || output.ended);
        let came = tokio::time::timeout(PATIENCE, came).await.expect("a line or the end");
        came.is_ok_and(|output| wanted(&output))
    }

    async fn ended(&mut self) {
        let ended = tokio::time::timeout(PATIENCE, self.0.wait_for(|output| output.ended)).await;
        let _ = ended.expect("the end of its output");
    }

    /// The lines so far.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.0.borrow().lines.clone()
    }

    /// The lines so far as one text.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines().join("\n")
    }
}

/// The binary beside this test's executable: `target/debug/inkstand` for `target/debug/deps/it-0123`.
///
/// `--workspace` builds it, `-p inkstand-tests` doesn't: rather than test an old one, this says so.
fn binary() -> PathBuf {
    let me = std::env::current_exe().expect("the path of this executable");
    let target = me.parent().and_then(Path::parent).expect("a folder above `deps`");
    let binary = target.join(format!("inkstand{}", std::env::consts::EXE_SUFFIX));
    let built = modified(&binary).unwrap_or_else(|| {
        panic!(
            "{} is not there: run the tests with --workspace, or run `cargo build` first",
            binary.display()
        )
    });
    // What cargo made it of: `target: source source …`, in the form of make.
    let sources = std::fs::read_to_string(binary.with_extension("d")).unwrap_or_default();
    let newer = sources
        .split_whitespace()
        .skip(1)
        .find(|source| modified(Path::new(source)).is_some_and(|modified| modified > built));
    if let Some(newer) = newer {
        panic!(
            "{} is older than {newer}: run the tests with --workspace, or run `cargo build` first",
            binary.display()
        );
    }
    binary
}

fn modified(path: &Path) -> Option<std::time::SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}
