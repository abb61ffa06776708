//! The TTL controller: deletes a finished Job `ttlSecondsAfterFinished` after its end.
//!
//! It deletes in the foreground (the pods go first, `gc` sees to that) and only the very Job it looked at.
//! Source: recording b-ttl (measured).

use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::batch::v1::Job;
use kube::api::PropagationPolicy;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::cluster::Cluster;
use super::conditions::finished;
use super::controller::{Controller, spawn};
use super::error::SyncError;
use super::objects::{Key, is_deleting, plus};

struct Ttl {
    cluster: Arc<Cluster>,
}

/// Wires and starts the controller.
pub(super) fn start(cluster: &Arc<Cluster>, tasks: &mut JoinSet<()>, cancel: &CancellationToken) {
    let queue = cluster.queue();
    cluster.jobs.on_change({
        let queue = queue.clone();
        move |change| {
            if let Some(job) = change.new
                && expires(job).is_some()
            {
                queue.add(Key::of(job.as_ref()));
            }
        }
    });
    spawn(Ttl { cluster: cluster.clone() }, queue, cluster, tasks, cancel);
}

/// When a finished Job is to be deleted; `None`: never (or not yet known).
fn expires(job: &Job) -> Option<Timestamp> {
    let seconds = job.spec.as_ref()?.ttl_seconds_after_finished?;
    let end = finished(job)?.last_transition_time.as_ref()?.0;
    (!is_deleting(job)).then(|| plus(end, seconds.into()))
}

impl Controller for Ttl {
    const NAME: &'static str = "ttl-after-finished-controller";

    async fn sync(&self, key: &Key) -> Result<Option<Timestamp>, SyncError> {
        let Some(job) = self.cluster.jobs.get(key) else { return Ok(None) };
        let Some(at) = expires(&job) else { return Ok(None) };
        if at > self.cluster.now() {
            return Ok(Some(at));
        }
        self.cluster.jobs.delete(job.as_ref(), Some(PropagationPolicy::Foreground)).await.map(|_| None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finished_job_expires_after_its_ttl() {
        let mut json = serde_json::json!({
            "metadata": {"name": "ttl"},
            "spec": {"ttlSecondsAfterFinished": 5, "template": {}},
            "status": {"conditions": [{"type": "Complete", "status": "True", "lastTransitionTime": "2026-11-23T13:48:30Z"}]},
        });
        let expiry = |json: &serde_json::Value| expires(&serde_json::from_value(json.clone()).expect("a job"));
        assert_eq!(expiry(&json).map(|at| at.to_string()).as_deref(), Some("2026-11-23T13:48:35Z"));
        json["metadata"]["deletionTimestamp"] = "2026-11-23T13:48:36Z".into();
        assert_eq!(expiry(&json), None);
        json["metadata"]["deletionTimestamp"] = serde_json::Value::Null;
        json["status"] = serde_json::json!({});
        assert_eq!(expiry(&json), None);
    }
}
