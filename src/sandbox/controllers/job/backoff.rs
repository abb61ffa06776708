//! Failures in a row of one Job, and how long to wait before its next pod. Pure.

use jiff::Timestamp;
use k8s_openapi::api::core::v1::Pod;

use crate::domain::retry::Backoff;
use crate::sandbox::controllers::objects::{created, plus};
use crate::sandbox::controllers::pods::condition;

/// What the controller remembers of a Job between two looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    /// Pods failed since the last success.
    pub(super) failures: u32,
    /// When the last of them ended.
    pub(super) last: Option<Timestamp>,
}

impl Record {
    /// Adds newly ended pods: a success starts anew, failures after it count.
    pub(super) fn and(self, succeeded: &[&Pod], failed: &[&Pod]) -> Self {
        let last_success = succeeded.iter().map(|pod| finished_at(pod)).max();
        let mut record = if last_success.is_some() { Self::default() } else { self };
        for end in failed.iter().map(|pod| finished_at(pod)) {
            if last_success.is_none_or(|success| end > success) {
                record.failures += 1;
                record.last = record.last.max(Some(end));
            }
        }
        record
    }

    /// The earliest time for the next pod; `None`: now.
    pub(super) fn wait_until(self, now: Timestamp) -> Option<Timestamp> {
        let until = plus(self.last?, Backoff::delay(self.failures).as_secs());
        (until > now).then_some(until)
    }
}

/// When a pod ended: its containers' end, else since when it is not ready, else when its deletion was asked for.
pub(super) fn finished_at(pod: &Pod) -> Timestamp {
    by_containers(pod)
        .or_else(|| {
            let ready = condition(pod, "Ready").filter(|ready| ready.status == "False")?;
            ready.last_transition_time.as_ref().map(|time| time.0)
        })
        .or_else(|| {
            let deadline = pod.metadata.deletion_timestamp.as_ref()?.0;
            Some(plus(deadline, -pod.metadata.deletion_grace_period_seconds.unwrap_or(0)))
        })
        .or_else(|| created(pod))
        .unwrap_or(Timestamp::MIN)
}

/// The last end of all containers; `None` if one of them has not ended.
fn by_containers(pod: &Pod) -> Option<Timestamp> {
    let containers = pod.status.as_ref()?.container_statuses.as_ref()?;
    let ends: Option<Vec<Timestamp>> = containers
        .iter()
        .map(|container| Some(container.state.as_ref()?.terminated.as_ref()?.finished_at.as_ref()?.0))
        .collect();
    ends?.into_iter().max()
}
