//! Jobs in each phase against what is found of them.

use crate::domain::attempt::{Attempt, AttemptState};
use crate::domain::diagnosis::testing::{
    ended, event, facts, failed, fault, ids, job, lines, pending, pod, running, t,
};
use crate::domain::diagnosis::{Finding, Subject, Surroundings, diagnose};
use crate::domain::fault::{FaultSource, Probe};
use crate::domain::job::{JobFacts, JobRow, JobSpec};

fn found(job: &JobRow) -> Vec<Finding> {
    diagnose(Subject::Job(job), &Surroundings::at(t("10:00:20")))
}

fn spec(change: impl FnOnce(&mut JobSpec)) -> JobFacts {
    let mut facts = facts();
    change(&mut facts.spec);
    facts
}

#[test]
fn each_phase_has_its_finding() {
    let error = |n: u32| failed(&format!("10:0{n}:00"), 1, "Error");
    let cases: Vec<(JobRow, &[&str])> = vec![
        (job(&spec(|s| s.suspend = true), vec![]), &["job-suspended"]),
        (job(&facts(), vec![]), &["job-no-pod-yet"]),
        (job(&facts(), vec![running("10:00:05")]), &["job-running"]),
        (job(&ended(true, "CompletionsReached", 0), vec![]), &["job-complete"]),
        (job(&ended(true, "CompletionsReached", 1), vec![error(1)]), &["job-complete-after-retries"]),
        (job(&facts(), vec![failed("10:00:10", 1, "Error")]), &["exit-unexpected", "job-retrying"]),
        (job(&ended(false, "BackoffLimitExceeded", 1), vec![error(1)]), &["job-backoff-limit", "exit-unexpected"]),
        (job(&ended(false, "PodFailurePolicy", 0), vec![]), &["job-pod-failure-policy"]),
        (job(&ended(false, "MaxFailedIndexesExceeded", 0), vec![]), &["job-failed-indexes"]),
        (job(&ended(false, "SomethingNew", 0), vec![]), &["job-failed"]),
        (job(&ended(false, "DeadlineExceeded", 1), vec![failed("10:05:00", 137, "Error")]), &["job-deadline"]),
        (job(&ended(false, "DeadlineExceeded", 1), vec![error(1)]), &["job-deadline", "exit-unexpected"]),
    ];
    for (job, wanted) in cases {
        assert_eq!(ids(&found(&job)), wanted, "{:?} {:?}", job.status, job.reason);
    }
}

#[test]
fn a_retry_tells_when_and_how_many_failures_are_left() {
    let attempts = vec![failed("10:00:00", 1, "Error"), failed("10:00:12", 1, "Error")];
    let found = found(&job(&facts(), attempts));
    let retrying = found.iter().find(|finding| finding.id == "job-retrying").unwrap();
    let wanted = [
        ("attempt", "3"),
        ("at", "2026-11-23T10:00:32Z"),
        ("wait", "12s"),
        ("backoff", "20s"),
        ("failed", "2"),
        ("limit", "10"),
        ("left", "9"),
    ];
    let facts: Vec<(&str, &str)> = retrying.facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(facts, wanted);
    assert_eq!(lines(retrying), ["k8s-tutor job logs test1"]);
}

#[test]
fn a_fault_is_named_before_the_failures_it_makes() {
    let job = job(&facts(), vec![failed("10:00:10", 3, "Error")]);
    let with = |fault| {
        let faults = [fault];
        let s = Surroundings { faults: &faults, ..Surroundings::at(t("10:00:12")) };
        diagnose(Subject::Job(&job), &s)
    };
    let hit = with(fault(FaultSource::Tool, Probe::Refused));
    assert_eq!(ids(&hit), ["hit-by-fault", "exit-unreachable", "job-retrying"]);
    assert_eq!((hit[0].fact("original"), hit[0].fact("current")), (Some("4566"), Some("4567")));
    assert_eq!(lines(&hit[0]), ["k8s-tutor fault clear"]);
    assert_eq!(ids(&with(fault(FaultSource::Hand, Probe::TimedOut)))[0], "hit-by-fault");
    assert_eq!(ids(&with(fault(FaultSource::Tool, Probe::Connected)))[0], "exit-unreachable", "it does not bite");
    let later =
        crate::domain::fault::FaultRow { since: Some(t("10:00:11")), ..fault(FaultSource::Tool, Probe::Refused) };
    assert_eq!(ids(&with(later))[0], "exit-unreachable", "the pod had ended before");
}

#[test]
fn the_deadline_counts_the_waits_too() {
    let short = spec(|s| s.active_deadline_seconds = Some(20));
    let late = found(&job(&short, vec![failed("10:00:10", 1, "Error")]));
    assert_eq!(ids(&late), ["exit-unexpected", "job-retry-too-late", "job-retrying"]);
    assert_eq!(late[1].fact("ends"), Some("2026-11-23T10:00:20Z"));
    let near = spec(|s| s.active_deadline_seconds = Some(25));
    let near = found(&job(&near, vec![running("10:00:01")]));
    assert_eq!(ids(&near), ["job-deadline-near", "job-running"]);
    assert_eq!(near[0].fact("left"), Some("5s"));
    let none = spec(|s| s.active_deadline_seconds = None);
    assert_eq!(ids(&found(&job(&none, vec![running("10:00:01")]))), ["job-running"]);
}

#[test]
fn restarts_in_the_pod_draw_on_the_limit() {
    let in_place = spec(|s| (s.restart_policy, s.backoff_limit) = ("OnFailure".into(), 4));
    let attempt = Attempt { restarts: 3, ..running("10:00:01") };
    let found = found(&job(&in_place, vec![attempt]));
    assert_eq!(ids(&found), ["job-restarting", "job-running"]);
    assert_eq!((found[0].fact("restarts"), found[0].fact("left")), (Some("3"), Some("2")));
}

#[test]
fn counted_failures_without_pods_are_told() {
    let gone = Attempt { gone: true, ..failed("10:00:02", 1, "Error") };
    let job = job(&JobFacts { failed: 2, ..facts() }, vec![gone, running("10:00:15")]);
    let found = found(&job);
    assert_eq!(ids(&found), ["job-running", "job-failures-gone"]);
    assert_eq!(found[1].fact("gone"), Some("2"));
}

#[test]
fn a_pending_job_tells_what_its_pod_waits_for() {
    let stuck = job(&facts(), vec![pending(Some("ErrImageNeverPull"), Some("no image"))]);
    assert_eq!(ids(&found(&stuck)), ["pod-image-never-pull"]);
    let mount = job(&facts(), vec![pending(None, None)]);
    let name = mount.attempts[0].pod.clone();
    let pods = [crate::domain::pod::PodRow { name: name.clone(), ..pod("ContainerCreating", "Pending") }];
    let events = [event("Pod", &name, "FailedMount", "configmap \"x\" not found")];
    let s = Surroundings { pods: &pods, events: &events, ..Surroundings::at(t("10:00:20")) };
    let found = diagnose(Subject::Job(&mount), &s);
    assert_eq!((ids(&found)[0], found[0].fact("message")), ("pod-mount-failed", Some("configmap \"x\" not found")));
}

#[test]
fn an_attempt_that_went_away_was_deleted() {
    let gone = Attempt { gone: true, ..running("10:00:02") };
    let cut = Attempt { state: AttemptState::Failed, reason: None, exit_code: None, ..running("10:00:02") };
    for attempt in [gone, cut] {
        let job = job(&facts(), vec![attempt]);
        let found = diagnose(Subject::Attempt(&job, &job.attempts[0]), &Surroundings::at(t("10:00:20")));
        assert_eq!(ids(&found), ["pod-deleted"]);
    }
}
