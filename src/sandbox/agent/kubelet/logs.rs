//! `GET /containerLogs/NAMESPACE/POD/CONTAINER`: one attempt's log, with a kubelet's refusals.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::{ContainerState, ContainerStatus, Pod};
use serde::Deserialize;

use crate::sandbox::agent::logs::{Options, stream};
use crate::sandbox::agent::paths::PodPaths;
use crate::sandbox::agent::shared::{Shared, Shown};

/// The query, as the API server passes PodLogOptions on.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Wanted {
    follow: Option<String>,
    previous: Option<String>,
    timestamps: Option<String>,
    since_seconds: Option<i64>,
    since_time: Option<String>,
    tail_lines: Option<i64>,
    limit_bytes: Option<i64>,
    stream: Option<String>,
}

fn is_true(value: Option<&String>) -> bool {
    value.is_some_and(|v| matches!(v.as_str(), "true" | "1" | "True" | "TRUE" | "t" | "T"))
}

impl Wanted {
    fn options(&self, now: Timestamp) -> Options {
        let ago = |seconds| now.checked_sub(SignedDuration::from_secs(seconds)).ok();
        let since_time = self.since_time.as_ref().and_then(|t| t.parse().ok());
        let number = |n: Option<i64>| n.and_then(|n| u64::try_from(n).ok());
        Options {
            tail: number(self.tail_lines),
            since: self.since_seconds.and_then(ago).or(since_time),
            timestamps: is_true(self.timestamps.as_ref()),
            limit: number(self.limit_bytes),
            follow: is_true(self.follow.as_ref()),
            only_stdout: match self.stream.as_deref() {
                Some("Stdout") => Some(true),
                Some("Stderr") => Some(false),
                _ => None,
            },
        }
    }
}

/// The log as a stream of text.
pub(super) async fn get(
    State(shared): State<Arc<Shared>>,
    Path((namespace, pod, container)): Path<(String, String, String)>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let Some(shown) = shared.shown(&namespace, &pod) else {
        return (StatusCode::NOT_FOUND, format!("pod \"{pod}\" does not exist\n")).into_response();
    };
    let attempt = match attempt(&shown, &container, is_true(wanted.previous.as_ref())) {
        Ok(attempt) => attempt,
        Err(why) => return (StatusCode::BAD_REQUEST, why).into_response(),
    };
    let paths = shown.pod.metadata.uid.as_deref().and_then(|uid| PodPaths::new(&shared.data_dir, uid));
    let Some(paths) = paths.and_then(|paths| paths.container(&container)) else {
        return (StatusCode::NOT_FOUND, format!("pod \"{pod}\" does not exist\n")).into_response();
    };
    let options = wanted.options(shared.clock.now());
    let log = stream(paths.log(attempt), options, shared.logs.clone());
    ([("content-type", "text/plain")], Body::from_stream(log)).into_response()
}

/// Which attempt's log it is; the error is a kubelet's refusal.
fn attempt(shown: &Shown, container: &str, previous: bool) -> Result<u32, String> {
    let pod = &shown.pod;
    let name = pod.metadata.name.as_deref().unwrap_or_default();
    let status =
        find(pod, container).ok_or_else(|| format!("container \"{container}\" in pod \"{name}\" is not available"))?;
    let empty = ContainerState::default();
    let state = status.state.as_ref().unwrap_or(&empty);
    let last = status.last_state.as_ref().and_then(|s| s.terminated.as_ref());
    let newest = shown.attempts.get(container).copied();
    let runs_or_ran = state.running.is_some() || state.terminated.is_some();
    if previous {
        let gone = || format!("previous terminated container \"{container}\" in pod \"{name}\" not found");
        last.filter(|last| last.container_id.is_some()).ok_or_else(gone)?;
        // While it waits for its next attempt, the newest one is the last.
        let n = newest.ok_or_else(gone)?;
        return if runs_or_ran { n.checked_sub(1).ok_or_else(gone) } else { Ok(n) };
    }
    if (runs_or_ran || last.is_some())
        && let Some(newest) = newest
    {
        return Ok(newest);
    }
    let waits = format!("container \"{container}\" in pod \"{name}\" is waiting to start");
    Err(match state.waiting.as_ref().and_then(|w| w.reason.as_deref()) {
        Some("ErrImagePull") => format!("{waits}: image can't be pulled"),
        Some("ImagePullBackOff") => format!("{waits}: trying and failing to pull image"),
        Some(reason) => format!("{waits}: {reason}"),
        None => format!("{waits} - no logs yet"),
    })
}

fn find<'p>(pod: &'p Pod, container: &str) -> Option<&'p ContainerStatus> {
    let status = pod.status.as_ref()?;
    let all = status.init_container_statuses.iter().flatten().chain(status.container_statuses.iter().flatten());
    all.into_iter().find(|c| c.name == container)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(status: serde_json::Value, newest: Option<u32>) -> Shown {
        let pod = serde_json::json!({"metadata": {"name": "p"}, "status": {"containerStatuses": [status]}});
        let attempts = newest.map(|n| ("c".to_owned(), n)).into_iter().collect();
        Shown { pod: Arc::new(serde_json::from_value(pod).expect("a pod")), attempts }
    }

    fn status(state: serde_json::Value, last: serde_json::Value) -> serde_json::Value {
        serde_json::json!({"name": "c", "image": "i", "imageID": "", "ready": false, "restartCount": 0, "state": state, "lastState": last})
    }

    #[test]
    fn refusals_are_a_kubelets() {
        // As recorded from Kubernetes 1.36 (recordings/node/exec-logs-portforward.txt).
        let none = serde_json::json!({});
        for (reason, text) in [
            ("ErrImageNeverPull", "container \"c\" in pod \"p\" is waiting to start: ErrImageNeverPull"),
            ("PodInitializing", "container \"c\" in pod \"p\" is waiting to start: PodInitializing"),
            ("ImagePullBackOff", "container \"c\" in pod \"p\" is waiting to start: trying and failing to pull image"),
        ] {
            let shown = shown(status(serde_json::json!({"waiting": {"reason": reason}}), none.clone()), None);
            assert_eq!(attempt(&shown, "c", false), Err(text.to_owned()));
        }
        let running = shown(status(serde_json::json!({"running": {}}), none), Some(0));
        let text = "previous terminated container \"c\" in pod \"p\" not found";
        assert_eq!(attempt(&running, "c", true), Err(text.to_owned()));
        assert_eq!(attempt(&running, "c", false), Ok(0));
        assert!(attempt(&running, "x", false).is_err());
    }

    #[test]
    fn previous_is_the_attempt_before() {
        let last = serde_json::json!({"terminated": {"exitCode": 1, "containerID": "k8s-tutor://1"}});
        let running = shown(status(serde_json::json!({"running": {}}), last.clone()), Some(2));
        assert_eq!((attempt(&running, "c", false), attempt(&running, "c", true)), (Ok(2), Ok(1)));
        let waiting = shown(status(serde_json::json!({"waiting": {"reason": "CrashLoopBackOff"}}), last), Some(2));
        assert_eq!((attempt(&waiting, "c", false), attempt(&waiting, "c", true)), (Ok(2), Ok(2)));
    }
}
