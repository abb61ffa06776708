//! The Job controller: runs pods until enough have succeeded, or too many have failed.
//!
//! Kubernetes' idea: a Job counts each pod exactly once although pods may vanish. So each pod carries the finalizer
//! `batch.kubernetes.io/job-tracking`; an ended pod is first noted in `status.uncountedTerminatedPods`, then loses the
//! finalizer, then moves into the counters. A crash in between loses and doubles nothing.
//!
//! `plan` decides (pure), this driver writes. Deleting finished Jobs is `ttl`'s and `gc`'s business.
//! Source: `pkg/controller/job/job_controller.go` (read); recordings b-* (measured).

mod backoff;
mod indexes;
mod perindex;
mod plan;
mod policy;
mod template;
mod tracking;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use k8s_openapi::api::batch::v1::{Job, JobStatus};
use k8s_openapi::api::core::v1::{ObjectReference, Pod};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::backoff::Record;
use self::plan::Plan;
use super::claim::claimed;
use super::cluster::Cluster;
use super::conditions::finished;
use super::controller::{Controller, spawn};
use super::error::SyncError;
use super::events::Notice;
use super::objects::{Key, controller, is_deleting, name, namespace, owner_reference, reference, uid};

/// The finalizer by which a Job counts its pods.
pub(super) const FINALIZER: &str = "batch.kubernetes.io/job-tracking";

struct JobController {
    cluster: Arc<Cluster>,
    /// Failures in a row, by Job uid; forgotten when the Job ends.
    records: Mutex<HashMap<String, Record>>,
}

/// Wires and starts the controller.
pub(super) fn start(cluster: &Arc<Cluster>, tasks: &mut JoinSet<()>, cancel: &CancellationToken) {
    let queue = cluster.queue();
    cluster.jobs.on_change({
        let queue = queue.clone();
        move |change| {
            if let Some(job) = change.latest() {
                queue.add(Key::of(job));
            }
        }
    });
    cluster.pods.on_change({
        let queue = queue.clone();
        move |change| {
            for pod in change.both() {
                if let Some(owner) = controller(&pod.metadata).filter(|owner| owner.kind == "Job") {
                    queue.add(Key::new(namespace(pod), &owner.name));
                }
            }
        }
    });
    let job_controller = JobController { cluster: cluster.clone(), records: Mutex::default() };
    spawn(job_controller, queue, cluster, tasks, cancel);
}

impl Controller for JobController {
    const NAME: &'static str = "job-controller";

    async fn sync(&self, key: &Key) -> Result<Option<Timestamp>, SyncError> {
        let Some(job) = self.cluster.jobs.get(key) else {
            return self.release_orphans(key).await.map(|()| None);
        };
        if finished(&job).is_some() || job.spec.as_ref().is_some_and(|spec| spec.managed_by.is_some()) {
            self.forget(uid(job.as_ref()));
            return Ok(None);
        }
        let Some(selector) = job.spec.as_ref().and_then(|spec| spec.selector.as_ref()) else { return Ok(None) };
        let owner = owner_reference(job.as_ref());
        let pods = Box::pin(claimed(&self.cluster.pods, job.as_ref(), owner, selector, Some(FINALIZER))).await?;
        let record = self.record(uid(job.as_ref()));
        let plan = plan::plan(&job, &pods, record.as_ref(), self.cluster.now());
        Box::pin(self.perform(&job, plan)).await
    }
}

impl JobController {
    async fn perform(&self, job: &Arc<Job>, mut plan: Plan) -> Result<Option<Timestamp>, SyncError> {
        let about = reference(job.as_ref());
        for pod in &plan.delete {
            self.delete_pod(&about, pod, plan.release_deleted).await?;
        }
        let refused = self.create_pods(&about, job, &plan).await;
        if let Some((number, _)) = &refused {
            plan.tracking.not_created(*number);
        }
        for notice in std::mem::take(&mut plan.notices) {
            self.say(&about, notice);
        }
        let mut latest = job.clone();
        if plan.tracking.must_flush() {
            latest = self.write_status(&latest, plan.tracking.status().clone()).await?;
        }
        self.remember(uid(job.as_ref()), plan.record);
        let mut still = plan.tracking.with_finalizer().clone();
        for pod in plan.tracking.ended() {
            self.cluster.pods.drop_finalizer(pod.as_ref(), FINALIZER).await?;
            still.remove(uid(pod.as_ref()));
        }
        if let Some((status, notices)) = plan.tracking.finish(&still, self.cluster.now()) {
            self.write_status(&latest, status).await?;
            for notice in notices {
                self.say(&about, notice);
            }
        }
        match refused {
            Some((_, error)) => Err(error),
            None => Ok(plan.again),
        }
    }

    /// Makes the planned pods; after a refusal the rest is left for the next try.
    async fn create_pods(&self, about: &ObjectReference, job: &Job, plan: &Plan) -> Option<(usize, SyncError)> {
        for (done, pod) in plan.create.iter().enumerate() {
            match self.cluster.pods.create(namespace(job), pod).await {
                Ok(pod) => {
                    self.say(about, Notice::normal("SuccessfulCreate", format!("Created pod: {}", name(pod.as_ref()))))
                }
                Err(error) => {
                    if !error.is_namespace_terminating() {
                        let message = format!("Error creating: {}", error.message());
                        self.say(about, Notice::warning("FailedCreate", message));
                    }
                    return Some((plan.create.len() - done, error));
                }
            }
        }
        None
    }

    async fn delete_pod(&self, about: &ObjectReference, pod: &Arc<Pod>, release: bool) -> Result<(), SyncError> {
        if release {
            // Suspended and surplus pods are not to be counted as failed.
            self.cluster.pods.drop_finalizer(pod.as_ref(), FINALIZER).await?;
        }
        if self.cluster.pods.delete(pod.as_ref(), None).await? {
            let message = format!("Deleted pod: {}", name(pod.as_ref()));
            self.say(about, Notice::normal("SuccessfulDelete", message));
        }
        Ok(())
    }

    async fn write_status(&self, job: &Job, status: JobStatus) -> Result<Arc<Job>, SyncError> {
        let job = Job { status: Some(status), ..job.clone() };
        self.cluster.jobs.update_status(&job).await
    }

    /// The Job is gone: its pods must not hang on the finalizer.
    async fn release_orphans(&self, key: &Key) -> Result<(), SyncError> {
        let orphans: Vec<Arc<Pod>> = self.cluster.pods.in_namespace(&key.namespace);
        let mut uids = HashSet::new();
        for pod in orphans {
            let ours = controller(&pod.metadata).filter(|owner| owner.kind == "Job" && owner.name == key.name);
            if let Some(owner) = ours {
                uids.insert(owner.uid.clone());
                if has_finalizer(&pod) {
                    self.cluster.pods.drop_finalizer(pod.as_ref(), FINALIZER).await?;
                }
            }
        }
        uids.iter().for_each(|uid| self.forget(uid));
        Ok(())
    }

    fn say(&self, about: &ObjectReference, notice: Notice) {
        self.cluster.recorder.raise(Self::NAME, about, notice);
    }

    fn record(&self, uid: &str) -> Option<Record> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).get(uid).copied()
    }

    fn remember(&self, uid: &str, record: Record) {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).insert(uid.to_owned(), record);
    }

    fn forget(&self, uid: &str) {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).remove(uid);
    }
}

/// Whether the pod is still to be counted.
fn has_finalizer(pod: &Pod) -> bool {
    pod.metadata.finalizers.iter().flatten().any(|finalizer| finalizer == FINALIZER)
}

/// Whether the pod counts as failed now.
///
/// A pod that is being deleted counts at once, unless the Job waits for it to really end
/// (`podReplacementPolicy: Failed`, always so with a podFailurePolicy).
fn is_failed(job: &Job, pod: &Pod) -> bool {
    let phase = super::pods::phase(pod);
    phase == "Failed" || !only_replace_failed(job) && is_deleting(pod) && phase != "Succeeded"
}

/// `podReplacementPolicy: Failed`: no new pod while the old one still terminates.
fn only_replace_failed(job: &Job) -> bool {
    let Some(spec) = &job.spec else { return false };
    spec.pod_failure_policy.is_some() || spec.pod_replacement_policy.as_deref() == Some("Failed")
}

fn is_indexed(job: &Job) -> bool {
    job.spec.as_ref().is_some_and(|spec| spec.completion_mode.as_deref() == Some("Indexed"))
}

#[cfg(test)]
mod tests;
