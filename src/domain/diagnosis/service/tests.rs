//! Services and Deployments, whole and broken, and the chain of consequences.

use crate::domain::diagnosis::testing::{ended, facts, failed, fault, ids, job, lines, t};
use crate::domain::diagnosis::{Finding, Subject, Surroundings, diagnose};
use crate::domain::fault::{FAULT, FaultSource, PORTS, Probe};
use crate::domain::job::JobFacts;
use crate::domain::service::{DeploymentRow, EndpointsRow, ServicePort, ServiceRow};

fn localstack() -> ServiceRow {
    ServiceRow { name: "localstack".into(), ..ServiceRow::default() }
}

fn slice(ready: usize, not_ready: u32) -> EndpointsRow {
    let ready = vec!["10.0.0.1".to_owned(); ready];
    EndpointsRow { service: "localstack".into(), ready, not_ready, ..EndpointsRow::default() }
}

#[test]
fn endpoints_tell_whether_anybody_answers() {
    let cases: [(&[EndpointsRow], &str); 4] = [
        (&[], "service-unknown"),
        (&[slice(2, 0)], "service-ok"),
        (&[slice(0, 1)], "service-no-endpoints"),
        (&[slice(0, 0)], "service-no-pods"),
    ];
    for (endpoints, wanted) in cases {
        let s = Surroundings { endpoints, ..Surroundings::at(t("10:00:20")) };
        assert_eq!(ids(&diagnose(Subject::Service(&localstack()), &s)), [wanted]);
    }
}

#[test]
fn a_port_fault_is_told_with_all_that_follows_from_it() {
    let lost = JobFacts { name: "test2".into(), ..ended(false, "BackoffLimitExceeded", 2) };
    let jobs = [
        job(&facts(), vec![failed("10:00:10", 3, "Error")]),
        job(&lost, vec![failed("10:00:20", 3, "Error"), failed("10:00:30", 3, "Error")]),
        job(&JobFacts { name: "test3".into(), ..facts() }, vec![failed("10:00:40", 1, "Error")]),
    ];
    let down = DeploymentRow { name: "task-service".into(), wanted: 2, rolled_out: true, ..DeploymentRow::default() };
    let faults = [fault(FaultSource::Tool, Probe::Refused)];
    let deployments = [down.clone()];
    let s = Surroundings { jobs: &jobs, faults: &faults, deployments: &deployments, ..Surroundings::at(t("10:01:00")) };
    let found = diagnose(Subject::Service(&localstack()), &s);
    assert_eq!(ids(&found), ["service-port-fault", "fault-attempts", "fault-lost", "fault-retrying", "fault-unready"]);
    let fact = |n: usize, name: &str| found[n].fact(name).unwrap().to_owned();
    assert_eq!(fact(0, "effect"), "connection refused 3/3");
    assert_eq!((fact(1, "count"), fact(2, "jobs"), fact(3, "jobs")), ("3".into(), "test2".into(), "test1".into()));
    assert_eq!(fact(4, "deployments"), "task-service");
    assert_eq!(lines(&found[0]), ["k8s-tutor fault clear"]);
    let hit = diagnose(Subject::Deployment(&down), &s);
    assert_eq!(ids(&hit), ["deployment-hit-by-fault", "deployment-unready"]);
}

#[test]
fn a_port_changed_by_hand_is_seen_on_the_service_alone() {
    let port = ServicePort { index: 0, name: "edge".into(), port: 4999, target: None, node_port: None };
    let annotations = [(PORTS.to_owned(), r#"{"edge":4566}"#.to_owned())].into();
    let service = ServiceRow { ports: vec![port], annotations, ..localstack() };
    let services = [service.clone()];
    let s = Surroundings { services: &services, ..Surroundings::at(t("10:00:20")) };
    let found = diagnose(Subject::Service(&service), &s);
    assert_eq!((ids(&found)[0], found[0].fact("current")), ("service-port-by-hand", Some("4999")));
    let hit = job(&facts(), vec![failed("10:00:10", 3, "Error")]);
    assert_eq!(ids(&diagnose(Subject::Job(&hit), &s))[0], "hit-by-fault");
    assert!(!service.annotations.contains_key(FAULT));
}

#[test]
fn a_fault_with_an_end_and_one_that_does_not_bite_are_told() {
    let mut harmless = fault(FaultSource::Tool, Probe::Connected);
    harmless.until = Some(t("10:02:00"));
    let faults = [harmless];
    let s = Surroundings { faults: &faults, ..Surroundings::at(t("10:00:20")) };
    let found: Vec<Finding> = diagnose(Subject::Service(&localstack()), &s);
    assert_eq!(ids(&found), ["service-port-fault", "service-fault-harmless", "service-fault-ends"]);
    assert_eq!(found[2].fact("wait"), Some("100s"));
}

#[test]
fn a_deployment_tells_how_far_its_rollout_is() {
    let row = |wanted, ready, rolled_out, waiting: Option<&str>| DeploymentRow {
        name: "task-service".into(),
        wanted,
        ready,
        rolled_out,
        waiting: waiting.map(str::to_owned),
        ..DeploymentRow::default()
    };
    let cases = [
        (row(2, 2, true, None), "deployment-ready"),
        (row(0, 0, true, None), "deployment-zero"),
        (row(2, 1, false, Some("1 of 2 pods are available")), "deployment-rolling"),
        (row(2, 1, false, Some("ReplicaSet \"x\" has timed out progressing.")), "deployment-stalled"),
        (row(2, 1, true, None), "deployment-unready"),
    ];
    for (row, wanted) in cases {
        let found = diagnose(Subject::Deployment(&row), &Surroundings::at(t("10:00:20")));
        assert_eq!(ids(&found), [wanted]);
    }
}
