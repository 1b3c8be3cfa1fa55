//! What is written in `deploy/` is what its readers understand: judged by their own schemas, without any of them running.

use inkstand_tests::{Containers, repository};

#[tokio::test(flavor = "multi_thread")]
async fn manifests_are_valid() {
    let Some(containers) = Containers::begin().await else { return };
    let deploy = repository().join("deploy");
    let path = |file: &str| deploy.join(file).to_str().unwrap().to_owned();

    run(&containers, "hadolint", &[&path("Dockerfile")]).await;
    let files = ["compose.yaml", "compose.single.yaml"].map(path);
    let compose = files.each_ref().map(String::as_str);
    run(
        &containers,
        "check-jsonschema",
        &[&["--builtin-schema", "vendor.compose-spec"], &compose[..]].concat(),
    )
    .await;
    for overlay in ["single", "cluster"] {
        let made =
            run(&containers, "kubectl", &["kustomize", &path(&format!("kubernetes/overlays/{overlay}"))])
                .await;
        let file = containers.folder().join(format!("{overlay}.yaml"));
        std::fs::write(&file, &made).unwrap();
        // Against the newest that is known, and the oldest that has all of it (`preStop.sleep`).
        for version in [&[][..], &["--version", "1.30"]] {
            let judged = [&["--strict"], version, &[file.to_str().unwrap()]].concat();
            run(&containers, "kubernetes-validate", &judged).await;
        }
        assert!(!made.contains("image: inkstand"), "an image without a registry in {overlay}");
        is_restricted(overlay, &made);
        stops_in_order(overlay, &made);
    }
    // What would pass anything is no judge.
    let wrong = containers.folder().join("wrong.yaml");
    let cluster = std::fs::read_to_string(containers.folder().join("cluster.yaml")).unwrap();
    std::fs::write(&wrong, cluster.replace("maxUnavailable: 0", "maxUnavailabel: 0")).unwrap();
    let judged =
        containers.program("kubernetes-validate").args(["--strict", wrong.to_str().unwrap()]).output().await;
    assert!(!judged.unwrap().status.success(), "a misspelt field is found");
}

/// Each container as the pod security standard "restricted" wants it, and with limits.
fn is_restricted(overlay: &str, made: &str) {
    let containers = made.matches("allowPrivilegeEscalation: false").count();
    assert_eq!(containers, made.matches("  image: ").count(), "{overlay}");
    for wanted in ["readOnlyRootFilesystem: true", "- ALL", "limits:", "requests:\n              cpu"] {
        let wanted = wanted.split('\n').next().unwrap();
        assert!(made.matches(wanted).count() >= containers, "{overlay}: {wanted}");
    }
    let pods = made.matches("automountServiceAccountToken: false").count() - 1;
    for wanted in ["runAsNonRoot: true", "type: RuntimeDefault", "enableServiceLinks: false"] {
        assert_eq!(made.matches(wanted).count(), pods, "{overlay}: {wanted}");
    }
}

/// The time that Kubernetes gives is longer than all that a stop may take, and the shutdown delay longer than a request.
fn stops_in_order(overlay: &str, made: &str) {
    const REQUEST: u32 = 30;
    const ENDING: u32 = 2 + 5;
    let number = |name: &str| -> u32 {
        let line = made.lines().find_map(|line| line.trim().strip_prefix(name)).unwrap();
        line.trim().trim_matches('"').parse().unwrap()
    };
    let (grace, sleep, delay) =
        (number("terminationGracePeriodSeconds:"), number("seconds:"), number("INKSTAND_SHUTDOWN_DELAY:"));
    assert!(
        grace > sleep + delay + REQUEST + ENDING && delay > REQUEST,
        "{overlay}: {grace} {sleep} {delay}"
    );
}

async fn run(containers: &Containers, program: &str, args: &[&str]) -> String {
    let done = containers.program(program).args(args).output().await.unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{program} {args:?}\n{said}\n{}", String::from_utf8_lossy(&done.stderr));
    said
}
