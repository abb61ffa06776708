//! Failures that a Job has counted and whose pods are no longer there: deleted by hand, by a garbage collector, or with
//! `restartPolicy: OnFailure` by the Job itself.

use crate::domain::attempt::AttemptState;
use crate::domain::diagnosis::Finding;
use crate::domain::diagnosis::catalogue::JobFailuresGone;
use crate::domain::job::JobRow;

pub(super) fn found(job: &JobRow) -> Option<Finding> {
    let there = job.attempts.iter().filter(|a| a.state == AttemptState::Failed && !a.gone).count();
    let gone = job.failed.saturating_sub(u32::try_from(there).unwrap_or(u32::MAX));
    (gone > 0).then(|| JobFailuresGone { gone: gone.to_string() }.found())
}
