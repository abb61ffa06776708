//! How objects end: grace periods, finalizers, propagation, preconditions, namespaces.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::Api;
use super::harness::{Answer, api, ask};

const JSON: &[&str] = &["content-type: application/json"];

async fn make(api: &Arc<Api>, path: &str, object: &Value) -> Value {
    let answer = ask(api, "POST", path, JSON, object.to_string()).await;
    assert_eq!(answer.code, 201, "{:?}", answer.bytes);
    answer.json()
}

async fn delete(api: &Arc<Api>, path: &str, options: &Value) -> Answer {
    ask(api, "DELETE", path, JSON, options.to_string()).await
}

const PODS: &str = "/api/v1/namespaces/default/pods";

async fn bound_pod(api: &Arc<Api>) {
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {
        "nodeName": "sandbox", "containers": [{"name": "c", "image": "busybox"}],
    }});
    make(api, PODS, &pod).await;
}

#[tokio::test]
async fn a_pod_on_a_node_waits_for_its_agent() {
    let api = api().await;
    bound_pod(&api).await;
    let path = format!("{PODS}/p");
    let first = delete(&api, &path, &json!({})).await.json();
    assert_eq!(first["metadata"]["deletionGracePeriodSeconds"], 30);
    let marked = first["metadata"]["deletionTimestamp"].as_str().expect("marked").to_owned();
    let longer = delete(&api, &path, &json!({"gracePeriodSeconds": 60})).await.json();
    assert_eq!(longer["metadata"]["deletionTimestamp"], marked.as_str(), "never later");
    let shorter = delete(&api, &path, &json!({"gracePeriodSeconds": 5})).await.json();
    assert_eq!(shorter["metadata"]["deletionGracePeriodSeconds"], 5);
    assert!(shorter["metadata"]["deletionTimestamp"].as_str().expect("marked") < marked.as_str());
    let last = delete(&api, &path, &json!({"gracePeriodSeconds": 0})).await;
    assert_eq!((last.code, last.json()["kind"].clone()), (200, "Pod".into()));
    assert_eq!(ask(&api, "GET", &path, &[], "").await.code, 404);
}

#[tokio::test]
async fn a_pod_without_a_node_goes_at_once() {
    let api = api().await;
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {
        "containers": [{"name": "c", "image": "busybox"}],
    }});
    make(&api, PODS, &pod).await;
    let path = format!("{PODS}/p");
    assert_eq!(delete(&api, &path, &json!({"gracePeriodSeconds": 30})).await.code, 200);
    assert_eq!(ask(&api, "GET", &path, &[], "").await.code, 404);
}

#[tokio::test]
async fn a_finalizer_holds_an_object() {
    let api = api().await;
    let maps = "/api/v1/namespaces/default/configmaps";
    let map =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "finalizers": ["example.com/a"]}});
    make(&api, maps, &map).await;
    let path = format!("{maps}/x");
    let marked = delete(&api, &path, &json!({})).await.json();
    assert!(marked["metadata"]["deletionTimestamp"].is_string());
    let merge = &["content-type: application/merge-patch+json"];
    let more = json!({"metadata": {"finalizers": ["example.com/a", "example.com/b"]}});
    assert_eq!(ask(&api, "PATCH", &path, merge, more.to_string()).await.code, 422, "none may be added");
    let none = json!({"metadata": {"finalizers": null}});
    assert_eq!(ask(&api, "PATCH", &path, merge, none.to_string()).await.code, 200);
    assert_eq!(ask(&api, "GET", &path, &[], "").await.code, 404);
}

#[tokio::test]
async fn a_terminating_pod_with_a_finalizer_outlives_its_grace_period() {
    let api = api().await;
    let pod = json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "p", "finalizers": ["batch.kubernetes.io/job-tracking"]},
        "spec": {"nodeName": "sandbox", "containers": [{"name": "c", "image": "busybox"}]}});
    make(&api, PODS, &pod).await;
    let path = format!("{PODS}/p");
    delete(&api, &path, &json!({})).await;
    let ended = delete(&api, &path, &json!({"gracePeriodSeconds": 0})).await.json();
    assert_eq!(ended["metadata"]["deletionGracePeriodSeconds"], 0);
    assert_eq!(ask(&api, "GET", &path, &[], "").await.code, 200, "the finalizer holds it");
    let strategic = &["content-type: application/merge-patch+json"];
    ask(&api, "PATCH", &path, strategic, json!({"metadata": {"finalizers": []}}).to_string()).await;
    assert_eq!(ask(&api, "GET", &path, &[], "").await.code, 404);
}

fn job() -> Value {
    json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"}, "spec": {"template": {"spec": {
        "restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox"}],
    }}}})
}

#[tokio::test]
async fn propagation_is_a_finalizer() {
    let api = api().await;
    let jobs = "/apis/batch/v1/namespaces/default/jobs";
    let path = format!("{jobs}/j");
    let made = make(&api, jobs, &job()).await;
    let background = delete(&api, &path, &json!({"propagationPolicy": "Background"})).await.json();
    let wanted = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": {
        "name": "j", "group": "batch", "kind": "jobs", "uid": made["metadata"]["uid"],
    }});
    assert_eq!(background, wanted);

    let made = make(&api, jobs, &job()).await;
    let foreground = delete(&api, &path, &json!({"propagationPolicy": "Foreground"})).await.json();
    assert_eq!(foreground["kind"], "Job");
    assert_eq!(foreground["metadata"]["finalizers"], json!(["foregroundDeletion"]));
    assert_eq!(foreground["metadata"]["deletionGracePeriodSeconds"], 0);
    let generation = made["metadata"]["generation"].as_i64().expect("a number");
    assert_eq!(foreground["metadata"]["generation"], generation + 1);
    assert_eq!(ask(&api, "GET", &path, &[], "").await.code, 200);
    let refused = delete(&api, &path, &json!({"propagationPolicy": "Sideways"})).await;
    assert_eq!(refused.code, 422);
}

#[tokio::test]
async fn a_precondition_protects_a_namesake() {
    let api = api().await;
    let jobs = "/apis/batch/v1/namespaces/default/jobs";
    make(&api, jobs, &job()).await;
    let wrong = json!({"preconditions": {"uid": "00000000-0000-0000-0000-000000000000"}});
    let answer = delete(&api, &format!("{jobs}/j"), &wrong).await;
    assert_eq!(answer.code, 409);
    let message = answer.json()["message"].as_str().expect("a message").to_owned();
    assert!(
        message.starts_with("Operation cannot be fulfilled on Job.batch \"j\": the UID in the precondition"),
        "{message}"
    );
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let api = api().await;
    let jobs = "/apis/batch/v1/namespaces/default/jobs";
    assert_eq!(ask(&api, "POST", &format!("{jobs}?dryRun=All"), JSON, job().to_string()).await.code, 201);
    assert_eq!(ask(&api, "GET", &format!("{jobs}/j"), &[], "").await.code, 404);
    make(&api, jobs, &job()).await;
    assert_eq!(delete(&api, &format!("{jobs}/j"), &json!({"dryRun": ["All"]})).await.code, 200);
    assert_eq!(ask(&api, "GET", &format!("{jobs}/j"), &[], "").await.code, 200);
}

#[tokio::test]
async fn a_collection_goes_by_its_labels() {
    let api = api().await;
    let maps = "/api/v1/namespaces/default/configmaps";
    for (name, label) in [("a", "x"), ("b", "x"), ("c", "y")] {
        let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": {"l": label}}});
        make(&api, maps, &map).await;
    }
    let answer = ask(&api, "DELETE", &format!("{maps}?labelSelector=l%3Dx"), &[], "").await.json();
    assert_eq!((answer["kind"].clone(), answer["items"].as_array().map(Vec::len)), ("ConfigMapList".into(), Some(2)));
    let left = ask(&api, "GET", maps, &[], "").await.json();
    assert_eq!(left["items"][0]["metadata"]["name"], "c");
}

#[tokio::test]
async fn a_namespace_is_emptied_before_it_goes() {
    let api = api().await;
    make(&api, "/api/v1/namespaces", &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "demo"}}))
        .await;
    let path = "/api/v1/namespaces/demo";
    let marked = delete(&api, path, &json!({"propagationPolicy": "Background"})).await.json();
    assert_eq!((marked["status"]["phase"].clone(), marked["kind"].clone()), ("Terminating".into(), "Namespace".into()));
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}});
    let refused = ask(&api, "POST", &format!("{path}/configmaps"), JSON, map.to_string()).await;
    assert_eq!(refused.code, 403);
    let status = refused.json();
    assert_eq!(status["details"]["causes"][0]["reason"], "NamespaceTerminating");
    assert_eq!(
        status["message"],
        "configmaps \"x\" is forbidden: unable to create new content in namespace demo because it is being terminated"
    );
    let mut empty = marked;
    empty["spec"]["finalizers"] = json!([]);
    let finalized = ask(&api, "PUT", &format!("{path}/finalize"), JSON, empty.to_string()).await;
    assert_eq!(finalized.code, 200, "{:?}", finalized.bytes);
    assert_eq!(ask(&api, "GET", path, &[], "").await.code, 404);
    let gone = ask(&api, "POST", &format!("{path}/configmaps"), JSON, map.to_string()).await;
    assert_eq!((gone.code, gone.json()["message"].clone()), (404, "namespaces \"demo\" not found".into()));
}
