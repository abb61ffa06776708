//! Kubernetes objects into the rows that the lab shows. Pure: objects and a time in, rows out.

use std::sync::LazyLock;

use jiff::Timestamp;
use k8s_openapi::api::batch::v1::{CronJob, Job, JobCondition};
use k8s_openapi::api::core::v1::{ContainerStateTerminated, ContainerStatus, Pod, PodStatus};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference, Time};

use crate::domain::attempt::{Attempt, AttemptState};
use crate::domain::cronjob::{CronJobPhase, CronJobRow, NextRun};
use crate::domain::job::{Ended, JobFacts, JobRow, JobSpec, number};
use crate::domain::object::Uid;
use crate::domain::pod::{PodFacts, PodRow};

/// The annotation of `kubectl create job --from`.
pub(crate) const INSTANTIATE: &str = "cronjob.kubernetes.io/instantiate";
const INDEX: &str = "batch.kubernetes.io/job-completion-index";
const JOB_NAME: &str = "batch.kubernetes.io/job-name";

/// The status of a pod that has none yet.
static NO_STATUS: LazyLock<PodStatus> = LazyLock::new(PodStatus::default);

/// A Job's row; `pods` may hold pods of other Jobs too.
pub fn job_row(job: &Job, pods: &[Pod], now: Timestamp) -> JobRow {
    job_facts(job).row(attempts(job, pods), now)
}

/// A Job without its pods.
pub fn job_facts(job: &Job) -> JobFacts {
    let spec = job.spec.as_ref();
    let status = job.status.as_ref();
    let ended = status.and_then(|status| final_condition(status.conditions.as_deref().unwrap_or_default()));
    let finished_at = status
        .and_then(|status| stamp(status.completion_time.as_ref()))
        .or_else(|| ended.and_then(|condition| stamp(condition.last_transition_time.as_ref())));
    let owner = owner(&job.metadata, "CronJob");
    JobFacts {
        uid: uid(&job.metadata),
        name: name(&job.metadata),
        labels: labels(&job.metadata),
        created_at: stamp(job.metadata.creation_timestamp.as_ref()),
        cronjob: owner.map(|owner| owner.name.clone()),
        cronjob_uid: owner.map(|owner| Uid::new(&owner.uid)),
        manual: annotation(&job.metadata, INSTANTIATE) == Some("manual"),
        spec: spec.map(job_spec).unwrap_or_default(),
        succeeded: count(status.and_then(|status| status.succeeded)),
        failed: count(status.and_then(|status| status.failed)),
        started_at: status.and_then(|status| stamp(status.start_time.as_ref())),
        finished_at,
        ended: ended.map(|condition| Ended {
            complete: condition.type_ == "Complete",
            reason: condition.reason.clone(),
            message: condition.message.clone(),
        }),
    }
}

/// A Job's spec with the API server's defaults.
fn job_spec(spec: &k8s_openapi::api::batch::v1::JobSpec) -> JobSpec {
    JobSpec {
        completions: spec.completions.map(|n| count(Some(n))),
        parallelism: count(spec.parallelism.or(Some(1))),
        backoff_limit: count(spec.backoff_limit.or(Some(6))),
        completion_mode: spec.completion_mode.clone().unwrap_or_else(|| "NonIndexed".into()),
        active_deadline_seconds: spec.active_deadline_seconds,
        ttl_seconds_after_finished: spec.ttl_seconds_after_finished,
        restart_policy: spec.template.spec.as_ref().and_then(|pod| pod.restart_policy.clone()).unwrap_or_default(),
        suspend: spec.suspend == Some(true),
    }
}

/// The attempts of one Job, oldest first, out of any set of pods.
pub fn attempts(job: &Job, pods: &[Pod]) -> Vec<Attempt> {
    let uid = job.metadata.uid.as_deref().unwrap_or_default();
    let owns = |pod: &&Pod| {
        let owners = pod.metadata.owner_references.iter().flatten();
        owners.into_iter().any(|owner| owner.uid == uid && !uid.is_empty())
    };
    let mut own: Vec<Attempt> = pods.iter().filter(owns).map(|pod| attempt(pod, &pod_row(pod))).collect();
    number(&mut own);
    own
}

/// A pod as an attempt, not numbered yet.
fn attempt(pod: &Pod, row: &PodRow) -> Attempt {
    let status = pod.status.as_ref().unwrap_or(&NO_STATUS);
    let statuses = status.container_statuses.as_deref().unwrap_or_default();
    let ended = worst(statuses);
    let started = statuses.iter().filter_map(began).min();
    let state = match status.phase.as_deref() {
        Some("Succeeded") => AttemptState::Succeeded,
        Some("Failed") => AttemptState::Failed,
        // The kubelet writes the end of the containers about a second before the phase follows.
        _ if !statuses.is_empty() && statuses.iter().all(|s| terminated(s).is_some()) => match ended {
            Some(end) if end.exit_code != 0 => AttemptState::Failed,
            _ => AttemptState::Succeeded,
        },
        _ if pod.metadata.deletion_timestamp.is_some() => AttemptState::Failed,
        Some("Running") => AttemptState::Running,
        _ => AttemptState::Pending,
    };
    Attempt {
        number: 0,
        pod: row.name.clone(),
        state,
        index: annotation(&pod.metadata, INDEX).and_then(|index| index.parse().ok()),
        started_at: started.or(row.started_at),
        finished_at: row.finished_at,
        exit_code: ended.map(|end| end.exit_code),
        reason: status.reason.clone().or_else(|| ended.and_then(|e| e.reason.clone())).or_else(|| waiting(statuses)),
        message: row.message.clone(),
        created_at: row.created_at,
        gone: false,
        restarts: row.restarts,
    }
}

/// A pod as the watch tells of it.
pub fn pod_facts(pod: &Pod) -> PodFacts {
    let job = owner(&pod.metadata, "Job").map(|owner| Uid::new(&owner.uid));
    let containers = pod.spec.iter().flat_map(|spec| &spec.containers).map(|c| c.name.as_str().into());
    let row = pod_row(pod);
    PodFacts {
        labels: labels(&pod.metadata),
        containers: containers.collect(),
        attempt: job.map(|job| Box::new((job, attempt(pod, &row)))),
        row,
    }
}

fn final_condition(conditions: &[JobCondition]) -> Option<&JobCondition> {
    conditions.iter().find(|c| c.status == "True" && matches!(c.type_.as_str(), "Complete" | "Failed"))
}

/// A CronJob's row, with its next run after `now`.
pub fn cronjob_row(cronjob: &CronJob, now: Timestamp) -> CronJobRow {
    let spec = cronjob.spec.clone();
    let status = cronjob.status.clone().unwrap_or_default();
    let active: Vec<String> = status.active.into_iter().flatten().filter_map(|r| r.name).collect();
    let suspend = spec.suspend == Some(true);
    let phase = match (suspend, active.is_empty()) {
        (_, false) => CronJobPhase::Running,
        (true, true) => CronJobPhase::Suspended,
        (false, true) => CronJobPhase::Waiting,
    };
    let mut row = CronJobRow {
        uid: uid(&cronjob.metadata),
        name: name(&cronjob.metadata),
        labels: labels(&cronjob.metadata),
        created_at: stamp(cronjob.metadata.creation_timestamp.as_ref()),
        status: phase,
        schedule: spec.schedule,
        time_zone: spec.time_zone,
        suspend,
        active,
        last_schedule: stamp(status.last_schedule_time.as_ref()),
        last_successful: stamp(status.last_successful_time.as_ref()),
        concurrency_policy: spec.concurrency_policy.unwrap_or_else(|| "Allow".into()),
        starting_deadline_seconds: spec.starting_deadline_seconds,
        successful_history: spec.successful_jobs_history_limit.unwrap_or(3),
        failed_history: spec.failed_jobs_history_limit.unwrap_or(1),
        next: None,
        schedule_error: None,
    };
    row.schedule_error = row.parsed().err();
    row.next = row.next_after(now);
    row
}

/// The next `n` runs of a CronJob after `now`, whether it is suspended or not.
///
/// # Errors
/// A schedule or a time zone that cannot be read, in words.
pub fn next_runs(cronjob: &CronJob, now: Timestamp, n: usize) -> Result<Vec<NextRun>, String> {
    cronjob_row(cronjob, now).next_runs(now, n)
}

/// A pod's row; its STATUS is made as `kubectl get pod` makes it.
pub fn pod_row(pod: &Pod) -> PodRow {
    let status = pod.status.as_ref().unwrap_or(&NO_STATUS);
    let statuses = status.container_statuses.as_deref().unwrap_or_default();
    let ended = worst(statuses);
    let containers = pod.spec.as_ref().map_or(statuses.len(), |spec| spec.containers.len());
    let finished = statuses.iter().filter_map(|s| terminated(s).and_then(|end| stamp(end.finished_at.as_ref())));
    let message = ended.and_then(|end| end.message.clone()).or_else(|| status.message.clone());
    PodRow {
        uid: uid(&pod.metadata),
        name: name(&pod.metadata),
        ready: count_of(statuses.iter().filter(|s| s.ready)),
        containers: u32::try_from(containers).unwrap_or(u32::MAX),
        status: status_word(pod, status, statuses),
        restarts: statuses.iter().map(|s| count(Some(s.restart_count))).sum(),
        created_at: stamp(pod.metadata.creation_timestamp.as_ref()),
        started_at: stamp(status.start_time.as_ref()),
        finished_at: finished.max(),
        exit_code: ended.map(|end| end.exit_code),
        ip: status.pod_ip.clone(),
        node: pod.spec.as_ref().and_then(|spec| spec.node_name.clone()),
        job: pod.metadata.labels.as_ref().and_then(|labels| labels.get(JOB_NAME).cloned()),
        phase: status.phase.clone().unwrap_or_else(|| "Unknown".into()),
        message: message.or_else(|| waiting_message(statuses)).or_else(|| unscheduled(status)),
    }
}

fn status_word(pod: &Pod, status: &PodStatus, statuses: &[ContainerStatus]) -> String {
    let phase = status.phase.clone().unwrap_or_else(|| "Unknown".into());
    let mut word = status.reason.clone().unwrap_or_else(|| phase.clone());
    let mut running = false;
    for container in statuses.iter().rev() {
        let Some(state) = &container.state else { continue };
        if let Some(reason) = state.waiting.as_ref().and_then(|w| w.reason.clone()).filter(|r| !r.is_empty()) {
            word = reason;
        } else if let Some(end) = &state.terminated {
            word = end.reason.clone().filter(|r| !r.is_empty()).unwrap_or_else(|| match end.signal {
                Some(signal) if signal != 0 => format!("Signal:{signal}"),
                _ => format!("ExitCode:{}", end.exit_code),
            });
        } else if container.ready && state.running.is_some() {
            running = true;
        }
    }
    if word == "Completed" && running {
        word = "Running".into();
    }
    let over = matches!(phase.as_str(), "Succeeded" | "Failed");
    if pod.metadata.deletion_timestamp.is_some() && !over { "Terminating".into() } else { word }
}

/// The end of the container that failed; of the last one where all went well.
fn worst(statuses: &[ContainerStatus]) -> Option<&ContainerStateTerminated> {
    let ends = statuses.iter().filter_map(terminated);
    ends.max_by_key(|end| (end.exit_code != 0, end.finished_at.as_ref().map(|t| t.0)))
}

fn terminated(status: &ContainerStatus) -> Option<&ContainerStateTerminated> {
    status.state.as_ref().and_then(|state| state.terminated.as_ref())
}

fn began(status: &ContainerStatus) -> Option<Timestamp> {
    let state = status.state.as_ref()?;
    let running = state.running.as_ref().and_then(|r| r.started_at.as_ref());
    stamp(running.or_else(|| state.terminated.as_ref().and_then(|t| t.started_at.as_ref())))
}

fn waiting(statuses: &[ContainerStatus]) -> Option<String> {
    let states = statuses.iter().filter_map(|s| s.state.as_ref()?.waiting.as_ref());
    states.filter_map(|w| w.reason.clone()).find(|reason| reason != "ContainerCreating")
}

fn waiting_message(statuses: &[ContainerStatus]) -> Option<String> {
    statuses.iter().find_map(|s| s.state.as_ref()?.waiting.as_ref()?.message.clone())
}

fn unscheduled(status: &PodStatus) -> Option<String> {
    let conditions = status.conditions.iter().flatten();
    conditions.into_iter().find(|c| c.reason.as_deref() == Some("Unschedulable")).and_then(|c| c.message.clone())
}

pub(crate) fn uid(metadata: &ObjectMeta) -> Uid {
    Uid::new(metadata.uid.as_deref().unwrap_or_default())
}

/// Labels as `k=v,k=v`: one allocation for what is read only when a person filters by it.
pub(crate) fn labels(metadata: &ObjectMeta) -> Box<str> {
    let labels = metadata.labels.iter().flatten().map(|(key, value)| format!("{key}={value}"));
    labels.collect::<Vec<_>>().join(",").into_boxed_str()
}

pub(crate) fn name(metadata: &ObjectMeta) -> String {
    metadata.name.clone().unwrap_or_default()
}

pub(crate) fn stamp(time: Option<&Time>) -> Option<Timestamp> {
    time.map(|time| time.0)
}

pub(crate) fn annotation<'a>(metadata: &'a ObjectMeta, key: &str) -> Option<&'a str> {
    metadata.annotations.as_ref()?.get(key).map(String::as_str)
}

fn owner<'a>(metadata: &'a ObjectMeta, kind: &str) -> Option<&'a OwnerReference> {
    let owners = metadata.owner_references.iter().flatten();
    owners.into_iter().find(|owner| owner.kind == kind && owner.controller == Some(true))
}

pub(crate) fn count(n: Option<i32>) -> u32 {
    u32::try_from(n.unwrap_or(0)).unwrap_or(0)
}

pub(crate) fn count_of<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}
