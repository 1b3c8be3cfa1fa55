//! A PostgreSQL for one test alone, which may go away and come back; and a PgBouncer before one.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use inkstand_storage::DatabaseUrl;
use tempfile::TempDir;

use crate::{TestDatabase, eventually};

/// A server of its own, with one empty database. It ends with this value.
pub struct OwnPostgres {
    folder: PathBuf,
    url: String,
}

impl OwnPostgres {
    /// Starts one, which takes some seconds.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::begin("start")
    }

    /// Starts one that keeps what it acknowledged, whatever becomes of it: slower, as one in earnest is.
    ///
    /// # Panics
    /// Where it does not start.
    #[must_use]
    pub fn start_durable() -> Self {
        Self::begin("start-durable")
    }

    fn begin(command: &str) -> Self {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        // Not in TMPDIR: a socket's path has to be short.
        let folder = PathBuf::from(format!("/tmp/inkstand-own-{}-{number}", std::process::id()));
        let mut own = Self { folder, url: String::new() };
        own.url = own.script(command).trim().to_owned();
        own
    }

    /// Has it go away; whoever is connected is cut off.
    ///
    /// # Panics
    /// Where it stays.
    pub fn down(&self) {
        self.script("down");
    }

    /// Kills it with all its processes, as a loss of power would.
    ///
    /// # Panics
    /// Where they stay.
    pub fn kill(&self) {
        self.script("kill");
    }

    /// The id of its first process, whose children the others are.
    ///
    /// # Panics
    /// Where it does not run.
    #[must_use]
    pub fn id(&self) -> u32 {
        let file =
            std::fs::read_to_string(self.folder.join("data/postmaster.pid")).expect("a server that runs");
        file.lines().next().and_then(|line| line.parse().ok()).expect("an id")
    }

    /// Has it come back, with all that it had.
    ///
    /// # Panics
    /// Where it does not.
    pub fn up(&self) {
        self.script("up");
    }

    /// Its database, with a folder for whatever else a blog keeps.
    ///
    /// # Panics
    /// Where the system has no temporary folders.
    #[must_use]
    pub fn database(&self) -> TestDatabase {
        database_at(&self.url)
    }

    fn script(&self, command: &str) -> String {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.ci/postgres");
        let done = Command::new("bash")
            .arg(script)
            .arg(command)
            .env("INKSTAND_POSTGRES_DIR", &self.folder)
            .output()
            .expect("the program bash");
        assert!(done.status.success(), ".ci/postgres {command}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).expect("UTF-8")
    }
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        self.script("stop");
    }
}

/// The database at `url`, as another server sees it: with a folder of that server's own.
///
/// # Panics
/// Where it is no address.
#[must_use]
pub fn database_at(url: &str) -> TestDatabase {
    TestDatabase {
        url: DatabaseUrl::parse(url).expect("an address"),
        url_text: url.to_owned(),
        folder: tempfile::tempdir().expect("a temporary folder"),
    }
}

/// A PgBouncer that gives each transaction one of three connections. It ends with this value.
pub struct PgBouncer {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl PgBouncer {
    /// Starts one before the server of `database`.
    ///
    /// # Panics
    /// Where the program is not there, or does not start.
    pub async fn before(database: &TestDatabase) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let (server, user) = place_of(&database.url_text);
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={server} user={user}\n\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 3\n\
             max_client_conn = 300\nunix_socket_dir =\n"
        );
        let file = folder.path().join("pgbouncer.ini");
        std::fs::write(&file, settings).expect("a written file");
        let program =
            ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].into_iter().find(|path| Path::new(path).exists());
        let mut command = Command::new(program.unwrap_or("pgbouncer"));
        // It does not run as root.
        if std::fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0) {
            command.args(["-u", "nobody"]);
        }
        command.arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("the program pgbouncer (Debian's package has its name)");
        let bouncer = Self { child, port, _folder: folder };
        eventually("PgBouncer listens", Duration::from_secs(30), || async {
            tokio::net::TcpStream::connect(("127.0.0.1", port)).await.ok()
        })
        .await;
        bouncer
    }

    /// The address of `database` through it.
    #[must_use]
    pub fn url(&self, database: &TestDatabase) -> String {
        let (server, _) = place_of(&database.url_text);
        database.url_text.replacen(&format!(":{server}/"), &format!(":{}/", self.port), 1)
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Port and user in a URL such as `.ci/postgres` gives.
pub(crate) fn place_of(url: &str) -> (u16, String) {
    let place = url.split("://").nth(1).expect("a URL");
    let (user, place) = place.split_once('@').expect("a user");
    let port = place.split('/').next().and_then(|place| place.rsplit(':').next()?.parse().ok());
    (port.expect("a port"), user.to_owned())
}
