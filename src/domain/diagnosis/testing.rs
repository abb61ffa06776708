//! Rows for the tests of diagnoses, and how findings are compared.

use jiff::Timestamp;

use super::Finding;
use crate::domain::attempt::{Attempt, AttemptState};
use crate::domain::cronjob::{CronJobPhase, CronJobRow, REPORTER};
use crate::domain::event::EventRow;
use crate::domain::fault::{Effect, FaultRow, FaultSource, INJECT_PORT, Probe};
use crate::domain::job::{Ended, JobFacts, JobRow, JobSpec};
use crate::domain::object::Uid;
use crate::domain::pod::PodRow;

/// A time on the day of the tests.
pub(super) fn t(clock: &str) -> Timestamp {
    format!("2026-11-23T{clock}Z").parse().unwrap()
}

pub(super) fn ids(found: &[Finding]) -> Vec<&'static str> {
    found.iter().map(|finding| finding.id).collect()
}

/// The commands of a finding, as they would be typed.
pub(super) fn lines(finding: &Finding) -> Vec<String> {
    finding.next.iter().map(|next| next.command().to_string()).collect()
}

/// An attempt that failed with an exit code.
pub(super) fn failed(end: &str, exit_code: i32, reason: &str) -> Attempt {
    Attempt {
        number: 0,
        pod: format!("test1-{}", end.replace(':', "")),
        state: AttemptState::Failed,
        index: None,
        started_at: Some(t(end)),
        finished_at: Some(t(end)),
        exit_code: Some(exit_code),
        reason: Some(reason.to_owned()),
        message: None,
        created_at: Some(t(end)),
        gone: false,
        restarts: 0,
    }
}

pub(super) fn pending(reason: Option<&str>, message: Option<&str>) -> Attempt {
    Attempt {
        state: AttemptState::Pending,
        started_at: None,
        finished_at: None,
        exit_code: None,
        reason: reason.map(str::to_owned),
        message: message.map(str::to_owned),
        ..failed("10:00:00", 0, "")
    }
}

pub(super) fn running(start: &str) -> Attempt {
    Attempt { state: AttemptState::Running, started_at: Some(t(start)), ..pending(None, None) }
}

/// A Job of the reporter's CronJob that was started at 10:00.
pub(super) fn facts() -> JobFacts {
    let spec = JobSpec {
        completions: Some(1),
        parallelism: 1,
        backoff_limit: 10,
        completion_mode: "NonIndexed".into(),
        active_deadline_seconds: Some(3600),
        restart_policy: "Never".into(),
        ..JobSpec::default()
    };
    JobFacts {
        name: "test1".into(),
        cronjob: Some(REPORTER.into()),
        manual: true,
        spec,
        created_at: Some(t("10:00:00")),
        started_at: Some(t("10:00:00")),
        ..JobFacts::default()
    }
}

/// The same, ended.
pub(super) fn ended(complete: bool, reason: &str, failed: u32) -> JobFacts {
    let message = Some("the condition's message".to_owned());
    let ended = Some(Ended { complete, reason: Some(reason.into()), message });
    let succeeded = u32::from(complete);
    JobFacts { ended, failed, succeeded, finished_at: Some(t("10:05:00")), ..facts() }
}

pub(super) fn job(facts: &JobFacts, mut attempts: Vec<Attempt>) -> JobRow {
    crate::domain::job::number(&mut attempts);
    facts.row(attempts, t("10:10:00"))
}

pub(super) fn pod(status: &str, phase: &str) -> PodRow {
    PodRow {
        uid: Uid::default(),
        name: "task-service-5d8-x2z".into(),
        ready: 0,
        containers: 1,
        status: status.into(),
        restarts: 0,
        created_at: Some(t("10:00:00")),
        started_at: Some(t("10:00:01")),
        finished_at: None,
        exit_code: None,
        ip: None,
        node: Some("sandbox".into()),
        job: None,
        phase: phase.into(),
        message: None,
    }
}

pub(super) fn event(kind: &str, name: &str, reason: &str, message: &str) -> EventRow {
    EventRow {
        uid: Uid::default(),
        object_kind: kind.into(),
        object_name: name.into(),
        object_uid: Uid::default(),
        source: "kubelet".into(),
        first_at: None,
        at: Some(t("10:00:05")),
        kind: "Warning".into(),
        reason: reason.into(),
        message: message.into(),
        count: 1,
    }
}

pub(super) fn fault(by: FaultSource, probe: Probe) -> FaultRow {
    FaultRow {
        fault: INJECT_PORT.into(),
        target: "service/localstack".into(),
        original: 4566,
        current: 4567,
        by,
        since: (by == FaultSource::Tool).then(|| t("10:00:00")),
        until: None,
        effect: Some(Effect::of(vec![probe; 3])),
    }
}

/// A CronJob that runs at 15:00 each day and last did so yesterday.
pub(super) fn cronjob() -> CronJobRow {
    CronJobRow {
        uid: Uid::default(),
        name: REPORTER.into(),
        labels: "".into(),
        created_at: Some("2026-11-01T00:00:00Z".parse().unwrap()),
        status: CronJobPhase::Waiting,
        schedule: "0 15 * * *".into(),
        time_zone: None,
        suspend: false,
        active: Vec::new(),
        last_schedule: Some("2026-11-22T15:00:00Z".parse().unwrap()),
        last_successful: None,
        concurrency_policy: "Allow".into(),
        starting_deadline_seconds: None,
        successful_history: 3,
        failed_history: 3,
        next: None,
        schedule_error: None,
    }
}
