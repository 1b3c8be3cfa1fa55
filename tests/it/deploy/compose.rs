//! The compose files, by podman-compose; and what is backed up there comes back equal.

use std::{net::SocketAddr, os::unix::fs::PermissionsExt, path::Path, time::Duration};

use inkstand_tests::{Client, Containers, eventually, repository};
use tokio::process::Command;

use super::contents;

const LONG: Duration = Duration::from_secs(120);

/// A copy of `deploy/`, in which the secrets are, and what is started of it.
struct Compose<'a> {
    containers: &'a Containers,
    file: &'static str,
    project: String,
    image: String,
    port: u16,
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_is_served_backed_up_and_brought_back() {
    let Some(containers) = Containers::begin().await else { return };
    let compose = Compose::new(&containers, "compose.single.yaml").await;
    compose.up().await;
    let client = compose.client().await;
    let all = contents(&client).await;
    assert!(all.len() > 10, "the sample blog");

    // One server a file: a second container on the same volume says why it ends.
    let data = format!("{}_data", compose.project);
    let second = ["run", "--rm", "--pull=never", "--volume", &format!("{data}:/data"), &compose.image];
    let refused = containers.try_podman(&second).await.unwrap_err();
    assert!(refused.contains("another inkstand is serving /data/blog.sqlite"), "{refused}");

    compose.run(&["--profile", "backup", "run", "--rm", "backup"]).await;
    let (backups, restored) =
        (format!("{}_backups:/backups", compose.project), format!("{}-restored:/data", containers.name()));
    let restore =
        ["run", "--rm", "--pull=never", "--volume", &backups, "--volume", &restored, &compose.image];
    containers.podman(&[&restore[..], &["restore", "/backups/blog.sqlite"]].concat()).await;
    compose.down().await;
    containers.run("restored", &["--volume", &restored, &compose.image]).await;
    println!("restored and ready after {:?}", containers.healthy("restored").await);
    let client = Client::new(SocketAddr::new(containers.address("restored", "podman").await, 8080));
    assert_eq!(contents(&client).await, all);
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_served_backed_up_and_brought_back() {
    let Some(containers) = Containers::begin().await else { return };
    let compose = Compose::new(&containers, "compose.yaml").await;
    let secrets = compose.folder().join("secrets");
    std::fs::create_dir(&secrets).unwrap();
    for (name, content) in [
        ("postgres-password", "0a1b2c3d"),
        ("database-url", "postgres://inkstand:0a1b2c3d@database/inkstand"),
    ] {
        std::fs::write(secrets.join(name), content).unwrap();
        std::fs::set_permissions(secrets.join(name), std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    compose.up().await;
    let client = compose.client().await;
    let posts = containers.folder().join("posts");
    write_posts(&posts);
    let inkstand = compose.container("inkstand");
    containers.podman(&["cp", posts.to_str().unwrap(), &format!("{inkstand}:/data/posts")]).await;
    containers.podman(&["exec", &inkstand, "inkstand", "import", "/data/posts"]).await;
    eventually("the import is seen", LONG, || async { (contents(&client).await.len() == 41).then_some(()) })
        .await;
    let all = contents(&client).await;

    // The README's commands.
    let database = compose.container("database");
    let exec = ["exec", "--user=postgres", &database];
    let in_database = async |args: &[&str]| containers.podman(&[&exec[..], args].concat()).await;
    in_database(&["pg_dump", "--username=inkstand", "--format=custom", "--file=/tmp/blog.dump", "inkstand"])
        .await;
    in_database(&["createdb", "--username=inkstand", "restored"]).await;
    in_database(&["pg_restore", "--username=inkstand", "--no-owner", "--dbname=restored", "/tmp/blog.dump"])
        .await;
    let url = "--env=INKSTAND_DATABASE_URL=postgres://inkstand:0a1b2c3d@database/restored";
    let network = format!("--network={}_default", compose.project);
    let flags = [network.as_str(), url, &compose.image];
    containers
        .podman(&[&["run", "--rm", "--pull=never"], &flags[..], &["reindex", "--new-log"]].concat())
        .await;
    containers.run("restored", &flags).await;
    containers.healthy("restored").await;
    let address = containers.address("restored", &format!("{}_default", compose.project)).await;
    assert_eq!(contents(&Client::new(SocketAddr::new(address, 8080))).await, all);
    containers.podman(&["rm", "--force", "--volumes", &containers.container("restored")]).await;
    compose.down().await;
}

fn write_posts(folder: &Path) {
    std::fs::create_dir(folder).unwrap();
    for number in 0..40 {
        let text = format!(
            "---\ntitle: Post {number}\ndate: 2024-05-01\ntags: [Ink]\n---\nThe text of *{number}*.\n"
        );
        std::fs::write(folder.join(format!("{number}.md")), text).unwrap();
    }
}

impl<'a> Compose<'a> {
    async fn new(containers: &'a Containers, file: &'static str) -> Self {
        let image = containers.build_image().await;
        let copied = Command::new("cp")
            .arg("-r")
            .args([repository().join("deploy"), containers.folder().join("deploy")])
            .status()
            .await;
        assert!(copied.unwrap().success());
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { containers, file, project: format!("{}-compose", containers.name()), image, port }
    }

    fn folder(&self) -> std::path::PathBuf {
        self.containers.folder().join("deploy")
    }

    async fn run(&self, args: &[&str]) -> String {
        let done = self
            .containers
            .program("podman-compose")
            .current_dir(self.folder())
            .env("INKSTAND_IMAGE", &self.image)
            .env("INKSTAND_POSTGRES_IMAGE", self.containers.services_image())
            .env("INKSTAND_PORT", self.port.to_string())
            .args(["--file", self.file, "--project-name", &self.project])
            .args(args)
            .output()
            .await
            .unwrap();
        let said =
            format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert!(done.status.success(), "podman-compose {args:?}\n{said}");
        said
    }

    /// Starts what has no profile. podman runs health checks by itself only under systemd: they are run here, and
    /// podman-compose waits for what they say.
    async fn up(&self) {
        let checking = async {
            loop {
                for service in ["database", "inkstand"] {
                    let _ =
                        self.containers.try_podman(&["healthcheck", "run", &self.container(service)]).await;
                }
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        };
        tokio::select! {
            _ = self.run(&["up", "--detach", "--no-build"]) => {}
            () = checking => {}
        }
    }

    async fn down(&self) {
        self.run(&["down", "--volumes"]).await;
    }

    fn container(&self, service: &str) -> String {
        format!("{}_{service}_1", self.project)
    }

    /// A client at the published port, once the container is healthy.
    async fn client(&self) -> Client {
        let name = self.container("inkstand");
        eventually("the container is healthy", LONG, || async {
            self.containers.try_podman(&["healthcheck", "run", &name]).await.ok()
        })
        .await;
        Client::new(SocketAddr::from(([127, 0, 0, 1], self.port)))
    }
}
