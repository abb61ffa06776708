//! Who owns whom: all objects by uid, with only what the garbage collector needs of them. Pure.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use kube::Resource;
use kube::api::ApiResource;

use crate::sandbox::controllers::objects::{Key, version};

/// The finalizer of an owner that waits for its dependents.
pub(super) const FOREGROUND: &str = "foregroundDeletion";
/// The finalizer of an owner that lets its dependents go first.
pub(super) const ORPHAN: &str = "orphan";

/// One object.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) resource: Arc<ApiResource>,
    pub(super) key: Key,
    pub(super) uid: String,
    pub(super) version: Option<String>,
    number: u64,
    pub(super) owners: Vec<OwnerReference>,
    pub(super) finalizers: Vec<String>,
    pub(super) deleting: bool,
}

impl Node {
    pub(super) fn of<K: Resource>(object: &K, resource: &Arc<ApiResource>) -> Self {
        let meta = object.meta();
        Self {
            resource: resource.clone(),
            key: Key::of(object),
            uid: meta.uid.clone().unwrap_or_default(),
            version: meta.resource_version.clone(),
            number: version(object),
            owners: meta.owner_references.clone().unwrap_or_default(),
            finalizers: meta.finalizers.clone().unwrap_or_default(),
            deleting: meta.deletion_timestamp.is_some(),
        }
    }

    pub(super) fn has(&self, finalizer: &str) -> bool {
        self.finalizers.iter().any(|one| one == finalizer)
    }

    /// Waits for its dependents to be gone.
    pub(super) fn waits_for_dependents(&self) -> bool {
        self.deleting && self.has(FOREGROUND)
    }
}

#[derive(Default)]
pub(super) struct Graph {
    nodes: HashMap<String, Node>,
    /// Owner's uid to the uids of what it owns.
    dependents: HashMap<String, BTreeSet<String>>,
}

impl Graph {
    pub(super) fn get(&self, uid: &str) -> Option<&Node> {
        self.nodes.get(uid)
    }

    pub(super) fn dependents(&self, uid: &str) -> impl Iterator<Item = &Node> {
        self.dependents.get(uid).into_iter().flatten().filter_map(|uid| self.nodes.get(uid))
    }

    /// Adds or renews an object; returns the uids that are to be looked at.
    pub(super) fn put(&mut self, node: Node) -> Vec<String> {
        let known = self.nodes.get(&node.uid);
        // Two changes can come in the wrong order, one by the watch and one by our own write.
        if known.is_some_and(|known| known.number > node.number) {
            return Vec::new();
        }
        let mut touched = Vec::new();
        let interesting = node.deleting && (node.has(FOREGROUND) || node.has(ORPHAN));
        if interesting || !node.owners.is_empty() && known.is_none_or(|known| known.owners != node.owners) {
            touched.push(node.uid.clone());
        }
        if let Some(known) = known {
            // An owner may wait for this one to stop blocking it.
            let waiting = known.owners.iter().map(|owner| owner.uid.clone());
            let waiting: Vec<String> = waiting.filter(|uid| self.waits(uid)).collect();
            touched.extend(waiting);
        }
        let uid = node.uid.clone();
        self.unlink(&uid);
        for owner in &node.owners {
            self.dependents.entry(owner.uid.clone()).or_default().insert(uid.clone());
        }
        self.nodes.insert(uid, node);
        touched
    }

    /// Forgets an object; returns the uids that are to be looked at: what it owned, and owners that waited for it.
    pub(super) fn remove(&mut self, meta: &ObjectMeta) -> Vec<String> {
        let uid = meta.uid.clone().unwrap_or_default();
        self.unlink(&uid);
        let mut touched: Vec<String> = self.dependents(&uid).map(|node| node.uid.clone()).collect();
        if let Some(node) = self.nodes.remove(&uid) {
            touched.extend(node.owners.into_iter().map(|owner| owner.uid).filter(|uid| self.waits(uid)));
        }
        touched
    }

    /// The owners of an object that are not in the graph.
    pub(super) fn unknown_owners(&self, uid: &str) -> Vec<OwnerReference> {
        let owners = self.nodes.get(uid).map(|node| node.owners.as_slice()).unwrap_or_default();
        owners.iter().filter(|owner| !self.nodes.contains_key(&owner.uid)).cloned().collect()
    }

    /// The resource of a kind that some object in the graph has, and whether it is namespaced.
    pub(super) fn resource(&self, api_version: &str, kind: &str) -> Option<(ApiResource, bool)> {
        let same = |node: &&Node| node.resource.api_version == api_version && node.resource.kind == kind;
        let node = self.nodes.values().find(same)?;
        Some((node.resource.as_ref().clone(), !node.key.namespace.is_empty()))
    }

    fn waits(&self, uid: &str) -> bool {
        self.nodes.get(uid).is_some_and(Node::waits_for_dependents)
    }

    fn unlink(&mut self, uid: &str) {
        let owners: Vec<String> = match self.nodes.get(uid) {
            Some(node) => node.owners.iter().map(|owner| owner.uid.clone()).collect(),
            None => return,
        };
        for owner in owners {
            if let Some(dependents) = self.dependents.get_mut(&owner) {
                dependents.remove(uid);
                if dependents.is_empty() {
                    self.dependents.remove(&owner);
                }
            }
        }
    }
}
