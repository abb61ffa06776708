//! Pod garbage: pods of a node that no longer exists, and unscheduled pods that wait for nobody to end them.
//!
//! Their kubelet is gone, so nobody else would ever finish their deletion. A node that was replaced gets 40 s to come
//! back, as in `pkg/controller/podgc` (read).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{DeleteParams, Preconditions};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::cluster::Cluster;
use super::controller::{Controller, spawn};
use super::error::SyncError;
use super::objects::{Key, is_deleting, name, namespace, plus, uid};

/// How long a node may be missing, in seconds.
const PATIENCE: i64 = 40;

struct PodGc {
    cluster: Arc<Cluster>,
    /// Since when a node is missing.
    missing: Mutex<HashMap<String, Timestamp>>,
}

/// Wires and starts the controller.
pub(super) fn start(cluster: &Arc<Cluster>, tasks: &mut JoinSet<()>, cancel: &CancellationToken) {
    let queue = cluster.queue();
    cluster.pods.on_change({
        let (queue, nodes) = (queue.clone(), cluster.nodes.clone());
        move |change| {
            let Some(pod) = change.new else { return };
            let lost = node(pod).is_none_or(|node| nodes.get(&Key::new("", node)).is_none());
            if lost && (node(pod).is_some() || is_deleting(pod.as_ref())) {
                queue.add(Key::of(pod.as_ref()));
            }
        }
    });
    cluster.nodes.on_change({
        let (queue, pods) = (queue.clone(), cluster.pods.clone());
        move |change| {
            if let (Some(gone), None) = (change.old, change.new) {
                let theirs = |pod: &&Arc<Pod>| node(pod) == Some(name(gone.as_ref()));
                pods.all().iter().filter(theirs).for_each(|pod| queue.add(Key::of(pod.as_ref())));
            }
        }
    });
    spawn(PodGc { cluster: cluster.clone(), missing: Mutex::default() }, queue, cluster, tasks, cancel);
}

fn node(pod: &Pod) -> Option<&str> {
    pod.spec.as_ref()?.node_name.as_deref().filter(|node| !node.is_empty())
}

/// What to do with a pod whose node has been missing since `missing`.
#[derive(Debug, PartialEq)]
enum Fate {
    Keep,
    Wait(Timestamp),
    Delete,
}

fn fate(pod: &Pod, missing: Option<Timestamp>, now: Timestamp) -> Fate {
    match (node(pod), missing) {
        (None, _) if is_deleting(pod) => Fate::Delete,
        (Some(_), Some(since)) if plus(since, PATIENCE) > now => Fate::Wait(plus(since, PATIENCE)),
        (Some(_), Some(_)) => Fate::Delete,
        _ => Fate::Keep,
    }
}

impl Controller for PodGc {
    const NAME: &'static str = "pod-garbage-collector";

    async fn sync(&self, key: &Key) -> Result<Option<Timestamp>, SyncError> {
        let Some(pod) = self.cluster.pods.get(key) else { return Ok(None) };
        let missing = node(&pod).and_then(|node| self.missing_since(node));
        match fate(&pod, missing, self.cluster.now()) {
            Fate::Keep => Ok(None),
            Fate::Wait(until) => Ok(Some(until)),
            Fate::Delete => self.delete(&pod).await.map(|()| None),
        }
    }
}

impl PodGc {
    fn missing_since(&self, node: &str) -> Option<Timestamp> {
        let there = self.cluster.nodes.get(&Key::new("", node)).is_some();
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        if there {
            missing.remove(node);
            return None;
        }
        Some(*missing.entry(node.to_owned()).or_insert_with(|| self.cluster.now()))
    }

    async fn delete(&self, pod: &Pod) -> Result<(), SyncError> {
        let preconditions = Preconditions { uid: Some(uid(pod).to_owned()), resource_version: None };
        let options = DeleteParams {
            grace_period_seconds: Some(0),
            preconditions: Some(preconditions),
            ..DeleteParams::default()
        };
        let answer = self.cluster.pods.in_api(namespace(pod)).delete(name(pod), &options).await;
        match answer.map_err(|error| SyncError::request("delete", format!("Pod {}", name(pod)), error)) {
            Err(error) if !error.is_not_found() && !error.is_conflict() => Err(error),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_node_gets_its_time() {
        let t = |second: i64| Timestamp::from_second(1_800_000_000 + second).expect("in range");
        let pod = |json| serde_json::from_value::<Pod>(json).expect("a pod");
        let bound = pod(serde_json::json!({"metadata": {"name": "p"}, "spec": {"nodeName": "gone", "containers": []}}));
        assert_eq!(fate(&bound, None, t(0)), Fate::Keep);
        assert_eq!(fate(&bound, Some(t(0)), t(10)), Fate::Wait(t(40)));
        assert_eq!(fate(&bound, Some(t(0)), t(40)), Fate::Delete);
        let leaving = pod(serde_json::json!({"metadata": {"name": "p", "deletionTimestamp": "2026-11-23T13:00:00Z"}}));
        assert_eq!(fate(&leaving, None, t(0)), Fate::Delete);
    }
}
