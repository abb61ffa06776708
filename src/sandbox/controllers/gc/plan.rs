//! What to do with one object of the graph. Pure.

use std::collections::HashSet;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::api::PropagationPolicy;
use serde_json::{Value, json};

use super::graph::{FOREGROUND, Graph, Node, ORPHAN};

/// One write, or another object to look at first.
#[derive(Debug)]
pub(super) enum Operation {
    /// Delete exactly this version of this object.
    Delete { node: Node, how: PropagationPolicy },
    /// Merge-patch it.
    Patch { node: Node, change: Value },
    /// Look at this uid as well.
    Look(String),
}

/// `gone` are the owners' uids that are known not to exist.
pub(super) fn plan(graph: &Graph, uid: &str, gone: &HashSet<String>) -> Vec<Operation> {
    let Some(node) = graph.get(uid) else { return Vec::new() };
    if node.deleting && node.has(ORPHAN) {
        return orphan(graph, node);
    }
    if node.waits_for_dependents() {
        return foreground(graph, node);
    }
    if node.deleting || node.owners.is_empty() {
        return Vec::new();
    }
    by_owners(graph, node, gone)
}

/// Takes the owner out of its dependents, then its finalizer off.
fn orphan(graph: &Graph, node: &Node) -> Vec<Operation> {
    let dependents = graph.dependents(&node.uid);
    let mut operations: Vec<Operation> =
        dependents.map(|dependent| keep_owners(dependent, |owner| owner.uid != node.uid)).collect();
    operations.push(without_finalizer(node, ORPHAN));
    operations
}

/// Deletes the dependents that block the owner; when none is left its finalizer comes off.
fn foreground(graph: &Graph, node: &Node) -> Vec<Operation> {
    let blocks = |dependent: &&Node| {
        let owners = dependent.owners.iter();
        owners.filter(|owner| owner.uid == node.uid).any(|owner| owner.block_owner_deletion == Some(true))
    };
    let blocking: Vec<&Node> = graph.dependents(&node.uid).filter(blocks).collect();
    if blocking.is_empty() {
        return vec![without_finalizer(node, FOREGROUND)];
    }
    blocking
        .into_iter()
        .filter(|dependent| !dependent.deleting)
        .map(|dependent| Operation::Look(dependent.uid.clone()))
        .collect()
}

/// Kept by any owner that stays; deleted when the last one is gone or waits for it.
fn by_owners(graph: &Graph, node: &Node, gone: &HashSet<String>) -> Vec<Operation> {
    let waits = |owner: &OwnerReference| {
        let blocks = owner.block_owner_deletion == Some(true);
        blocks && graph.get(&owner.uid).is_some_and(Node::waits_for_dependents)
    };
    let dangling = |owner: &OwnerReference| gone.contains(&owner.uid);
    let solid = node.owners.iter().any(|owner| !dangling(owner) && !waits(owner));
    if solid {
        let all_stay = node.owners.iter().all(|owner| !dangling(owner) && !waits(owner));
        if all_stay {
            return Vec::new();
        }
        return vec![keep_owners(node, |owner| !dangling(owner) && !waits(owner))];
    }
    let owned = graph.dependents(&node.uid).next().is_some();
    let how = if node.owners.iter().any(waits) && owned {
        // Its owner waits for the whole tree below.
        PropagationPolicy::Foreground
    } else if node.has(ORPHAN) {
        PropagationPolicy::Orphan
    } else if node.has(FOREGROUND) {
        PropagationPolicy::Foreground
    } else {
        PropagationPolicy::Background
    };
    vec![Operation::Delete { node: node.clone(), how }]
}

fn keep_owners(node: &Node, keep: impl Fn(&OwnerReference) -> bool) -> Operation {
    let owners: Vec<&OwnerReference> = node.owners.iter().filter(|owner| keep(owner)).collect();
    let owners = if owners.is_empty() { Value::Null } else { json!(owners) };
    let metadata = json!({"resourceVersion": node.version, "uid": node.uid, "ownerReferences": owners});
    Operation::Patch { node: node.clone(), change: json!({ "metadata": metadata }) }
}

fn without_finalizer(node: &Node, finalizer: &str) -> Operation {
    let left: Vec<&String> = node.finalizers.iter().filter(|one| *one != finalizer).collect();
    let left = if left.is_empty() { Value::Null } else { json!(left) };
    let change = json!({"metadata": {"resourceVersion": node.version, "finalizers": left}});
    Operation::Patch { node: node.clone(), change }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use k8s_openapi::api::core::v1::Pod;
    use kube::api::ApiResource;

    use super::*;

    fn put(graph: &mut Graph, uid: &str, owners: &[(&str, bool)], finalizers: &[&str], deleting: bool) -> Vec<String> {
        let owners: Vec<Value> = owners
            .iter()
            .map(|(uid, block)| json!({"apiVersion": "v1", "kind": "Pod", "name": uid, "uid": uid, "blockOwnerDeletion": block}))
            .collect();
        let pod: Pod = serde_json::from_value(json!({"metadata": {
            "name": uid, "namespace": "n", "uid": uid, "resourceVersion": "7", "ownerReferences": owners,
            "finalizers": finalizers, "deletionTimestamp": deleting.then_some("2026-11-23T13:00:00Z"),
        }}))
        .expect("a pod");
        graph.put(Node::of(&pod, &Arc::new(ApiResource::erase::<Pod>(&()))))
    }

    fn words(graph: &Graph, uid: &str, gone: &[&str]) -> Vec<String> {
        let gone = gone.iter().map(|uid| (*uid).to_owned()).collect();
        let word = |operation: Operation| match operation {
            Operation::Delete { node, how } => format!("delete {} {how:?}", node.uid),
            Operation::Patch { node, change } => format!("patch {} {}", node.uid, change["metadata"]),
            Operation::Look(uid) => format!("look {uid}"),
        };
        plan(graph, uid, &gone).into_iter().map(word).collect()
    }

    #[test]
    fn a_dependent_of_nobody_is_deleted_in_the_background() {
        let mut graph = Graph::default();
        assert_eq!(put(&mut graph, "pod", &[("job", true)], &[], false), ["pod"]);
        assert_eq!(words(&graph, "pod", &["job"]), ["delete pod Background"]);
        assert!(words(&graph, "pod", &[]).is_empty(), "an owner that exists keeps it");
        put(&mut graph, "shared", &[("job", true), ("other", false)], &[], false);
        let patched = words(&graph, "shared", &["job"]);
        assert!(
            patched.len() == 1 && patched[0].contains(r#""uid":"other""#) && !patched[0].contains(r#""uid":"job""#)
        );
    }

    #[test]
    fn foreground_deletes_blocking_dependents_first() {
        let mut graph = Graph::default();
        put(&mut graph, "job", &[], &[FOREGROUND], true);
        put(&mut graph, "pod", &[("job", true)], &[], false);
        assert_eq!(words(&graph, "job", &[]), ["look pod"]);
        assert_eq!(words(&graph, "pod", &[]), ["delete pod Background"]);
        put(&mut graph, "pod", &[("job", true)], &[], true);
        assert!(words(&graph, "job", &[]).is_empty(), "it waits");
        let gone = ObjectMetaOf("pod").meta();
        assert_eq!(graph.remove(&gone), ["job"]);
        assert_eq!(words(&graph, "job", &[]), [r#"patch job {"resourceVersion":"7","finalizers":null}"#]);
    }

    #[test]
    fn orphan_lets_dependents_go() {
        let mut graph = Graph::default();
        put(&mut graph, "pod", &[("job", true)], &[], false);
        assert_eq!(put(&mut graph, "job", &[], &[ORPHAN, "mine"], true), ["job"]);
        assert_eq!(
            words(&graph, "job", &[]),
            [
                r#"patch pod {"resourceVersion":"7","uid":"pod","ownerReferences":null}"#,
                r#"patch job {"resourceVersion":"7","finalizers":["mine"]}"#
            ]
        );
    }

    struct ObjectMetaOf(&'static str);

    impl ObjectMetaOf {
        fn meta(&self) -> k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta {
            k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta {
                uid: Some(self.0.to_owned()),
                ..Default::default()
            }
        }
    }
}
