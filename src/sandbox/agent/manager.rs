//! Watches the pods of this node and gives each a worker.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures::StreamExt;
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::runtime::{WatchStreamExt, watcher};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::paths;
use super::pod::{Message, Worker};
use super::shared::Shared;

/// The workers by their pods' uid.
struct Manager {
    shared: Arc<Shared>,
    cancel: CancellationToken,
    workers: HashMap<String, mpsc::UnboundedSender<Message>>,
    tasks: JoinSet<String>,
    /// The uids seen since a relist began; `None` outside one.
    relist: Option<HashSet<String>>,
}

/// Runs until `cancel`; then waits until all workers have ended their processes.
pub(super) async fn run(shared: Arc<Shared>, cancel: CancellationToken) {
    let api: Api<Pod> = Api::all(shared.client.clone());
    let config = watcher::Config::default().fields(&format!("spec.nodeName={}", shared.node_name));
    let mut pods = watcher(api, config).default_backoff().boxed();
    let mut manager =
        Manager { shared, cancel: cancel.clone(), workers: HashMap::new(), tasks: JoinSet::new(), relist: None };
    loop {
        tokio::select! {
            () = cancel.cancelled() => break,
            event = pods.next() => match event {
                Some(Ok(event)) => manager.heard(event),
                Some(Err(error)) => tracing::debug!(%error, "pod watch interrupted"),
                None => break,
            },
            Some(ended) = manager.tasks.join_next(), if !manager.tasks.is_empty() => {
                if let Ok(uid) = ended {
                    manager.workers.remove(&uid);
                }
            }
        }
    }
    manager.workers.clear();
    while manager.tasks.join_next().await.is_some() {}
}

impl Manager {
    fn heard(&mut self, event: watcher::Event<Pod>) {
        match event {
            watcher::Event::Init => self.relist = Some(HashSet::new()),
            watcher::Event::InitApply(pod) => {
                if let (Some(seen), Some(uid)) = (&mut self.relist, &pod.metadata.uid) {
                    seen.insert(uid.clone());
                }
                self.apply(pod);
            }
            watcher::Event::InitDone => self.relisted(),
            watcher::Event::Apply(pod) => self.apply(pod),
            watcher::Event::Delete(pod) => {
                if let Some(worker) = pod.metadata.uid.as_ref().and_then(|uid| self.workers.get(uid)) {
                    // Fails when the worker has just ended by itself.
                    let _ = worker.send(Message::Gone);
                }
            }
        }
    }

    fn apply(&mut self, pod: Pod) {
        let Some(uid) = pod.metadata.uid.clone() else { return };
        if let Some(worker) = self.workers.get(&uid) {
            let _ = worker.send(Message::Spec(Box::new(pod)));
            return;
        }
        let (report, inbox) = mpsc::unbounded_channel();
        let Some(worker) = Worker::new(self.shared.clone(), pod, report.clone(), inbox) else { return };
        self.workers.insert(uid.clone(), report);
        let cancel = self.cancel.clone();
        self.tasks.spawn(async move {
            worker.run(cancel).await;
            uid
        });
    }

    /// After a whole list: pods that are not in it are gone, and so are folders without a pod.
    fn relisted(&mut self) {
        let Some(seen) = self.relist.take() else { return };
        for (_, worker) in self.workers.iter().filter(|(uid, _)| !seen.contains(*uid)) {
            let _ = worker.send(Message::Gone);
        }
        let entries = std::fs::read_dir(paths::pods(&self.shared.data_dir)).into_iter().flatten().flatten();
        for entry in entries.filter(|e| e.path().is_dir()) {
            let uid = entry.file_name().to_string_lossy().into_owned();
            if !seen.contains(&uid) && !self.workers.contains_key(&uid) {
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
    }
}
