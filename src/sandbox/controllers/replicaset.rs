//! The ReplicaSet controller: keeps the wanted number of pods of one template.
//!
//! `plan` decides (pure), this driver writes. Rolling from one template to the next is `deployment`'s business.
//! Source: `pkg/controller/replicaset/replica_set.go` (read); recording d-deploy (measured).

use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::apps::v1::{ReplicaSet, ReplicaSetCondition, ReplicaSetStatus};
use k8s_openapi::api::core::v1::Pod;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::claim::claimed;
use super::cluster::Cluster;
use super::controller::{Controller, spawn};
use super::error::SyncError;
use super::events::Notice;
use super::labels::{contains, matches};
use super::objects::{Key, controller, is_deleting, name, namespace, owner_reference, reference, time};
use super::pods::{available_at, deletion_order, from_template, is_active, is_ready, is_terminating};

/// More pods than this are not made or deleted in one go.
const BURST: usize = 500;

struct ReplicaSetController {
    cluster: Arc<Cluster>,
}

/// Wires and starts the controller.
pub(super) fn start(cluster: &Arc<Cluster>, tasks: &mut JoinSet<()>, cancel: &CancellationToken) {
    let queue = cluster.queue();
    cluster.replica_sets.on_change({
        let queue = queue.clone();
        move |change| {
            if let Some(set) = change.new {
                queue.add(Key::of(set.as_ref()));
            }
        }
    });
    cluster.pods.on_change({
        let (queue, sets) = (queue.clone(), cluster.replica_sets.clone());
        move |change| {
            for pod in change.both() {
                match controller(&pod.metadata) {
                    Some(owner) if owner.kind == "ReplicaSet" => queue.add(Key::new(namespace(pod), &owner.name)),
                    Some(_) => {}
                    // Perhaps to be adopted.
                    None => {
                        let labels = pod.metadata.labels.as_ref();
                        let fits = |set: &Arc<ReplicaSet>| matches(&set.spec.selector, labels);
                        let sets = sets.in_namespace(namespace(pod));
                        sets.iter().filter(|set| fits(set)).for_each(|set| queue.add(Key::of(set.as_ref())));
                    }
                }
            }
        }
    });
    spawn(ReplicaSetController { cluster: cluster.clone() }, queue, cluster, tasks, cancel);
}

/// The work of one look at a ReplicaSet.
struct Plan {
    create: Vec<Pod>,
    delete: Vec<Arc<Pod>>,
    again: Option<Timestamp>,
}

fn plan(set: &ReplicaSet, pods: &[Arc<Pod>], now: Timestamp) -> Plan {
    let spec = &set.spec;
    let mut active: Vec<Arc<Pod>> = pods.iter().filter(|pod| is_active(pod)).cloned().collect();
    let wanted = usize::try_from(spec.replicas.unwrap_or(1)).unwrap_or(0);
    let min_ready = spec.min_ready_seconds.unwrap_or(0);
    let again = active.iter().filter_map(|pod| available_at(pod, min_ready)).filter(|at| *at > now).min();
    let mut plan = Plan { create: Vec::new(), delete: Vec::new(), again };
    if is_deleting(set) {
        return plan;
    }
    let template = spec.template.clone().unwrap_or_default();
    if active.len() < wanted {
        let pod = from_template(&template, name(set), owner_reference(set));
        plan.create = vec![pod; (wanted - active.len()).min(BURST)];
    } else {
        active.sort_by(|a, b| deletion_order(a, b));
        let surplus = active.len() - wanted;
        plan.delete = active.into_iter().take(surplus.min(BURST)).collect();
    }
    plan
}

/// The status that fits the pods seen; `failure` is why pods could not be made or deleted.
fn status(set: &ReplicaSet, pods: &[Arc<Pod>], failure: Option<(&str, String)>, now: Timestamp) -> ReplicaSetStatus {
    let spec = &set.spec;
    let labels =
        spec.template.as_ref().and_then(|template| template.metadata.as_ref()?.labels.clone()).unwrap_or_default();
    let active: Vec<&Arc<Pod>> = pods.iter().filter(|pod| is_active(pod)).collect();
    let min_ready = spec.min_ready_seconds.unwrap_or(0);
    let available = |pod: &&&Arc<Pod>| available_at(pod, min_ready).is_some_and(|at| at <= now);
    let present = |number: usize| (number > 0).then(|| count(number));
    let old = set.status.clone().unwrap_or_default();
    let mut conditions = old.conditions.unwrap_or_default();
    let known = conditions.iter().any(|condition| condition.type_.as_deref() == Some("ReplicaFailure"));
    match failure {
        Some((reason, message)) if !known => conditions.push(ReplicaSetCondition {
            type_: Some("ReplicaFailure".to_owned()),
            status: Some("True".to_owned()),
            reason: Some(reason.to_owned()),
            message: Some(message),
            last_transition_time: Some(time(now)),
        }),
        None => conditions.retain(|condition| condition.type_.as_deref() != Some("ReplicaFailure")),
        Some(_) => {}
    }
    ReplicaSetStatus {
        replicas: count(active.len()),
        fully_labeled_replicas: present(
            active.iter().filter(|pod| contains(pod.metadata.labels.as_ref(), &labels)).count(),
        ),
        ready_replicas: present(active.iter().filter(|pod| is_ready(pod)).count()),
        available_replicas: present(active.iter().filter(available).count()),
        terminating_replicas: Some(count(pods.iter().filter(|pod| is_terminating(pod)).count())),
        observed_generation: set.metadata.generation,
        conditions: (!conditions.is_empty()).then_some(conditions),
    }
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

impl Controller for ReplicaSetController {
    const NAME: &'static str = "replicaset-controller";

    async fn sync(&self, key: &Key) -> Result<Option<Timestamp>, SyncError> {
        let Some(set) = self.cluster.replica_sets.get(key) else { return Ok(None) };
        let owner = owner_reference(set.as_ref());
        let pods = Box::pin(claimed(&self.cluster.pods, set.as_ref(), owner, &set.spec.selector, None)).await?;
        let plan = plan(&set, &pods, self.cluster.now());
        let failure = Box::pin(self.perform(&set, &plan)).await;
        let told = failure.as_ref().map(|(reason, error)| (*reason, error.message()));
        // What was seen before this look: the changes made just now wake the next one.
        let status = status(&set, &pods, told, self.cluster.now());
        if set.status.as_ref() != Some(&status) {
            let set = ReplicaSet { status: Some(status), ..set.as_ref().clone() };
            self.cluster.replica_sets.update_status(&set).await?;
        }
        match failure {
            Some((_, error)) => Err(error),
            None => Ok(plan.again),
        }
    }
}

impl ReplicaSetController {
    async fn perform(&self, set: &ReplicaSet, plan: &Plan) -> Option<(&'static str, SyncError)> {
        let about = reference(set);
        let say = |notice: Notice| self.cluster.recorder.raise(Self::NAME, &about, notice);
        for pod in &plan.create {
            match self.cluster.pods.create(namespace(set), pod).await {
                Ok(pod) => say(Notice::normal("SuccessfulCreate", format!("Created pod: {}", name(pod.as_ref())))),
                Err(error) => {
                    if !error.is_namespace_terminating() {
                        say(Notice::warning("FailedCreate", format!("Error creating: {}", error.message())));
                    }
                    return Some(("FailedCreate", error));
                }
            }
        }
        for pod in &plan.delete {
            match self.cluster.pods.delete(pod.as_ref(), None).await {
                Ok(_) => say(Notice::normal("SuccessfulDelete", format!("Deleted pod: {}", name(pod.as_ref())))),
                Err(error) => {
                    say(Notice::warning("FailedDelete", format!("Error deleting: {}", error.message())));
                    return Some(("FailedDelete", error));
                }
            }
        }
        None
    }
}
