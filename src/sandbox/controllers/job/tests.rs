//! The plan alone: what no API server is needed for. All writes against recordings: `tests/controllers/batch.rs`.

use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::Pod;
use serde_json::{Value, json};

use super::backoff::Record;
use super::plan::plan;

const NOW: &str = "2026-11-23T13:00:00Z";

fn t(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

fn job(spec: Value, status: Value) -> Job {
    let mut job = json!({"metadata": {"name": "j", "uid": "j"}, "spec": {"template": {}}, "status": status});
    for (key, value) in spec.as_object().expect("fields") {
        job["spec"][key] = value.clone();
    }
    serde_json::from_value(job).expect("a job")
}

fn pod(name: &str, phase: &str, counted: bool, end: Option<&str>) -> Arc<Pod> {
    let finalizers = if counted { json!([]) } else { json!([super::FINALIZER]) };
    let terminated = end.map(|end| {
        json!({"name": "c", "image": "", "imageID": "", "ready": false, "restartCount": 0,
        "state": {"terminated": {"exitCode": 1, "finishedAt": end}}})
    });
    let statuses: Vec<Value> = terminated.into_iter().collect();
    let pod = json!({"metadata": {"name": name, "uid": name, "finalizers": finalizers},
        "status": {"phase": phase, "containerStatuses": statuses}});
    Arc::new(serde_json::from_value(pod).expect("a pod"))
}

#[test]
fn a_new_job_starts_as_many_pods_as_it_needs() {
    let number = |spec: Value| plan(&job(spec, json!({})), &[], None, t(NOW)).create.len();
    assert_eq!(number(json!({})), 1);
    assert_eq!(number(json!({"parallelism": 3, "completions": 5})), 3);
    assert_eq!(number(json!({"parallelism": 3, "completions": 2})), 2);
    assert_eq!(number(json!({"parallelism": 0, "completions": 2})), 0);
    assert_eq!(number(json!({"parallelism": 2})), 2, "a work queue");
    assert_eq!(number(json!({"completions": 1, "suspend": true})), 0);
}

#[test]
fn less_parallelism_deletes_pods_uncounted() {
    let pods = [pod("a", "Running", false, None), pod("b", "Pending", false, None)];
    let plan = plan(&job(json!({"parallelism": 1, "completions": 5}), json!({})), &pods, None, t(NOW));
    let deleted: Vec<_> = plan.delete.iter().filter_map(|pod| pod.metadata.name.as_deref()).collect();
    assert_eq!((deleted, plan.release_deleted, plan.tracking.ended().len()), (vec!["b"], true, 0));
    assert_eq!(plan.tracking.status().active, Some(1));
}

#[test]
fn after_a_restart_the_counted_pods_tell_the_backoff() {
    let status = json!({"startTime": "2026-11-23T12:59:00Z", "failed": 2});
    let pods = [
        pod("a", "Failed", true, Some("2026-11-23T12:59:30Z")),
        pod("b", "Failed", true, Some("2026-11-23T12:59:50Z")),
    ];
    let waiting = plan(&job(json!({"completions": 1}), status.clone()), &pods, None, t(NOW));
    assert!(waiting.create.is_empty());
    assert_eq!(waiting.again, Some(t("2026-11-23T13:00:10Z")));
    let due = plan(&job(json!({"completions": 1}), status), &pods, Some(&waiting.record), t("2026-11-23T13:00:10Z"));
    assert_eq!(due.create.len(), 1);
}

#[test]
fn a_success_forgets_earlier_failures() {
    let failures = Record { failures: 5, last: Some(t("2026-11-23T12:59:59Z")) };
    let pods = [pod("a", "Succeeded", false, Some("2026-11-23T13:00:00Z"))];
    let next = plan(&job(json!({"completions": 2}), json!({})), &pods, Some(&failures), t(NOW));
    assert_eq!((next.record, next.create.len()), (Record::default(), 1));
}

#[test]
fn the_deadline_is_looked_at_when_it_comes() {
    let status = json!({"startTime": "2026-11-23T12:59:55Z", "active": 1, "ready": 0, "terminating": 0});
    let spec = json!({"completions": 1, "activeDeadlineSeconds": 8});
    let pods = [pod("a", "Running", false, None)];
    let early = plan(&job(spec.clone(), status.clone()), &pods, None, t(NOW));
    assert_eq!(
        (early.again, early.delete.len(), early.tracking.must_flush()),
        (Some(t("2026-11-23T13:00:03Z")), 0, false)
    );
    let late = plan(&job(spec, status), &pods, None, t("2026-11-23T13:00:03Z"));
    assert_eq!((late.delete.len(), late.release_deleted), (1, false));
    let conditions = late.tracking.status().conditions.as_ref().expect("one");
    assert_eq!(conditions[0].reason.as_deref(), Some("DeadlineExceeded"));
}

#[test]
fn enough_successes_by_policy_end_the_job() {
    let policy = json!({"rules": [{"succeededIndexes": "0", "succeededCount": 1}]});
    let spec = json!({"completions": 3, "parallelism": 3, "completionMode": "Indexed", "successPolicy": policy});
    let mut first = pod("a", "Succeeded", false, Some("2026-11-23T13:00:00Z")).as_ref().clone();
    first.metadata.annotations = Some([(super::indexes::INDEX.to_owned(), "0".to_owned())].into());
    let plan = plan(&job(spec, json!({})), &[Arc::new(first)], None, t(NOW));
    let status = plan.tracking.status();
    assert_eq!(status.completed_indexes.as_deref(), Some("0"));
    let met = &status.conditions.as_ref().expect("one")[0];
    assert_eq!(
        (met.reason.as_deref(), met.message.as_deref()),
        (Some("SuccessPolicy"), Some("Matched rules at index 0"))
    );
}
