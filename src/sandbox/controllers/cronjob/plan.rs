//! What to do for a CronJob now: which old Jobs to delete, whether to start one, when to look again. Pure.

use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::batch::v1::{CronJob, CronJobSpec, CronJobStatus, Job};
use k8s_openapi::api::core::v1::ObjectReference;

use super::template::{job, job_name};
use super::{schedule, zone};
use crate::domain::schedule::{MissedCount, Schedule};
use crate::sandbox::controllers::conditions::finished;
use crate::sandbox::controllers::events::Notice;
use crate::sandbox::controllers::objects::{created, is_deleting, name, namespace, plus, uid};

/// The controller looks this much after a start time, so that it has surely come.
const DELTA: SignedDuration = SignedDuration::from_millis(100);

/// The work of one look at a CronJob.
pub(super) struct Plan {
    /// Finished Jobs beyond the history limits.
    pub(super) prune: Vec<Arc<Job>>,
    pub(super) notices: Vec<Notice>,
    pub(super) status: CronJobStatus,
    /// Whether `status` differs from the object's.
    pub(super) changed: bool,
    pub(super) start: Option<Start>,
    /// Look again then, even if nothing changes.
    pub(super) again: Option<Timestamp>,
}

/// A Job to start.
pub(super) struct Start {
    /// Running Jobs to delete first.
    pub(super) replace: Vec<ObjectReference>,
    pub(super) job: Job,
    pub(super) scheduled: Timestamp,
}

/// Decides for a CronJob; `jobs` are those it owns.
pub(super) fn plan(cron_job: &CronJob, jobs: &[Arc<Job>], now: Timestamp) -> Plan {
    let mut plan = Plan {
        prune: Vec::new(),
        notices: Vec::new(),
        status: cron_job.status.clone().unwrap_or_default(),
        changed: false,
        start: None,
        again: None,
    };
    let spec = &cron_job.spec;
    prune(&mut plan, spec, jobs);
    take_note(&mut plan, jobs);
    if !is_deleting(cron_job) {
        schedule_next(&mut plan, cron_job, spec, now);
    }
    plan.status.active = plan.status.active.filter(|active| !active.is_empty());
    plan
}

/// The next start time after now, as the first look after a changed schedule.
pub(super) fn next_start(cron_job: &CronJob, now: Timestamp) -> Option<Timestamp> {
    look_after(&schedule(cron_job)?, cron_job, now, &zone(cron_job)?)
}

/// Chooses the oldest finished Jobs beyond the limits, manual ones too.
fn prune(plan: &mut Plan, spec: &CronJobSpec, jobs: &[Arc<Job>]) {
    let limits = [("Complete", spec.successful_jobs_history_limit), ("Failed", spec.failed_jobs_history_limit)];
    for (condition, limit) in limits {
        let Some(limit) = limit.and_then(|limit| usize::try_from(limit).ok()) else { continue };
        let mut ended: Vec<&Arc<Job>> =
            jobs.iter().filter(|job| finished(job).is_some_and(|end| end.type_ == condition)).collect();
        ended.sort_by_key(|job| {
            let start = job.status.as_ref().and_then(|status| status.start_time.as_ref()).map(|time| time.0);
            (start.unwrap_or(Timestamp::MAX), name(job.as_ref()).to_owned())
        });
        let surplus = ended.len().saturating_sub(limit);
        plan.prune.extend(ended.into_iter().take(surplus).cloned());
    }
    for job in &plan.prune {
        let active = plan.status.active.get_or_insert_default();
        let before = active.len();
        active.retain(|known| known.uid.as_deref() != Some(uid(job.as_ref())));
        // The real controller writes the status whenever it has pruned.
        plan.changed |= before != active.len() || !plan.prune.is_empty();
    }
}

/// Brings the active list and the last success up to date with the Jobs that are there.
fn take_note(plan: &mut Plan, jobs: &[Arc<Job>]) {
    for job in jobs {
        let listed = |active: &&ObjectReference| active.uid.as_deref() == Some(uid(job.as_ref()));
        let found = plan.status.active.iter().flatten().any(|active| listed(&active));
        match finished(job) {
            None if !found => plan.notices.push(Notice::warning(
                "UnexpectedJob",
                format!("Saw a job that the controller did not create or forgot: {}", name(job.as_ref())),
            )),
            Some(condition) if found => {
                plan.status.active.get_or_insert_default().retain(|active| !listed(&active));
                let message = format!("Saw completed job: {}, condition: {}", name(job.as_ref()), condition.type_);
                plan.notices.push(Notice::normal("SawCompletedJob", message));
                plan.changed = true;
            }
            _ => {}
        }
        note_success(plan, job);
    }
    let missing: Vec<ObjectReference> =
        plan.status.active.iter().flatten().filter(|active| !is_there(active, jobs)).cloned().collect();
    for lost in missing {
        let message = format!("Active job went missing: {}", lost.name.as_deref().unwrap_or_default());
        plan.notices.push(Notice::normal("MissingJob", message));
        plan.status.active.get_or_insert_default().retain(|active| active.uid != lost.uid);
        plan.changed = true;
    }
}

fn is_there(active: &ObjectReference, jobs: &[Arc<Job>]) -> bool {
    jobs.iter().any(|job| active.uid.as_deref() == Some(uid(job.as_ref())))
}

fn note_success(plan: &mut Plan, job: &Job) {
    let succeeded = finished(job).is_some_and(|condition| condition.type_ == "Complete");
    let end = job.status.as_ref().and_then(|status| status.completion_time.clone());
    if succeeded && end.is_some() && end > plan.status.last_successful_time {
        plan.status.last_successful_time = end;
        plan.changed = true;
    }
}

fn schedule_next(plan: &mut Plan, cron_job: &CronJob, spec: &CronJobSpec, now: Timestamp) {
    let Some(zone) = zone(cron_job) else {
        let name = spec.time_zone.as_deref().unwrap_or_default();
        let message = format!("invalid timeZone: {name:?}: unknown time zone {name}");
        plan.notices.push(Notice::warning("UnknownTimeZone", message));
        return;
    };
    if spec.suspend == Some(true) {
        return;
    }
    let schedule = match Schedule::parse(&spec.schedule) {
        Ok(schedule) => schedule,
        Err(error) => {
            let message = format!("unparseable schedule: {:?} : {error}", spec.schedule);
            plan.notices.push(Notice::warning("UnparseableSchedule", message));
            return;
        }
    };
    match due(&schedule, cron_job, spec, now, &zone) {
        Err(error) => {
            let message = format!("invalid schedule schedule: {} : {error}", spec.schedule);
            plan.notices.push(Notice::warning("InvalidSchedule", message));
        }
        Ok(due) => {
            if due.many {
                let message =
                    "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew";
                plan.notices.push(Notice::warning("TooManyMissedTimes", message));
            }
            plan.again = look_after(&schedule, cron_job, now, &zone);
            if let Some(scheduled) = due.at {
                start(plan, cron_job, spec, scheduled, now, &zone);
                if plan.start.is_some() {
                    plan.again = schedule.next_after(now, &zone).map(with_delta);
                }
            }
        }
    }
}

struct Due {
    at: Option<Timestamp>,
    many: bool,
}

/// The start time that is due and not yet past its deadline's horizon.
fn due(
    schedule: &Schedule,
    cron_job: &CronJob,
    spec: &CronJobSpec,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Due, crate::domain::schedule::NeverRuns> {
    let mut earliest = since(cron_job);
    if let Some(seconds) = spec.starting_deadline_seconds {
        earliest = earliest.max(plus(now, seconds.saturating_neg()));
    }
    let missed = schedule.missed(earliest, now, zone)?;
    Ok(Due { at: missed.most_recent, many: missed.count == MissedCount::Many })
}

/// The last start, or the CronJob's creation.
fn since(cron_job: &CronJob) -> Timestamp {
    let last = cron_job.status.as_ref().and_then(|status| status.last_schedule_time.as_ref()).map(|time| time.0);
    last.or_else(|| created(cron_job)).unwrap_or(Timestamp::MIN)
}

/// When to look again: just after the first start time after the last that was due.
fn look_after(schedule: &Schedule, cron_job: &CronJob, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let earliest = since(cron_job);
    let from = match schedule.missed(earliest, now, zone) {
        Ok(missed) => match (missed.most_recent, missed.count) {
            (Some(recent), _) => recent,
            (None, MissedCount::None) => earliest,
            (None, _) => now,
        },
        Err(_) => now,
    };
    schedule.next_after(from, zone).map(with_delta)
}

fn with_delta(at: Timestamp) -> Timestamp {
    at.saturating_add(DELTA).unwrap_or(at)
}

fn start(
    plan: &mut Plan,
    cron_job: &CronJob,
    spec: &CronJobSpec,
    scheduled: Timestamp,
    now: Timestamp,
    zone: &TimeZone,
) {
    let too_late = spec.starting_deadline_seconds.is_some_and(|seconds| plus(scheduled, seconds) < now);
    if too_late {
        let shown = scheduled.strftime("%a, %d %b %Y %H:%M:%S +0000");
        let message = format!("Missed scheduled time to start a job: {shown}");
        plan.notices.push(Notice::warning("MissSchedule", message));
        return;
    }
    let active = plan.status.active.as_deref().unwrap_or_default();
    let job_name = job_name(cron_job, scheduled);
    let named = |active: &ObjectReference| {
        active.name.as_deref() == Some(&job_name) && active.namespace.as_deref() == Some(namespace(cron_job))
    };
    let last = plan.status.last_schedule_time.as_ref().map(|time| time.0);
    if active.iter().any(named) || last == Some(scheduled) {
        return;
    }
    let mut replace = Vec::new();
    match spec.concurrency_policy.as_deref() {
        Some("Forbid") if !active.is_empty() => {
            let message = "Not starting job because prior execution is running and concurrency policy is Forbid";
            plan.notices.push(Notice::normal("JobAlreadyActive", message));
            return;
        }
        Some("Replace") => replace = active.to_vec(),
        _ => {}
    }
    plan.start = Some(Start { replace, job: job(cron_job, scheduled, zone), scheduled });
}
