//! The Deployment controller: rolls pods from one template to the next by scaling one ReplicaSet a template.
//!
//! Kubernetes' idea: a Deployment never touches pods. Each revision of its pod template is a ReplicaSet; a rollout
//! scales the new one up and the old ones down within maxSurge and maxUnavailable; an undo scales an old one up again.
//! `plan` decides (pure) on one step, this driver writes it, and the change that follows wakes the next step.
//! Source: `pkg/controller/deployment` (read); recordings d-deploy, d-pending (measured).

mod hash;
mod plan;
mod revision;
mod scale;
mod status;

use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::apps::v1::{Deployment, DeploymentStatus, ReplicaSet};
use k8s_openapi::api::core::v1::Pod;
use kube::api::PropagationPolicy;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::plan::{Observed, Operation};
use super::claim::claimed;
use super::cluster::Cluster;
use super::controller::{Controller, spawn};
use super::error::SyncError;
use super::events::Notice;
use super::labels::matches;
use super::objects::{Key, controller, namespace, owner_reference, reference, uid};

struct DeploymentController {
    cluster: Arc<Cluster>,
}

/// Wires and starts the controller.
pub(super) fn start(cluster: &Arc<Cluster>, tasks: &mut JoinSet<()>, cancel: &CancellationToken) {
    let queue = cluster.queue();
    cluster.deployments.on_change({
        let queue = queue.clone();
        move |change| {
            if let Some(deployment) = change.new {
                queue.add(Key::of(deployment.as_ref()));
            }
        }
    });
    cluster.replica_sets.on_change({
        let (queue, deployments) = (queue.clone(), cluster.deployments.clone());
        move |change| {
            for set in change.both() {
                match controller(&set.metadata) {
                    Some(owner) if owner.kind == "Deployment" => queue.add(Key::new(namespace(set), &owner.name)),
                    Some(_) => {}
                    None => {
                        let labels = set.metadata.labels.as_ref();
                        let fits = |deployment: &Arc<Deployment>| matches(&deployment.spec.selector, labels);
                        let all = deployments.in_namespace(namespace(set));
                        all.iter().filter(|one| fits(one)).for_each(|one| queue.add(Key::of(one.as_ref())));
                    }
                }
            }
        }
    });
    cluster.pods.on_change({
        let (queue, sets) = (queue.clone(), cluster.replica_sets.clone());
        move |change| {
            // Recreate waits for the last old pod to be gone or ended.
            let Some(pod) = change.latest() else { return };
            let Some(owner) = controller(&pod.metadata).filter(|owner| owner.kind == "ReplicaSet") else { return };
            let Some(set) = sets.get(&Key::new(namespace(pod), &owner.name)) else { return };
            let gone = change.new.is_none_or(|pod| super::pods::is_finished(pod));
            if let Some(owner) = controller(&set.metadata)
                && gone
            {
                queue.add(Key::new(namespace(pod), &owner.name));
            }
        }
    });
    spawn(DeploymentController { cluster: cluster.clone() }, queue, cluster, tasks, cancel);
}

impl Controller for DeploymentController {
    const NAME: &'static str = "deployment-controller";

    async fn sync(&self, key: &Key) -> Result<Option<Timestamp>, SyncError> {
        let Some(deployment) = self.cluster.deployments.get(key) else { return Ok(None) };
        let owner = owner_reference(deployment.as_ref());
        let sets = &self.cluster.replica_sets;
        let sets = Box::pin(claimed(sets, deployment.as_ref(), owner, &deployment.spec.selector, None)).await?;
        let pods: Vec<Arc<Pod>> = sets.iter().flat_map(|set| self.cluster.pods.owned_by(uid(set.as_ref()))).collect();
        let observed = Observed { deployment: &deployment, sets: &sets, pods: &pods, now: self.cluster.now() };
        let plan = plan::plan(&observed);
        for operation in plan.operations {
            Box::pin(self.perform(&deployment, operation)).await?;
        }
        Ok(plan.again)
    }
}

impl DeploymentController {
    async fn perform(&self, deployment: &Deployment, operation: Operation) -> Result<(), SyncError> {
        match operation {
            Operation::Create { set, status, notice } => self.create(deployment, *set, *status, notice).await,
            Operation::Patch { key, change, notice } => {
                self.cluster.replica_sets.merge_patch(&key, change).await?;
                notice.into_iter().for_each(|notice| self.say(deployment, notice));
                Ok(())
            }
            Operation::Delete(set) => {
                let how = Some(PropagationPolicy::Background);
                self.cluster.replica_sets.delete(set.as_ref(), how).await.map(drop)
            }
            Operation::Status { revision, status } => self.write_status(deployment, revision, *status).await,
        }
    }

    /// Makes the ReplicaSet of a new revision and tells so in the status.
    async fn create(
        &self,
        deployment: &Deployment,
        set: ReplicaSet,
        status: DeploymentStatus,
        notice: Option<Notice>,
    ) -> Result<(), SyncError> {
        let revision = revision::of(&set.metadata).map(|revision| revision.to_string());
        match self.cluster.replica_sets.create(namespace(deployment), &set).await {
            Ok(_) => {
                notice.into_iter().for_each(|notice| self.say(deployment, notice));
                self.write_status(deployment, revision, status).await
            }
            Err(error) if error.is_already_exists() => {
                // Another template has the same short hash: the next look counts the collision in.
                let collisions = status.collision_count.unwrap_or(0) + 1;
                let mut status = deployment.status.clone().unwrap_or_default();
                status.collision_count = Some(collisions);
                self.write_status(deployment, None, status).await
            }
            Err(error) => {
                if !error.is_namespace_terminating() {
                    let set = set.metadata.name.unwrap_or_default();
                    let message = format!("Failed to create new replica set {set:?}: {}", error.message());
                    self.say(deployment, Notice::warning("ReplicaSetCreateError", message.clone()));
                    let status = status::create_failed(deployment, &message, self.cluster.now());
                    self.write_status(deployment, None, status).await?;
                }
                Err(error)
            }
        }
    }

    /// Writes the status; the revision annotation goes with it, as the real controller writes both at once.
    async fn write_status(
        &self,
        deployment: &Deployment,
        revision: Option<String>,
        status: DeploymentStatus,
    ) -> Result<(), SyncError> {
        let mut deployment = Deployment { status: Some(status), ..deployment.clone() };
        if let Some(revision) = &revision {
            deployment
                .metadata
                .annotations
                .get_or_insert_default()
                .insert(revision::REVISION.to_owned(), revision.clone());
        }
        self.cluster.deployments.update_status(&deployment).await.map(drop)
    }

    fn say(&self, deployment: &Deployment, notice: Notice) {
        self.cluster.recorder.raise(Self::NAME, &reference(deployment), notice);
    }
}

#[cfg(test)]
mod tests;
