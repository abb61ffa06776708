//! What to do for a Job now: pods to make, pods to delete, the status to write. Pure; called by the driver.
//!
//! The order of decisions is that of the real controller's `syncJob`.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::batch::v1::{Job, JobCondition, JobSpec, JobStatus};
use k8s_openapi::api::core::v1::Pod;

use super::backoff::Record;
use super::perindex::PerIndex;
use super::tracking::{Facts, Tracking};
use super::{has_finalizer, indexes, is_failed, is_indexed, only_replace_failed, policy, template};
use crate::sandbox::controllers::conditions::{ensure, find, job_condition};
use crate::sandbox::controllers::events::Notice;
use crate::sandbox::controllers::objects::{is_deleting, plus, time, uid};
use crate::sandbox::controllers::pods::{deletion_order, is_active, is_ready, is_terminating, phase};

/// More pods than this are not made in one go.
const AT_ONCE: usize = 500;

/// The work of one look at a Job, in the order in which it is to be done.
pub(super) struct Plan {
    pub(super) delete: Vec<Arc<Pod>>,
    /// Take the tracking finalizer off first: these pods are not to be counted.
    pub(super) release_deleted: bool,
    pub(super) create: Vec<Pod>,
    pub(super) notices: Vec<Notice>,
    pub(super) tracking: Tracking,
    pub(super) record: Record,
    /// Look again then, even if nothing changes.
    pub(super) again: Option<Timestamp>,
}

/// Decides for a Job that is not finished. `record` is what the last look left behind, `None` after a restart.
pub(super) fn plan(job: &Job, pods: &[Arc<Pod>], record: Option<&Record>, now: Timestamp) -> Plan {
    let default = JobSpec::default();
    let look = Look::new(job, job.spec.as_ref().unwrap_or(&default), pods, record, now);
    look.decide()
}

/// Everything known about the Job at one moment.
struct Look<'a> {
    job: &'a Job,
    spec: &'a JobSpec,
    pods: &'a [Arc<Pod>],
    now: Timestamp,
    status: JobStatus,
    active: Vec<Arc<Pod>>,
    ready: i32,
    terminating: i32,
    succeeded: i32,
    failed: i32,
    record: Record,
    before: BTreeSet<u32>,
    succeeded_indexes: BTreeSet<u32>,
    per_index: Option<PerIndex>,
    again: Option<Timestamp>,
}

impl<'a> Look<'a> {
    fn new(job: &'a Job, spec: &'a JobSpec, pods: &'a [Arc<Pod>], record: Option<&Record>, now: Timestamp) -> Self {
        let mut status = job.status.clone().unwrap_or_default();
        let suspended = spec.suspend == Some(true);
        if status.start_time.is_none() && !suspended {
            status.start_time = Some(time(now));
        }
        let uncounted = status.uncounted_terminated_pods.clone().unwrap_or_default();
        let noted = |list: &Option<Vec<String>>, pod: &Pod| list.iter().flatten().any(|known| known == uid(pod));
        let valid = |pod: &&Arc<Pod>| !is_indexed(job) || indexes::index_of(job, pod).is_some();
        let new = |pod: &&Arc<Pod>| has_finalizer(pod) && valid(pod);
        let new_succeeded: Vec<&Pod> = pods
            .iter()
            .filter(|pod| new(pod) && phase(pod) == "Succeeded" && !noted(&uncounted.succeeded, pod))
            .map(AsRef::as_ref)
            .collect();
        let new_failed: Vec<&Pod> = pods
            .iter()
            .filter(|pod| new(pod) && is_failed(job, pod) && !noted(&uncounted.failed, pod))
            .map(AsRef::as_ref)
            .collect();
        let counting = new_failed.iter().filter(|pod| policy::verdict(job, pod).counts).count();
        let count = |list: &Option<Vec<String>>| list.as_ref().map_or(0, Vec::len);
        let record = record.copied().unwrap_or_else(|| relearnt(job, pods));
        let active: Vec<Arc<Pod>> = pods.iter().filter(|pod| is_active(pod)).cloned().collect();
        let before = prior_indexes(job, spec);
        let succeeded_indexes = with_new(job, &before, &new_succeeded);
        let succeeded = match is_indexed(job) {
            true => number(succeeded_indexes.len()),
            false => status.succeeded.unwrap_or(0) + number(new_succeeded.len() + count(&uncounted.succeeded)),
        };
        Self {
            ready: number(active.iter().filter(|pod| is_ready(pod)).count()),
            terminating: number(pods.iter().filter(|pod| is_terminating(pod)).count()),
            failed: status.failed.unwrap_or(0) + number(counting + count(&uncounted.failed)),
            record: record.and(&new_succeeded, &new_failed),
            per_index: PerIndex::of(job, pods, &succeeded_indexes),
            job,
            spec,
            pods,
            now,
            status,
            active,
            succeeded,
            before,
            succeeded_indexes,
            again: None,
        }
    }

    fn decide(mut self) -> Plan {
        let ending = self.ending();
        let mut delete = Vec::new();
        let mut create = Vec::new();
        let mut notices = Vec::new();
        let mut suspension_changed = false;
        let mut finished = ending;
        let mut release_deleted = false;
        if finished.is_some() {
            delete = self.active.clone();
        } else if !is_deleting(self.job) {
            (delete, create) = self.manage();
            release_deleted = true;
            let left = self.active.len() - delete.len() + create.len();
            if self.is_complete(left) {
                finished = Some(self.completed());
            } else {
                suspension_changed = self.note_suspension(&mut notices);
            }
        } else if self.is_complete(self.active.len()) {
            finished = Some(self.completed());
        }
        let gone_ready = number(delete.iter().filter(|pod| is_ready(pod)).count());
        let active = number(self.active.len()) - number(delete.len()) + number(create.len());
        let facts = Facts {
            active,
            ready: self.ready - gone_ready,
            terminating: self.terminating + number(delete.len()),
            flush: suspension_changed,
            finished,
            before: self.before,
            succeeded_indexes: is_indexed(self.job).then_some(self.succeeded_indexes),
            per_index: self.per_index,
            released: if release_deleted {
                delete.iter().map(|pod| uid(pod.as_ref()).to_owned()).collect()
            } else {
                Vec::new()
            },
        };
        let tracking = Tracking::new(self.job, self.pods, self.status, facts, self.now);
        Plan { delete, release_deleted, create, notices, tracking, record: self.record, again: self.again }
    }

    /// The condition with which the Job ends, if it does: failed, out of time, or enough by its successPolicy.
    fn ending(&mut self) -> Option<JobCondition> {
        let conditions = self.status.conditions.as_ref();
        if let Some(met) = find(conditions, "SuccessCriteriaMet").filter(|met| met.status == "True") {
            return Some(met.clone());
        }
        if let Some(target) = find(conditions, "FailureTarget").filter(|target| target.status == "True") {
            return Some(target.clone());
        }
        if let Some(message) = policy::fails_job(self.job, self.pods.iter().map(AsRef::as_ref)) {
            return Some(self.failing("PodFailurePolicy", &message));
        }
        let limit = self.spec.backoff_limit.unwrap_or(6);
        if self.failed > limit || self.restarts_exceed(limit) {
            return Some(self.failing("BackoffLimitExceeded", "Job has reached the specified backoff limit"));
        }
        if self.is_past_deadline() {
            return Some(self.failing("DeadlineExceeded", "Job was active longer than specified deadline"));
        }
        self.ending_by_index()
    }

    fn ending_by_index(&self) -> Option<JobCondition> {
        if !is_indexed(self.job) {
            return None;
        }
        let completions = self.spec.completions.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        if let Some(failed) = self.per_index.as_ref().map(|per_index| number(per_index.failed.len())) {
            if self.spec.max_failed_indexes.is_some_and(|most| failed > most) {
                let message = "Job has exceeded the specified maximal number of failed indexes";
                return Some(self.failing("MaxFailedIndexesExceeded", message));
            }
            if failed > 0 && failed + self.succeeded >= self.spec.completions.unwrap_or(0) {
                return Some(self.failing("FailedIndexes", "Job has failed indexes"));
            }
        }
        let policy = self.spec.success_policy.as_ref();
        let message = policy::success(policy, completions, &self.succeeded_indexes)?;
        Some(job_condition("SuccessCriteriaMet", "True", "SuccessPolicy", &message, self.now))
    }

    fn failing(&self, reason: &str, message: &str) -> JobCondition {
        job_condition("FailureTarget", "True", reason, message, self.now)
    }

    /// With restartPolicy OnFailure the kubelet retries: its restarts count against the limit.
    fn restarts_exceed(&self, limit: i32) -> bool {
        let policy = self.spec.template.spec.as_ref().and_then(|spec| spec.restart_policy.as_deref());
        if policy != Some("OnFailure") {
            return false;
        }
        let alive = self.pods.iter().filter(|pod| matches!(phase(pod), "Running" | "Pending"));
        let statuses = alive.filter_map(|pod| pod.status.as_ref());
        let restarts: i32 = statuses
            .flat_map(|status| status.init_container_statuses.iter().chain(&status.container_statuses).flatten())
            .map(|container| container.restart_count)
            .sum();
        if limit == 0 { restarts > 0 } else { restarts >= limit }
    }

    fn is_past_deadline(&mut self) -> bool {
        let (Some(seconds), Some(start)) = (self.spec.active_deadline_seconds, &self.status.start_time) else {
            return false;
        };
        if self.spec.suspend == Some(true) {
            return false;
        }
        let deadline = plus(start.0, seconds);
        self.look_again(deadline);
        deadline <= self.now
    }

    fn look_again(&mut self, at: Timestamp) {
        self.again = Some(self.again.map_or(at, |known| known.min(at)));
    }

    fn is_complete(&self, active: usize) -> bool {
        active == 0
            && match self.spec.completions {
                // A work queue: one success tells that the work is done.
                None => self.succeeded > 0,
                Some(completions) => self.succeeded >= completions,
            }
    }

    fn completed(&self) -> JobCondition {
        let message = "Reached expected number of succeeded pods";
        job_condition("SuccessCriteriaMet", "True", "CompletionsReached", message, self.now)
    }

    /// Pods to delete or (never both) to make.
    fn manage(&mut self) -> (Vec<Arc<Pod>>, Vec<Pod>) {
        if self.spec.suspend == Some(true) {
            return (self.active.clone(), Vec::new());
        }
        let active = number(self.active.len());
        let wanted = self.wanted(active);
        let surplus = self.surplus(usize::try_from(active - wanted).unwrap_or(0));
        if !surplus.is_empty() {
            return (surplus, Vec::new());
        }
        let leaving = if only_replace_failed(self.job) { self.terminating } else { 0 };
        let missing = usize::try_from(wanted - leaving - active).unwrap_or(0).min(AT_ONCE);
        if missing == 0 {
            return (Vec::new(), Vec::new());
        }
        if self.per_index.is_none()
            && let Some(until) = self.record.wait_until(self.now)
        {
            self.look_again(until);
            return (Vec::new(), Vec::new());
        }
        (Vec::new(), self.new_pods(missing))
    }

    /// How many pods should be active.
    fn wanted(&self, active: i32) -> i32 {
        let parallelism = self.spec.parallelism.unwrap_or(1);
        match self.spec.completions {
            None if self.succeeded > 0 => active,
            None => parallelism,
            Some(completions) => (completions - self.succeeded).min(parallelism).max(0),
        }
    }

    /// Active pods to delete: second pods of an index, then at least `at_least` in the usual order.
    fn surplus(&self, at_least: usize) -> Vec<Arc<Pod>> {
        let mut order = self.active.clone();
        order.sort_by(|a, b| deletion_order(a, b));
        let (mut surplus, mut rest) = (Vec::new(), order);
        if is_indexed(self.job) {
            let mut taken = self.succeeded_indexes.clone();
            // From the back: the most useful pod of an index keeps it.
            let (keep, drop): (Vec<_>, Vec<_>) = rest
                .into_iter()
                .rev()
                .partition(|pod| indexes::index_of(self.job, pod).is_some_and(|index| taken.insert(index)));
            (surplus, rest) = (drop, keep.into_iter().rev().collect());
        }
        let more = at_least.saturating_sub(surplus.len());
        surplus.extend(rest.into_iter().take(more));
        surplus
    }

    fn new_pods(&mut self, missing: usize) -> Vec<Pod> {
        if !is_indexed(self.job) {
            return (0..missing).map(|_| template::pod(self.job, None)).collect();
        }
        let mut taken = self.succeeded_indexes.clone();
        taken.extend(self.active.iter().filter_map(|pod| indexes::index_of(self.job, pod)));
        if only_replace_failed(self.job) {
            let leaving = self.pods.iter().filter(|pod| is_terminating(pod));
            taken.extend(leaving.filter_map(|pod| indexes::index_of(self.job, pod)));
        }
        taken.extend(self.per_index.iter().flat_map(|per_index| &per_index.failed));
        let completions = self.spec.completions.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        let pending: Vec<u32> = (0..completions).filter(|index| !taken.contains(index)).take(missing).collect();
        let mut pods = Vec::new();
        for index in pending {
            let wait = self.per_index.as_ref().and_then(|per_index| per_index.wait_until(index, self.now));
            if let Some(until) = wait {
                self.look_again(until);
                continue;
            }
            let mut pod = template::pod(self.job, Some(index));
            if let Some(per_index) = &self.per_index {
                per_index.hand_over(self.job, index, &mut pod);
            }
            pods.push(pod);
        }
        pods
    }

    /// The condition Suspended, with its event; `true` if it changed.
    fn note_suspension(&mut self, notices: &mut Vec<Notice>) -> bool {
        let suspended = self.spec.suspend == Some(true);
        let condition = match suspended {
            true => job_condition("Suspended", "True", "JobSuspended", "Job suspended", self.now),
            false => job_condition("Suspended", "False", "JobResumed", "Job resumed", self.now),
        };
        let mut conditions = self.status.conditions.take().unwrap_or_default();
        let changed = ensure(&mut conditions, condition);
        self.status.conditions = (!conditions.is_empty()).then_some(conditions);
        if changed {
            // activeDeadlineSeconds counts from the last resumption.
            self.status.start_time = (!suspended).then(|| time(self.now));
            notices.push(match suspended {
                true => Notice::normal("Suspended", "Job suspended"),
                false => Notice::normal("Resumed", "Job resumed"),
            });
        }
        changed
    }
}

/// After a restart nothing is remembered: the pods that were counted before tell how many failures came in a row.
fn relearnt(job: &Job, pods: &[Arc<Pod>]) -> Record {
    let counted = |wanted: &str| -> Vec<&Pod> {
        let ended = pods.iter().filter(|pod| !has_finalizer(pod) && phase(pod) == wanted);
        ended.map(AsRef::as_ref).collect()
    };
    if job.status.as_ref().is_none_or(|status| status.start_time.is_none()) {
        return Record::default();
    }
    Record::default().and(&counted("Succeeded"), &counted("Failed"))
}

/// The indexes known to have succeeded before this look.
fn prior_indexes(job: &Job, spec: &JobSpec) -> BTreeSet<u32> {
    let completions = spec.completions.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    let text = job.status.as_ref().and_then(|status| status.completed_indexes.as_deref());
    indexes::parse(text.unwrap_or_default(), completions)
}

fn with_new(job: &Job, before: &BTreeSet<u32>, succeeded: &[&Pod]) -> BTreeSet<u32> {
    before.iter().copied().chain(succeeded.iter().filter_map(|pod| indexes::index_of(job, pod))).collect()
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
