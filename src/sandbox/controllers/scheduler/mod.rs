//! The scheduler: gives each new pod a node.
//!
//! A sandbox has one node, so this is only the question whether the pod fits (`fit`); the answer is a Binding, or the
//! condition PodScheduled=False with the real scheduler's words, so that a learner can meet a Pending pod.
//! Source: recordings b-* (bindings), d-pending (measured).

mod fit;

use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{Binding, Event, EventSource, Node, ObjectReference, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta};
use kube::api::PostParams;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::cluster::Cluster;
use super::controller::{Controller, spawn};
use super::error::SyncError;
use super::objects::{Key, is_deleting, name, namespace, reference, time, uid};
use super::pods::{condition, is_finished};

/// The scheduler that a pod asks for unless it says otherwise.
const SCHEDULER: &str = "default-scheduler";

struct Scheduler {
    cluster: Arc<Cluster>,
}

/// Wires and starts the scheduler.
pub(super) fn start(cluster: &Arc<Cluster>, tasks: &mut JoinSet<()>, cancel: &CancellationToken) {
    let queue = cluster.queue();
    cluster.pods.on_change({
        let (queue, pods) = (queue.clone(), Arc::downgrade(&cluster.pods));
        move |change| {
            if let Some(pod) = change.new.filter(|pod| is_waiting(pod)) {
                queue.add(Key::of(pod.as_ref()));
            }
            // Room has become free: whoever waits may fit now.
            let held = |pod: &Pod| !is_finished(pod) && !is_waiting(pod);
            let frees = change.old.is_some_and(|pod| held(pod)) && !change.new.is_some_and(|pod| held(pod));
            if let Some(pods) = pods.upgrade()
                && frees
            {
                pods.all().iter().filter(|pod| is_waiting(pod)).for_each(|pod| queue.add(Key::of(pod.as_ref())));
            }
        }
    });
    cluster.nodes.on_change({
        let (queue, pods) = (queue.clone(), cluster.pods.clone());
        move |change| {
            if change.old.map(|node| fit::offer(node)) != change.new.map(|node| fit::offer(node)) {
                pods.all().iter().filter(|pod| is_waiting(pod)).for_each(|pod| queue.add(Key::of(pod.as_ref())));
            }
        }
    });
    spawn(Scheduler { cluster: cluster.clone() }, queue, cluster, tasks, cancel);
}

/// Whether the pod waits for us.
fn is_waiting(pod: &Pod) -> bool {
    let Some(spec) = &pod.spec else { return false };
    let ours = spec.scheduler_name.as_deref().is_none_or(|name| name == SCHEDULER);
    let gated = spec.scheduling_gates.as_ref().is_some_and(|gates| !gates.is_empty());
    ours && !gated && spec.node_name.as_ref().is_none_or(String::is_empty) && !is_deleting(pod) && !is_finished(pod)
}

impl Controller for Scheduler {
    const NAME: &'static str = SCHEDULER;

    async fn sync(&self, key: &Key) -> Result<Option<Timestamp>, SyncError> {
        let Some(pod) = self.cluster.pods.get(key).filter(|pod| is_waiting(pod)) else { return Ok(None) };
        let nodes = self.cluster.nodes.all();
        let pods = self.cluster.pods.all();
        match fit::choose(&pod, &nodes, &pods) {
            Ok(node) => Box::pin(self.bind(&pod, node)).await?,
            Err(why) => Box::pin(self.refuse(&pod, &why)).await?,
        }
        Ok(None)
    }
}

impl Scheduler {
    async fn bind(&self, pod: &Arc<Pod>, node: &Node) -> Result<(), SyncError> {
        let binding = Binding {
            metadata: ObjectMeta {
                name: pod.metadata.name.clone(),
                namespace: pod.metadata.namespace.clone(),
                uid: pod.metadata.uid.clone(),
                ..ObjectMeta::default()
            },
            target: ObjectReference {
                kind: Some("Node".to_owned()),
                name: node.metadata.name.clone(),
                ..ObjectReference::default()
            },
        };
        let parameters = PostParams { field_manager: Some("kube-scheduler".to_owned()), ..PostParams::default() };
        let api = self.cluster.pods.in_api(namespace(pod.as_ref()));
        let answer: Result<serde_json::Value, kube::Error> =
            api.create_subresource("binding", name(pod.as_ref()), &parameters, &binding).await;
        match answer.map_err(|error| SyncError::request("bind", format!("Pod {}", name(pod.as_ref())), error)) {
            Ok(_) => {}
            Err(error) if error.is_not_found() => return Ok(()),
            // Bound already: the watch will tell.
            Err(error) if error.is_conflict() => return Ok(()),
            Err(error) => return Err(error),
        }
        let message = format!("Successfully assigned {} to {}", Key::of(pod.as_ref()), name(node));
        self.say(pod, "Normal", "Scheduled", "Binding", message);
        Ok(())
    }

    async fn refuse(&self, pod: &Pod, why: &str) -> Result<(), SyncError> {
        let known = condition(pod, "PodScheduled");
        if known.is_some_and(|known| known.status == "False" && known.message.as_deref() == Some(why)) {
            return Ok(());
        }
        let since = known.filter(|known| known.status == "False").and_then(|known| known.last_transition_time.clone());
        let condition = serde_json::json!({
            "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": why,
            "lastProbeTime": null, "lastTransitionTime": since.unwrap_or_else(|| time(self.cluster.now())),
            "observedGeneration": pod.metadata.generation,
        });
        self.say(pod, "Warning", "FailedScheduling", "Scheduling", why.to_owned());
        let change = serde_json::json!({"metadata": {"uid": uid(pod)}, "status": {"conditions": [condition]}});
        match self.cluster.pods.patch_status(&Key::of(pod), change).await {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        }
    }

    /// The scheduler's events are of the newer sort: an exact eventTime, and no count.
    fn say(&self, pod: &Pod, kind: &str, reason: &str, action: &str, message: String) {
        let now = self.cluster.now();
        self.cluster.recorder.plain(Event {
            metadata: ObjectMeta {
                name: Some(format!("{}.{:x}", name(pod), now.as_nanosecond())),
                namespace: pod.metadata.namespace.clone(),
                ..ObjectMeta::default()
            },
            involved_object: reference(pod),
            reason: Some(reason.to_owned()),
            message: Some(message),
            source: Some(EventSource::default()),
            type_: Some(kind.to_owned()),
            event_time: Some(MicroTime(now)),
            action: Some(action.to_owned()),
            reporting_component: Some(SCHEDULER.to_owned()),
            reporting_instance: Some(format!("{SCHEDULER}-sandbox")),
            ..Event::default()
        });
    }
}
