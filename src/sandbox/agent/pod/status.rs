//! A pod's status, from what is known of its containers: phase, conditions, addresses. Pure.

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{
    Container, ContainerStatus, ContainerUser, HostIP, LinuxContainerUser, Pod, PodCondition, PodIP, PodStatus,
    VolumeMountStatus,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use super::container::{Role, Run, State, in_spec};
use super::plan::{Policy, initialized};

/// The pod as a whole.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) start_time: Option<Timestamp>,
    /// Address and volumes are there.
    pub(super) prepared: bool,
    pub(super) pod_ip: Option<String>,
    pub(super) host_ip: String,
    /// Ended by the agent itself: reason and message (DeadlineExceeded, Evicted).
    pub(super) ended_by_agent: Option<(String, String)>,
    /// All processes are gone for good, so that the phase may be terminal.
    pub(super) finished: bool,
}

/// A phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Pending,
    Running,
    Succeeded,
    Failed,
}

impl Phase {
    fn word(self) -> String {
        format!("{self:?}")
    }

    fn is_terminal(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }
}

/// The status to show at `now`. `before` is the status shown so far: times of conditions that did
/// not change and conditions of others are kept from it.
pub(super) fn build(pod: &Pod, runs: &[Run], facts: &Facts, before: &PodStatus, now: Timestamp) -> PodStatus {
    let policy = Policy::parse(pod.spec.as_ref().and_then(|s| s.restart_policy.as_deref()));
    let phase = phase(runs, policy, facts);
    // Terminal only once everything is gone; until then the phase stays what it was.
    let shown = if phase.is_terminal() && !facts.finished {
        if before.phase.as_deref() == Some("Running") || !initialized(runs) {
            before.phase.clone().unwrap_or_else(|| Phase::Pending.word())
        } else {
            Phase::Running.word()
        }
    } else {
        phase.word()
    };
    let of = |role: fn(Role) -> bool| -> Vec<ContainerStatus> {
        runs.iter().filter(|run| role(run.role)).map(|run| detailed(pod, run)).collect()
    };
    let inits = of(|role| role != Role::Main);
    let any_started = runs.iter().any(|run| run.number.is_some());
    let pod_ip = facts.pod_ip.clone().filter(|_| any_started);
    let (reason, message) = match &facts.ended_by_agent {
        Some((reason, message)) if facts.finished => (Some(reason.clone()), Some(message.clone())),
        _ => (None, None),
    };
    PodStatus {
        observed_generation: pod.metadata.generation,
        phase: Some(shown),
        conditions: Some(conditions(pod, runs, facts, phase, before, now)),
        host_ip: Some(facts.host_ip.clone()),
        host_ips: Some(vec![HostIP { ip: facts.host_ip.clone() }]),
        pod_ips: pod_ip.clone().map(|ip| vec![PodIP { ip }]),
        pod_ip,
        start_time: facts.start_time.map(Time),
        init_container_statuses: (!inits.is_empty()).then_some(inits),
        container_statuses: Some(of(|role| role == Role::Main)),
        qos_class: before.qos_class.clone().or_else(|| pod.status.as_ref().and_then(|s| s.qos_class.clone())),
        reason,
        message,
        ..PodStatus::default()
    }
}

fn phase(runs: &[Run], policy: Policy, facts: &Facts) -> Phase {
    if facts.ended_by_agent.is_some() {
        return Phase::Failed;
    }
    let failed_init = |run: &Run| {
        run.role == Role::Init
            && run.state.terminated().is_some_and(|end| !policy.restarts(run.role, end.exit_code) && end.exit_code != 0)
    };
    if runs.iter().any(failed_init) {
        return Phase::Failed;
    }
    let mains = || runs.iter().filter(|run| run.role == Role::Main);
    let all_ended = mains().all(|run| run.state.terminated().is_some());
    if facts.finished && (all_ended || !initialized(runs)) {
        let good = mains().all(|run| run.state.terminated().is_some_and(|end| end.exit_code == 0));
        return if good { Phase::Succeeded } else { Phase::Failed };
    }
    if !initialized(runs) {
        return Phase::Pending;
    }
    // A container that waits for its next attempt counts as one that has run.
    let never_ran = |run: &Run| matches!(run.state, State::Waiting { .. }) && run.last.is_none();
    if mains().any(never_ran) {
        return Phase::Pending;
    }
    if !all_ended || policy == Policy::Always {
        return Phase::Running;
    }
    match mains().all(|run| run.state.terminated().is_some_and(|end| end.exit_code == 0)) {
        true => Phase::Succeeded,
        false if policy == Policy::Never => Phase::Failed,
        false => Phase::Running,
    }
}

/// A container's status with what its spec adds.
fn detailed(pod: &Pod, run: &Run) -> ContainerStatus {
    let mut status = run.status();
    let container = in_spec(pod, &run.name);
    status.volume_mounts = container.and_then(mounts);
    let fresh = matches!(&run.state, State::Waiting { .. }) && run.last.is_none();
    if fresh {
        status.image = container.and_then(|c| c.image.clone()).unwrap_or_default();
        status.image_id = String::new();
    } else {
        status.resources = Some(container.and_then(|c| c.resources.clone()).unwrap_or_default());
        let id = |n: u32| i64::from(n);
        let (uid, gid) = (nix::unistd::geteuid().as_raw(), nix::unistd::getegid().as_raw());
        let linux = LinuxContainerUser { uid: id(uid), gid: id(gid), supplemental_groups: Some(vec![id(gid)]) };
        status.user = Some(ContainerUser { linux: Some(linux) });
    }
    status
}

fn mounts(container: &Container) -> Option<Vec<VolumeMountStatus>> {
    let mounts: Vec<_> = container
        .volume_mounts
        .iter()
        .flatten()
        .map(|mount| {
            let read_only = mount.read_only == Some(true);
            VolumeMountStatus {
                name: mount.name.clone(),
                mount_path: mount.mount_path.clone(),
                read_only: read_only.then_some(true),
                recursive_read_only: read_only.then(|| "Disabled".to_owned()),
                ..VolumeMountStatus::default()
            }
        })
        .collect();
    (!mounts.is_empty()).then_some(mounts)
}

struct Condition {
    kind: &'static str,
    good: bool,
    reason: Option<&'static str>,
    message: Option<String>,
}

fn condition(kind: &'static str, good: bool, reason: Option<&'static str>, message: Option<String>) -> Condition {
    Condition { kind, good, reason, message }
}

fn conditions(
    pod: &Pod,
    runs: &[Run],
    facts: &Facts,
    phase: Phase,
    before: &PodStatus,
    now: Timestamp,
) -> Vec<PodCondition> {
    let ready = readiness(pod, runs, phase);
    let wanted = [
        condition("PodReadyToStartContainers", facts.prepared && !facts.finished, None, None),
        initialization(runs, phase),
        gated(pod, &ready),
        ready,
    ];
    let old = before.conditions.as_deref().unwrap_or_default();
    let live = pod.status.as_ref().and_then(|s| s.conditions.as_deref()).unwrap_or_default();
    let mut result: Vec<PodCondition> = Vec::new();
    if let Some((reason, message)) = facts.ended_by_agent.as_ref().filter(|(reason, _)| reason == "Evicted") {
        tracing::debug!(reason, "a pod is evicted");
        let disruption = condition("DisruptionTarget", true, Some("TerminationByKubelet"), Some(message.clone()));
        result.push(shown(disruption, old, pod, now));
    }
    result.extend(wanted.into_iter().map(|c| shown(c, old, pod, now)));
    for other in live.iter().filter(|c| !result.iter().any(|r| r.type_ == c.type_)).cloned().collect::<Vec<_>>() {
        let generation =
            if other.type_ == "PodScheduled" { pod.metadata.generation } else { other.observed_generation };
        result.push(PodCondition { observed_generation: generation, ..other });
    }
    if !result.iter().any(|c| c.type_ == "PodScheduled") {
        result.push(shown(condition("PodScheduled", true, None, None), old, pod, now));
    }
    result
}

/// With its time: that of the last change of `status`.
fn shown(condition: Condition, old: &[PodCondition], pod: &Pod, now: Timestamp) -> PodCondition {
    let status = if condition.good { "True" } else { "False" };
    let same = old.iter().find(|c| c.type_ == condition.kind && c.status == status);
    PodCondition {
        type_: condition.kind.to_owned(),
        status: status.to_owned(),
        reason: condition.reason.map(ToOwned::to_owned),
        message: condition.message,
        observed_generation: pod.metadata.generation,
        last_probe_time: None,
        last_transition_time: same.and_then(|c| c.last_transition_time.clone()).or(Some(Time(now))),
    }
}

fn initialization(runs: &[Run], phase: Phase) -> Condition {
    const KIND: &str = "Initialized";
    if initialized(runs) {
        let reason = (phase == Phase::Succeeded).then_some("PodCompleted");
        return condition(KIND, true, reason, None);
    }
    let done = |run: &Run| run.started || run.state.terminated().is_some_and(|end| end.exit_code == 0);
    let waiting: Vec<_> =
        runs.iter().filter(|run| run.role != Role::Main && !done(run)).map(|run| run.name.as_str()).collect();
    let message = format!("containers with incomplete status: [{}]", waiting.join(" "));
    condition(KIND, false, Some("ContainersNotInitialized"), Some(message))
}

fn readiness(pod: &Pod, runs: &[Run], phase: Phase) -> Condition {
    const KIND: &str = "ContainersReady";
    match phase {
        Phase::Succeeded => return condition(KIND, false, Some("PodCompleted"), None),
        Phase::Failed => return condition(KIND, false, Some("PodFailed"), None),
        Phase::Pending | Phase::Running => {}
    }
    let status = |run: &Run| run.role != Role::Init && !run.status().ready;
    let unready: Vec<_> = runs.iter().filter(|run| status(run)).map(|run| run.name.as_str()).collect();
    if unready.is_empty() && pod.spec.is_some() {
        return condition(KIND, true, None, None);
    }
    let message = format!("containers with unready status: [{}]", unready.join(" "));
    condition(KIND, false, Some("ContainersNotReady"), Some(message))
}

/// Ready: all containers, and the readiness gates that others open.
fn gated(pod: &Pod, containers: &Condition) -> Condition {
    const KIND: &str = "Ready";
    if !containers.good {
        return condition(KIND, false, containers.reason, containers.message.clone());
    }
    let live = pod.status.as_ref().and_then(|s| s.conditions.as_deref()).unwrap_or_default();
    let open = |gate: &str| live.iter().any(|c| c.type_ == gate && c.status == "True");
    let gates = pod.spec.iter().flat_map(|s| s.readiness_gates.iter().flatten());
    match gates.map(|g| g.condition_type.as_str()).find(|gate| !open(gate)) {
        None => condition(KIND, true, None, None),
        Some(gate) => {
            let message = format!("corresponding condition of pod readiness gate \"{gate}\" does not exist.");
            condition(KIND, false, Some("ReadinessGatesNotReady"), Some(message))
        }
    }
}
