//! backoffLimitPerIndex: each index of a Job fails and retries on its own. Pure.
//!
//! The failures of an index are counted in an annotation of its newest pod. So the last failed pod of an index keeps
//! its finalizer until the next pod of that index has taken the count over.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::Pod;

use super::backoff::{Record, finished_at};
use super::indexes::{index_of, parse};
use super::template::{INDEX_FAILURES, INDEX_IGNORED};
use super::{has_finalizer, is_failed, policy};
use crate::sandbox::controllers::pods::is_active;

/// The indexes that have failed for good, and the last failed pod of those that have not.
#[derive(Default)]
pub(super) struct PerIndex {
    pub(super) failed: BTreeSet<u32>,
    pub(super) waiting: BTreeMap<u32, Arc<Pod>>,
}

impl PerIndex {
    /// `None` for Jobs without a backoffLimitPerIndex.
    pub(super) fn of(job: &Job, pods: &[Arc<Pod>], succeeded: &BTreeSet<u32>) -> Option<Self> {
        let limit = job.spec.as_ref()?.backoff_limit_per_index?;
        let completions = job.spec.as_ref()?.completions.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        let known = job.status.as_ref().and_then(|status| status.failed_indexes.as_deref()).unwrap_or_default();
        let uncounted = || pods.iter().filter(|pod| has_finalizer(pod) && is_failed(job, pod));
        let mut failed = parse(known, completions);
        for pod in uncounted() {
            if let Some(index) = index_of(job, pod)
                && index_fails(job, pod, limit)
            {
                failed.insert(index);
            }
        }
        let active: BTreeSet<u32> =
            pods.iter().filter(|pod| is_active(pod)).filter_map(|pod| index_of(job, pod)).collect();
        let mut waiting: BTreeMap<u32, Arc<Pod>> = BTreeMap::new();
        for pod in uncounted() {
            let Some(index) = index_of(job, pod) else { continue };
            if active.contains(&index) || succeeded.contains(&index) || failed.contains(&index) {
                continue;
            }
            let newer = waiting.get(&index).is_none_or(|known| attempts(known) < attempts(pod));
            if newer {
                waiting.insert(index, pod.clone());
            }
        }
        Some(Self { failed, waiting })
    }

    /// Whether the pod has to stay until its successor has its count.
    pub(super) fn delays(&self, pod: &Pod) -> bool {
        self.waiting.values().any(|kept| kept.metadata.uid == pod.metadata.uid)
    }

    /// When the index may try again; `None`: now.
    pub(super) fn wait_until(&self, index: u32, now: Timestamp) -> Option<Timestamp> {
        let pod = self.waiting.get(&index)?;
        let failures = attempts(pod) + 1;
        Record { failures, last: Some(finished_at(pod)) }.wait_until(now)
    }

    /// Writes the counts onto the next pod of an index.
    pub(super) fn hand_over(&self, job: &Job, index: u32, next: &mut Pod) {
        let (mut failures, mut ignored) = (0, 0);
        if let Some(pod) = self.waiting.get(&index) {
            (failures, ignored) = (number(pod, INDEX_FAILURES), number(pod, INDEX_IGNORED));
            if policy::verdict(job, pod).counts { failures += 1 } else { ignored += 1 }
        }
        let annotations = next.metadata.annotations.get_or_insert_default();
        annotations.insert(INDEX_FAILURES.to_owned(), failures.to_string());
        if ignored > 0 {
            annotations.insert(INDEX_IGNORED.to_owned(), ignored.to_string());
        }
    }
}

fn index_fails(job: &Job, pod: &Pod, limit: i32) -> bool {
    let verdict = policy::verdict(job, pod);
    verdict.fails_index || verdict.counts && i64::from(number(pod, INDEX_FAILURES)) >= i64::from(limit)
}

fn attempts(pod: &Pod) -> u32 {
    number(pod, INDEX_FAILURES).saturating_add(number(pod, INDEX_IGNORED))
}

fn number(pod: &Pod, annotation: &str) -> u32 {
    let text = pod.metadata.annotations.as_ref().and_then(|all| all.get(annotation));
    text.and_then(|text| text.parse().ok()).unwrap_or(0)
}
