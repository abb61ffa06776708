//! Probes, hooks, init containers, sidecars, deadlines.

use serde_json::{Value, json};

use super::{never, sh};
use crate::sandbox::agent::testing::Lab;

fn ready(pod: &Value) -> bool {
    pod["status"]["conditions"]
        .as_array()
        .is_some_and(|c| c.iter().any(|c| c["type"] == "Ready" && c["status"] == "True"))
}

#[tokio::test]
async fn readiness_comes_and_goes_with_an_exec_probe() {
    let lab = Lab::new(10);
    let mut spec = json!({"containers": sh("echo up; sleep 600")});
    spec["volumes"] = json!([{"name": "d", "emptyDir": {}}]);
    spec["containers"][0]["volumeMounts"] = json!([{"name": "d", "mountPath": "/d"}]);
    let probe = json!({"exec": {"command": ["cat", "/d/ready"]}, "periodSeconds": 5, "failureThreshold": 1});
    spec["containers"][0]["readinessProbe"] = probe;
    let path = lab.pod("ready", spec);
    lab.event("/d/ready: No such file or directory\n").await;
    assert!(!ready(&lab.phase(&path, "Running").await));
    let flag = lab.pod_folder(&path).join("volumes/d/ready");
    std::fs::write(&flag, "").expect("written");
    lab.clock.set_speed(50.0).expect("a legal speed");
    lab.fake.until(&path, "got ready", |pod| pod.is_some_and(ready)).await;
    std::fs::remove_file(&flag).expect("removed");
    lab.fake.until(&path, "got unready", |pod| pod.is_some_and(|p| !ready(p))).await;
}

#[tokio::test]
async fn an_http_probe_reaches_the_pod_on_its_own_address() {
    let lab = Lab::new(10);
    let mut spec = json!({"containers": sh("exec python3 -m http.server --bind $IP 8080")});
    spec["containers"][0]["env"] = json!([{"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}]);
    spec["containers"][0]["ports"] = json!([{"name": "web", "containerPort": 8080}]);
    spec["containers"][0]["readinessProbe"] = json!({"httpGet": {"path": "/", "port": "web"}, "periodSeconds": 1});
    let path = lab.pod("web", spec);
    lab.fake.until(&path, "got ready", |pod| pod.is_some_and(ready)).await;
}

#[tokio::test]
async fn a_failing_liveness_probe_restarts_the_container() {
    let lab = Lab::new(10);
    let mut spec = json!({"containers": sh("trap 'exit 3' TERM; echo up; while :; do sleep 0.05; done")});
    spec["containers"][0]["livenessProbe"] =
        json!({"exec": {"command": ["sh", "-c", "echo no; exit 2"]}, "failureThreshold": 1});
    let path = lab.pod("live", spec);
    lab.event("Warning Unhealthy: Liveness probe failed: no\n").await;
    lab.event("Normal Killing: Container c failed liveness probe, will be restarted").await;
    lab.container(&path, "restarted", |c| c["restartCount"] == 1).await;
}

#[tokio::test]
async fn init_containers_run_in_order_and_a_sidecar_ends_with_the_pod() {
    let lab = Lab::new(10);
    let init = |name: &str, script: &str| {
        json!({"name": name, "image": "busybox", "command": ["sh", "-c", script],
               "volumeMounts": [{"name": "d", "mountPath": "/d"}]})
    };
    let mut sidecar = init("side", "echo side >> /d/order; trap 'exit 0' TERM; while :; do sleep 0.05; done");
    sidecar["restartPolicy"] = "Always".into();
    let mut spec = never("until grep -q side /d/order; do sleep 0.02; done; cat /d/order");
    spec["volumes"] = json!([{"name": "d", "emptyDir": {}}]);
    spec["containers"][0]["volumeMounts"] = json!([{"name": "d", "mountPath": "/d"}]);
    spec["initContainers"] = json!([init("one", "echo one >> /d/order"), init("two", "echo two >> /d/order"), sidecar]);
    let path = lab.pod("inits", spec);
    let pod = lab.phase(&path, "Succeeded").await;
    assert_eq!(lab.log(&path, "c", 0), "one\ntwo\nside\n");
    let inits = pod["status"]["initContainerStatuses"].as_array().expect("statuses");
    assert!(inits.iter().all(|i| i["state"]["terminated"].is_object()), "{inits:#?}");

    let mut failing = never("true");
    failing["initContainers"] = json!([init("i", "exit 6")]);
    failing["volumes"] = json!([{"name": "d", "emptyDir": {}}]);
    let pod = lab.phase(&lab.pod("initfail", failing), "Failed").await;
    assert_eq!(pod["status"]["containerStatuses"][0]["state"]["waiting"]["reason"], "PodInitializing");
    let message = &pod["status"]["conditions"][1]["message"];
    assert_eq!(message, "containers with incomplete status: [i]");
}

#[tokio::test]
async fn a_deadline_fails_the_pod_in_a_kubelets_words() {
    let lab = Lab::new(10);
    let mut spec = never("trap '' TERM; while :; do sleep 0.05; done");
    spec["activeDeadlineSeconds"] = 100.into();
    let path = lab.pod("deadline", spec);
    lab.phase(&path, "Running").await;
    lab.pass(101);
    lab.event("Normal DeadlineExceeded: Pod was active on the node longer than the specified deadline").await;
    lab.event("Normal Killing: Stopping container c").await;
    lab.pass(31);
    let pod = lab.phase(&path, "Failed").await;
    assert_eq!(pod["status"]["reason"], "DeadlineExceeded");
    assert_eq!(pod["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"], 137);
}

#[tokio::test]
async fn hooks_run_after_the_start_and_before_the_end() {
    let lab = Lab::new(10);
    let command = |script: &str| json!({"exec": {"command": ["sh", "-c", script]}});
    let mut spec = json!({"containers": sh("trap 'cat /d/order; exit 0' TERM; while :; do sleep 0.05; done")});
    spec["volumes"] = json!([{"name": "d", "emptyDir": {}}]);
    spec["containers"][0]["volumeMounts"] = json!([{"name": "d", "mountPath": "/d"}]);
    spec["containers"][0]["lifecycle"] =
        json!({"postStart": command("echo post >> /d/order"), "preStop": command("echo pre >> /d/order; exit 3")});
    let path = lab.pod("hooks", spec);
    lab.phase(&path, "Running").await;
    let folder = lab.pod_folder(&path);
    assert_eq!(std::fs::read_to_string(folder.join("volumes/d/order")).expect("written"), "post\n");
    lab.fake.delete(&path, 3600);
    lab.event("Warning FailedPreStopHook: PreStopHook failed").await;
    lab.fake.until(&path, "went", |pod| pod.is_none()).await;

    let mut bad = json!({"containers": sh("trap 'exit 0' TERM; while :; do sleep 0.05; done")});
    bad["containers"][0]["lifecycle"] = json!({"postStart": command("exit 3")});
    lab.pod("poststart", bad);
    lab.event("Warning FailedPostStartHook: PostStartHook failed").await;
}
