//! Rows made of objects recorded from a real Kubernetes 1.36 (tests/fixtures/lab).

use jiff::Timestamp;
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::Pod;
use serde_json::{Value, json};

use super::{cronjob_row, job_from_cronjob, job_row, next_runs, pod_row};
use crate::domain::attempt::AttemptState;
use crate::domain::cronjob::CronJobPhase;
use crate::domain::job::{JobPhase, JobRow};

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn case(name: &str) -> (Job, Vec<Pod>) {
    let all: Value = serde_json::from_str(include_str!("../../tests/fixtures/lab/jobs.json")).unwrap();
    let pods = serde_json::from_value(all[name]["pods"].clone()).unwrap();
    (serde_json::from_value(all[name]["job"].clone()).unwrap(), pods)
}

fn row(name: &str) -> JobRow {
    let (job, pods) = case(name);
    job_row(&job, &pods, time("2026-11-23T14:30:00Z"))
}

fn cronjob(moment: &str) -> CronJob {
    let all: Value = serde_json::from_str(include_str!("../../tests/fixtures/lab/cronjobs.json")).unwrap();
    serde_json::from_value(all[moment].clone()).unwrap()
}

#[test]
fn seven_failures_then_a_success() {
    let row = row("backoff");
    assert_eq!(row.status, JobPhase::Complete);
    assert_eq!((row.failed, row.succeeded, row.retries, row.attempts.len()), (7, 1, 7, 8));
    assert_eq!(row.next_attempt, None);
    assert_eq!(row.reason.as_deref(), Some("CompletionsReached"));
    assert_eq!(row.attempts[0].exit_code, Some(1));
    assert_eq!(row.attempts[7].state, AttemptState::Succeeded);
    assert_eq!(row.duration_seconds, Some(1231));
}

#[test]
fn each_predicted_retry_is_the_one_that_came() {
    let (mut job, mut pods) = case("backoff");
    pods.sort_by_key(|pod| pod.metadata.creation_timestamp.as_ref().map(|t| t.0));
    for n in 1..pods.len() {
        let status = json!({"startTime": "2026-11-23T13:48:24Z", "failed": n, "ready": 0, "terminating": 0});
        job.status = serde_json::from_value(status).unwrap();
        let row = job_row(&job, &pods[..n], time("2026-11-23T13:49:00Z"));
        assert_eq!(row.status, JobPhase::Retrying);
        let next = row.next_attempt.unwrap();
        let came = pods[n].metadata.creation_timestamp.as_ref().unwrap().0;
        let off = next.at.as_second() - came.as_second();
        assert!((-1..=1).contains(&off), "attempt {}: predicted {}, came {came}", n + 1, next.at);
        assert_eq!(next.number as usize, n + 1);
        assert_eq!(next.failures_left as usize, 10 + 1 - n);
    }
}

#[test]
fn a_job_at_its_limit_is_failed_and_waits_for_nothing() {
    let row = row("limit");
    assert_eq!(row.status, JobPhase::Failed);
    assert_eq!((row.failed, row.retries, row.spec.backoff_limit), (2, 1, 1));
    assert_eq!(row.reason.as_deref(), Some("BackoffLimitExceeded"));
    assert_eq!(row.next_attempt, None);
    assert!(row.finished_at.is_some());
}

#[test]
fn running_and_suspended_jobs_are_told_apart() {
    assert_eq!(row("running").status, JobPhase::Running);
    let suspended = row("suspended");
    assert_eq!((suspended.status, suspended.next_attempt), (JobPhase::Suspended, None));
    let waiting = row("backoff_waiting");
    assert_eq!((waiting.status, waiting.active), (JobPhase::Retrying, 0));
    assert_eq!(waiting.next_attempt.unwrap().backoff_seconds, 10);
}

#[test]
fn indexed_attempts_know_their_index() {
    let row = row("indexed");
    assert_eq!((row.status, row.spec.completions, row.spec.parallelism), (JobPhase::Complete, Some(3), 2));
    let mut indexes: Vec<_> = row.attempts.iter().filter_map(|attempt| attempt.index).collect();
    indexes.sort_unstable();
    assert_eq!(indexes, [0, 1, 2]);
}

#[test]
fn pods_of_other_jobs_are_not_counted() {
    let (job, mut pods) = case("limit");
    pods.extend(case("indexed").1);
    assert_eq!(job_row(&job, &pods, time("2026-11-23T14:30:00Z")).attempts.len(), 2);
}

#[test]
fn a_pods_status_is_kubectls_word() {
    let words = |name: &str| -> Vec<String> { case(name).1.iter().map(|pod| pod_row(pod).status).collect() };
    assert_eq!(words("limit"), ["Error", "Error"]);
    assert_eq!(words("indexed"), ["Completed"; 3]);
    let stuck = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c"}]}, "status": {"phase": "Pending",
        "containerStatuses": [{"name": "c", "ready": false, "restartCount": 0, "image": "x", "imageID": "",
        "state": {"waiting": {"reason": "ErrImageNeverPull", "message": "no image"}}}]}});
    let stuck = pod_row(&serde_json::from_value(stuck).unwrap());
    assert_eq!((stuck.status.as_str(), stuck.message.as_deref()), ("ErrImageNeverPull", Some("no image")));
    let leaving =
        json!({"metadata": {"name": "p", "deletionTimestamp": "2026-11-23T14:00:00Z"}, "status": {"phase": "Running"}});
    assert_eq!(pod_row(&serde_json::from_value(leaving).unwrap()).status, "Terminating");
}

#[test]
fn waiting_running_and_suspended_cronjobs_are_three_things() {
    let now = time("2026-11-23T13:49:30Z");
    let waiting = cronjob_row(&cronjob("waiting"), now);
    assert_eq!((waiting.status, waiting.next), (CronJobPhase::Waiting, Some(time("2026-11-23T13:50:00Z"))));
    let running = cronjob_row(&cronjob("running"), now);
    assert_eq!((running.status, running.active), (CronJobPhase::Running, vec!["minutely-29924029".to_owned()]));
    let suspended = cronjob_row(&cronjob("suspended"), now);
    assert_eq!((suspended.status, suspended.next, suspended.suspend), (CronJobPhase::Suspended, None, true));
}

#[test]
fn the_next_runs_have_the_names_that_jobs_will_get() {
    let runs = next_runs(&cronjob("waiting"), time("2026-11-23T13:48:30Z"), 2).unwrap();
    assert_eq!(runs[0].job, "minutely-29924029");
    assert_eq!((runs[1].in_seconds, runs[1].local.as_str()), (90, "2026-11-23T13:50:00+00:00"));
    let mut broken = cronjob("waiting");
    broken.spec.schedule = "every minute".into();
    assert!(next_runs(&broken, time("2026-11-23T13:48:30Z"), 1).is_err());
    assert!(cronjob_row(&broken, time("2026-11-23T13:48:30Z")).schedule_error.is_some());
}

#[test]
fn a_job_by_hand_is_what_kubectl_makes() {
    let job = job_from_cronjob(&cronjob("suspended"), "test1");
    let job = serde_json::to_value(&job).unwrap();
    assert_eq!(job["metadata"]["annotations"]["cronjob.kubernetes.io/instantiate"], "manual");
    assert_eq!(job["metadata"]["annotations"]["note"], "kept");
    let owner = &job["metadata"]["ownerReferences"][0];
    assert_eq!((&owner["kind"], &owner["controller"]), (&json!("CronJob"), &json!(true)));
    assert_eq!(owner.get("blockOwnerDeletion"), None);
    assert_eq!(job["spec"]["template"]["spec"]["restartPolicy"], "Never");
}
