//! Why a Job is as it is. Called by `diagnose`; one file a phase.

mod complete;
mod deadline;
mod failed;
mod gone;
mod pending;
mod retrying;
mod running;
mod suspended;
#[cfg(test)]
mod tests;

use super::{Finding, Surroundings, pod};
use crate::domain::attempt::{Attempt, AttemptState};
use crate::domain::job::{JobPhase, JobRow};

pub(super) fn diagnose(job: &JobRow, s: &Surroundings<'_>) -> Vec<Finding> {
    let mut found = match job.status {
        JobPhase::Suspended => vec![suspended::found(job, s)],
        JobPhase::Pending => pending::found(job, s),
        JobPhase::Running => running::found(job, s),
        JobPhase::Retrying => retrying::found(job, s),
        JobPhase::Complete => vec![complete::found(job)],
        JobPhase::Failed => vec![failed::found(job, s)],
    };
    if matches!(job.status, JobPhase::Retrying | JobPhase::Failed) {
        found.extend(last_failure(job).into_iter().flat_map(|attempt| pod::why_failed(job, attempt, s)));
    }
    if !job.status.is_finished() {
        found.extend(deadline::found(job, s));
    }
    found.extend(gone::found(job));
    found
}

/// The newest attempt that failed by itself: when a Job runs out of time it ends its pod, which is no cause.
fn last_failure(job: &JobRow) -> Option<&Attempt> {
    let out_of_time = job.reason.as_deref() == Some("DeadlineExceeded");
    let ended_by_job = |a: &&Attempt| out_of_time && matches!(a.exit_code, None | Some(137 | 143));
    let failed = |a: &&Attempt| a.state == AttemptState::Failed;
    job.attempts.iter().rev().find(failed).filter(|attempt| !ended_by_job(attempt))
}

/// The attempts that are in the cluster and have not ended.
fn alive(job: &JobRow) -> impl Iterator<Item = &Attempt> {
    let lives = |a: &&Attempt| !a.gone && matches!(a.state, AttemptState::Pending | AttemptState::Running);
    job.attempts.iter().filter(lives)
}
