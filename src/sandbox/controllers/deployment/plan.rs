//! One step of a Deployment: which ReplicaSets to make, resize or forget, and the status to write. Pure.

use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec, DeploymentStatus, ReplicaSet, ReplicaSetSpec};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::Value;

use super::hash::template_hash;
use super::revision::{self, HASH_LABEL, REVISION};
use super::scale::{self, Resize, size, wanted};
use super::status;
use crate::sandbox::controllers::events::Notice;
use crate::sandbox::controllers::objects::{Key, controller, is_deleting, name, owner_reference, uid};
use crate::sandbox::controllers::pods::is_finished;

/// What there is: the Deployment, its ReplicaSets and their pods.
pub(super) struct Observed<'a> {
    pub(super) deployment: &'a Deployment,
    pub(super) sets: &'a [Arc<ReplicaSet>],
    pub(super) pods: &'a [Arc<Pod>],
    pub(super) now: Timestamp,
}

/// One write.
#[derive(Debug)]
pub(super) enum Operation {
    /// Make the set of a new revision, then write the status.
    Create { set: Box<ReplicaSet>, status: Box<DeploymentStatus>, notice: Option<Notice> },
    /// Merge-patch a set.
    Patch { key: Key, change: Value, notice: Option<Notice> },
    /// Forget an old revision.
    Delete(Arc<ReplicaSet>),
    /// Write the status; the revision too if it has changed.
    Status { revision: Option<String>, status: Box<DeploymentStatus> },
}

pub(super) struct Plan {
    pub(super) operations: Vec<Operation>,
    /// Look again then (progress deadline), even if nothing changes.
    pub(super) again: Option<Timestamp>,
}

pub(super) fn plan(observed: &Observed<'_>) -> Plan {
    let spec = &observed.deployment.spec;
    let new = revision::new_set(observed.deployment, observed.sets);
    let old = observed.sets.iter().filter(|set| new.is_none_or(|new| uid(new.as_ref()) != uid(set.as_ref())));
    let old: Vec<Arc<ReplicaSet>> = old.cloned().collect();
    let step = Step { observed, spec, new, old };
    step.decide()
}

struct Step<'a> {
    observed: &'a Observed<'a>,
    spec: &'a DeploymentSpec,
    new: Option<&'a Arc<ReplicaSet>>,
    old: Vec<Arc<ReplicaSet>>,
}

impl Step<'_> {
    fn decide(&self) -> Plan {
        let deployment = self.observed.deployment;
        if is_deleting(deployment) {
            let status = status::counted(deployment, &self.resized(&[]).0, self.new, self.observed.now);
            return self.with_status(Vec::new(), status, None);
        }
        if let Some(status) = self.paused_or_resumed() {
            return Plan {
                operations: vec![Operation::Status { revision: None, status: Box::new(status) }],
                again: None,
            };
        }
        if let Some(operation) = self.mend_new_set() {
            return Plan { operations: vec![operation], again: None };
        }
        if self.spec.paused == Some(true) || self.is_scaling() {
            return self.scale();
        }
        if scale::is_recreate(deployment) { self.recreate() } else { self.roll() }
    }

    /// The revision annotations of the new set and of the Deployment, if they are not as they should be.
    fn mend_new_set(&self) -> Option<Operation> {
        let deployment = self.observed.deployment;
        let new = self.new?;
        let annotations = revision::annotations(
            deployment,
            new.metadata.annotations.as_ref().or(Some(&Default::default())),
            self.next_revision(),
        );
        let min_ready = new.spec.min_ready_seconds.unwrap_or(0);
        let wanted_ready = self.spec.min_ready_seconds.unwrap_or(0);
        if Some(&annotations) != new.metadata.annotations.as_ref() || min_ready != wanted_ready {
            let change = serde_json::json!({
                "metadata": {"annotations": annotations}, "spec": {"minReadySeconds": wanted_ready},
            });
            return Some(Operation::Patch { key: Key::of(new.as_ref()), change, notice: None });
        }
        let revision = annotations.get(REVISION).cloned();
        let known = deployment.metadata.annotations.as_ref().and_then(|all| all.get(REVISION));
        let mut status = deployment.status.clone().unwrap_or_default();
        let unseen = status::has_deadline(deployment) && status::find(&status, "Progressing").is_none();
        if unseen {
            let message = format!("Found new replica set {:?}", name(new.as_ref()));
            let found = status::condition("Progressing", "True", "FoundNewReplicaSet", &message, self.observed.now);
            status::set(&mut status, found);
        }
        (unseen || known != revision.as_ref()).then(|| Operation::Status { revision, status: Box::new(status) })
    }

    fn next_revision(&self) -> i64 {
        self.old.iter().filter_map(|set| revision::of(&set.metadata)).max().unwrap_or(0) + 1
    }

    fn roll(&self) -> Plan {
        let Some(new) = self.new else { return self.create_set() };
        let all = self.all();
        let new_size = scale::new_size(self.observed.deployment, &all, size(new));
        if new_size != size(new) {
            return self.with_rollout(&[(new.clone(), new_size)]);
        }
        self.with_rollout(&scale::shrink(self.observed.deployment, &self.old, new))
    }

    fn recreate(&self) -> Plan {
        let shrunk: Vec<Resize> = self.old.iter().filter(|set| size(set) > 0).map(|set| (set.clone(), 0)).collect();
        if !shrunk.is_empty() {
            return self.with_rollout(&shrunk);
        }
        if self.old_pods_run() {
            return self.with_rollout(&[]);
        }
        let Some(new) = self.new else { return self.create_set() };
        let wanted = wanted(self.observed.deployment);
        let grown = [(new.clone(), wanted)];
        self.with_rollout(if size(new) == wanted { &[] } else { &grown })
    }

    fn old_pods_run(&self) -> bool {
        let new_uid = self.new.map(|set| uid(set.as_ref()));
        let counted = self.old.iter().filter_map(|set| set.status.as_ref()).any(|status| status.replicas > 0);
        let theirs = |pod: &&Arc<Pod>| controller(&pod.metadata).map(|owner| owner.uid.as_str()) != new_uid;
        counted || self.observed.pods.iter().filter(theirs).any(|pod| !is_finished(pod))
    }

    /// `kubectl scale`: the Deployment wants another number than it did when it last scaled its sets.
    fn is_scaling(&self) -> bool {
        let wanted = wanted(self.observed.deployment);
        let active = self.observed.sets.iter().filter(|set| size(set) > 0);
        active.filter_map(|set| revision::desired(set)).any(|desired| desired != wanted)
    }

    fn scale(&self) -> Plan {
        let sizes = scale::spread(self.observed.deployment, self.new, &self.old);
        let mut operations = self.resize(&sizes);
        if self.spec.paused == Some(true) {
            operations.extend(self.forget_old());
        }
        let (all, new) = self.resized(&sizes);
        let status = status::counted(self.observed.deployment, &all, new.as_ref(), self.observed.now);
        self.with_status(operations, status, None)
    }

    /// The set of a template that has none yet.
    fn create_set(&self) -> Plan {
        let deployment = self.observed.deployment;
        let collisions = deployment.status.as_ref().and_then(|status| status.collision_count);
        let hash = template_hash(&self.spec.template, collisions);
        let replicas = scale::new_size(deployment, &self.old, 0);
        let mut template = self.spec.template.clone();
        let labels = template.metadata.get_or_insert_default().labels.get_or_insert_default();
        labels.insert(HASH_LABEL.to_owned(), hash.clone());
        let labels = labels.clone();
        let mut selector = self.spec.selector.clone();
        selector.match_labels.get_or_insert_default().insert(HASH_LABEL.to_owned(), hash.clone());
        let set_name = format!("{}-{hash}", name(deployment));
        let set = ReplicaSet {
            metadata: ObjectMeta {
                name: Some(set_name.clone()),
                namespace: deployment.metadata.namespace.clone(),
                labels: Some(labels),
                annotations: Some(revision::annotations(deployment, None, self.next_revision())),
                owner_references: Some(vec![owner_reference(deployment)]),
                ..ObjectMeta::default()
            },
            spec: ReplicaSetSpec {
                replicas: Some(replicas),
                min_ready_seconds: self.spec.min_ready_seconds,
                selector,
                template: Some(template),
            },
            status: None,
        };
        let mut status = deployment.status.clone().unwrap_or_default();
        if status::has_deadline(deployment) {
            let message = format!("Created new replica set {set_name:?}");
            let created = status::condition("Progressing", "True", "NewReplicaSetCreated", &message, self.observed.now);
            status::set(&mut status, created);
        }
        let notice = (replicas > 0).then(|| scaled(&set_name, 0, replicas));
        let create = Operation::Create { set: Box::new(set), status: Box::new(status), notice };
        Plan { operations: vec![create], again: None }
    }

    /// Patches of the sets whose size or remembered sizes change.
    fn resize(&self, sizes: &[Resize]) -> Vec<Operation> {
        let replicas = revision::replicas(self.observed.deployment);
        let changed = sizes.iter().filter_map(|(set, new_size)| {
            let annotations = set.metadata.annotations.as_ref();
            let remembered = |(key, value): &(String, String)| annotations.and_then(|all| all.get(key)) == Some(value);
            let remembered = replicas.iter().all(remembered);
            let (old_size, new_size) = (size(set), *new_size);
            if remembered && old_size == new_size {
                return None;
            }
            let annotations: serde_json::Map<String, Value> =
                replicas.iter().map(|(key, value)| (key.clone(), value.as_str().into())).collect();
            let change = serde_json::json!({"metadata": {"annotations": annotations}, "spec": {"replicas": new_size}});
            let notice = (old_size != new_size).then(|| scaled(name(set.as_ref()), old_size, new_size));
            Some(Operation::Patch { key: Key::of(set.as_ref()), change, notice })
        });
        changed.collect()
    }

    /// Once a rollout is complete, revisions beyond the history limit are forgotten.
    fn clean_up(&self) -> Vec<Operation> {
        let complete = self.observed.deployment.status.as_ref();
        let complete = complete.is_some_and(|status| status::is_complete(self.observed.deployment, status));
        if complete { self.forget_old() } else { Vec::new() }
    }

    fn forget_old(&self) -> Vec<Operation> {
        let Some(limit) = self.spec.revision_history_limit.and_then(|limit| usize::try_from(limit).ok()) else {
            return Vec::new();
        };
        let mut old: Vec<&Arc<ReplicaSet>> = self.old.iter().filter(|set| !is_deleting(set.as_ref())).collect();
        old.sort_by_key(|set| revision::of(&set.metadata));
        let surplus = old.len().saturating_sub(limit);
        let idle = |set: &&Arc<ReplicaSet>| {
            let status = set.status.clone().unwrap_or_default();
            status.replicas == 0 && size(set) == 0 && set.metadata.generation <= status.observed_generation
        };
        old.into_iter().take(surplus).filter(idle).map(|set| Operation::Delete(set.clone())).collect()
    }

    /// Pausing and resuming are noted, so that the pause does not count for the progress deadline.
    fn paused_or_resumed(&self) -> Option<DeploymentStatus> {
        let deployment = self.observed.deployment;
        let mut status = deployment.status.clone().unwrap_or_default();
        let reason = status::find(&status, "Progressing").and_then(|condition| condition.reason.clone());
        let paused = self.spec.paused == Some(true);
        let noted = reason.as_deref() == Some("DeploymentPaused");
        if !status::has_deadline(deployment) || reason.as_deref() == Some("ProgressDeadlineExceeded") || paused == noted
        {
            return None;
        }
        let (reason, message) = match paused {
            true => ("DeploymentPaused", "Deployment is paused"),
            false => ("DeploymentResumed", "Deployment is resumed"),
        };
        status::set(&mut status, status::condition("Progressing", "Unknown", reason, message, self.observed.now));
        Some(status)
    }

    fn all(&self) -> Vec<Arc<ReplicaSet>> {
        self.old.iter().chain(self.new).cloned().collect()
    }

    /// All sets, and the new one, as they will be once resized: the status counts those.
    fn resized(&self, sizes: &[Resize]) -> (Vec<Arc<ReplicaSet>>, Option<Arc<ReplicaSet>>) {
        let resized = |set: &Arc<ReplicaSet>| match sizes.iter().find(|(one, _)| Arc::ptr_eq(one, set)) {
            None => set.clone(),
            Some((_, size)) => {
                let mut set = set.as_ref().clone();
                set.spec.replicas = Some(*size);
                Arc::new(set)
            }
        };
        (self.all().iter().map(resized).collect(), self.new.map(resized))
    }

    /// Resizes (or, if nothing is left to resize, forgets old revisions) and tells how the rollout goes.
    fn with_rollout(&self, sizes: &[Resize]) -> Plan {
        let operations = if sizes.is_empty() { self.clean_up() } else { self.resize(sizes) };
        let (all, new) = self.resized(sizes);
        let (status, again) = status::rollout(self.observed.deployment, &all, new.as_ref(), self.observed.now);
        self.with_status(operations, status, again)
    }

    fn with_status(&self, mut operations: Vec<Operation>, status: DeploymentStatus, again: Option<Timestamp>) -> Plan {
        if self.observed.deployment.status.as_ref() != Some(&status) {
            operations.push(Operation::Status { revision: None, status: Box::new(status) });
        }
        Plan { operations, again }
    }
}

fn scaled(set: &str, from: i32, to: i32) -> Notice {
    let direction = if to > from { "up" } else { "down" };
    Notice::normal("ScalingReplicaSet", format!("Scaled {direction} replica set {set} from {from} to {to}"))
}
