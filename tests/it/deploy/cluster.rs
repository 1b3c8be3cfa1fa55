//! PostgreSQL, servers of the image that was built, and a network between them.

use std::{os::unix::fs::PermissionsExt, sync::Arc, time::Duration};

use inkstand_tests::Containers;

/// How long a server goes on after it was told to stop; the balancer finds out within three looks.
pub(super) const SHUTDOWN_DELAY: &str = "4";

pub(super) struct Cluster {
    pub(super) containers: Arc<Containers>,
    pub(super) network: String,
    /// Flags of `podman run` for everything of Inkstand, which the image follows.
    confined: Vec<String>,
}

impl Cluster {
    /// PostgreSQL with two roles, and the schema of `image`.
    pub(super) async fn start(containers: &Arc<Containers>) -> Self {
        let network = format!("{}-net", containers.name());
        containers.podman(&["network", "create", &network]).await;
        let secrets = containers.folder().join("secrets");
        std::fs::create_dir(&secrets).unwrap();
        for (file, content) in [
            ("postgres-password", "superuser"),
            ("serving", "postgres://inkstand:serving@database/inkstand"),
            ("migrating", "postgres://inkstand_owner:migrating@database/inkstand"),
        ] {
            std::fs::write(secrets.join(file), content).unwrap();
            // Read by other users, in containers.
            std::fs::set_permissions(secrets.join(file), std::fs::Permissions::from_mode(0o644)).unwrap();
        }
        let (mount, image) = (format!("{}:/run/secrets:ro", secrets.display()), containers.services_image());
        let volume = format!("{}-database:/var/lib/postgresql/data", containers.name());
        let database =
            ["--network", &network, "--network-alias", "database", "--volume", &mount, "--volume", &volume];
        let environment = [
            "--env=POSTGRES_USER=postgres",
            "--env=POSTGRES_DB=inkstand",
            "--env=POSTGRES_PASSWORD_FILE=/run/secrets/postgres-password",
        ];
        containers.run("database", &[&database[..], &environment, &[&image]].concat()).await;
        containers.postgres_answers("database").await;
        let confined = [
            "--network",
            &network,
            "--read-only",
            "--cap-drop=all",
            "--security-opt=no-new-privileges",
            "--memory=512m",
            "--cpus=1",
            "--pids-limit=256",
            "--volume",
            &mount,
            "--env=INKSTAND_DATABASE_URL_FILE=/run/secrets/serving",
            "--env=INKSTAND_MIGRATE=never",
            "--env=INKSTAND_NO_SAMPLE=true",
            "--env=INKSTAND_LOG_FORMAT=json",
            "--env=INKSTAND_TRUSTED_PROXIES=private",
        ];
        let cluster = Self {
            containers: Arc::clone(containers),
            network: network.clone(),
            confined: confined.map(str::to_owned).into(),
        };
        // The grants of `inkstand migrate --help`.
        for statement in [
            "CREATE ROLE inkstand_owner LOGIN PASSWORD 'migrating'",
            "CREATE ROLE inkstand LOGIN PASSWORD 'serving'",
            "GRANT CREATE, USAGE ON SCHEMA public TO inkstand_owner",
            "GRANT USAGE ON SCHEMA public TO inkstand",
            "ALTER DEFAULT PRIVILEGES FOR ROLE inkstand_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO inkstand",
            "ALTER DEFAULT PRIVILEGES FOR ROLE inkstand_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO inkstand",
        ] {
            cluster.sql(statement).await;
        }
        cluster
    }

    /// Runs a statement as the superuser, and gives what it selects.
    pub(super) async fn sql(&self, statement: &str) -> String {
        let database = self.containers.container("database");
        let psql = ["psql", "--user=postgres", "--dbname=inkstand", "-qtAX", "-v", "ON_ERROR_STOP=1", "-c"];
        self.containers.podman(&[&["exec", &database][..], &psql, &[statement]].concat()).await
    }

    /// The flags with which a command of Inkstand runs beside the servers.
    pub(super) fn flags<'a>(&'a self, image: &'a str) -> Vec<&'a str> {
        self.confined.iter().map(String::as_str).chain([image]).collect()
    }

    /// Migrates to the schema of an image, as the role that owns it.
    pub(super) async fn migrate(&self, image: &str) -> String {
        let mut flags = self.flags(image);
        let owner = "--env=INKSTAND_DATABASE_URL_FILE=/run/secrets/migrating";
        flags.insert(flags.len() - 1, owner);
        self.containers.podman(&[&["run", "--rm", "--pull=never"], &flags[..], &["migrate"]].concat()).await
    }

    /// Starts a server and waits until it is healthy.
    pub(super) async fn serve(&self, name: &str, image: &str) -> Duration {
        let delay = format!("--env=INKSTAND_SHUTDOWN_DELAY={SHUTDOWN_DELAY}");
        self.containers.run(name, &[&[delay.as_str()], &self.flags(image)[..]].concat()).await;
        self.containers.healthy(name).await
    }

    /// Tells a server to stop, and waits until it has ended well.
    pub(super) async fn stop(&self, name: &str) {
        let full = self.containers.container(name);
        self.containers.podman(&["stop", "--time", "60", &full]).await;
        let code = self.containers.podman(&["inspect", "--format", "{{.State.ExitCode}}", &full]).await;
        assert_eq!(code, "0", "{}", self.containers.logs(name).await);
        self.containers.podman(&["rm", "--volumes", &full]).await;
    }
}
