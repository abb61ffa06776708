//! Owners and dependents, namespaces coming and going (recordings b-delete, a/100).

use serde_json::{Value, json};

use crate::lab::Lab;

const JOBS: &str = "/apis/batch/v1/namespaces/default/jobs";
const PODS: &str = "/api/v1/namespaces/default/pods";

async fn running_job(lab: &Lab, name: &str) {
    let spec =
        json!({"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "busybox"}]}}});
    let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": spec});
    lab.create(JOBS, &job).await;
    lab.until(&format!("{JOBS}/{name}"), |job| job["status"]["ready"] == 1).await;
}

#[tokio::test]
async fn background_takes_the_pods_after_the_job() {
    let lab = Lab::open().await;
    running_job(&lab, "bg").await;
    lab.delete(&format!("{JOBS}/bg"), json!({"propagationPolicy": "Background"})).await;
    assert!(lab.get(&format!("{JOBS}/bg")).await.is_none());
    lab.until_items(PODS, <[Value]>::is_empty).await;
}

#[tokio::test]
async fn foreground_takes_the_pods_before_the_job() {
    let lab = Lab::open().await;
    running_job(&lab, "fg").await;
    let pod = lab.until_items(PODS, |pods| pods.len() == 1).await.remove(0);
    let pod = crate::lab::pod_path(&pod);
    lab.patch(&pod, json!({"metadata": {"annotations": {"test/hold": "yes"}}})).await;
    lab.delete(&format!("{JOBS}/fg"), json!({"propagationPolicy": "Foreground"})).await;
    lab.until(&pod, |pod| !pod["metadata"]["deletionTimestamp"].is_null()).await;
    let waiting = lab.get(&format!("{JOBS}/fg")).await.expect("it waits for its pod");
    assert_eq!(waiting["metadata"]["finalizers"], json!(["foregroundDeletion"]));
    lab.patch(&pod, json!({"metadata": {"annotations": {"test/hold": null}}})).await;
    lab.until(&format!("{JOBS}/fg"), Value::is_null).await;
    assert!(lab.get(&pod).await.is_none());
}

#[tokio::test]
async fn orphan_leaves_the_pods() {
    let lab = Lab::open().await;
    running_job(&lab, "orphan").await;
    lab.delete(&format!("{JOBS}/orphan"), json!({"propagationPolicy": "Orphan"})).await;
    lab.until(&format!("{JOBS}/orphan"), Value::is_null).await;
    let pods = lab.until_items(PODS, |pods| pods.len() == 1 && pods[0]["metadata"]["finalizers"].is_null()).await;
    assert!(
        pods[0]["metadata"]["ownerReferences"].is_null() && pods[0]["metadata"]["deletionTimestamp"].is_null(),
        "{pods:#?}"
    );
}

#[tokio::test]
async fn an_object_of_an_owner_that_never_was_is_collected() {
    let lab = Lab::open().await;
    let owner = |kind: &str, api_version: &str| json!([{"apiVersion": api_version, "kind": kind, "name": "nobody", "uid": "5ba5e685-d823-4d8c-b59c-6936e8ce713b"}]);
    let map = |name: &str, owners: Value| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "ownerReferences": owners}});
    let path = "/api/v1/namespaces/default/configmaps";
    lab.create(path, &map("unknown", owner("Gadget", "example.com/v1"))).await;
    lab.create(path, &map("lost", owner("Deployment", "apps/v1"))).await;
    lab.until(&format!("{path}/lost"), Value::is_null).await;
    assert!(lab.get(&format!("{path}/unknown")).await.is_some(), "a kind that nobody knows may well be there");
}

#[tokio::test]
async fn a_namespace_is_furnished_and_emptied() {
    let lab = Lab::open().await;
    lab.namespace("demo").await;
    lab.until("/api/v1/namespaces/demo/serviceaccounts/default", |account| !account.is_null()).await;
    let ca = lab.until("/api/v1/namespaces/demo/configmaps/kube-root-ca.crt", |map| !map.is_null()).await;
    assert_eq!(ca["data"]["ca.crt"], "the ca");
    let spec = json!({"replicas": 2, "selector": {"matchLabels": {"app": "x"}}, "template": {
        "metadata": {"labels": {"app": "x"}}, "spec": {"containers": [{"name": "main", "image": "nginx"}]}}});
    let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"}, "spec": spec});
    lab.create("/apis/apps/v1/namespaces/demo/deployments", &deployment).await;
    lab.until_items("/api/v1/namespaces/demo/pods", |pods| {
        pods.iter().filter(|pod| pod["status"]["phase"] == "Running").count() == 2
    })
    .await;
    lab.delete("/api/v1/namespaces/demo", Value::Null).await;
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(60);
    while lab.get("/api/v1/namespaces/demo").await.is_some() {
        lab.jump(1.0);
        assert!(tokio::time::Instant::now() < deadline, "{:#?}", lab.get("/api/v1/namespaces/demo").await);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(lab.get("/apis/apps/v1/namespaces/demo/deployments/x").await.is_none());
    // What every namespace has is not made anew in one that goes.
    assert!(lab.get("/api/v1/namespaces/demo/serviceaccounts/default").await.is_none());
}
