//! The kustomizations, by `podman kube play`, which knows of Kubernetes what a Deployment, its volumes and its
//! configuration are; services, policies and jobs it leaves aside.

use std::net::SocketAddr;

use inkstand_tests::{Client, Containers, repository};

use super::{cluster::Cluster, contents};

#[tokio::test(flavor = "multi_thread")]
async fn the_kustomizations_run() {
    let Some(containers) = Containers::begin().await else { return };
    let containers = std::sync::Arc::new(containers);
    let image = containers.build_image().await;

    let single = played(&containers, "single", &image).await;
    let network = "podman";
    let served = Served::play(&containers, &single, network).await;
    let all = contents(&served.client).await;
    assert!(all.len() > 10, "the sample blog");
    // The claim outlives the pod, and the blog with it.
    served.down().await;
    let served = Served::play(&containers, &single, network).await;
    assert_eq!(contents(&served.client).await, all);
    let confined = containers
        .podman(&[
            "inspect",
            "--format",
            "{{.HostConfig.ReadonlyRootfs}} {{.Config.User}} {{.EffectiveCaps}}",
            &served.name,
        ])
        .await;
    assert_eq!(confined, "true 10001:10001 []");
    served.down().await;

    let cluster = Cluster::start(&containers).await;
    cluster.migrate(&image).await;
    // podman 4.3 puts what a Secret holds into the volume as it is, where Kubernetes has base64.
    let secret = format!("{}-url", containers.name());
    let url = std::fs::read_to_string(containers.folder().join("secrets/serving")).unwrap();
    let data =
        format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: {secret}\ndata:\n  url: \"{url}\"\n");
    containers.podman_with_input(&["secret", "create", &secret, "-"], data.as_bytes()).await.unwrap();
    let manifests = played(&containers, "cluster", &image).await;
    let served = Served::play(&containers, &manifests, &cluster.network).await;
    assert_eq!(contents(&served.client).await.len(), 1, "an empty blog, with its title");
    served.down().await;
}

struct Served<'a> {
    containers: &'a Containers,
    file: String,
    name: String,
    client: Client,
}

impl<'a> Served<'a> {
    async fn play(containers: &'a Containers, file: &str, network: &str) -> Self {
        containers.podman(&["kube", "play", "--network", network, file]).await;
        let name = format!("{}-kube-pod-0-inkstand", containers.name());
        loop {
            if containers.try_podman(&["exec", &name, "inkstand", "healthcheck"]).await.is_ok() {
                break;
            }
            let state = containers.podman(&["inspect", "--format", "{{.State.Status}}", &name]).await;
            assert_eq!(state, "running");
        }
        let infra = containers.podman(&["inspect", "--format", "{{.Pod}}", &name]).await;
        let infra = containers.podman(&["pod", "inspect", "--format", "{{.InfraContainerID}}", &infra]).await;
        let format = format!("{{{{(index .NetworkSettings.Networks \"{network}\").IPAddress}}}}");
        let address = containers.podman(&["inspect", "--format", &format, &infra]).await;
        let client = Client::new(SocketAddr::new(address.parse().unwrap(), 8080));
        Self { containers, file: file.to_owned(), name, client }
    }

    async fn down(self) {
        self.containers.podman(&["kube", "down", &self.file]).await;
    }
}

/// What of an overlay podman can play, with the image that was built and names of this test.
async fn played(containers: &Containers, overlay: &str, image: &str) -> String {
    let folder = repository().join("deploy/kubernetes/overlays").join(overlay);
    let made = containers.program("kubectl").arg("kustomize").arg(folder).output().await.unwrap();
    let made = String::from_utf8(made.stdout).unwrap();
    let wanted = ["kind: Deployment", "kind: ConfigMap"];
    let played: Vec<&str> = made
        .split("\n---\n")
        .filter(|document| wanted.iter().any(|kind| document.lines().any(|line| line == *kind)))
        .collect();
    let name = containers.name();
    // Ports of a pod become ports of this machine, and volumes of one pod those of another of the same name.
    let ports = "\n        ports:\n        - containerPort: 8080\n          name: http\n        - containerPort: 9464\n          name: metrics";
    let mut changes = vec![
        ("registry.example/inkstand:0.1.0", image.to_owned()),
        (ports, String::new()),
        ("INKSTAND_SHUTDOWN_DELAY: \"35\"", "INKSTAND_SHUTDOWN_DELAY: \"0\"".to_owned()),
        ("  name: inkstand\n  namespace", format!("  name: {name}-kube\n  namespace")),
        ("name: data\n", format!("name: {name}-index\n")),
        ("name: tmp", format!("name: {name}-tmp")),
    ];
    changes.push(match overlay {
        "single" => ("claimName: inkstand-data\n", format!("claimName: {name}-data\n")),
        // podman 4.3 breaks off where it is not said whether a secret is optional.
        _ => ("secretName: inkstand-database", format!("optional: false\n          secretName: {name}-url")),
    });
    let mut played = played.join("\n---\n");
    for (from, to) in changes {
        assert!(played.contains(from), "{overlay} has no {from:?}");
        played = played.replace(from, &to);
    }
    let file = containers.folder().join(format!("{overlay}-played.yaml"));
    std::fs::write(&file, played).unwrap();
    file.to_str().unwrap().to_owned()
}
