//! Containers of a test: images, servers, a network, all gone with this value.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::Stdio,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use tempfile::TempDir;
use tokio::{io::AsyncWriteExt, process::Command};

use crate::{Inkstand, eventually};

/// A container starts within this time, on however busy a machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// podman, with a name of its own for whatever the test makes.
pub struct Containers {
    name: String,
    tools: PathBuf,
    /// podman leaves files where it is started.
    scratch: TempDir,
}

impl Containers {
    /// Makes ready what containers need; `None`, with the reason on standard error, where none can run. Continuous
    /// integration must be able to.
    ///
    /// # Panics
    /// Where continuous integration is not, and where it fails half-way.
    pub async fn begin() -> Option<Self> {
        if let Some(lacking) = lacking().await {
            let reason = format!("no containers here: {lacking}");
            assert!(std::env::var_os("CI").is_none(), "{reason}");
            // Past the test's captured output, which nobody sees of a test that passes.
            let _ = writeln!(std::io::stderr(), "SKIPPED, {reason}");
            return None;
        }
        let repository = repository();
        let mut made = Command::new("bash");
        made.arg(repository.join(".ci/containers")).kill_on_drop(true);
        let made = made.output().await.expect("the program bash");
        assert!(made.status.success(), ".ci/containers: {}", String::from_utf8_lossy(&made.stderr));
        static BEGUN: AtomicU32 = AtomicU32::new(0);
        let number = BEGUN.fetch_add(1, Ordering::Relaxed);
        Some(Self {
            name: format!("inkstand-{}-{number}", std::process::id()),
            tools: repository.join("target/deploy-tools"),
            scratch: tempfile::tempdir().expect("a temporary folder"),
        })
    }

    /// What the names of everything here begin with.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A folder of the test's.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.scratch.path()
    }

    /// The image with PostgreSQL and nginx.
    ///
    /// # Panics
    /// Where `.ci/containers` did not leave its name.
    #[must_use]
    pub fn services_image(&self) -> String {
        let name = std::fs::read_to_string(self.tools.join("services-image"));
        name.expect("the name of the image").trim().to_owned()
    }

    /// A program in the folder of the tools, such as `hadolint`; or of the system.
    #[must_use]
    pub fn program(&self, name: &str) -> Command {
        let own = self.tools.join("venv/bin").join(name);
        let mut command = Command::new(if own.exists() { own } else { name.into() });
        let mut path = self.tools.join("venv/bin").into_os_string();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        command
            .current_dir(self.scratch.path())
            .env("PATH", path)
            .env("CONTAINERS_CONF", self.tools.join("containers.conf"))
            .kill_on_drop(true);
        command
    }

    /// Runs podman, which must do what it is told, and gives what it says.
    ///
    /// # Panics
    /// Where it fails.
    pub async fn podman(&self, args: &[&str]) -> String {
        self.try_podman(args).await.unwrap_or_else(|fault| panic!("podman {args:?}: {fault}"))
    }

    /// The same for what may fail: then what it complains of.
    ///
    /// # Errors
    /// Where it fails.
    ///
    /// # Panics
    /// Where it is not there.
    pub async fn try_podman(&self, args: &[&str]) -> Result<String, String> {
        self.podman_with_input(args, b"").await
    }

    /// The same, with something on its standard input.
    ///
    /// # Errors
    /// Where it fails.
    ///
    /// # Panics
    /// Where it is not there.
    pub async fn podman_with_input(&self, args: &[&str], input: &[u8]) -> Result<String, String> {
        let mut command = self.program("podman");
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program podman");
        let mut stdin = child.stdin.take().expect("a pipe");
        // It may end without having read anything.
        let _ = stdin.write_all(input).await;
        drop(stdin);
        let done = child.wait_with_output().await.expect("its end");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if done.status.success() {
            Ok(text(&done.stdout))
        } else {
            Err(format!("{}: {}{}", done.status, text(&done.stdout), text(&done.stderr)))
        }
    }

    /// Builds the image's last stage, as deploy/Dockerfile has it, of the binary of these tests.
    ///
    /// # Panics
    /// Where it cannot be built.
    pub async fn build_image(&self) -> String {
        let context = self.scratch.path().join("build");
        std::fs::create_dir(&context).expect("a folder");
        let binary = context.join("inkstand");
        // With what debuggers want it would be of half a gigabyte.
        let mut strip = Command::new("strip");
        strip.arg("-o").arg(&binary).arg(Inkstand::path());
        assert!(strip.status().await.expect("the program strip").success());
        let sbom = context.join("sbom");
        std::fs::write(&sbom, r#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[]}"#)
            .expect("a file");
        let mut root = Command::new("sh");
        root.arg(repository().join("deploy/image/root")).args([&binary, &sbom, &context.join("rootfs")]);
        assert!(root.status().await.expect("a shell").success(), "deploy/image/root");
        let whole =
            std::fs::read_to_string(repository().join("deploy/Dockerfile")).expect("deploy/Dockerfile");
        let begin = whole.find("FROM scratch AS image").expect("a last stage from scratch");
        let file = context.join("Dockerfile");
        std::fs::write(&file, &whole[begin..]).expect("a file");
        let (image, from) = (format!("localhost/{}", self.name), format!("build={}", context.display()));
        let [file, context] = [&file, &context].map(|path| path.to_str().expect("UTF-8"));
        let build = ["build", "--quiet", "--format=docker", "--pull=never", "--build-context", &from];
        self.podman(&[&build[..], &["--file", file, "--tag", &image, context]].concat()).await;
        image
    }

    /// Starts a container by the flags of `podman run`, which end with the image and may go on with a command.
    ///
    /// # Panics
    /// Where it does not start.
    pub async fn run(&self, name: &str, flags: &[&str]) {
        let (full, label) = (self.container(name), format!("inkstand={}", self.name));
        let run = ["run", "--detach", "--pull=never", "--name", &full, "--label", &label];
        self.podman(&[&run[..], flags].concat()).await;
    }

    /// The full name of a container.
    #[must_use]
    pub fn container(&self, name: &str) -> String {
        format!("{}-{name}", self.name)
    }

    /// Waits until a container's own HEALTHCHECK says that it is well; podman runs them by itself only under systemd.
    ///
    /// # Panics
    /// Where it does not become so: with what it logged.
    pub async fn healthy(&self, name: &str) -> Duration {
        let full = self.container(name);
        let ask = async || self.try_podman(&["healthcheck", "run", &full]).await.is_ok();
        let looked = tokio::time::timeout(PATIENCE, async {
            let began = std::time::Instant::now();
            while !ask().await {
                let state = self.podman(&["inspect", "--format", "{{.State.Status}}", &full]).await;
                assert_eq!(state, "running", "{}", self.logs(name).await);
            }
            began.elapsed()
        });
        match looked.await {
            Ok(took) => took,
            Err(_) => panic!("{full} is not healthy\n{}", self.logs(name).await),
        }
    }

    /// What a container logged.
    ///
    /// # Panics
    /// Where it is not there.
    pub async fn logs(&self, name: &str) -> String {
        let done = self.program("podman").args(["logs", &self.container(name)]).output().await;
        let done = done.expect("the program podman");
        format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
    }

    /// A container's address in a network.
    ///
    /// # Panics
    /// Where it has none.
    pub async fn address(&self, name: &str, network: &str) -> std::net::IpAddr {
        let format = format!("{{{{(index .NetworkSettings.Networks \"{network}\").IPAddress}}}}");
        let address = self.podman(&["inspect", "--format", &format, &self.container(name)]).await;
        address.parse().unwrap_or_else(|_| panic!("{name} has no address: {address}"))
    }

    /// Waits until PostgreSQL answers over the network, in a container of that name.
    ///
    /// # Panics
    /// Where it does not.
    pub async fn postgres_answers(&self, name: &str) -> Duration {
        let full = self.container(name);
        let asked = ["exec", &full, "pg_isready", "--quiet", "--host", "127.0.0.1"];
        eventually("PostgreSQL answers", PATIENCE, || async { self.try_podman(&asked).await.ok() }).await.1
    }
}

impl Drop for Containers {
    fn drop(&mut self) {
        // What the test left, by the label or the name that all of it has.
        let clean = "podman ps --all --quiet --filter label=inkstand=$0 | xargs --no-run-if-empty podman rm --force --time 0 --volumes
            podman ps --all --quiet --filter name=^$0 | xargs --no-run-if-empty podman rm --force --time 0 --volumes
            podman pod ls --quiet --filter name=$0 | xargs --no-run-if-empty podman pod rm --force
            podman network ls --quiet --filter name=^$0 | xargs --no-run-if-empty podman network rm --force
            podman volume ls --quiet --filter name=^$0 | xargs --no-run-if-empty podman volume rm --force
            podman secret ls --format '{{.Name}}' | grep \"^$0\" | xargs --no-run-if-empty podman secret rm
            podman images --quiet --filter reference=localhost/$0 | xargs --no-run-if-empty podman rmi --force";
        // A test that fails already shall tell of its own reason.
        let _ = std::process::Command::new("sh")
            .args(["-c", clean, &self.name])
            .current_dir(self.scratch.path())
            .env("CONTAINERS_CONF", self.tools.join("containers.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

/// What this machine has not, so that no containers can run.
async fn lacking() -> Option<&'static str> {
    if !cfg!(target_os = "linux") {
        return Some("they need Linux");
    }
    for (program, version, lacks) in [
        ("podman", "--version", "the program podman is missing"),
        ("debootstrap", "--version", "the program debootstrap is missing"),
        ("kubectl", "version --client", "the program kubectl is missing"),
        ("nsenter", "--version", "the program nsenter is missing"),
    ] {
        let ran = Command::new(program).args(version.split(' ')).output().await;
        if !ran.is_ok_and(|ran| ran.status.success()) {
            return Some(lacks);
        }
    }
    let root = Command::new("id").arg("-u").output().await;
    if !root.is_ok_and(|said| said.stdout.trim_ascii() == b"0") {
        return Some("the tests of deploy/ need root, for networks and for cutting them");
    }
    None
}

/// The root of the sources.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a folder above").to_owned()
}
