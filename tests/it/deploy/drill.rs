//! What may befall a cluster, under load: rolls to another version and back, a server killed, one cut off, the database
//! restarted. No request fails in a roll; no acknowledged write is ever lost.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use inkstand_chance::Dice;
use inkstand_tests::{Client, Containers, eventually};
use tokio::process::Command;

use super::{
    balancer::Balancer,
    cluster::Cluster,
    load::{Counted, Load},
    token,
};
use crate::crash::{
    ledger::{Writer, settle},
    seed,
};

/// For so long a server is cut off.
const CUT: Duration = Duration::from_secs(8);

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_is_rolled_killed_cut_and_restarted() {
    let Some(containers) = Containers::begin().await else { return };
    let containers = Arc::new(containers);
    let mut dice = Dice::new(seed());
    let now = containers.build_image().await;
    let next = next_version(&containers, &now).await;
    println!("image of the tests' binary: {} bytes", size(&containers, &now).await);
    let cluster = Cluster::start(&containers).await;
    cluster.migrate(&now).await;
    let mut servers = Vec::new();
    for number in 0..3 {
        let name = format!("now{number}");
        println!("{name} ready after {:?}", cluster.serve(&name, &now).await);
        servers.push(name);
    }
    let token = token(&containers, &cluster.flags(&now)).await;
    let names: Vec<&str> = servers.iter().map(String::as_str).collect();
    let balancer = Balancer::start(&containers, &cluster.network, &names).await;
    let anybody = Client::new(balancer.address);
    let load = Load::begin(&anybody, &anybody.with_token(&token), &mut dice);
    load.writes_go_on(50).await;
    print("at rest", Duration::ZERO, &load.counted());

    // To a version with a migration that this one does not know, and back. The schema stays.
    for (what, image, servers_next) in [("roll", &next, "next"), ("roll back", &now, "back")] {
        let began = Instant::now();
        let migrated = cluster.migrate(image).await;
        if what == "roll" {
            assert!(migrated.contains("m9000_extra_expands"), "{migrated}");
        }
        for (place, server) in servers.iter_mut().enumerate() {
            let new = format!("{servers_next}{place}");
            cluster.serve(&new, image).await;
            balancer.add(&containers, &cluster.network, &new).await;
            let old = std::mem::replace(server, new);
            cluster.stop(&old).await;
            balancer.forget(&old);
        }
        load.writes_go_on(50).await;
        let counted = load.counted();
        print(what, began.elapsed(), &counted);
        assert_eq!(counted.failed(), 0, "{what}: {counted:?}");
    }
    assert_eq!(cluster.sql("SELECT count(*) FROM entry WHERE extra IS DISTINCT FROM 7").await, "0");

    let began = Instant::now();
    let killed = containers.container(&servers[0]);
    containers.podman(&["kill", "--signal", "KILL", &killed]).await;
    wait_for(&balancer, &servers[0], false).await;
    load.writes_go_on(50).await;
    // As it comes back it has another address.
    balancer.forget(&servers[0]);
    containers.podman(&["start", &killed]).await;
    balancer.add(&containers, &cluster.network, &servers[0]).await;
    print("a server killed, and started again", began.elapsed(), &load.counted());

    let began = Instant::now();
    cut(&containers, &servers[1], "down").await;
    tokio::time::sleep(CUT).await;
    cut(&containers, &servers[1], "up").await;
    wait_for(&balancer, &servers[1], true).await;
    load.writes_go_on(50).await;
    print("a server cut off", began.elapsed(), &load.counted());

    let began = Instant::now();
    containers.podman(&["restart", "--time", "60", &containers.container("database")]).await;
    containers.postgres_answers("database").await;
    load.writes_go_on(50).await;
    print("PostgreSQL restarted", began.elapsed(), &load.counted());

    let mut writers = load.end().await;
    println!("{} acknowledged", writers.iter().map(Writer::acknowledged).sum::<usize>());
    let last = cluster.sql("SELECT max(seq) FROM change").await;
    for server in &servers {
        let address = (containers.address(server, &cluster.network).await, 8080).into();
        let direct = Client::new(address);
        let _ = direct.with_header("inkstand-after-seq", &last).query("{ site { title } }").await;
        settle(&mut writers, &direct.with_token(&token), &direct).await;
        println!("{server}: {}", usage(&containers, server).await);
    }
    for server in &servers {
        cluster.stop(server).await;
    }
    let doctor = [&["run", "--rm", "--pull=never"], &cluster.flags(&now)[..], &["doctor"]].concat();
    println!("{}", containers.podman(&doctor).await);
}

/// The same binary as the version after it.
async fn next_version(containers: &Containers, now: &str) -> String {
    let next = format!("{now}:next");
    let file = containers.folder().join("next");
    std::fs::write(&file, format!("FROM {now}\nENV INKSTAND_TEST_EXTRA_MIGRATION=1\n")).unwrap();
    let [file, folder] = [&file, containers.folder()].map(|path| path.to_str().unwrap());
    let build =
        ["build", "--quiet", "--format=docker", "--pull=never", "--file", file, "--tag", &next, folder];
    containers.podman(&build).await;
    next
}

/// Takes the network from a container without a word to either side, or gives it back.
async fn cut(containers: &Containers, name: &str, how: &str) {
    let process =
        containers.podman(&["inspect", "--format", "{{.State.Pid}}", &containers.container(name)]).await;
    let set = ["--target", &process, "--net", "ip", "link", "set", "eth0", how];
    assert!(Command::new("nsenter").args(set).status().await.unwrap().success());
}

async fn wait_for(balancer: &Balancer, name: &str, listed: bool) {
    eventually("the balancer finds out", Duration::from_secs(120), || async {
        (balancer.is_listed(name) == listed).then_some(())
    })
    .await;
}

async fn size(containers: &Containers, image: &str) -> String {
    containers.podman(&["image", "inspect", "--format", "{{.Size}}", image]).await
}

async fn usage(containers: &Containers, name: &str) -> String {
    let format = "{{.MemUsage}}";
    containers.podman(&["stats", "--no-stream", "--format", format, &containers.container(name)]).await
}

fn print(what: &str, took: Duration, counted: &Counted) {
    println!(
        "{what}: {:.1} s; {} writes, {} reads; failed: {} writes, {} reads; slowest {:.2} s; longest without a write {:.2} s",
        took.as_secs_f64(),
        counted.writes,
        counted.reads,
        counted.failed_writes,
        counted.failed_reads,
        counted.slowest.as_secs_f64(),
        counted.longest_gap.as_secs_f64()
    );
}
