//! The chain from a port fault to the Jobs: attempts that could not connect, Jobs that retry, Jobs that are lost, pods
//! that turned unready. Each link only where it is seen.

use crate::domain::attempt::Attempt;
use crate::domain::cronjob::REPORTER;
use crate::domain::diagnosis::catalogue::{FaultAttempts, FaultLost, FaultRetrying, FaultUnready};
use crate::domain::diagnosis::pod::UNREACHABLE;
use crate::domain::diagnosis::{Deed, Finding, Next, Surroundings, facts, object};
use crate::domain::fault::FaultRow;
use crate::domain::job::{JobPhase, JobRow};
use crate::domain::object::Kind;

pub(super) fn found(fault: &FaultRow, s: &Surroundings<'_>) -> Vec<Finding> {
    let hit: Vec<&JobRow> = s.jobs.iter().filter(|job| failures(job, fault).next().is_some()).collect();
    let all: usize = hit.iter().map(|job| failures(job, fault).count()).sum();
    let attempts = FaultAttempts { count: all.to_string(), original: fault.original.to_string() };
    let attempts = (all > 0).then(|| attempts.found());
    attempts.into_iter().chain(retrying(&hit)).chain(lost(&hit)).chain(unready(fault, s)).collect()
}

/// The attempts of a Job that could not reach AWS since the fault is there.
fn failures<'a>(job: &'a JobRow, fault: &'a FaultRow) -> impl Iterator<Item = &'a Attempt> {
    let ours = job.cronjob.as_deref() == Some(REPORTER);
    let since = fault.since;
    job.attempts.iter().filter(move |attempt| {
        let after = since.zip(attempt.finished_at).is_none_or(|(since, ended)| ended >= since);
        ours && after && attempt.exit_code == Some(UNREACHABLE)
    })
}

fn named(hit: &[&JobRow], phase: JobPhase) -> Option<(String, String)> {
    let those: Vec<&str> = hit.iter().filter(|job| job.status == phase).map(|job| job.name.as_str()).collect();
    (!those.is_empty()).then(|| (facts::names(those.iter().copied()), those.len().to_string()))
}

fn retrying(hit: &[&JobRow]) -> Option<Finding> {
    let (jobs, count) = named(hit, JobPhase::Retrying)?;
    Some(FaultRetrying { jobs, count }.found().then(Next::Action(Deed::FaultClear, None)))
}

fn lost(hit: &[&JobRow]) -> Option<Finding> {
    let (jobs, count) = named(hit, JobPhase::Failed)?;
    Some(FaultLost { jobs, count }.found().act(Deed::JobRun, object(Kind::CronJob, REPORTER)))
}

fn unready(fault: &FaultRow, s: &Surroundings<'_>) -> Option<Finding> {
    let behind = |name: &str| fault.target == format!("service/{name}");
    let down = s.deployments.iter().filter(|d| d.ready < d.wanted && !behind(&d.name));
    let deployments = facts::names(down.map(|d| d.name.as_str()));
    (!deployments.is_empty()).then(|| FaultUnready { deployments }.found())
}
