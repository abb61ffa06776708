//! The namespace controllers: what every namespace has (ServiceAccount `default`, ConfigMap `kube-root-ca.crt`), and the
//! emptying of a namespace that is being deleted.
//!
//! Kubernetes' idea: a namespace keeps the finalizer `kubernetes` in its spec until nothing is left in it.

mod empty;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, ServiceAccount};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::cluster::Cluster;
use super::controller::{Controller, spawn};
use super::error::SyncError;
use super::objects::{Key, is_deleting, name, namespace};

/// The ConfigMap that carries the cluster's certificate authority into every namespace.
pub(super) const ROOT_CA: &str = "kube-root-ca.crt";
const DESCRIPTION: &str = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal \
                           endpoints such as the internal service IP or kubernetes.default.svc. No other usage is \
                           guaranteed across distributions of Kubernetes clusters.";

struct NamespaceController {
    cluster: Arc<Cluster>,
}

/// Wires and starts the controller.
pub(super) fn start(cluster: &Arc<Cluster>, tasks: &mut JoinSet<()>, cancel: &CancellationToken) {
    let queue = cluster.queue();
    cluster.namespaces.on_change({
        let queue = queue.clone();
        move |change| {
            if let Some(namespace) = change.new {
                queue.add(Key::of(namespace.as_ref()));
            }
        }
    });
    cluster.service_accounts.on_change({
        let queue = queue.clone();
        move |change| {
            if let Some(account) = change.latest().filter(|account| name(*account) == "default") {
                queue.add(Key::new("", namespace(account)));
            }
        }
    });
    cluster.config_maps.on_change({
        let queue = queue.clone();
        move |change| {
            if let Some(map) = change.latest().filter(|map| name(*map) == ROOT_CA) {
                queue.add(Key::new("", namespace(map)));
            }
        }
    });
    cluster.pods.on_change({
        let (queue, namespaces) = (queue.clone(), cluster.namespaces.clone());
        move |change| {
            // The last pod may be what a namespace waits for.
            if let (Some(pod), None) = (change.old, change.new) {
                let key = Key::new("", namespace(pod.as_ref()));
                if namespaces.get(&key).is_some_and(|namespace| is_deleting(namespace.as_ref())) {
                    queue.add(key);
                }
            }
        }
    });
    spawn(NamespaceController { cluster: cluster.clone() }, queue, cluster, tasks, cancel);
}

impl Controller for NamespaceController {
    const NAME: &'static str = "namespace-controller";

    async fn sync(&self, key: &Key) -> Result<Option<Timestamp>, SyncError> {
        let Some(namespace) = self.cluster.namespaces.get(key) else { return Ok(None) };
        if is_deleting(namespace.as_ref()) {
            return Box::pin(empty::step(&self.cluster, &namespace)).await;
        }
        Box::pin(self.furnish(&namespace)).await.map(|()| None)
    }
}

impl NamespaceController {
    /// Gives a namespace what every one has.
    async fn furnish(&self, namespace: &Namespace) -> Result<(), SyncError> {
        let name = name(namespace);
        let accounts = &self.cluster.service_accounts;
        if accounts.get(&Key::new(name, "default")).is_none() {
            let account = ServiceAccount { metadata: meta(name, "default"), ..ServiceAccount::default() };
            allow_existing(accounts.create(name, &account).await)?;
        }
        let wanted = root_ca(name, &self.cluster.ca_pem);
        match self.cluster.config_maps.get(&Key::new(name, ROOT_CA)) {
            None => allow_existing(self.cluster.config_maps.create(name, &wanted).await),
            Some(known) if known.data != wanted.data => {
                let change = serde_json::json!({"data": wanted.data});
                self.cluster.config_maps.merge_patch(&Key::new(name, ROOT_CA), change).await.map(drop)
            }
            Some(_) => Ok(()),
        }
    }
}

fn allow_existing<T>(answer: Result<T, SyncError>) -> Result<(), SyncError> {
    match answer {
        Err(error) if !error.is_already_exists() => Err(error),
        _ => Ok(()),
    }
}

fn meta(namespace: &str, name: &str) -> ObjectMeta {
    ObjectMeta { name: Some(name.to_owned()), namespace: Some(namespace.to_owned()), ..ObjectMeta::default() }
}

fn root_ca(namespace: &str, ca_pem: &str) -> ConfigMap {
    let annotations: BTreeMap<String, String> =
        [("kubernetes.io/description".to_owned(), DESCRIPTION.to_owned())].into();
    ConfigMap {
        metadata: ObjectMeta { annotations: Some(annotations), ..meta(namespace, ROOT_CA) },
        data: Some([("ca.crt".to_owned(), ca_pem.to_owned())].into()),
        ..ConfigMap::default()
    }
}
