//! `activeDeadlineSeconds` of a Job that has not ended: is it near, does the next attempt come too late for it?

use jiff::{SignedDuration, Timestamp};

use crate::domain::diagnosis::catalogue::{JobDeadlineNear, JobRetryTooLate};
use crate::domain::diagnosis::{Deed, Finding, Surroundings, facts, object};
use crate::domain::job::JobRow;
use crate::domain::object::Kind;
use crate::domain::span::span;

/// A deadline is near when less than this share of it is left.
const NEAR: i64 = 5;

pub(super) fn found(job: &JobRow, s: &Surroundings<'_>) -> Option<Finding> {
    let deadline = job.spec.active_deadline_seconds?;
    let ends = ends(job)?;
    if let Some(next) = job.next_attempt.as_ref().filter(|next| next.at >= ends) {
        let late = JobRetryTooLate { at: facts::clock(next.at), ends: facts::clock(ends), deadline: span(deadline) };
        return Some(late.found().act(Deed::JobShow, object(Kind::Job, &job.name)));
    }
    let left = ends.as_second() - s.now.as_second();
    let near = JobDeadlineNear { left: span(left), deadline: span(deadline) };
    (left <= deadline / NEAR).then(|| near.found().act(Deed::JobLogs, object(Kind::Job, &job.name)))
}

/// When the Job runs out of time. A suspended one has no start.
fn ends(job: &JobRow) -> Option<Timestamp> {
    let deadline = SignedDuration::from_secs(job.spec.active_deadline_seconds?);
    job.started_at?.checked_add(deadline).ok()
}
