//! What `kubectl get pods` says of a pod: one word out of phase, container states and conditions.
//!
//! Follows `printPod` in Kubernetes' `pkg/printers/internalversion/printers.go`; called by `pod.rs`.

use jiff::Timestamp;
use serde_json::Value;

use super::columns::{NONE, since};
use super::value::{absent, flag, int, items, text};

/// The computed cells of a pod's row.
pub(super) struct Summary {
    /// Ready containers.
    pub(super) ready: usize,
    /// All containers, those that run beside them from the start included.
    pub(super) total: usize,
    /// `Running`, `Completed`, `CrashLoopBackOff`, `Init:0/1` …
    pub(super) reason: String,
    /// `0`, or `3 (12s ago)`.
    pub(super) restarts: String,
}

/// Restarts so far, and the end of the attempt before the present one.
#[derive(Default)]
struct Restarts<'a> {
    count: i64,
    last: &'a str,
}

impl<'a> Restarts<'a> {
    fn add(&mut self, status: &'a Value) {
        self.count += int(status, "/restartCount").unwrap_or_default();
        self.last = self.last.max(text(status, "/lastState/terminated/finishedAt"));
    }

    fn shown(&self, now: Timestamp) -> String {
        if self.count == 0 || self.last.is_empty() {
            return self.count.to_string();
        }
        format!("{} ({} ago)", self.count, since(&Value::from(self.last), "", now))
    }
}

/// The word, the counts and the restarts of a pod.
pub(super) fn summary(pod: &Value, now: Timestamp) -> Summary {
    let side_cars: Vec<_> = items(pod, "/spec/initContainers").iter().filter(|c| runs_along(c)).collect();
    let total = items(pod, "/spec/containers").len() + side_cars.len();
    let mut reason = first_reason(pod);
    let mut ready = 0;
    let mut all = Restarts::default();
    let mut along = Restarts::default();
    let mut initializing = false;
    for (index, status) in items(pod, "/status/initContainerStatuses").iter().enumerate() {
        let runs_along = side_cars.iter().any(|c| text(c, "/name") == text(status, "/name"));
        all.add(status);
        if runs_along {
            along.add(status);
        }
        if int(status, "/state/terminated/exitCode") == Some(0) {
            continue;
        }
        if runs_along && flag(status, "/started") {
            ready += usize::from(flag(status, "/ready"));
            continue;
        }
        reason = init_reason(pod, status, index);
        initializing = true;
        break;
    }
    let mut restarts = all;
    if !initializing || has_condition(pod, "Initialized") {
        restarts = along;
        main_containers(pod, &mut reason, &mut ready, &mut restarts);
    }
    if !absent(pod, "/metadata/deletionTimestamp") {
        if text(pod, "/status/reason") == "NodeLost" {
            reason = "Unknown".to_owned();
        } else if !matches!(text(pod, "/status/phase"), "Succeeded" | "Failed") {
            reason = "Terminating".to_owned();
        }
    }
    Summary { ready, total, reason, restarts: restarts.shown(now) }
}

/// True for an init container that keeps running beside the others (a sidecar).
fn runs_along(container: &Value) -> bool {
    text(container, "/restartPolicy") == "Always"
}

fn first_reason(pod: &Value) -> String {
    let gated = items(pod, "/status/conditions")
        .iter()
        .any(|c| text(c, "/type") == "PodScheduled" && text(c, "/reason") == "SchedulingGated");
    match text(pod, "/status/reason") {
        _ if gated => "SchedulingGated",
        "" => text(pod, "/status/phase"),
        reason => reason,
    }
    .to_owned()
}

/// Why an init container is not done: its end, what it waits for, or how many are done.
fn init_reason(pod: &Value, status: &Value, index: usize) -> String {
    if let Some(ended) = status.pointer("/state/terminated").filter(|t| !t.is_null()) {
        return format!("Init:{}", end_reason(ended));
    }
    match text(status, "/state/waiting/reason") {
        "" | "PodInitializing" => format!("Init:{index}/{}", items(pod, "/spec/initContainers").len()),
        reason => format!("Init:{reason}"),
    }
}

fn end_reason(ended: &Value) -> String {
    match (text(ended, "/reason"), int(ended, "/signal").unwrap_or_default()) {
        ("", 0) => format!("ExitCode:{}", int(ended, "/exitCode").unwrap_or_default()),
        ("", signal) => format!("Signal:{signal}"),
        (reason, _) => reason.to_owned(),
    }
}

/// Reads the main containers from the last to the first: the first one has the last word.
fn main_containers<'a>(pod: &'a Value, reason: &mut String, ready: &mut usize, restarts: &mut Restarts<'a>) {
    let mut running = false;
    for status in items(pod, "/status/containerStatuses").iter().rev() {
        restarts.add(status);
        let waiting = text(status, "/state/waiting/reason");
        if !waiting.is_empty() {
            waiting.clone_into(reason);
        } else if let Some(ended) = status.pointer("/state/terminated").filter(|t| !t.is_null()) {
            *reason = end_reason(ended);
        } else if flag(status, "/ready") && !absent(status, "/state/running") {
            running = true;
            *ready += 1;
        }
    }
    if reason == "Completed" && running {
        let word = if has_condition(pod, "Ready") { "Running" } else { "NotReady" };
        word.clone_into(reason);
    }
}

fn has_condition(pod: &Value, kind: &str) -> bool {
    items(pod, "/status/conditions").iter().any(|c| text(c, "/type") == kind && text(c, "/status") == "True")
}

/// Conditions that someone else adds and that must hold too: `met/all`.
pub(super) fn readiness_gates(pod: &Value) -> String {
    let gates = items(pod, "/spec/readinessGates");
    if gates.is_empty() {
        return NONE.to_owned();
    }
    let met = gates.iter().filter(|gate| has_condition(pod, text(gate, "/conditionType"))).count();
    format!("{met}/{}", gates.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: &str = "2026-11-23T14:00:30Z";

    /// `ready/total STATUS restarts`.
    fn row(pod: &Value) -> String {
        let summary = summary(pod, NOW.parse().expect("a time"));
        format!("{}/{} {} {}", summary.ready, summary.total, summary.reason, summary.restarts)
    }

    fn pod(phase: &str, statuses: Value) -> Value {
        json!({
            "spec": {"containers": [{"name": "a"}]}, "status": {"phase": phase, "containerStatuses": statuses},
        })
    }

    #[test]
    fn the_state_of_the_container_is_the_word() {
        let ended = json!({"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": "2026-11-23T14:00:00Z"}});
        for (phase, status, expected) in [
            ("Pending", json!([]), "0/1 Pending 0"),
            ("Pending", json!([{"state": {"waiting": {"reason": "ErrImageNeverPull"}}}]), "0/1 ErrImageNeverPull 0"),
            ("Running", json!([{"ready": true, "state": {"running": {}}}]), "1/1 Running 0"),
            ("Running", json!([{"ready": false, "state": {"running": {}}}]), "0/1 Running 0"),
            (
                "Succeeded",
                json!([{"state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}]),
                "0/1 Completed 0",
            ),
            ("Failed", json!([{"state": ended}]), "0/1 Error 0"),
            ("Failed", json!([{"state": {"terminated": {"exitCode": 3}}}]), "0/1 ExitCode:3 0"),
            ("Failed", json!([{"state": {"terminated": {"exitCode": 137, "signal": 9}}}]), "0/1 Signal:9 0"),
            (
                "Running",
                json!([{
                    "restartCount": 2, "lastState": ended, "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                }]),
                "0/1 CrashLoopBackOff 2 (30s ago)",
            ),
        ] {
            assert_eq!(row(&pod(phase, status)), expected);
        }
    }

    #[test]
    fn a_deleted_pod_terminates_unless_it_has_ended() {
        let mut running = pod("Running", json!([{"ready": true, "state": {"running": {}}}]));
        running["metadata"] = json!({"deletionTimestamp": NOW});
        assert_eq!(row(&running), "1/1 Terminating 0");
        let mut ended = pod("Succeeded", json!([{"state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}]));
        ended["metadata"] = json!({"deletionTimestamp": NOW});
        assert_eq!(row(&ended), "0/1 Completed 0");
        running["status"]["reason"] = "NodeLost".into();
        assert_eq!(row(&running), "1/1 Unknown 0");
    }

    #[test]
    fn init_containers_come_first() {
        let mut pod = pod("Pending", json!([{"state": {"waiting": {"reason": "PodInitializing"}}}]));
        pod["spec"]["initContainers"] = json!([{"name": "i"}, {"name": "j"}]);
        let done = json!({"name": "i", "state": {"terminated": {"exitCode": 0}}});
        for (status, expected) in [
            (json!([{"name": "i", "state": {"running": {}}}]), "0/1 Init:0/2 0"),
            (json!([done, {"name": "j", "state": {"waiting": {"reason": "PodInitializing"}}}]), "0/1 Init:1/2 0"),
            (
                json!([done, {"name": "j", "state": {"terminated": {"exitCode": 1, "reason": "Error"}}}]),
                "0/1 Init:Error 0",
            ),
            (
                json!([done, {"name": "j", "restartCount": 3, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]),
                "0/1 Init:CrashLoopBackOff 3",
            ),
            (json!([done, {"name": "j", "state": {"terminated": {"exitCode": 0}}}]), "0/1 PodInitializing 0"),
        ] {
            pod["status"]["initContainerStatuses"] = status;
            assert_eq!(row(&pod), expected);
        }
    }

    #[test]
    fn a_sidecar_counts_among_the_containers() {
        let mut pod = pod("Running", json!([{"ready": true, "state": {"running": {}}}]));
        pod["spec"]["initContainers"] = json!([{"name": "i", "restartPolicy": "Always"}]);
        pod["status"]["initContainerStatuses"] =
            json!([{"name": "i", "started": true, "ready": true, "restartCount": 1, "state": {"running": {}}}]);
        assert_eq!(row(&pod), "2/2 Running 1");
    }

    #[test]
    fn readiness_gates_are_counted() {
        let mut pod = pod("Running", json!([]));
        assert_eq!(readiness_gates(&pod), "<none>");
        pod["spec"]["readinessGates"] = json!([{"conditionType": "x"}, {"conditionType": "y"}]);
        pod["status"]["conditions"] = json!([{"type": "x", "status": "True"}]);
        assert_eq!(readiness_gates(&pod), "1/2");
    }
}
