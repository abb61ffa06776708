//! What the agent knows of one container of a pod.

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{
    Container, ContainerState, ContainerStateRunning, ContainerStateTerminated, ContainerStateWaiting, ContainerStatus,
    Pod,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use tokio::task::JoinHandle;

use super::backoff::Backoff;
use crate::sandbox::agent::attempt::Attempt;

/// Which part a container plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Runs to its end before the next one starts.
    Init,
    /// An init container with restartPolicy Always: runs beside the others.
    Sidecar,
    /// One of `spec.containers`.
    Main,
}

/// The state that is shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum State {
    Waiting { reason: String, message: Option<String> },
    Running { since: Timestamp },
    Terminated(ContainerStateTerminated),
}

/// One container as it goes.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) state: State,
    pub(super) last: Option<ContainerStateTerminated>,
    pub(super) restart_count: i32,
    /// The number of the newest attempt, whose log it is.
    pub(super) number: Option<u32>,
    pub(super) id: Option<String>,
    pub(super) image: String,
    pub(super) image_id: String,
    /// The startup probe, if any, has succeeded.
    pub(super) started: bool,
    pub(super) ready: bool,
    /// When its last attempt ended, if it did not end for good.
    pub(super) ended_at: Option<Timestamp>,
    pub(super) crashes: Backoff,
    pub(super) pulls: Backoff,
    /// Not before this time it is tried again.
    pub(super) retry_at: Option<Timestamp>,
    /// The running process.
    pub(super) attempt: Option<Attempt>,
    /// It was asked to end.
    pub(super) stopping: bool,
    /// Its probes and hooks; aborted with the attempt.
    pub(super) tasks: Vec<JoinHandle<()>>,
}

impl State {
    pub(super) fn waiting(reason: &str) -> Self {
        Self::Waiting { reason: reason.to_owned(), message: None }
    }

    pub(super) fn waiting_because(reason: &str, message: impl Into<String>) -> Self {
        Self::Waiting { reason: reason.to_owned(), message: Some(message.into()) }
    }

    pub(super) fn terminated(&self) -> Option<&ContainerStateTerminated> {
        match self {
            Self::Terminated(ended) => Some(ended),
            _ => None,
        }
    }

    fn shown(&self) -> ContainerState {
        let mut shown = ContainerState::default();
        match self {
            Self::Waiting { reason, message } => {
                let (reason, message) = (Some(reason.clone()), message.clone());
                shown.waiting = Some(ContainerStateWaiting { reason, message });
            }
            Self::Running { since } => {
                shown.running = Some(ContainerStateRunning { started_at: Some(Time(*since)) });
            }
            Self::Terminated(ended) => shown.terminated = Some(ended.clone()),
        }
        shown
    }
}

/// The containers of a pod that was not started yet, init containers first.
pub(super) fn fresh(pod: &Pod) -> Vec<Run> {
    let Some(spec) = &pod.spec else { return Vec::new() };
    let inits = spec.init_containers.iter().flatten();
    // While init containers run, the others wait for the pod's initialisation.
    let waiting = if spec.init_containers.as_ref().is_some_and(|i| !i.is_empty()) {
        "PodInitializing"
    } else {
        "ContainerCreating"
    };
    let role = |c: &Container| if c.restart_policy.as_deref() == Some("Always") { Role::Sidecar } else { Role::Init };
    let run = |container: &Container, role| Run {
        name: container.name.clone(),
        role,
        state: State::waiting(waiting),
        last: None,
        restart_count: 0,
        number: None,
        id: None,
        image: container.image.clone().unwrap_or_default(),
        image_id: String::new(),
        started: false,
        ready: false,
        ended_at: None,
        crashes: Backoff::default(),
        pulls: Backoff::default(),
        retry_at: None,
        attempt: None,
        stopping: false,
        tasks: Vec::new(),
    };
    inits.map(|c| run(c, role(c))).chain(spec.containers.iter().map(|c| run(c, Role::Main))).collect()
}

/// A container of a pod's spec by its name.
pub(super) fn in_spec<'p>(pod: &'p Pod, name: &str) -> Option<&'p Container> {
    let spec = pod.spec.as_ref()?;
    spec.init_containers.iter().flatten().chain(&spec.containers).find(|c| c.name == name)
}

impl Run {
    /// The status that Kubernetes shows of it.
    pub(super) fn status(&self) -> ContainerStatus {
        let done_init = self.role == Role::Init && self.state.terminated().is_some_and(|t| t.exit_code == 0);
        let running = matches!(self.state, State::Running { .. });
        ContainerStatus {
            name: self.name.clone(),
            state: Some(self.state.shown()),
            last_state: Some(ContainerState { terminated: self.last.clone(), ..ContainerState::default() }),
            ready: done_init || (running && self.ready),
            started: Some(running && self.started),
            restart_count: self.restart_count,
            image: self.image.clone(),
            image_id: self.image_id.clone(),
            container_id: self.id.clone(),
            ..ContainerStatus::default()
        }
    }

    /// Ends the probes and hooks of the attempt.
    pub(super) fn end_tasks(&mut self) {
        for task in self.tasks.drain(..) {
            task.abort();
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.end_tasks();
    }
}
