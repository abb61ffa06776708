//! Deployments, ReplicaSets, Services: the story of recording d-deploy, step by step.

use serde_json::{Value, json};

use crate::lab::{Lab, pod_path};

const NS: &str = "/apis/apps/v1/namespaces/default";
const PODS: &str = "/api/v1/namespaces/default/pods";

fn web(replicas: i32) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "labels": {"app": "web"}},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "main", "image": "nginx:1.27", "ports": [{"name": "http", "containerPort": 80}]}]},
        }},
    })
}

fn condition<'a>(object: &'a Value, kind: &str) -> &'a Value {
    let conditions = object["status"]["conditions"].as_array();
    conditions.and_then(|all| all.iter().find(|condition| condition["type"] == kind)).unwrap_or(&Value::Null)
}

/// Waits for the end of a rollout as `kubectl rollout status` sees it.
async fn rolled_out(lab: &Lab, replicas: i64) -> Value {
    lab.until(&format!("{NS}/deployments/web"), |web| {
        let status = &web["status"];
        let all = |key: &str| status[key].as_i64().unwrap_or(0) == replicas;
        status["observedGeneration"] == web["metadata"]["generation"]
            && all("replicas")
            && all("updatedReplicas")
            && all("availableReplicas")
            && status["terminatingReplicas"] == 0
            && condition(web, "Progressing")["reason"] == "NewReplicaSetAvailable"
    })
    .await
}

async fn sets(lab: &Lab) -> Vec<Value> {
    let mut sets = lab.until_items(&format!("{NS}/replicasets"), |_| true).await;
    sets.sort_by_key(|set| {
        set["metadata"]["annotations"]["deployment.kubernetes.io/revision"].as_str().map(str::to_owned)
    });
    sets
}

fn revision(object: &Value) -> &str {
    object["metadata"]["annotations"]["deployment.kubernetes.io/revision"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_rollout_an_undo_and_scaling() {
    let lab = Lab::open().await;
    lab.create(&format!("{NS}/deployments"), &web(2)).await;
    let first = rolled_out(&lab, 2).await;
    assert_eq!(revision(&first), "1");
    assert_eq!(condition(&first, "Available")["message"], "Deployment has minimum availability.");
    let set = sets(&lab).await.remove(0);
    let hash = set["metadata"]["labels"]["pod-template-hash"].as_str().unwrap().to_owned();
    assert_eq!(set["metadata"]["name"], format!("web-{hash}"));
    let annotations = json!({
        "deployment.kubernetes.io/desired-replicas": "2", "deployment.kubernetes.io/max-replicas": "3",
        "deployment.kubernetes.io/revision": "1"});
    assert_eq!(set["metadata"]["annotations"], annotations);
    let message = format!("ReplicaSet \"web-{hash}\" has successfully progressed.");
    assert_eq!(condition(&first, "Progressing")["message"], message.as_str());

    lab.jump(5.0);
    let image =
        |image: &str| json!({"spec": {"template": {"spec": {"containers": [{"name": "main", "image": image}]}}}});
    lab.patch(&format!("{NS}/deployments/web"), image("nginx:1.28")).await;
    let second = lab.until(&format!("{NS}/deployments/web"), |web| revision(web) == "2").await;
    assert_ne!(second, first);
    rolled_out(&lab, 2).await;
    let both = sets(&lab).await;
    let sizes: Vec<&Value> = both.iter().map(|set| &set["spec"]["replicas"]).collect();
    assert_eq!(sizes, [&json!(0), &json!(2)]);
    let second = both[1]["metadata"]["name"].as_str().unwrap().to_owned();
    let scaled: Vec<String> = lab.events("default", "Deployment").await;
    let expected = [
        format!("Normal ScalingReplicaSet 1: Scaled up replica set web-{hash} from 0 to 2"),
        format!("Normal ScalingReplicaSet 1: Scaled up replica set {second} from 0 to 1"),
        format!("Normal ScalingReplicaSet 1: Scaled down replica set web-{hash} from 2 to 1"),
        format!("Normal ScalingReplicaSet 1: Scaled up replica set {second} from 1 to 2"),
        format!("Normal ScalingReplicaSet 1: Scaled down replica set web-{hash} from 1 to 0"),
    ];
    assert_eq!(scaled, expected);

    lab.jump(5.0);
    let mut undo = image("nginx:1.27");
    undo["spec"]["template"]["spec"]["containers"][0]["ports"] =
        json!([{"name": "http", "containerPort": 80, "protocol": "TCP"}]);
    let old = sets(&lab).await.remove(0);
    undo["spec"]["template"]["spec"] = old["spec"]["template"]["spec"].clone();
    lab.patch(&format!("{NS}/deployments/web"), undo).await;
    lab.until(&format!("{NS}/deployments/web"), |web| revision(web) == "3").await;
    rolled_out(&lab, 2).await;
    let undone = lab.get(&format!("{NS}/replicasets/web-{hash}")).await.unwrap();
    assert_eq!(undone["metadata"]["annotations"]["deployment.kubernetes.io/revision-history"], "1");
    assert_eq!(sets(&lab).await.len(), 2, "the old set was taken again");

    lab.patch(&format!("{NS}/deployments/web"), json!({"spec": {"replicas": 3}})).await;
    rolled_out(&lab, 3).await;
    lab.patch(&format!("{NS}/deployments/web"), json!({"spec": {"replicas": 0}})).await;
    rolled_out(&lab, 0).await;
    lab.until_items(PODS, <[Value]>::is_empty).await;
}

#[tokio::test]
async fn recreate_ends_all_old_pods_first() {
    let lab = Lab::open().await;
    let mut recreate = web(1);
    recreate["spec"]["strategy"] = json!({"type": "Recreate"});
    lab.create(&format!("{NS}/deployments"), &recreate).await;
    rolled_out(&lab, 1).await;
    let old = lab.until_items(PODS, |pods| pods.len() == 1).await.remove(0);
    lab.patch(&pod_path(&old), json!({"metadata": {"annotations": {"test/hold": "yes"}}})).await;
    let restart = json!({"kubectl.kubernetes.io/restartedAt": "2026-11-23T13:48:36Z"});
    lab.patch(&format!("{NS}/deployments/web"), json!({"spec": {"template": {"metadata": {"annotations": restart}}}}))
        .await;
    lab.until(&pod_path(&old), |pod| !pod["metadata"]["deletionTimestamp"].is_null()).await;
    lab.until(&format!("{NS}/deployments/web"), |web| web["status"]["terminatingReplicas"] == 1).await;
    assert_eq!(sets(&lab).await.len(), 1, "no new set while an old pod runs");
    lab.patch(&pod_path(&old), json!({"metadata": {"annotations": {"test/hold": null}}})).await;
    rolled_out(&lab, 1).await;
    assert_eq!(sets(&lab).await.len(), 2);
}

#[tokio::test]
async fn a_rollout_that_stands_still_exceeds_its_deadline() {
    let lab = Lab::open().await;
    let mut stuck = web(1);
    stuck["spec"]["template"]["metadata"]["annotations"] = json!({"test/hold": "yes"});
    lab.create(&format!("{NS}/deployments"), &stuck).await;
    lab.until(&format!("{NS}/deployments/web"), |web| web["status"]["updatedReplicas"] == 1).await;
    lab.jump(602.0);
    let late = lab
        .until(&format!("{NS}/deployments/web"), |web| {
            condition(web, "Progressing")["reason"] == "ProgressDeadlineExceeded"
        })
        .await;
    assert_eq!(condition(&late, "Progressing")["status"], "False");
}

#[tokio::test]
async fn a_paused_deployment_does_not_roll() {
    let lab = Lab::open().await;
    lab.create(&format!("{NS}/deployments"), &web(1)).await;
    rolled_out(&lab, 1).await;
    let path = format!("{NS}/deployments/web");
    lab.patch(&path, json!({"spec": {"paused": true}})).await;
    lab.until(&path, |web| condition(web, "Progressing")["reason"] == "DeploymentPaused").await;
    lab.patch(&path, json!({"spec": {"template": {"metadata": {"annotations": {"a": "b"}}}}})).await;
    lab.until(&path, |web| web["status"]["observedGeneration"] == web["metadata"]["generation"]).await;
    assert_eq!(sets(&lab).await.len(), 1);
    lab.patch(&path, json!({"spec": {"paused": false}})).await;
    lab.until(&path, |web| revision(web) == "2").await;
    rolled_out(&lab, 1).await;
}

#[tokio::test]
async fn old_revisions_beyond_the_limit_are_forgotten() {
    let lab = Lab::open().await;
    let mut short = web(1);
    short["spec"]["revisionHistoryLimit"] = 1.into();
    lab.create(&format!("{NS}/deployments"), &short).await;
    rolled_out(&lab, 1).await;
    for n in 2..5 {
        let change = json!({"spec": {"template": {"metadata": {"annotations": {"n": n.to_string()}}}}});
        lab.patch(&format!("{NS}/deployments/web"), change).await;
        lab.until(&format!("{NS}/deployments/web"), |web| revision(web) == n.to_string()).await;
        rolled_out(&lab, 1).await;
    }
    let left = lab.until_items(&format!("{NS}/replicasets"), |sets| sets.len() == 2).await;
    assert!(left.iter().all(|set| ["3", "4"].contains(&revision(set))), "{left:#?}");
}

#[tokio::test]
async fn a_relabelled_pod_is_released_and_replaced() {
    let lab = Lab::open().await;
    lab.create(&format!("{NS}/deployments"), &web(1)).await;
    rolled_out(&lab, 1).await;
    let pod = lab.until_items(PODS, |pods| pods.len() == 1).await.remove(0);
    lab.patch(&pod_path(&pod), json!({"metadata": {"labels": {"app": "debug"}}})).await;
    lab.until_items(PODS, |pods| pods.len() == 2).await;
    let released = lab.until(&pod_path(&pod), |pod| pod["metadata"]["ownerReferences"].is_null()).await;
    assert_eq!(released["status"]["phase"], "Running");
}

#[tokio::test]
async fn endpoints_follow_the_pods() {
    let lab = Lab::open().await;
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
        "spec": {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 4566, "targetPort": "http"}]}});
    lab.create("/api/v1/namespaces/default/services", &service).await;
    let slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
    let mine = |items: &[Value]| -> Vec<Value> {
        items
            .iter()
            .filter(|slice| slice["metadata"]["labels"]["kubernetes.io/service-name"] == "web")
            .cloned()
            .collect()
    };
    lab.until_items(slices, |items| mine(items).len() == 1).await;
    lab.create(&format!("{NS}/deployments"), &web(2)).await;
    let full = |items: &[Value]| {
        mine(items).first().is_some_and(|slice| slice["endpoints"].as_array().map(Vec::len) == Some(2))
    };
    let slice = mine(&lab.until_items(slices, full).await).remove(0);
    assert_eq!(slice["ports"], json!([{"name": "http", "port": 80, "protocol": "TCP"}]));
    let name = slice["metadata"]["name"].as_str().unwrap();
    assert!(name.starts_with("web-") && name.len() == 9, "{name}");
    let pod = lab.until_items(PODS, |pods| pods.len() == 2).await.remove(0);
    let ip = pod["status"]["podIP"].clone();
    lab.patch(&pod_path(&pod), json!({"metadata": {"annotations": {"test/hold": "yes"}}})).await;
    lab.delete(&pod_path(&pod), Value::Null).await;
    let leaving = json!({"ready": false, "serving": true, "terminating": true});
    let found = |slice: &Value| {
        let all = slice["endpoints"].as_array().cloned().unwrap_or_default();
        all.iter().any(|endpoint| endpoint["addresses"][0] == ip && endpoint["conditions"] == leaving)
    };
    lab.until_items(slices, |items| mine(items).iter().any(found)).await;
    // The legacy list drops it at once.
    let old = lab
        .until("/api/v1/namespaces/default/endpoints/web", |endpoints| {
            let addresses = endpoints["subsets"][0]["addresses"].as_array().cloned().unwrap_or_default();
            addresses.len() == 2 && addresses.iter().all(|address| address["ip"] != ip)
        })
        .await;
    assert_eq!(old["subsets"][0]["ports"], json!([{"name": "http", "port": 80, "protocol": "TCP"}]));
    lab.delete("/api/v1/namespaces/default/services/web", Value::Null).await;
    lab.until_items(slices, |items| mine(items).is_empty()).await;
    lab.until("/api/v1/namespaces/default/endpoints/web", Value::is_null).await;
}

#[tokio::test]
async fn a_pod_too_large_stays_pending() {
    let lab = Lab::open().await;
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "big"}, "spec": {"containers": [{
        "name": "c", "image": "busybox", "resources": {"requests": {"cpu": "100"}}}]}});
    lab.create(PODS, &pod).await;
    let seen =
        lab.until(&format!("{PODS}/big"), |pod| condition(pod, "PodScheduled")["reason"] == "Unschedulable").await;
    let message = "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are \
                   available: 1 Preemption is not helpful for scheduling.";
    assert_eq!(condition(&seen, "PodScheduled")["message"], message);
    lab.until("/api/v1/namespaces/default/events", |list| list.to_string().contains("FailedScheduling")).await;
    lab.patch(
        "/api/v1/nodes/node-1/status",
        json!({"status": {"allocatable": {"cpu": "200", "memory": "16Gi", "pods": "110"}}}),
    )
    .await;
    lab.until(&format!("{PODS}/big"), |pod| pod["spec"]["nodeName"] == "node-1").await;
}
