//! Pods and exit codes against what is found of them.

use crate::domain::diagnosis::testing::{ended, event, facts, failed, ids, job, lines, pod, running, t};
use crate::domain::diagnosis::{Finding, Subject, Surroundings, diagnose};
use crate::domain::job::JobFacts;
use crate::domain::pod::PodRow;
use crate::domain::service::{EndpointsRow, ServiceRow};

fn found(pod: &PodRow) -> Vec<Finding> {
    diagnose(Subject::Pod(pod), &Surroundings::at(t("10:00:20")))
}

#[test]
fn each_status_has_its_finding() {
    let pending = |status: &str| pod(status, "Pending");
    let cases = [
        (pending("ErrImageNeverPull"), "pod-image-never-pull"),
        (pending("ErrImagePull"), "pod-image-pull"),
        (pending("ImagePullBackOff"), "pod-image-pull"),
        (pending("InvalidImageName"), "pod-image-name"),
        (pending("CreateContainerConfigError"), "pod-config-missing"),
        (pending("RunContainerError"), "pod-create-failed"),
        (pending("ContainerCreating"), "pod-starting"),
        (pending("SomethingNew"), "pod-waiting"),
        (PodRow { node: None, ..pending("Pending") }, "pod-not-scheduled-yet"),
        (PodRow { node: None, message: Some("0/1 nodes".into()), ..pending("Pending") }, "pod-unschedulable"),
        (pod("CrashLoopBackOff", "Running"), "pod-crash-loop"),
        (pod("Running", "Running"), "pod-not-ready"),
        (PodRow { ready: 1, ..pod("Running", "Running") }, "pod-running"),
        (PodRow { job: Some("x".into()), ..pod("Running", "Running") }, "pod-running"),
        (pod("Completed", "Succeeded"), "pod-complete"),
        (pod("Terminating", "Running"), "pod-terminating"),
        (pod("Evicted", "Failed"), "pod-evicted"),
        (pod("DeadlineExceeded", "Failed"), "pod-deadline"),
        (pod("Unknown", "Unknown"), "pod-lost"),
        (PodRow { exit_code: Some(137), ..pod("ContainerStatusUnknown", "Failed") }, "pod-lost"),
        (PodRow { exit_code: Some(137), ..pod("OOMKilled", "Failed") }, "exit-oom"),
        (PodRow { exit_code: Some(8), ..pod("Error", "Running") }, "exit-listen"),
        (PodRow { exit_code: Some(8), name: "other-x".into(), ..pod("Error", "Failed") }, "exit-other"),
    ];
    for (pod, wanted) in cases {
        assert_eq!(ids(&found(&pod)), [wanted], "{} {}", pod.status, pod.phase);
    }
}

#[test]
fn each_exit_code_of_an_attempt_has_its_finding() {
    let common = [
        (126, "Error", "exit-not-executable"),
        (127, "Error", "exit-not-found"),
        (128, "StartError", "exit-start-error"),
        (137, "OOMKilled", "exit-oom"),
        (137, "Error", "exit-killed"),
        (137, "ContainerStatusUnknown", "pod-lost"),
        (139, "Error", "exit-signal"),
        (143, "Error", "exit-terminated"),
        (42, "Error", "exit-other"),
        (255, "Error", "exit-other"),
    ];
    let own = [
        (1, "exit-unexpected"),
        (2, "exit-configuration"),
        (3, "exit-unreachable"),
        (4, "exit-no-bucket"),
        (5, "exit-no-table"),
        (6, "exit-disk"),
        (7, "exit-denied"),
    ];
    let of = |facts: &JobFacts, code, reason| {
        let job = job(facts, vec![failed("10:00:10", code, reason)]);
        ids(&diagnose(Subject::Attempt(&job, &job.attempts[0]), &Surroundings::at(t("10:00:20"))))
    };
    let foreign = JobFacts { cronjob: Some("other".into()), ..facts() };
    for (code, reason, wanted) in common {
        assert_eq!(of(&facts(), code, reason), [wanted], "{code} {reason}");
        assert_eq!(of(&foreign, code, reason), [wanted], "{code} {reason}");
    }
    for (code, wanted) in own {
        assert_eq!(of(&facts(), code, "Error"), [wanted], "{code}");
        assert_eq!(of(&foreign, code, "Error"), ["exit-other"], "{code} of a program that is not the lab's");
    }
}

#[test]
fn an_unready_pod_tells_what_its_probe_said() {
    let events = [event("Pod", "task-service-5d8-x2z", "Unhealthy", "Readiness probe failed: HTTP 503")];
    let s = Surroundings { events: &events, ..Surroundings::at(t("10:00:20")) };
    let found = diagnose(Subject::Pod(&pod("Running", "Running")), &s);
    assert_eq!(found[0].fact("message"), Some("Readiness probe failed: HTTP 503"));
    assert_eq!(lines(&found[0]), ["kubectl describe pod task-service-5d8-x2z"]);
}

#[test]
fn a_deleted_pod_of_a_job_that_goes_on_is_an_attempt_lost() {
    let leaving = PodRow { job: Some("test1".into()), ..pod("Terminating", "Running") };
    let with = |facts: &JobFacts| {
        let jobs = [job(facts, vec![running("10:00:01")])];
        let s = Surroundings { jobs: &jobs, ..Surroundings::at(t("10:00:20")) };
        ids(&diagnose(Subject::Pod(&leaving), &s))
    };
    assert_eq!(with(&facts()), ["pod-of-job-terminating"]);
    assert_eq!(with(&ended(true, "CompletionsReached", 0)), ["pod-terminating"]);
}

#[test]
fn a_service_without_ready_endpoints_explains_a_refused_connection() {
    let mut attempt = failed("10:00:10", 3, "Error");
    attempt.message = Some("cannot reach http://localstack:4566 for Query: connection refused".into());
    let job = job(&facts(), vec![attempt]);
    let services = [ServiceRow { name: "localstack".into(), ..ServiceRow::default() }];
    let with = |ready: &[&str]| {
        let ready = ready.iter().map(|ip| (*ip).to_owned()).collect();
        let endpoints = [EndpointsRow { service: "localstack".into(), ready, not_ready: 1, ..EndpointsRow::default() }];
        let s = Surroundings { services: &services, endpoints: &endpoints, ..Surroundings::at(t("10:00:20")) };
        ids(&diagnose(Subject::Attempt(&job, &job.attempts[0]), &s))
    };
    assert_eq!(with(&[]), ["hit-by-no-endpoints", "exit-unreachable"]);
    assert_eq!(with(&["10.0.0.1"]), ["exit-unreachable"]);
}
