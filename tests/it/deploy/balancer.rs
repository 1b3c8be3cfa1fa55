//! nginx before the servers, told of them as Kubernetes tells a proxy of a Service's pods.
//!
//! nginx sends no request a second time (`proxy_next_upstream off`), so whatever a server fails to answer the client
//! sees. That a server is about to go, or is gone, is found out by asking each `/readyz`; nginx then gets another list
//! and reloads it, which takes it a moment in which it still sends to the old one.

use std::{
    fmt::Write as _,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use inkstand_tests::{Containers, eventually};
use tokio::task::JoinHandle;

/// Between two looks at all servers.
const LOOK: Duration = Duration::from_millis(250);

/// So many looks in a row must fail before a server is left out.
const PATIENCE: u32 = 2;

pub(super) struct Balancer {
    pub(super) address: SocketAddr,
    servers: Servers,
    looking: JoinHandle<()>,
}

type Servers = Arc<Mutex<Vec<Server>>>;

#[derive(Clone)]
struct Server {
    name: String,
    address: IpAddr,
    failed: u32,
    listed: bool,
}

impl Balancer {
    /// Starts nginx before servers that are ready.
    pub(super) async fn start(containers: &Arc<Containers>, network: &str, names: &[&str]) -> Self {
        let servers = Servers::default();
        for name in names {
            add_to(&servers, containers, network, name).await;
        }
        let folder = containers.folder().join("nginx");
        std::fs::create_dir(&folder).unwrap();
        let all: Vec<IpAddr> = servers.lock().unwrap().iter().map(|server| server.address).collect();
        std::fs::write(folder.join("nginx.conf"), configuration(&all)).unwrap();
        for server in servers.lock().unwrap().iter_mut() {
            server.listed = true;
        }
        let (mount, image) = (format!("{}:/conf:ro", folder.display()), containers.services_image());
        let flags = ["--network", network, "--volume", &mount, &image, "nginx", "-c", "/conf/nginx.conf"];
        containers.run("balancer", &flags).await;
        let address = SocketAddr::new(containers.address("balancer", network).await, 80);
        eventually("nginx listens", Duration::from_secs(30), || async {
            tokio::net::TcpStream::connect(address).await.ok()
        })
        .await;
        let looking = tokio::spawn(look(Arc::clone(containers), Arc::clone(&servers)));
        Self { address, servers, looking }
    }

    /// Takes a server in, once it says that it is ready.
    pub(super) async fn add(&self, containers: &Containers, network: &str, name: &str) {
        add_to(&self.servers, containers, network, name).await;
        eventually("the balancer lists a new server", Duration::from_secs(60), || async {
            self.is_listed(name).then_some(())
        })
        .await;
    }

    /// Forgets a server that is gone.
    pub(super) fn forget(&self, name: &str) {
        self.servers.lock().unwrap().retain(|server| server.name != name);
    }

    pub(super) fn is_listed(&self, name: &str) -> bool {
        self.servers.lock().unwrap().iter().any(|server| server.name == name && server.listed)
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.looking.abort();
    }
}

async fn add_to(servers: &Servers, containers: &Containers, network: &str, name: &str) {
    let address = containers.address(name, network).await;
    let server = Server { name: name.to_owned(), address, failed: PATIENCE, listed: false };
    servers.lock().unwrap().push(server);
}

async fn look(containers: Arc<Containers>, servers: Servers) {
    let http =
        reqwest::Client::builder().timeout(Duration::from_secs(1)).pool_max_idle_per_host(0).build().unwrap();
    let mut told: Vec<IpAddr> = Vec::new();
    loop {
        let asked: Vec<Server> = servers.lock().unwrap().clone();
        let looks = asked.iter().map(async |server| {
            let answer = http.get(format!("http://{}:8080/readyz", server.address)).send().await;
            (server.address, answer.is_ok_and(|answer| answer.status() == 200))
        });
        let looks = futures::future::join_all(looks).await;
        let list: Vec<IpAddr> = {
            let mut servers = servers.lock().unwrap();
            for (address, ready) in looks {
                for server in servers.iter_mut().filter(|server| server.address == address) {
                    server.failed = if ready { 0 } else { server.failed.saturating_add(1) };
                }
            }
            servers.iter().filter(|server| server.failed < PATIENCE).map(|server| server.address).collect()
        };
        // Where none is ready, each is as good as another: they answer what they can.
        if !list.is_empty() && list != told {
            std::fs::write(containers.folder().join("nginx/nginx.conf"), configuration(&list)).unwrap();
            containers.podman(&["kill", "--signal", "HUP", &containers.container("balancer")]).await;
            for server in servers.lock().unwrap().iter_mut() {
                server.listed = list.contains(&server.address);
            }
            told = list;
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn configuration(servers: &[IpAddr]) -> String {
    let mut upstream = String::new();
    for address in servers {
        let _ = writeln!(upstream, "        server {address}:8080 max_fails=0;");
    }
    format!(
        "daemon off;
user www-data;
worker_processes 2;
pid /run/nginx.pid;
error_log /dev/stderr warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    # A worker that gives way to the next at a reload closes idle connections, on which a client may be sending just
    # then: a matter between nginx and its clients, who come anew with each request.
    keepalive_timeout 0;
    upstream inkstand {{
{upstream}        keepalive 32;
    }}
    server {{
        listen 80;
        location / {{
            proxy_pass http://inkstand;
            proxy_http_version 1.1;
            proxy_set_header Connection \"\";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_next_upstream off;
            proxy_connect_timeout 2s;
        }}
    }}
}}
"
    )
}
