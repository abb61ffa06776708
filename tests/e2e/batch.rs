//! What Jobs and CronJobs can be told, each once on a hurried clock, with the conditions and events
//! that a real cluster was measured to give.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{self, Lab, Ran, until};

const PATIENCE: Duration = Duration::from_secs(60);

struct Cluster {
    lab: Lab,
    kubectl: std::path::PathBuf,
}

impl Cluster {
    /// A sandbox with nothing in it, and `busybox` as the host's shell.
    fn new() -> Option<Self> {
        let kubectl = support::kubectl("1.37")?;
        let lab = Lab::with_busybox();
        lab.tutor(&["sandbox", "start"]).ok();
        Some(Self { lab, kubectl })
    }

    fn k(&self, args: &[&str]) -> Ran {
        self.lab.kubectl(&self.kubectl, args)
    }

    fn apply(&self, object: &Value) {
        let file = self.lab.home().join("object.json");
        std::fs::write(&file, object.to_string()).expect("a file");
        self.k(&["apply", "-f", file.to_str().expect("UTF-8")]).ok();
    }

    fn get(&self, what: &str) -> Value {
        self.k(&["get", what, "-o", "json"]).ok().json()
    }

    fn clock(&self, change: &Value) {
        self.lab.clock(&self.kubectl, change);
    }

    /// The conditions that are True, in order, as `Type/Reason`.
    fn conditions(&self, job: &str) -> Vec<String> {
        let job = self.get(job);
        let conditions = job["status"]["conditions"].as_array().cloned().unwrap_or_default();
        let word = |c: &Value| format!("{}/{}", c["type"].as_str().unwrap_or(""), c["reason"].as_str().unwrap_or(""));
        conditions.iter().filter(|c| c["status"] == "True").map(word).collect()
    }

    fn event(&self, object: &str, reason: &str) -> Value {
        until(&format!("event {reason} on {object}"), PATIENCE, || {
            let selector = format!("involvedObject.name={object},reason={reason}");
            let events = self.k(&["get", "events", "--field-selector", &selector, "-o", "json"]).ok().json();
            events["items"].get(0).cloned().ok_or_else(|| self.k(&["get", "events"]).out)
        })
    }

    fn jobs_of(&self, cron: &str) -> Vec<Value> {
        let all = self.get("jobs");
        let mine = |j: &&Value| j["metadata"]["ownerReferences"][0]["name"] == cron;
        all["items"].as_array().expect("a list").iter().filter(mine).cloned().collect()
    }
}

fn pod(script: &str, policy: &str) -> Value {
    json!({"metadata": {"labels": {"app": "t"}}, "spec": {
        "restartPolicy": policy, "terminationGracePeriodSeconds": 1,
        "containers": [{"name": "c", "image": "busybox", "command": ["sh", "-c", script]}],
    }})
}

fn job(name: &str, script: &str, mut spec: Value) -> Value {
    spec["template"] = pod(script, "Never");
    json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": spec})
}

fn cron(name: &str, script: &str, mut spec: Value) -> Value {
    spec["jobTemplate"] = json!({"spec": {"template": pod(script, "Never"), "backoffLimit": 0}});
    json!({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": name}, "spec": spec})
}

#[test]
fn the_backoff_limit_ends_a_job() {
    let Some(c) = Cluster::new() else { return };
    c.clock(&json!({"speed": 50}));
    c.apply(&job("limited", "exit 3", json!({"backoffLimit": 2})));
    c.k(&["wait", "--for=condition=failed", "job/limited", "--timeout=60s"]).ok();
    assert_eq!(c.conditions("job/limited"), ["FailureTarget/BackoffLimitExceeded", "Failed/BackoffLimitExceeded"]);
    let limited = c.get("job/limited");
    assert_eq!(limited["status"]["failed"], 3, "{limited}");
    let event = c.event("limited", "BackoffLimitExceeded");
    assert_eq!(
        (&event["type"], &event["message"]),
        (&json!("Warning"), &json!("Job has reached the specified backoff limit"))
    );
    let pods = c.k(&["get", "pod", "-l", "job-name=limited", "-o", "json"]).ok().json();
    let codes: Vec<_> = pods["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|p| p["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"].clone())
        .collect();
    assert_eq!(codes, [3, 3, 3]);
}

#[test]
fn attempts_start_ten_twenty_forty_seconds_after_the_last_end() {
    let Some(c) = Cluster::new() else { return };
    c.clock(&json!({"speed": 20}));
    c.apply(&job("gaps", "exit 1", json!({"backoffLimit": 3})));
    c.k(&["wait", "--for=condition=failed", "job/gaps", "--timeout=90s"]).ok();
    let pods = c
        .k(&["get", "pod", "-l", "job-name=gaps", "--sort-by", ".metadata.creationTimestamp", "-o", "json"])
        .ok()
        .json();
    let time = |v: &Value| v.as_str().expect("a time").parse::<jiff::Timestamp>().expect("RFC 3339").as_second();
    let pods = pods["items"].as_array().expect("a list").clone();
    let gaps: Vec<i64> = pods
        .windows(2)
        .map(|p| {
            let end = time(&p[0]["status"]["containerStatuses"][0]["state"]["terminated"]["finishedAt"]);
            time(&p[1]["metadata"]["creationTimestamp"]) - end
        })
        .collect();
    // Objects carry whole seconds and the clock runs twenty times as fast: a real 0.2 s is 4 s here.
    for (gap, wanted) in gaps.iter().zip([10, 20, 40]) {
        assert!((wanted - 1..=wanted + 8).contains(gap), "gaps {gaps:?}");
    }
    assert_eq!(gaps.len(), 3, "{gaps:?}");
}

#[test]
fn an_indexed_job_tells_each_pod_its_index() {
    let Some(c) = Cluster::new() else { return };
    c.apply(&job(
        "indexed",
        "echo index=$JOB_COMPLETION_INDEX",
        json!({"completions": 4, "parallelism": 2, "completionMode": "Indexed"}),
    ));
    c.k(&["wait", "--for=condition=complete", "job/indexed", "--timeout=60s"]).ok();
    assert_eq!(c.get("job/indexed")["status"]["completedIndexes"], "0-3");
    let logs = c.k(&["logs", "-l", "job-name=indexed", "--tail=-1"]).ok();
    for index in 0..4 {
        logs.says(&format!("index={index}"));
    }
}

#[test]
fn a_deadline_ends_a_job_that_runs_too_long() {
    let Some(c) = Cluster::new() else { return };
    c.apply(&job("slow", "sleep 600", json!({"activeDeadlineSeconds": 2})));
    c.k(&["wait", "--for=condition=failed", "job/slow", "--timeout=60s"]).ok();
    assert_eq!(c.conditions("job/slow"), ["FailureTarget/DeadlineExceeded", "Failed/DeadlineExceeded"]);
    assert_eq!(c.event("slow", "DeadlineExceeded")["message"], "Job was active longer than specified deadline");
}

#[test]
fn a_finished_job_with_a_ttl_goes_away() {
    let Some(c) = Cluster::new() else { return };
    c.clock(&json!({"speed": 10}));
    c.apply(&job("brief", "true", json!({"ttlSecondsAfterFinished": 30})));
    c.k(&["wait", "--for=condition=complete", "job/brief", "--timeout=60s"]).ok();
    c.k(&["wait", "--for=delete", "job/brief", "--timeout=60s"]).ok();
    until("its pods are gone too", PATIENCE, || {
        let pods = c.k(&["get", "pod", "-l", "job-name=brief", "-o", "name"]).ok();
        if pods.out.is_empty() { Ok(()) } else { Err(pods.out) }
    });
}

#[test]
fn forbid_waits_for_the_running_job() {
    let Some(c) = Cluster::new() else { return };
    c.apply(&cron("forbid", "sleep 600", json!({"schedule": "* * * * *", "concurrencyPolicy": "Forbid"})));
    c.clock(&json!({"speed": 60}));
    let event = c.event("forbid", "JobAlreadyActive");
    let text = "Not starting job because prior execution is running and concurrency policy is Forbid";
    assert_eq!((&event["type"], &event["message"]), (&json!("Normal"), &json!(text)));
    assert_eq!(c.jobs_of("forbid").len(), 1);
}

#[test]
fn replace_takes_the_running_job_away() {
    let Some(c) = Cluster::new() else { return };
    c.apply(&cron("replace", "sleep 600", json!({"schedule": "* * * * *", "concurrencyPolicy": "Replace"})));
    c.clock(&json!({"speed": 60}));
    c.event("replace", "SuccessfulDelete");
    assert!(c.jobs_of("replace").len() <= 2, "the old one goes in the background");
}

#[test]
fn failed_history_is_kept_as_long_as_it_says() {
    let Some(c) = Cluster::new() else { return };
    c.apply(&cron("failing", "exit 1", json!({"schedule": "* * * * *", "failedJobsHistoryLimit": 1})));
    c.clock(&json!({"speed": 60}));
    let saw = c.event("failing", "SawCompletedJob");
    assert!(saw["message"].as_str().is_some_and(|m| m.ends_with(", condition: Failed")), "{saw}");
    c.event("failing", "SuccessfulDelete");
    c.k(&["patch", "cj", "failing", "-p", r#"{"spec": {"suspend": true}}"#]).ok();
    until("one failed Job is kept", PATIENCE, || {
        let jobs = c.jobs_of("failing");
        if jobs.len() == 1 { Ok(()) } else { Err(format!("{} Jobs", jobs.len())) }
    });
}

#[test]
fn a_start_later_than_its_deadline_is_skipped() {
    let Some(c) = Cluster::new() else { return };
    let hourly = |deadline: u32| json!({"schedule": "0 * * * *", "suspend": true, "startingDeadlineSeconds": deadline});
    c.apply(&cron("late", "true", hourly(20)));
    c.apply(&cron("in-time", "true", hourly(3_000)));
    // Ten minutes past a full hour, some hours on.
    let now = jiff::Timestamp::now();
    let hour = now.as_second() / 3600 * 3600;
    let later = jiff::Timestamp::from_second(hour + 5 * 3600 + 600).expect("a time");
    c.clock(&json!({"now": later.to_string()}));
    for name in ["late", "in-time"] {
        c.k(&["patch", "cj", name, "-p", r#"{"spec": {"suspend": false}}"#]).ok();
    }
    let started = until("the one in time starts", PATIENCE, || {
        c.jobs_of("in-time").first().cloned().ok_or_else(|| "no Job".into())
    });
    let minutes = (hour + 5 * 3600) / 60;
    assert_eq!(started["metadata"]["name"], format!("in-time-{minutes}"));
    assert!(c.jobs_of("late").is_empty(), "40 s after its time with a deadline of 20 s");
}

#[test]
fn a_suspended_job_gives_its_pods_back() {
    let Some(c) = Cluster::new() else { return };
    c.apply(&job("paused", "sleep 600", json!({})));
    let running = |c: &Cluster| c.get("job/paused")["status"]["active"] == 1;
    until("it runs", PATIENCE, || if running(&c) { Ok(()) } else { Err(c.get("job/paused").to_string()) });
    c.k(&["patch", "job", "paused", "-p", r#"{"spec": {"suspend": true}}"#]).ok();
    c.k(&["wait", "--for=condition=suspended", "job/paused", "--timeout=60s"]).ok();
    until("no pod is left", PATIENCE, || {
        let pods = c.k(&["get", "pod", "-l", "job-name=paused", "-o", "name"]).ok();
        if pods.out.is_empty() { Ok(()) } else { Err(pods.out) }
    });
    assert!(c.get("job/paused")["status"]["failed"].is_null(), "taken back, not failed");
    c.event("paused", "Suspended");
}
