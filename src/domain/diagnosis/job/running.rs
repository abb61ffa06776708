//! A Job with a pod that runs, or that restarts its container in place (`restartPolicy: OnFailure`).

use crate::domain::attempt::AttemptState;
use crate::domain::diagnosis::catalogue::{JobRestarting, JobRunning};
use crate::domain::diagnosis::{Deed, Finding, Surroundings, facts, object, pod};
use crate::domain::job::JobRow;
use crate::domain::object::Kind;

pub(super) fn found(job: &JobRow, s: &Surroundings<'_>) -> Vec<Finding> {
    let newest = super::alive(job).filter(|attempt| attempt.state == AttemptState::Running).last();
    let running = JobRunning {
        attempt: newest.map_or_else(|| facts::UNKNOWN.to_owned(), |attempt| attempt.number.to_string()),
        took: facts::age(newest.and_then(|attempt| attempt.started_at), s.now),
    };
    let mut found = vec![running.found().act(Deed::JobLogs, object(Kind::Job, &job.name))];
    // Restarts and failed pods draw on the same limit.
    let restarts: u32 = super::alive(job).map(|attempt| attempt.restarts).sum();
    if job.spec.restart_policy == "OnFailure" && restarts > 0 {
        let left = (job.spec.backoff_limit + 1).saturating_sub(restarts + job.failed);
        let restarting = JobRestarting {
            restarts: restarts.to_string(),
            limit: job.spec.backoff_limit.to_string(),
            left: left.to_string(),
        };
        found.push(restarting.found().act(Deed::JobLogs, object(Kind::Job, &job.name)));
    }
    // With several pods at once, some may still wait while others run.
    let stuck = super::alive(job).find(|attempt| attempt.state == AttemptState::Pending);
    found.extend(stuck.into_iter().flat_map(|attempt| pod::why_waiting(attempt, s)));
    found
}
