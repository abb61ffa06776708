//! Words about pods that several controllers need: ready, active, made from a template, first to go. Pure.

use std::cmp::Ordering;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{Pod, PodCondition, PodTemplateSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};

use super::objects::{created, is_deleting, plus};

pub(super) fn phase(pod: &Pod) -> &str {
    pod.status.as_ref().and_then(|status| status.phase.as_deref()).unwrap_or("Pending")
}

/// Succeeded or Failed: no container of it will ever run again.
pub(super) fn is_finished(pod: &Pod) -> bool {
    matches!(phase(pod), "Succeeded" | "Failed")
}

/// Counts as one of its owner's pods.
pub(super) fn is_active(pod: &Pod) -> bool {
    !is_finished(pod) && !is_deleting(pod)
}

/// On its way out, but still holding its place.
pub(super) fn is_terminating(pod: &Pod) -> bool {
    !is_finished(pod) && is_deleting(pod)
}

pub(super) fn condition<'a>(pod: &'a Pod, kind: &str) -> Option<&'a PodCondition> {
    let conditions = pod.status.as_ref()?.conditions.as_ref()?;
    conditions.iter().find(|condition| condition.type_ == kind)
}

fn ready_since(pod: &Pod) -> Option<Timestamp> {
    let ready = condition(pod, "Ready").filter(|ready| ready.status == "True")?;
    Some(ready.last_transition_time.as_ref().map_or(Timestamp::MIN, |time| time.0))
}

pub(super) fn is_ready(pod: &Pod) -> bool {
    ready_since(pod).is_some()
}

/// When the pod is (or becomes) available: ready for `minReadySeconds`. `None` while it is not ready.
pub(super) fn available_at(pod: &Pod, min_ready_seconds: i32) -> Option<Timestamp> {
    let since = ready_since(pod)?;
    Some(if min_ready_seconds <= 0 { Timestamp::MIN } else { plus(since, min_ready_seconds.into()) })
}

/// A pod of `owner`, made from its template; the API server completes the name.
pub(super) fn from_template(template: &PodTemplateSpec, owner_name: &str, owner: OwnerReference) -> Pod {
    let meta = template.metadata.clone().unwrap_or_default();
    Pod {
        metadata: ObjectMeta {
            generate_name: Some(format!("{owner_name}-")),
            labels: meta.labels,
            annotations: meta.annotations,
            finalizers: meta.finalizers,
            owner_references: Some(vec![owner]),
            ..ObjectMeta::default()
        },
        spec: template.spec.clone(),
        status: None,
    }
}

/// Who goes first when a controller has too many pods: the least useful one (`Less`).
///
/// Unassigned before assigned, Pending before Running, not ready before ready, cheap before dear
/// (`controller.kubernetes.io/pod-deletion-cost`), ready for a short time before a long one, often restarted first,
/// youngest first.
pub(super) fn deletion_order(a: &Pod, b: &Pod) -> Ordering {
    let assigned =
        |pod: &Pod| pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref()).is_some_and(|n| !n.is_empty());
    assigned(a)
        .cmp(&assigned(b))
        .then_with(|| phase_rank(a).cmp(&phase_rank(b)))
        .then_with(|| is_ready(a).cmp(&is_ready(b)))
        .then_with(|| deletion_cost(a).cmp(&deletion_cost(b)))
        .then_with(|| ready_since(b).cmp(&ready_since(a)))
        .then_with(|| restarts(b).cmp(&restarts(a)))
        .then_with(|| created(b).cmp(&created(a)))
}

fn phase_rank(pod: &Pod) -> u8 {
    match phase(pod) {
        "Pending" => 0,
        "Unknown" => 1,
        _ => 2,
    }
}

fn deletion_cost(pod: &Pod) -> i32 {
    let annotations = pod.metadata.annotations.as_ref();
    let cost = annotations.and_then(|all| all.get("controller.kubernetes.io/pod-deletion-cost"));
    cost.and_then(|cost| cost.parse().ok()).unwrap_or(0)
}

/// Restarts of the pod's containers, the most of any one.
fn restarts(pod: &Pod) -> i32 {
    let status = pod.status.as_ref();
    let containers = status.and_then(|status| status.container_statuses.as_deref()).unwrap_or_default();
    containers.iter().map(|container| container.restart_count).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(json: serde_json::Value) -> Pod {
        serde_json::from_value(json).expect("a pod")
    }

    fn running(name: &str, created: &str, ready: &str, since: &str) -> Pod {
        pod(serde_json::json!({
            "metadata": {"name": name, "creationTimestamp": created}, "spec": {"nodeName": "n", "containers": []},
            "status": {"phase": "Running", "conditions": [
                {"type": "Ready", "status": ready, "lastTransitionTime": since}]},
        }))
    }

    #[test]
    fn the_least_useful_pod_goes_first() {
        let unassigned = pod(serde_json::json!({"metadata": {"name": "new"}, "spec": {"containers": []}}));
        let old = running("old", "2026-11-23T13:00:00Z", "True", "2026-11-23T13:00:01Z");
        let young = running("young", "2026-11-23T13:05:00Z", "True", "2026-11-23T13:05:01Z");
        let sick = running("sick", "2026-11-23T12:00:00Z", "False", "2026-11-23T13:06:00Z");
        let mut pods = [&old, &young, &sick, &unassigned];
        pods.sort_by(|a, b| deletion_order(a, b));
        let names: Vec<_> = pods.iter().filter_map(|pod| pod.metadata.name.as_deref()).collect();
        assert_eq!(names, ["new", "sick", "young", "old"]);
    }

    #[test]
    fn availability_waits_for_min_ready_seconds() {
        let pod = running("p", "2026-11-23T13:00:00Z", "True", "2026-11-23T13:00:01Z");
        assert_eq!(available_at(&pod, 0), Some(Timestamp::MIN));
        assert_eq!(available_at(&pod, 10).map(|at| at.to_string()).as_deref(), Some("2026-11-23T13:00:11Z"));
        assert_eq!(available_at(&running("p", "2026-11-23T13:00:00Z", "False", "2026-11-23T13:00:01Z"), 0), None);
    }
}
