//! How the CronJob's Jobs went: the last one that ended, one that retries now, and those made by hand.

use crate::domain::cronjob::CronJobRow;
use crate::domain::diagnosis::catalogue::{CronLastFailed, CronRunRetrying, CronUnexpectedJob};
use crate::domain::diagnosis::{Deed, Finding, Surroundings, facts, object};
use crate::domain::job::{JobPhase, JobRow};
use crate::domain::object::Kind;

pub(super) fn found(cronjob: &CronJobRow, s: &Surroundings<'_>) -> Vec<Finding> {
    let own = || s.jobs.iter().filter(|job| job.cronjob.as_deref() == Some(cronjob.name.as_str()));
    let last = own().filter(|job| job.status.is_finished()).max_by_key(|job| job.finished_at);
    let failed = last.filter(|job| job.status == JobPhase::Failed).map(failed);
    let by_hand = s.event(Kind::CronJob, &cronjob.name, &["UnexpectedJob"]);
    let by_hand = by_hand.map(|event| CronUnexpectedJob { message: facts::said(Some(&event.message)) }.found());
    failed.into_iter().chain(own().find_map(retrying)).chain(by_hand).collect()
}

fn failed(job: &JobRow) -> Finding {
    let reason = facts::said(job.reason.as_deref());
    let failed = CronLastFailed { job: job.name.clone(), reason, at: facts::maybe_clock(job.finished_at) };
    failed.found().act(Deed::JobLogs, object(Kind::Job, &job.name))
}

fn retrying(job: &JobRow) -> Option<Finding> {
    let next = job.next_attempt.as_ref().filter(|_| job.status == JobPhase::Retrying)?;
    let retrying =
        CronRunRetrying { job: job.name.clone(), attempt: next.number.to_string(), at: facts::clock(next.at) };
    Some(retrying.found().act(Deed::JobShow, object(Kind::Job, &job.name)))
}
