//! Jobs: every write of the real Job controller (recordings b-*) again, and what was measured beside them.

use serde_json::{Value, json};

use crate::lab::{Lab, pod_path};
use crate::writes::recorded;

macro_rules! recording {
    ($name:literal) => {
        (
            include_str!(concat!("../fixtures/controllers/", $name, ".manifest.json")),
            include_str!(concat!("../fixtures/controllers/", $name, ".jsonl")),
        )
    };
}

fn count(value: &Value) -> i64 {
    value.as_i64().unwrap_or(0)
}

/// The pods that are not finished and not deleted.
async fn active_pods(lab: &Lab, namespace: &str, number: usize) -> Vec<Value> {
    let path = format!("/api/v1/namespaces/{namespace}/pods");
    let active = |pod: &&Value| pod["status"]["phase"] == "Running" && pod["metadata"]["deletionTimestamp"].is_null();
    let pods = lab.until_items(&path, |items| items.iter().filter(active).count() == number).await;
    pods.iter().filter(active).cloned().collect()
}

/// Compares the writes (in order) and the events (in order) with the recorded ones.
async fn same_writes(lab: &Lab, namespace: &str, text: &str) {
    for plurals in [&["jobs", "pods"][..], &["events"]] {
        let expected: Vec<String> = recorded(text, namespace, plurals);
        let ours = |lab: &Lab| -> Vec<String> {
            let lines = lab.writes.lines(namespace, plurals);
            lines.into_iter().filter(|line| !line.contains("\"Scheduled\"")).collect()
        };
        let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
        while ours(lab).len() < expected.len() && tokio::time::Instant::now() < deadline {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        pretty(&ours(lab), &expected);
    }
}

fn pretty(ours: &[String], expected: &[String]) {
    let numbered = |lines: &[String]| {
        lines.iter().enumerate().map(|(n, line)| format!("{n} {line}")).collect::<Vec<_>>().join("\n")
    };
    assert!(ours == expected, "ours:\n{}\n\nexpected:\n{}", numbered(ours), numbered(expected));
}

#[tokio::test]
async fn limit1_as_recorded() {
    let (manifest, text) = recording!("b-limit1");
    let lab = Lab::open().await;
    lab.apply_list("b-limit1", manifest).await;
    let job = "/apis/batch/v1/namespaces/b-limit1/jobs/limit1";
    for attempt in 0..2 {
        lab.until(job, |job| count(&job["status"]["ready"]) == 1).await;
        let pod = active_pods(&lab, "b-limit1", 1).await.remove(0);
        lab.jump(1.1);
        lab.finish(&pod, 3).await;
        lab.until(job, |job| count(&job["status"]["failed"]) == attempt + 1).await;
        lab.jump(10.1);
    }
    lab.until(job, |job| job["status"]["conditions"].as_array().is_some_and(|all| all.len() == 2)).await;
    same_writes(&lab, "b-limit1", text).await;
}

#[tokio::test]
async fn suspend_as_recorded() {
    let (manifest, text) = recording!("b-suspend");
    let lab = Lab::open().await;
    lab.apply_list("b-suspend", manifest).await;
    let job = "/apis/batch/v1/namespaces/b-suspend/jobs/susp";
    let suspended = |wanted: &'static str| move |job: &Value| job["status"]["conditions"][0]["status"] == wanted;
    lab.until(job, suspended("True")).await;
    lab.jump(6.0);
    lab.patch(job, json!({"spec": {"suspend": false}})).await;
    lab.until(job, |job| count(&job["status"]["ready"]) == 1).await;
    lab.jump(6.0);
    lab.patch(job, json!({"spec": {"suspend": true}})).await;
    lab.until(job, suspended("True")).await;
    lab.until_items("/api/v1/namespaces/b-suspend/pods", <[Value]>::is_empty).await;
    let seen = lab.until(job, |job| count(&job["status"]["terminating"]) == 0).await;
    assert!(seen["status"]["startTime"].is_null() && seen["status"]["failed"].is_null(), "{seen:#}");
    lab.jump(6.0);
    lab.patch(job, json!({"spec": {"suspend": false}})).await;
    lab.until(job, |job| count(&job["status"]["ready"]) == 1).await;
    let pod = active_pods(&lab, "b-suspend", 1).await.remove(0);
    lab.jump(12.0);
    lab.finish(&pod, 0).await;
    lab.until(job, |job| count(&job["status"]["succeeded"]) == 1).await;
    same_writes(&lab, "b-suspend", text).await;
}

#[tokio::test]
async fn deadline_as_recorded() {
    let (manifest, text) = recording!("b-deadline");
    let lab = Lab::open().await;
    lab.apply_list("b-deadline", manifest).await;
    let job = "/apis/batch/v1/namespaces/b-deadline/jobs/deadline";
    lab.until(job, |job| count(&job["status"]["ready"]) == 1).await;
    let pod = active_pods(&lab, "b-deadline", 1).await.remove(0);
    lab.patch(&pod_path(&pod), json!({"metadata": {"annotations": {"test/hold": "yes"}}})).await;
    lab.jump(8.0);
    lab.until(job, |job| count(&job["status"]["failed"]) == 1).await;
    // The Job is Failed only when its pod is really gone.
    let seen = lab.get(job).await.unwrap();
    assert_eq!(seen["status"]["conditions"].as_array().map(Vec::len), Some(1), "{seen:#}");
    lab.patch(&pod_path(&pod), json!({"metadata": {"annotations": {"test/hold": null}}})).await;
    lab.until(job, |job| job["status"]["conditions"].as_array().is_some_and(|all| all.len() == 2)).await;
    same_writes(&lab, "b-deadline", text).await;
}

#[tokio::test]
async fn indexed_as_recorded() {
    let (manifest, text) = recording!("b-indexed");
    let lab = Lab::open().await;
    lab.apply_list("b-indexed", manifest).await;
    let job = "/apis/batch/v1/namespaces/b-indexed/jobs/indexed";
    lab.until(job, |job| count(&job["status"]["ready"]) == 2).await;
    let pods = active_pods(&lab, "b-indexed", 2).await;
    lab.jump(3.0);
    for pod in &pods {
        lab.finish(pod, 0).await;
    }
    lab.until(job, |job| count(&job["status"]["succeeded"]) == 2 && count(&job["status"]["ready"]) == 1).await;
    let pod = active_pods(&lab, "b-indexed", 1).await.remove(0);
    lab.jump(3.0);
    lab.finish(&pod, 0).await;
    let done = lab.until(job, |job| !job["status"]["completionTime"].is_null()).await;
    assert_eq!(done["status"]["completedIndexes"], "0-2");
    // The real controller took both ends in one look, as it waits a second; ours looks at once.
    let ours = lab.writes.lines("b-indexed", &["pods"]);
    let made = |lines: &[String]| lines.iter().filter(|line| line.starts_with("create")).cloned().collect::<Vec<_>>();
    assert_eq!(made(&ours), made(&recorded(text, "b-indexed", &["pods"])));
    let last = |lines: Vec<String>| lines.last().cloned();
    assert_eq!(last(lab.writes.lines("b-indexed", &["jobs"])), last(recorded(text, "b-indexed", &["jobs"])));
}

#[tokio::test]
async fn ttl_as_recorded() {
    let (manifest, text) = recording!("b-ttl");
    let lab = Lab::open().await;
    lab.apply_list("b-ttl", manifest).await;
    let job = "/apis/batch/v1/namespaces/b-ttl/jobs/ttl";
    lab.until(job, |job| count(&job["status"]["ready"]) == 1).await;
    let pod = active_pods(&lab, "b-ttl", 1).await.remove(0);
    lab.jump(1.0);
    lab.finish(&pod, 0).await;
    lab.until(job, |job| !job["status"]["completionTime"].is_null()).await;
    lab.jump(6.0);
    lab.until(job, Value::is_null).await;
    lab.until_items("/api/v1/namespaces/b-ttl/pods", <[Value]>::is_empty).await;
    same_writes(&lab, "b-ttl", text).await;
}

fn job(name: &str, spec: Value) -> Value {
    let template = json!({"spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "busybox"}]}});
    let mut job =
        json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": {"template": template}});
    for (key, value) in spec.as_object().unwrap() {
        job["spec"][key] = value.clone();
    }
    job
}

#[tokio::test]
async fn the_backoff_doubles_from_the_end_of_the_last_pod() {
    let lab = Lab::open().await;
    lab.create("/apis/batch/v1/namespaces/default/jobs", &job("back", json!({"backoffLimit": 10}))).await;
    let path = "/apis/batch/v1/namespaces/default/jobs/back";
    for (attempt, wait) in [10, 20, 40, 80, 160, 320, 600, 600].into_iter().enumerate() {
        let pod = active_pods(&lab, "default", 1).await.remove(0);
        lab.finish(&pod, 1).await;
        lab.until(path, |job| count(&job["status"]["failed"]) == attempt as i64 + 1).await;
        let end: jiff::Timestamp = lab.get(&pod_path(&pod)).await.unwrap()["status"]["containerStatuses"][0]["state"]["terminated"]
            ["finishedAt"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        // Just before its time nothing starts, though the controller looks.
        lab.clock.jump(end + jiff::SignedDuration::from_millis(wait * 1000 - 100)).unwrap();
        lab.patch(path, json!({"metadata": {"annotations": {"look": wait.to_string()}}})).await;
        lab.clock.jump(end + jiff::SignedDuration::from_secs(wait)).unwrap();
        let next = active_pods(&lab, "default", 1).await.remove(0);
        let made: jiff::Timestamp = next["metadata"]["creationTimestamp"].as_str().unwrap().parse().unwrap();
        assert!(made >= end + jiff::SignedDuration::from_secs(wait), "attempt {attempt}: {made} after {end}");
    }
}

#[tokio::test]
async fn a_deleted_pod_counts_as_failed() {
    let lab = Lab::open().await;
    lab.create("/apis/batch/v1/namespaces/default/jobs", &job("del", json!({}))).await;
    let pod = active_pods(&lab, "default", 1).await.remove(0);
    lab.delete(&pod_path(&pod), Value::Null).await;
    let path = "/apis/batch/v1/namespaces/default/jobs/del";
    lab.until(path, |job| count(&job["status"]["failed"]) == 1 && job["status"]["active"].is_null()).await;
    lab.jump(11.0);
    active_pods(&lab, "default", 1).await;
}

#[tokio::test]
async fn on_failure_restarts_count_against_the_limit() {
    let lab = Lab::open().await;
    let mut job = job("onf", json!({"backoffLimit": 2}));
    job["spec"]["template"]["spec"]["restartPolicy"] = "OnFailure".into();
    lab.create("/apis/batch/v1/namespaces/default/jobs", &job).await;
    let pod = active_pods(&lab, "default", 1).await.remove(0);
    let mut statuses = pod["status"]["containerStatuses"].clone();
    statuses[0]["restartCount"] = 2.into();
    lab.patch(&format!("{}/status", pod_path(&pod)), json!({"status": {"containerStatuses": statuses}})).await;
    let path = "/apis/batch/v1/namespaces/default/jobs/onf";
    let done = lab.until(path, |job| job["status"]["conditions"][1]["type"] == "Failed").await;
    assert_eq!(done["status"]["conditions"][1]["reason"], "BackoffLimitExceeded");
    assert_eq!(done["status"]["failed"], 1);
}

#[tokio::test]
async fn a_pod_failure_policy_decides_what_counts() {
    let lab = Lab::open().await;
    let rules = json!({"rules": [
        {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]},
        {"action": "FailJob", "onExitCodes": {"operator": "In", "values": [42]}},
    ]});
    lab.create("/apis/batch/v1/namespaces/default/jobs", &job("policy", json!({"podFailurePolicy": rules}))).await;
    let path = "/apis/batch/v1/namespaces/default/jobs/policy";
    let first = active_pods(&lab, "default", 1).await.remove(0);
    let disrupted = json!({"type": "DisruptionTarget", "status": "True", "lastProbeTime": null, "lastTransitionTime": "2026-11-23T13:48:26Z"});
    lab.patch(
        &format!("{}/status", pod_path(&first)),
        json!({"status": {"phase": "Failed", "conditions": [disrupted]}}),
    )
    .await;
    lab.until(path, |job| job["status"]["active"].is_null()).await;
    lab.jump(11.0);
    let second = active_pods(&lab, "default", 1).await.remove(0);
    assert!(lab.get(path).await.unwrap()["status"]["failed"].is_null(), "ignored");
    lab.finish(&second, 42).await;
    let done = lab.until(path, |job| job["status"]["conditions"][1]["type"] == "Failed").await;
    assert_eq!(done["status"]["conditions"][1]["reason"], "PodFailurePolicy");
    let message = done["status"]["conditions"][1]["message"].as_str().unwrap();
    let name = second["metadata"]["name"].as_str().unwrap();
    let expected =
        format!("Container main for pod default/{name} failed with exit code 42 matching FailJob rule at index 1");
    assert_eq!(message, expected);
}

#[tokio::test]
async fn each_index_has_its_own_backoff_limit() {
    let lab = Lab::open().await;
    let spec = json!({"completions": 2, "parallelism": 2, "completionMode": "Indexed", "backoffLimitPerIndex": 1});
    lab.create("/apis/batch/v1/namespaces/default/jobs", &job("perindex", spec)).await;
    let path = "/apis/batch/v1/namespaces/default/jobs/perindex";
    let index = |pod: &Value| {
        pod["metadata"]["labels"]["batch.kubernetes.io/job-completion-index"].as_str().unwrap_or_default().to_owned()
    };
    for pod in active_pods(&lab, "default", 2).await {
        lab.finish(&pod, i32::from(index(&pod) == "1")).await;
    }
    lab.until(path, |job| job["status"]["completedIndexes"] == "0").await;
    lab.jump(11.0);
    let again = active_pods(&lab, "default", 1).await.remove(0);
    assert_eq!(
        (index(&again).as_str(), &again["metadata"]["annotations"]["batch.kubernetes.io/job-index-failure-count"]),
        ("1", &json!("1"))
    );
    lab.finish(&again, 1).await;
    let done = lab.until(path, |job| job["status"]["conditions"][1]["type"] == "Failed").await;
    assert_eq!(
        (&done["status"]["failedIndexes"], &done["status"]["conditions"][1]["reason"]),
        (&json!("1"), &json!("FailedIndexes"))
    );
    assert_eq!((&done["status"]["failed"], &done["status"]["succeeded"]), (&json!(2), &json!(1)));
}
