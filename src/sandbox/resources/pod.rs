//! Pod: processes that live and die together on one node.
//!
//! On top of the pod spec's defaults a pod gets what a real server's admission plugins add:
//! service account, tolerations, priority. The volume with the account's token is left out, since
//! the sandbox's agent mounts none.

use serde_json::{Value, json};

use super::columns::{AGE, NAME, age, column, name, or_none, wide};
use super::pod_rules;
use super::pod_status::{self, Summary};
use super::pod_template::default_spec;
use super::quantity::Quantity;
use super::value::{child, entries, fill, fill_text, flag, items, items_mut, set, text};
use super::{Column, Context, Strategy};
use crate::sandbox::api::status::FieldError;

/// The rules of Pods.
pub(super) struct Pod;

const COLUMNS: &[Column] = &[
    NAME,
    column("Ready", "The aggregate readiness state of this pod for accepting traffic."),
    column("Status", "The aggregate status of the containers in this pod."),
    column(
        "Restarts",
        "The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.",
    ),
    AGE,
    wide("IP", "podIP address allocated to the pod. Routable at least within the cluster. Empty if not yet allocated."),
    wide(
        "Node",
        "NodeName indicates in which node this pod is scheduled. If empty, this pod is a candidate for scheduling by the scheduler defined in schedulerName. Once this field is set, the kubelet for this node becomes responsible for the lifecycle of this pod. This field should not be used to express a desire for the pod to be scheduled on a specific node. https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#nodename",
    ),
    wide(
        "Nominated Node",
        "nominatedNodeName is set only when this pod preempts other pods on the node, but it cannot be scheduled right away as preemption victims receive their graceful termination periods. This field does not guarantee that the pod will be scheduled on this node. Scheduler may decide to place the pod elsewhere if other nodes become available sooner. Scheduler may also decide to give the resources on this node to a higher priority pod that is created after preemption. As a result, this field may be different than PodSpec.nodeName when the pod is scheduled.",
    ),
    wide(
        "Readiness Gates",
        "If specified, all readiness gates will be evaluated for pod readiness. A pod is ready when all its containers are ready AND all conditions specified in the readiness gates have status equal to \"True\" More info: https://git.k8s.io/enhancements/keps/sig-network/580-pod-readiness-gates",
    ),
];

impl Strategy for Pod {
    fn default(&self, object: &mut Value) {
        let spec = child(object, "spec");
        default_spec(spec);
        fill(spec, "enableServiceLinks", true);
        for key in ["/initContainers", "/containers"] {
            items_mut(spec, key).for_each(request_the_limits);
        }
        default_status(child(object, "status"));
    }

    fn prepare_create(&self, object: &mut Value, _context: &Context) {
        let status = json!({"phase": "Pending", "qosClass": quality_of_service(object)});
        set(object, "status", status);
        admit(child(object, "spec"));
    }

    fn validate(&self, object: &Value, old: Option<&Value>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        pod_rules::spec(&mut errors, &object["spec"], "spec");
        if let Some(old) = old {
            only_allowed_changes(&mut errors, &object["spec"], &old["spec"]);
        }
        errors
    }

    fn warnings(&self, object: &Value) -> Vec<String> {
        pod_rules::warnings(object, "/spec", "spec")
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn cells(&self, object: &Value, context: &Context) -> Vec<Value> {
        let Summary { ready, total, reason, restarts } = pod_status::summary(object, context.now);
        let at = |pointer: &str| Value::from(or_none(text(object, pointer)));
        vec![
            name(object),
            format!("{ready}/{total}").into(),
            reason.into(),
            restarts.into(),
            age(object, context.now),
            at("/status/podIPs/0/ip"),
            at("/spec/nodeName"),
            at("/status/nominatedNodeName"),
            pod_status::readiness_gates(object).into(),
        ]
    }

    fn row_conditions(&self, object: &Value) -> Option<Value> {
        let (reason, message) = match text(object, "/status/phase") {
            "Succeeded" => ("Succeeded", "The pod has completed successfully."),
            "Failed" => ("Failed", "The pod failed."),
            _ => return None,
        };
        Some(json!([{"type": "Completed", "status": "True", "reason": reason, "message": message}]))
    }

    fn fields(&self, object: &Value) -> Vec<(&'static str, String)> {
        let at = |pointer: &str| text(object, pointer).to_owned();
        vec![
            ("spec.nodeName", at("/spec/nodeName")),
            ("spec.restartPolicy", at("/spec/restartPolicy")),
            ("spec.schedulerName", at("/spec/schedulerName")),
            ("spec.serviceAccountName", at("/spec/serviceAccountName")),
            ("spec.hostNetwork", flag(object, "/spec/hostNetwork").to_string()),
            ("status.phase", at("/status/phase")),
            ("status.podIP", at("/status/podIPs/0/ip")),
            ("status.podIPs", at("/status/podIPs/0/ip")),
            ("status.nominatedNodeName", at("/status/nominatedNodeName")),
        ]
    }

    fn unknown_field(&self, label: &str) -> String {
        format!("field label not supported: {label}")
    }
}

/// The members that Go writes even when they are empty.
fn default_status(status: &mut Value) {
    for condition in items_mut(status, "/conditions") {
        fill(condition, "lastProbeTime", Value::Null);
        fill(condition, "lastTransitionTime", Value::Null);
    }
    for list in ["/initContainerStatuses", "/containerStatuses", "/ephemeralContainerStatuses"] {
        for container in items_mut(status, list) {
            for key in ["state", "lastState"] {
                child(container, key);
            }
            fill(container, "ready", false);
            fill(container, "restartCount", 0);
            for key in ["image", "imageID"] {
                fill(container, key, "");
            }
        }
    }
}

/// What is limited but not requested is requested up to the limit.
fn request_the_limits(container: &mut Value) {
    let limits: Vec<_> =
        entries(container, "/resources/limits").map(|(key, amount)| (key.clone(), amount.clone())).collect();
    if limits.is_empty() {
        return;
    }
    let requests = child(child(container, "resources"), "requests");
    for (key, amount) in limits {
        fill(requests, &key, amount);
    }
}

/// What the admission plugins ServiceAccount, DefaultTolerationSeconds and Priority add.
fn admit(spec: &mut Value) {
    fill_text(spec, "serviceAccountName", "default");
    let account = text(spec, "/serviceAccountName").to_owned();
    set(spec, "serviceAccount", account);
    fill(spec, "tolerations", json!([]));
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        if !items(spec, "/tolerations").iter().any(|t| tolerates(t, key)) {
            let toleration = json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300});
            if let Some(list) = spec["tolerations"].as_array_mut() {
                list.push(toleration);
            }
        }
    }
    fill(spec, "priority", 0);
    fill(spec, "preemptionPolicy", "PreemptLowerPriority");
}

fn tolerates(toleration: &Value, taint: &str) -> bool {
    matches!(text(toleration, "/key"), "" if text(toleration, "/operator") == "Exists")
        || text(toleration, "/key") == taint && matches!(text(toleration, "/effect"), "" | "NoExecute")
}

/// Which pods a node ends first when it runs out of memory: those that asked for nothing, then
/// those that may use more than they asked for.
fn quality_of_service(object: &Value) -> &'static str {
    let containers = || items(object, "/spec/containers").iter().chain(items(object, "/spec/initContainers"));
    let amount = |container: &Value, list: &str, what: &str| {
        container.pointer(&format!("/resources/{list}/{what}")).and_then(Quantity::of).map_or(0, Quantity::nano)
    };
    let mut asks = false;
    let mut guaranteed = true;
    for container in containers() {
        for what in ["cpu", "memory"] {
            let (request, limit) = (amount(container, "requests", what), amount(container, "limits", what));
            asks |= request != 0 || limit != 0;
            guaranteed &= limit != 0 && request == limit;
        }
    }
    match (asks, guaranteed) {
        (false, _) => "BestEffort",
        (true, true) => "Guaranteed",
        (true, false) => "Burstable",
    }
}

/// Nearly all of a pod's spec is settled once it exists.
fn only_allowed_changes(errors: &mut Vec<FieldError>, new: &Value, old: &Value) {
    let settled = |spec: &Value| {
        let mut spec = spec.clone();
        for key in ["/containers", "/initContainers"] {
            for container in items_mut(&mut spec, key) {
                set(container, "image", Value::Null);
            }
        }
        for key in ["activeDeadlineSeconds", "tolerations", "schedulingGates"] {
            super::value::remove(&mut spec, key);
        }
        spec
    };
    let fewer = items(old, "/tolerations").iter().any(|t| !items(new, "/tolerations").contains(t));
    if fewer || settled(new) != settled(old) {
        let why = "pod updates may not change fields other than `spec.containers[*].image`,\
                   `spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,\
                   `spec.tolerations` (only additions to existing tolerations),\
                   `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
        errors.push(FieldError::forbidden("spec", why));
    }
}
