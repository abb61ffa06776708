//! A Job that waits out its backoff: 10 s after the first failure, twice as long after each further one, at most
//! 10 minutes, counted from the end of the last pod.

use crate::domain::diagnosis::catalogue::JobRetrying;
use crate::domain::diagnosis::{Deed, Finding, Surroundings, facts, object};
use crate::domain::job::JobRow;
use crate::domain::object::Kind;
use crate::domain::span::span;

pub(super) fn found(job: &JobRow, s: &Surroundings<'_>) -> Vec<Finding> {
    let Some(next) = &job.next_attempt else { return Vec::new() };
    let retrying = JobRetrying {
        attempt: next.number.to_string(),
        at: facts::clock(next.at),
        wait: facts::between(s.now, next.at),
        backoff: span(i64::try_from(next.backoff_seconds).unwrap_or(i64::MAX)),
        failed: job.failed.to_string(),
        limit: job.spec.backoff_limit.to_string(),
        left: next.failures_left.to_string(),
    };
    vec![retrying.found().act(Deed::JobLogs, object(Kind::Job, &job.name))]
}
