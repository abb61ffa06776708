//! Writes a pod's status to the API server, step after step, and deletes the pod at its end.

use k8s_openapi::api::core::v1::{Pod, PodStatus};
use kube::api::{Api, DeleteParams, Patch, PatchParams, Preconditions};
use serde_json::{Map, Value, json};
use std::time::Duration;
use tokio::sync::mpsc;

/// More steps than this waiting are not written one by one: only the newest counts.
const BEHIND: usize = 8;

enum Write {
    Status(Box<PodStatus>),
    Delete,
}

/// A handle to the task that writes for one pod.
#[derive(Debug)]
pub(super) struct Writer {
    queue: mpsc::UnboundedSender<Write>,
    task: tokio::task::JoinHandle<()>,
}

impl Writer {
    pub(super) fn start(client: &kube::Client, pod: &Pod) -> Self {
        let (queue, writes) = mpsc::unbounded_channel();
        let namespace = pod.metadata.namespace.as_deref().unwrap_or("default");
        let writing = Writing {
            api: Api::namespaced(client.clone(), namespace),
            name: pod.metadata.name.clone().unwrap_or_default(),
            uid: pod.metadata.uid.clone().unwrap_or_default(),
            written: as_map(pod.status.clone().unwrap_or_default()),
        };
        Self { queue, task: tokio::spawn(writing.run(writes)) }
    }

    pub(super) fn status(&self, status: PodStatus) {
        // Fails only when the pod is gone: then nobody can be told.
        let _ = self.queue.send(Write::Status(Box::new(status)));
    }

    pub(super) fn delete(&self) {
        let _ = self.queue.send(Write::Delete);
    }

    /// Waits until all is written, at most `patience`.
    pub(super) async fn finish(self, patience: Duration) {
        drop(self.queue);
        let _ = tokio::time::timeout(patience, self.task).await;
    }
}

struct Writing {
    api: Api<Pod>,
    name: String,
    uid: String,
    written: Map<String, Value>,
}

impl Writing {
    async fn run(mut self, mut queue: mpsc::UnboundedReceiver<Write>) {
        while let Some(mut write) = queue.recv().await {
            while queue.len() > BEHIND && matches!(write, Write::Status(_)) {
                match queue.try_recv() {
                    Ok(newer) => write = newer,
                    Err(_) => break,
                }
            }
            let alive = match write {
                Write::Status(status) => self.status(*status).await,
                Write::Delete => self.delete().await,
            };
            if !alive {
                return;
            }
        }
    }

    /// False when the pod is gone.
    async fn status(&mut self, status: PodStatus) -> bool {
        let status = as_map(status);
        let mut patch = status.clone();
        for gone in self.written.keys().filter(|key| !status.contains_key(*key)) {
            patch.insert(gone.clone(), Value::Null);
        }
        // The uid makes it miss a new pod of the same name.
        let patch = json!({"metadata": {"uid": self.uid}, "status": patch});
        let mut pause = Duration::from_millis(50);
        loop {
            match self.api.patch_status(&self.name, &PatchParams::default(), &Patch::Merge(&patch)).await {
                Ok(_) => {
                    self.written = status;
                    return true;
                }
                Err(kube::Error::Api(refusal)) if matches!(refusal.code, 404 | 409) => return false,
                Err(kube::Error::Api(refusal)) if refusal.code < 500 && refusal.code != 429 => {
                    tracing::warn!(pod = %self.name, %refusal, "pod status refused");
                    return true;
                }
                Err(error) => tracing::debug!(pod = %self.name, %error, "pod status not written, trying again"),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }

    /// The last step of a deletion: all is gone, the object may go, too.
    async fn delete(&self) -> bool {
        let preconditions = Preconditions { uid: Some(self.uid.clone()), resource_version: None };
        let params = DeleteParams::default().grace_period(0).preconditions(preconditions);
        let mut pause = Duration::from_millis(50);
        loop {
            match self.api.delete(&self.name, &params).await {
                Ok(_) => return true,
                Err(kube::Error::Api(refusal)) if refusal.code < 500 && refusal.code != 429 => return false,
                Err(error) => tracing::debug!(pod = %self.name, %error, "pod not deleted, trying again"),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }
}

fn as_map(status: PodStatus) -> Map<String, Value> {
    match serde_json::to_value(status) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}
