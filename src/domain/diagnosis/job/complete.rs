//! A Job that did what it was asked for, at once or after retries.

use crate::domain::cronjob::REPORTER;
use crate::domain::diagnosis::catalogue::{JobComplete, JobCompleteAfterRetries};
use crate::domain::diagnosis::{Deed, Finding, Next, facts, object};
use crate::domain::job::JobRow;
use crate::domain::object::Kind;

pub(super) fn found(job: &JobRow) -> Finding {
    let took = facts::took(job.started_at, job.finished_at);
    let found = if job.failed == 0 {
        JobComplete { succeeded: job.succeeded.to_string(), took }.found()
    } else {
        let (failed, limit) = (job.failed.to_string(), job.spec.backoff_limit.to_string());
        JobCompleteAfterRetries { failed, limit, took }.found()
    };
    if job.cronjob.as_deref() == Some(REPORTER) {
        found.then(Next::Action(Deed::ReportCat, None))
    } else {
        found.act(Deed::JobLogs, object(Kind::Job, &job.name))
    }
}
