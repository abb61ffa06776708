//! The garbage collector: deletes what belongs to something that is gone.
//!
//! Kubernetes' idea: an object names its owners by uid. When all of them are gone it is deleted in the background. An
//! owner deleted in the *foreground* (finalizer `foregroundDeletion`) stays until the dependents that block it are gone;
//! one deleted with `orphan` first takes itself out of its dependents' owner references.
//!
//! `graph` remembers who owns whom, `plan` decides (pure), this driver writes.
//! Source: `pkg/controller/garbagecollector` (read); recordings b-ttl, b-delete (measured).

mod graph;
mod plan;

use std::collections::{HashMap, HashSet};
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::api::{ApiResource, DeleteParams, DynamicObject, Patch, Preconditions};
use kube::core::GroupVersionKind;
use kube::{Api, Resource};
use serde::de::DeserializeOwned;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::graph::{Graph, Node};
use self::plan::Operation;
use super::cluster::{Cluster, watch};
use super::controller::{Controller, spawn};
use super::error::{SyncError, code};
use super::kind::Kind;
use super::objects::Key;
use super::queue::Queue;
use super::write::patch;

/// Kinds that no controller reads but that can own or be owned: group, version, kind, plural.
const FURTHER: [(&str, &str, &str, &str); 3] = [
    ("", "v1", "Secret", "secrets"),
    ("networking.k8s.io", "v1", "Ingress", "ingresses"),
    ("coordination.k8s.io", "v1", "Lease", "leases"),
];

/// A kind as the API server knows it, and whether it is namespaced; `None` if it does not know it.
type Found = Option<(ApiResource, bool)>;

struct Gc {
    cluster: Arc<Cluster>,
    graph: Arc<Mutex<Graph>>,
    queue: Arc<Queue>,
    further: Vec<Arc<Kind<DynamicObject>>>,
    /// Owners' kinds that none of the watches shows, as discovered.
    discovered: Mutex<HashMap<(String, String), Found>>,
}

/// Wires and starts the collector.
pub(super) fn start(cluster: &Arc<Cluster>, tasks: &mut JoinSet<()>, cancel: &CancellationToken) {
    let queue = cluster.queue();
    let graph = Arc::new(Mutex::new(Graph::default()));
    follow(&cluster.pods, &graph, &queue);
    follow(&cluster.jobs, &graph, &queue);
    follow(&cluster.cron_jobs, &graph, &queue);
    follow(&cluster.replica_sets, &graph, &queue);
    follow(&cluster.deployments, &graph, &queue);
    follow(&cluster.services, &graph, &queue);
    follow(&cluster.endpoints, &graph, &queue);
    follow(&cluster.slices, &graph, &queue);
    follow(&cluster.config_maps, &graph, &queue);
    follow(&cluster.service_accounts, &graph, &queue);
    follow(&cluster.nodes, &graph, &queue);
    let mut further = Vec::new();
    for (group, version, kind, plural) in FURTHER {
        let resource = ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, kind), plural);
        let all: Api<DynamicObject> = Api::all_with(cluster.client.clone(), &resource);
        let kind = Arc::new(Kind::new(cluster.client.clone(), all).stripped(forget_data));
        follow_as(&kind, resource, &graph, &queue);
        watch(&kind, tasks, cancel);
        further.push(kind);
    }
    let gc = Gc { cluster: cluster.clone(), graph, queue: queue.clone(), further, discovered: Mutex::default() };
    spawn(gc, queue, cluster, tasks, cancel);
}

fn forget_data(object: &mut DynamicObject) {
    object.data = serde_json::Value::Null;
}

fn follow<K>(kind: &Arc<Kind<K>>, graph: &Arc<Mutex<Graph>>, queue: &Arc<Queue>)
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    follow_as(kind, ApiResource::erase::<K>(&()), graph, queue);
}

/// Keeps the graph up to date with one kind.
fn follow_as<K>(kind: &Arc<Kind<K>>, resource: ApiResource, graph: &Arc<Mutex<Graph>>, queue: &Arc<Queue>)
where
    K: Resource + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    let (graph, queue) = (graph.clone(), queue.clone());
    let resource = Arc::new(resource);
    kind.on_change(move |change| {
        let mut graph = graph.lock().unwrap_or_else(PoisonError::into_inner);
        let touched = match (change.old, change.new) {
            (_, Some(new)) => graph.put(Node::of(new.as_ref(), &resource)),
            (Some(old), None) => graph.remove(old.meta()),
            (None, None) => Vec::new(),
        };
        for uid in touched {
            queue.add(Key::new("", &uid));
        }
    });
}

impl Controller for Gc {
    const NAME: &'static str = "generic-garbage-collector";

    async fn sync(&self, key: &Key) -> Result<Option<Timestamp>, SyncError> {
        for kind in &self.further {
            kind.ready().await;
        }
        let uid = &key.name;
        let Some(node) = self.lock().get(uid).cloned() else { return Ok(None) };
        let missing = self.lock().unknown_owners(uid);
        let mut gone = HashSet::new();
        for owner in missing {
            if !Box::pin(self.exists(&node, &owner)).await? {
                gone.insert(owner.uid);
            }
        }
        let operations = plan::plan(&self.lock(), uid, &gone);
        for operation in operations {
            Box::pin(self.perform(operation)).await?;
        }
        Ok(None)
    }
}

impl Gc {
    fn lock(&self) -> std::sync::MutexGuard<'_, Graph> {
        self.graph.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the API server whether an owner that no watch shows is there.
    async fn exists(&self, dependent: &Node, owner: &OwnerReference) -> Result<bool, SyncError> {
        let Some((resource, namespaced)) = self.resource(owner).await else {
            // A kind that nobody knows: rather keep the object.
            return Ok(true);
        };
        let client = self.cluster.client.clone();
        let api: Api<DynamicObject> = match namespaced {
            true => Api::namespaced_with(client, &dependent.key.namespace, &resource),
            false => Api::all_with(client, &resource),
        };
        let found = api.get_metadata_opt(&owner.name).await;
        let found =
            found.map_err(|error| SyncError::request("get", format!("{} {}", owner.kind, owner.name), error))?;
        Ok(found.is_some_and(|found| found.metadata.uid.as_deref() == Some(&owner.uid)))
    }

    async fn resource(&self, owner: &OwnerReference) -> Option<(ApiResource, bool)> {
        if let Some(known) = self.lock().resource(&owner.api_version, &owner.kind) {
            return Some(known);
        }
        let key = (owner.api_version.clone(), owner.kind.clone());
        let known = self.discovered.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known {
            return known;
        }
        let (group, version) = owner.api_version.split_once('/').unwrap_or(("", &owner.api_version));
        let gvk = GroupVersionKind::gvk(group, version, &owner.kind);
        let found = kube::discovery::pinned_kind(&self.cluster.client, &gvk).await.ok();
        let found = found.map(|(resource, can)| (resource, can.scope == kube::discovery::Scope::Namespaced));
        self.discovered.lock().unwrap_or_else(PoisonError::into_inner).insert(key, found.clone());
        found
    }

    async fn perform(&self, operation: Operation) -> Result<(), SyncError> {
        let (node, answer) = match operation {
            Operation::Delete { node, how } => {
                let preconditions =
                    Preconditions { uid: Some(node.uid.clone()), resource_version: node.version.clone() };
                let options = DeleteParams {
                    propagation_policy: Some(how),
                    preconditions: Some(preconditions),
                    ..DeleteParams::default()
                };
                let answer = self.api(&node).delete(&node.key.name, &options).await.map(drop);
                (node, answer)
            }
            Operation::Patch { node, change } => {
                let answer = self.api(&node).patch(&node.key.name, &patch(), &Patch::Merge(change)).await.map(drop);
                (node, answer)
            }
            Operation::Look(uid) => {
                self.queue.add(Key::new("", &uid));
                return Ok(());
            }
        };
        match answer {
            Err(error) if code(&error) != 404 => {
                Err(SyncError::request("collect", format!("{} {}", node.resource.kind, node.key), error))
            }
            _ => Ok(()),
        }
    }

    fn api(&self, node: &Node) -> Api<DynamicObject> {
        let client = self.cluster.client.clone();
        match node.key.namespace.is_empty() {
            true => Api::all_with(client, node.resource.as_ref()),
            false => Api::namespaced_with(client, &node.key.namespace, node.resource.as_ref()),
        }
    }
}
