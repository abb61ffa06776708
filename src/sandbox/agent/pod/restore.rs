//! A pod that was already here before the agent's own restart, or the machine's: what its status
//! said is taken up again, and processes that are gone have ended.

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{ContainerStateTerminated, ContainerStatus, PodStatus};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use super::container::{Role, Run, State};

/// Brings fresh `runs` to what `status` says. True if a process was lost with the former life.
pub(super) fn restore(runs: &mut [Run], status: &PodStatus, now: Timestamp) -> bool {
    let terminal = is_terminal(status);
    let known = |name: &str| {
        let inits = status.init_container_statuses.iter().flatten();
        inits.chain(status.container_statuses.iter().flatten()).find(|c| c.name == name)
    };
    let mut lost = false;
    for run in runs.iter_mut() {
        if let Some(status) = known(&run.name) {
            lost |= one(run, status, now);
        }
    }
    if !terminal && lost {
        // A new sandbox of the pod begins with its init containers.
        for run in runs.iter_mut().filter(|run| run.role == Role::Init && run.number.is_some()) {
            run.last = run.state.terminated().cloned().or(run.last.take());
            run.state = State::waiting("PodInitializing");
            run.ended_at = None;
        }
    }
    lost
}

/// True for a pod that has succeeded or failed.
pub(super) fn is_terminal(status: &PodStatus) -> bool {
    matches!(status.phase.as_deref(), Some("Succeeded" | "Failed"))
}

fn one(run: &mut Run, status: &ContainerStatus, now: Timestamp) -> bool {
    run.restart_count = status.restart_count;
    run.last = status.last_state.as_ref().and_then(|s| s.terminated.clone());
    run.id = status.container_id.clone().filter(|id| !id.is_empty());
    if !status.image_id.is_empty() {
        run.image = status.image.clone();
        run.image_id = status.image_id.clone();
    }
    if run.id.is_some() || run.last.is_some() {
        run.number = u32::try_from(status.restart_count).ok();
    }
    let state = status.state.clone().unwrap_or_default();
    if let Some(ended) = state.terminated {
        run.ended_at = ended.finished_at.as_ref().map(|t| t.0);
        run.state = State::Terminated(ended);
        return false;
    }
    let Some(running) = state.running else {
        // It waited for its next attempt: the backoff is forgotten with the former life.
        return false;
    };
    run.ended_at = Some(now);
    run.state = State::Terminated(ContainerStateTerminated {
        exit_code: 137,
        reason: Some("Error".into()),
        started_at: running.started_at,
        finished_at: Some(Time(now)),
        container_id: status.container_id.clone(),
        ..ContainerStateTerminated::default()
    });
    true
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::Pod;

    use super::super::container::fresh;
    use super::*;

    #[test]
    fn a_process_that_is_gone_has_ended_with_137_and_init_containers_run_again() {
        let pod: Pod = serde_json::from_value(serde_json::json!({
            "spec": {"initContainers": [{"name": "i"}], "containers": [{"name": "c"}]},
            "status": {
                "phase": "Running",
                "initContainerStatuses": [{"name": "i", "image": "b", "imageID": "sha256:0", "ready": true, "restartCount": 0,
                    "containerID": "k8s-tutor://0", "state": {"terminated": {"exitCode": 0}}}],
                "containerStatuses": [{"name": "c", "image": "b", "imageID": "sha256:0", "ready": true, "restartCount": 2,
                    "containerID": "k8s-tutor://1", "state": {"running": {"startedAt": "2026-11-23T14:00:00Z"}}}],
            },
        }))
        .expect("a pod");
        let now: Timestamp = "2026-11-23T15:00:00Z".parse().expect("a time");
        let mut runs = fresh(&pod);
        assert!(restore(&mut runs, pod.status.as_ref().expect("a status"), now));
        assert!(matches!(runs[0].state, State::Waiting { .. }));
        let ended = runs[1].state.terminated().expect("ended");
        assert_eq!((ended.exit_code, ended.reason.as_deref()), (137, Some("Error")));
        assert_eq!((runs[1].number, runs[1].restart_count), (Some(2), 2));
    }
}
