//! A Job that has failed for good, by the reason of its Failed condition. None of them is ever retried.

use crate::domain::diagnosis::catalogue::{
    JobBackoffLimit, JobDeadline, JobFailed, JobFailedIndexes, JobPodFailurePolicy,
};
use crate::domain::diagnosis::{Deed, Finding, Surroundings, facts, object};
use crate::domain::job::JobRow;
use crate::domain::object::Kind;
use crate::domain::span::span;

pub(super) fn found(job: &JobRow, s: &Surroundings<'_>) -> Finding {
    let failed = job.failed.to_string();
    let message = facts::said(job.message.as_deref());
    let took = facts::took(job.started_at, job.finished_at);
    let found = match job.reason.as_deref() {
        Some("BackoffLimitExceeded") => {
            JobBackoffLimit { failed, limit: job.spec.backoff_limit.to_string(), took }.found()
        }
        Some("DeadlineExceeded") => {
            let deadline = job.spec.active_deadline_seconds.map_or_else(|| facts::UNKNOWN.to_owned(), span);
            JobDeadline { deadline, failed }.found()
        }
        Some("PodFailurePolicy") => JobPodFailurePolicy { message }.found(),
        Some("FailedIndexes" | "MaxFailedIndexesExceeded") => JobFailedIndexes { message }.found(),
        reason => JobFailed { reason: facts::said(reason), message }.found(),
    };
    let found = found.act(Deed::JobLogs, object(Kind::Job, &job.name));
    match &job.cronjob {
        Some(cronjob) => found.act(Deed::JobRun, object(Kind::CronJob, cronjob)),
        None => found.shell(crate::domain::equivalent::describe(s.namespace, &object(Kind::Job, &job.name))),
    }
}
