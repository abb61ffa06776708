//! Counting each ended pod exactly once: the status to write before the finalizers go, and the one after. Pure.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::batch::v1::{Job, JobCondition, JobStatus, UncountedTerminatedPods};
use k8s_openapi::api::core::v1::Pod;

use super::indexes::{format, index_of};
use super::perindex::PerIndex;
use super::{has_finalizer, is_failed, is_indexed, policy};
use crate::sandbox::controllers::conditions::{ensure, find, job_condition};
use crate::sandbox::controllers::events::Notice;
use crate::sandbox::controllers::objects::{is_deleting, uid};
use crate::sandbox::controllers::pods::phase;

/// What the plan has decided.
pub(super) struct Facts {
    pub(super) active: i32,
    pub(super) ready: i32,
    pub(super) terminating: i32,
    /// Something else in the status has changed already.
    pub(super) flush: bool,
    /// FailureTarget or SuccessCriteriaMet, if the Job ends.
    pub(super) finished: Option<JobCondition>,
    /// Indexes known before this look.
    pub(super) before: BTreeSet<u32>,
    /// All succeeded indexes; `None` unless Indexed.
    pub(super) succeeded_indexes: Option<BTreeSet<u32>>,
    pub(super) per_index: Option<PerIndex>,
    /// Pods that lose their finalizer uncounted, before they are deleted.
    pub(super) released: Vec<String>,
}

/// The two writes of the status and the pods to let go between them.
pub(super) struct Tracking {
    status: JobStatus,
    flush: bool,
    ended: Vec<Arc<Pod>>,
    with_finalizer: HashSet<String>,
    finished: Option<JobCondition>,
    too_many: bool,
}

impl Tracking {
    pub(super) fn new(job: &Job, pods: &[Arc<Pod>], status: JobStatus, facts: Facts, now: Timestamp) -> Self {
        let Facts { active, ready, terminating, flush, finished, before, succeeded_indexes, per_index, released } =
            facts;
        let with_finalizer = pods.iter().filter(|pod| has_finalizer(pod)).map(|pod| uid(pod.as_ref()).to_owned());
        let with_finalizer: HashSet<String> = with_finalizer.filter(|uid| !released.contains(uid)).collect();
        let mut this = Self { status, flush, ended: Vec::new(), with_finalizer, finished, too_many: false };
        let old = job.status.clone().unwrap_or_default();
        this.flush |=
            old.active.unwrap_or(0) != active || old.ready != Some(ready) || old.terminating != Some(terminating);
        this.status.active = present(active);
        this.status.ready = Some(ready);
        this.status.terminating = Some(terminating);
        this.flush |= count_let_go(&mut this.status, &this.with_finalizer);
        this.note_ended(job, pods, &before, per_index.as_ref());
        if let Some(indexes) = succeeded_indexes {
            this.write_indexes(&indexes, per_index.as_ref());
        }
        this.write_interim(now);
        this
    }

    /// Takes the pods off `active` that the API server refused to make.
    pub(super) fn not_created(&mut self, number: usize) {
        let number = i32::try_from(number).unwrap_or(0);
        self.status.active = present(self.status.active.unwrap_or(0) - number);
    }

    /// Whether the first write is due.
    pub(super) fn must_flush(&self) -> bool {
        self.flush
    }

    /// The first write.
    pub(super) fn status(&self) -> &JobStatus {
        &self.status
    }

    /// The pods that lose their finalizer after the first write.
    pub(super) fn ended(&self) -> &[Arc<Pod>] {
        &self.ended
    }

    /// Uids of the pods that have the finalizer now.
    pub(super) fn with_finalizer(&self) -> &HashSet<String> {
        &self.with_finalizer
    }

    /// The second write, once only the pods in `still` have the finalizer, and what to say with it.
    pub(super) fn finish(self, still: &HashSet<String>, now: Timestamp) -> Option<(JobStatus, Vec<Notice>)> {
        let mut status = self.status;
        let counted = count_let_go(&mut status, still);
        let uncounted = status.uncounted_terminated_pods.clone().unwrap_or_default();
        let open = uncounted.failed.is_some() || uncounted.succeeded.is_some();
        // A Job is over only when its last pod is really gone.
        let over = self.finished.filter(|_| !open && !self.too_many && status.terminating.unwrap_or(0) == 0);
        let Some(condition) = over else { return counted.then_some((status, Vec::new())) };
        let condition = job_condition(
            &condition.type_,
            "True",
            condition.reason.as_deref().unwrap_or_default(),
            condition.message.as_deref().unwrap_or_default(),
            now,
        );
        let reason = condition.reason.clone().unwrap_or_default();
        let notice = if condition.type_ == "Complete" {
            status.completion_time = condition.last_transition_time.clone();
            Notice::normal("Completed", "Job completed")
        } else {
            Notice::warning(&reason, condition.message.clone().unwrap_or_default())
        };
        ensure(status.conditions.get_or_insert_default(), condition);
        Some((status, vec![notice]))
    }

    /// Notes the pods that have ended (or are given up) and are not counted yet.
    fn note_ended(&mut self, job: &Job, pods: &[Arc<Pod>], before: &BTreeSet<u32>, per_index: Option<&PerIndex>) {
        let uncounted = self.status.uncounted_terminated_pods.get_or_insert_default();
        let noted = |list: &Option<Vec<String>>, uid: &str| list.iter().flatten().any(|known| known == uid);
        for pod in pods.iter().filter(|pod| self.with_finalizer.contains(uid(pod.as_ref()))) {
            let failed = is_failed(job, pod);
            let succeeded = phase(pod) == "Succeeded";
            if !(failed || succeeded || self.finished.is_some() || is_deleting(job)) {
                continue;
            }
            if self.finished.is_none() && !is_deleting(job) && per_index.is_some_and(|per_index| per_index.delays(pod))
            {
                continue;
            }
            let all = uncounted.failed.iter().chain(&uncounted.succeeded).map(Vec::len).sum::<usize>();
            if all >= MOST_UNCOUNTED {
                self.too_many = true;
                break;
            }
            self.ended.push(pod.clone());
            let pod_uid = uid(pod.as_ref());
            let index = index_of(job, pod);
            let given_up = self.finished.as_ref().is_some_and(|finished| finished.type_ != "SuccessCriteriaMet");
            if succeeded && !noted(&uncounted.failed, pod_uid) {
                if is_indexed(job) {
                    self.flush |= index.is_some_and(|index| !before.contains(&index));
                } else if !noted(&uncounted.succeeded, pod_uid) {
                    uncounted.succeeded.get_or_insert_default().push(pod_uid.to_owned());
                    self.flush = true;
                }
            } else if (failed || given_up)
                && !noted(&uncounted.failed, pod_uid)
                && (!is_indexed(job) || index.is_some())
                && policy::verdict(job, pod).counts
            {
                uncounted.failed.get_or_insert_default().push(pod_uid.to_owned());
                self.flush = true;
            }
        }
    }

    fn write_indexes(&mut self, succeeded: &BTreeSet<u32>, per_index: Option<&PerIndex>) {
        let text = Some(format(succeeded)).filter(|text| !text.is_empty());
        self.flush |= text != self.status.completed_indexes;
        self.status.completed_indexes = text;
        self.status.succeeded = present(i32::try_from(succeeded.len()).unwrap_or(i32::MAX));
        let failed = per_index.map(|per_index| format(&per_index.failed));
        self.flush |= failed != self.status.failed_indexes;
        self.status.failed_indexes = failed;
    }

    /// FailureTarget and SuccessCriteriaMet are told before the finalizers go, Failed and Complete after.
    fn write_interim(&mut self, now: Timestamp) {
        let Some(interim) = self.finished.take() else { return };
        if find(self.status.conditions.as_ref(), &interim.type_).is_none() {
            self.status.conditions.get_or_insert_default().push(interim.clone());
            self.flush = true;
        }
        let last = if interim.type_ == "SuccessCriteriaMet" { "Complete" } else { "Failed" };
        let (reason, message) = (interim.reason.unwrap_or_default(), interim.message.unwrap_or_default());
        self.finished = Some(job_condition(last, "True", &reason, &message, now));
    }
}

/// More than this many are not kept uncounted at a time.
const MOST_UNCOUNTED: usize = 500;

/// Moves noted pods that have lost their finalizer into the counters; `true` if there were any.
fn count_let_go(status: &mut JobStatus, with_finalizer: &HashSet<String>) -> bool {
    let uncounted = status.uncounted_terminated_pods.take().unwrap_or_default();
    let (failed, gone_failed) = split(uncounted.failed, with_finalizer);
    let (succeeded, gone_succeeded) = split(uncounted.succeeded, with_finalizer);
    status.failed = present(status.failed.unwrap_or(0) + gone_failed);
    status.succeeded = present(status.succeeded.unwrap_or(0) + gone_succeeded);
    status.uncounted_terminated_pods = Some(UncountedTerminatedPods { failed, succeeded });
    gone_failed + gone_succeeded > 0
}

fn split(noted: Option<Vec<String>>, with_finalizer: &HashSet<String>) -> (Option<Vec<String>>, i32) {
    let noted = noted.unwrap_or_default();
    let all = noted.len();
    let left: Vec<String> = noted.into_iter().filter(|uid| with_finalizer.contains(uid)).collect();
    let gone = i32::try_from(all - left.len()).unwrap_or(i32::MAX);
    ((!left.is_empty()).then_some(left), gone)
}

/// Counters of zero are left out, as Go's omitempty does.
fn present(count: i32) -> Option<i32> {
    (count != 0).then_some(count)
}
