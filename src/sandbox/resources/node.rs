//! Node: a machine that runs pods. The sandbox has one.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::columns::{AGE, NAME, age, column, name, or_none, wide};
use super::value::{child, drop_empty, entries, fill, flag, items, text};
use super::{Column, Context, Strategy};

/// The rules of Nodes.
pub(super) struct Node;

const COLUMNS: &[Column] = &[
    NAME,
    column("Status", "The status of the node"),
    column("Roles", "The roles of the node"),
    AGE,
    column("Version", "Kubelet Version reported by the node."),
    wide(
        "Internal-IP",
        "List of addresses reachable to the node. Queried from cloud provider, if available. More info: https://kubernetes.io/docs/reference/node/node-status/#addresses Note: This field is declared as mergeable, but the merge key is not sufficiently unique, which can cause data corruption when it is merged. Callers should instead use a full-replacement patch. See https://pr.k8s.io/79391 for an example. Consumers should assume that addresses can change during the lifetime of a Node. However, there are some exceptions where this may not be possible, such as Pods that inherit a Node's address in its own status or consumers of the downward API (status.hostIP).",
    ),
    wide(
        "External-IP",
        "List of addresses reachable to the node. Queried from cloud provider, if available. More info: https://kubernetes.io/docs/reference/node/node-status/#addresses Note: This field is declared as mergeable, but the merge key is not sufficiently unique, which can cause data corruption when it is merged. Callers should instead use a full-replacement patch. See https://pr.k8s.io/79391 for an example. Consumers should assume that addresses can change during the lifetime of a Node. However, there are some exceptions where this may not be possible, such as Pods that inherit a Node's address in its own status or consumers of the downward API (status.hostIP).",
    ),
    wide("OS-Image", "OS Image reported by the node from /etc/os-release (e.g. Debian GNU/Linux 7 (wheezy))."),
    wide("Kernel-Version", "Kernel Version reported by the node from 'uname -r' (e.g. 3.16.0-0.bpo.4-amd64)."),
    wide(
        "Container-Runtime",
        "ContainerRuntime Version reported by the node through runtime remote API (e.g. containerd://1.4.2).",
    ),
];

/// Go writes these structs even when they are empty.
const NODE_INFO: &[&str] = &[
    "machineID",
    "systemUUID",
    "bootID",
    "kernelVersion",
    "osImage",
    "containerRuntimeVersion",
    "kubeletVersion",
    "kubeProxyVersion",
    "operatingSystem",
    "architecture",
];

impl Strategy for Node {
    fn default(&self, object: &mut Value) {
        drop_empty(child(object, "spec"), &["taints", "podCIDRs", "podCIDR", "providerID"]);
        let status = child(object, "status");
        fill(child(status, "daemonEndpoints"), "kubeletEndpoint", json!({"Port": 0}));
        let info = child(status, "nodeInfo");
        for key in NODE_INFO {
            fill(info, key, "");
        }
        // What a pod can be given is what there is, unless the kubelet keeps some for itself.
        if let Some(capacity) = status.get("capacity").cloned() {
            fill(status, "allocatable", capacity);
        }
    }

    fn has_generation(&self) -> bool {
        false
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn cells(&self, object: &Value, context: &Context) -> Vec<Value> {
        let info = |key: &str| match text(object, &format!("/status/nodeInfo/{key}")) {
            "" => Value::from("<unknown>"),
            known => known.into(),
        };
        vec![
            name(object),
            status(object).into(),
            roles(object).into(),
            age(object, context.now),
            text(object, "/status/nodeInfo/kubeletVersion").into(),
            address(object, "InternalIP"),
            address(object, "ExternalIP"),
            info("osImage"),
            info("kernelVersion"),
            info("containerRuntimeVersion"),
        ]
    }

    fn fields(&self, object: &Value) -> Vec<(&'static str, String)> {
        vec![("spec.unschedulable", flag(object, "/spec/unschedulable").to_string())]
    }

    fn unknown_field(&self, label: &str) -> String {
        format!("field label not supported: {label}")
    }
}

fn status(object: &Value) -> String {
    let ready = items(object, "/status/conditions").iter().find(|c| text(c, "/type") == "Ready");
    let word = match ready.map(|c| text(c, "/status")) {
        Some("True") => "Ready",
        Some(_) => "NotReady",
        None => "Unknown",
    };
    if flag(object, "/spec/unschedulable") { format!("{word},SchedulingDisabled") } else { word.to_owned() }
}

fn roles(object: &Value) -> String {
    let mut roles = BTreeSet::new();
    for (key, value) in entries(object, "/metadata/labels") {
        match key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) if !role.is_empty() => roles.insert(role.to_owned()),
            _ if key == "kubernetes.io/role" => roles.insert(value.as_str().unwrap_or_default().to_owned()),
            _ => continue,
        };
    }
    or_none(&roles.into_iter().filter(|r| !r.is_empty()).collect::<Vec<_>>().join(",")).to_owned()
}

fn address(object: &Value, kind: &str) -> Value {
    let found = items(object, "/status/addresses").iter().find(|a| text(a, "/type") == kind);
    or_none(found.map_or("", |a| text(a, "/address"))).into()
}
