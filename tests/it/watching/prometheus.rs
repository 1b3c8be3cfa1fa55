//! A real Prometheus scrapes a real server, and answers what the dashboard asks it.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    process::Stdio,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use inkstand_tests::{Database, Receiver, eventually};
use serde_json::Value;
use tokio::process::{Child, Command};

use super::{folder, make_things_happen, read, watched_blog};

const LONG: Duration = Duration::from_secs(120);

/// A Prometheus that scrapes one server each second, by our own configuration and rules. Killed when it is dropped.
struct Prometheus {
    address: SocketAddr,
    _folder: tempfile::TempDir,
    _child: Child,
}

impl Prometheus {
    fn of(target: SocketAddr) -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let usual = "\"127.0.0.1:9464\"";
        let config = read("prometheus.yml");
        assert!(config.contains(usual));
        let config = config
            .replace(usual, &format!("\"{target}\""))
            .replace("rules.yml", folder().join("rules.yml").to_str().unwrap())
            .replace(" 15s", " 1s")
            .replace("scrape_timeout: 10s", "scrape_timeout: 1s");
        let file = scratch.path().join("prometheus.yml");
        std::fs::write(&file, config).unwrap();
        // Free a moment ago, and nobody else is given it so soon.
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.tsdb.path={}", scratch.path().join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("prometheus, of Debian's package of that name");
        Self { address, _folder: scratch, _child: child }
    }

    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Option<Value> {
        let mut url = reqwest::Url::parse(&format!("http://{}{path}", self.address)).unwrap();
        url.query_pairs_mut().extend_pairs(query);
        let answer: Value = reqwest::get(url).await.ok()?.json().await.ok()?;
        Some(answer)
    }

    /// The series that an expression gives.
    async fn query(&self, expr: &str) -> Vec<Value> {
        let answer = self.get("/api/v1/query", &[("query", expr)]).await.expect("an answer");
        assert_eq!(answer["status"], "success", "{expr}\n{answer:#}");
        answer["data"]["result"].as_array().unwrap().clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_prometheus_has_what_the_dashboard_asks_for() {
    let blog = watched_blog(Database::Postgres).await;
    make_things_happen(&blog, &Receiver::start().await).await;
    let prometheus = Prometheus::of(blog.metrics.unwrap());
    // Each time another one, or its answer would be kept, and cost nothing.
    let sent = AtomicU64::new(0);
    let ask = || async {
        let skip = sent.fetch_add(1, Ordering::Relaxed);
        blog.query(&format!("query Other {{ posts(skip: {skip}) {{ totalCount }} }}")).await
    };
    // Until it has scraped often enough for a rate, and the rules have been looked at.
    let (ratio, _) = eventually("the first rates", LONG, || async {
        ask().await;
        let rate = prometheus
            .get("/api/v1/query", &[("query", "inkstand:requests_faulty:ratio_rate5m")])
            .await?["data"]["result"]
            .as_array()?
            .first()
            .cloned();
        // Nothing failed, so the part that did is nothing at all: no series of faults, or 0.
        let scraped =
            prometheus.get("/api/v1/query", &[("query", "rate(process_cpu_seconds_total[5m])")]).await?;
        (!scraped["data"]["result"].as_array()?.is_empty()).then_some(rate)
    })
    .await;
    if let Some(ratio) = ratio {
        assert_eq!(ratio["value"][1], "0", "{ratio:#}");
    }
    let is_up = || async {
        let targets = prometheus.get("/api/v1/targets", &[]).await?;
        (targets["data"]["activeTargets"][0]["health"] == "up").then_some(())
    };
    eventually("a target that is up", LONG, is_up).await;
    assert_eq!(prometheus.query("up{job=\"inkstand\"}").await.len(), 1);

    // As soon as every rule was looked at, and there were two scrapes of everything.
    let dashboard: Value = serde_json::from_str(&read("dashboard.json")).unwrap();
    let without_series = || async {
        ask().await;
        let mut empty = BTreeSet::new();
        for panel in dashboard["panels"].as_array().unwrap() {
            for target in panel["targets"].as_array().into_iter().flatten() {
                let expr = target["expr"].as_str().unwrap().replace("$job", "inkstand");
                let asked = expr.replace("$instance", ".*").replace("$__rate_interval", "5m");
                if prometheus.query(&asked).await.is_empty() {
                    empty.insert(panel["title"].as_str().unwrap());
                }
            }
        }
        // Those show nothing while nothing goes wrong, and nothing has to be sent.
        empty.remove("Faults by operation");
        empty.remove("Lease on sending");
        println!("panels without a series: {empty:?}");
        empty.is_empty().then_some(())
    };
    eventually("a series on every panel", LONG, without_series).await;
    let rules = prometheus.get("/api/v1/rules", &[]).await.unwrap();
    for group in rules["data"]["groups"].as_array().unwrap() {
        for rule in group["rules"].as_array().unwrap() {
            assert!(rule["health"] != "err", "{rule:#}");
            assert!(rule["state"].as_str().is_none_or(|state| state != "firing"), "{rule:#}");
        }
    }
}
