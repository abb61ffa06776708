//! Kubernetes objects into the rows that the lab shows. Pure: objects and a time in, rows out.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use k8s_openapi::api::batch::v1::{CronJob, Job, JobCondition};
use k8s_openapi::api::core::v1::{ContainerStateTerminated, ContainerStatus, Pod, PodStatus};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};

use crate::domain::attempt::{Attempt, AttemptState};
use crate::domain::cronjob::{CronJobPhase, CronJobRow, NextRun};
use crate::domain::job::{JobPhase, JobRow, NextAttempt};
use crate::domain::pod::PodRow;
use crate::domain::retry;
use crate::domain::schedule::Schedule;

/// The annotation of `kubectl create job --from`.
pub(crate) const INSTANTIATE: &str = "cronjob.kubernetes.io/instantiate";
const INDEX: &str = "batch.kubernetes.io/job-completion-index";
const JOB_NAME: &str = "batch.kubernetes.io/job-name";

/// A Job's row; `pods` may hold pods of other Jobs too.
pub fn job_row(job: &Job, pods: &[Pod], now: Timestamp) -> JobRow {
    let spec = job.spec.clone().unwrap_or_default();
    let status = job.status.clone().unwrap_or_default();
    let conditions = status.conditions.clone().unwrap_or_default();
    let attempts = attempts(job, pods);
    let ended = final_condition(&conditions);
    let failed = count(status.failed).max(seen(&attempts, AttemptState::Failed));
    let active = attempts.iter().filter(|a| matches!(a.state, AttemptState::Running | AttemptState::Pending)).count();
    let active = if ended.is_some() { 0 } else { u32::try_from(active).unwrap_or(u32::MAX) };
    let backoff_limit = count(spec.backoff_limit.or(Some(6)));
    let suspended = spec.suspend == Some(true);
    let next_attempt = if ended.is_none() && !suspended && active == 0 {
        next_attempt(&attempts, failed, backoff_limit)
    } else {
        None
    };
    let started_at = stamp(status.start_time.as_ref());
    let finished_at = stamp(status.completion_time.as_ref())
        .or_else(|| ended.and_then(|condition| stamp(condition.last_transition_time.as_ref())));
    let status_phase = phase(ended, suspended, &attempts, next_attempt.is_some());
    let unanswered = u32::from(next_attempt.is_some() || status_phase == JobPhase::Failed);
    JobRow {
        name: name(&job.metadata),
        status: status_phase,
        cronjob: controller(&job.metadata, "CronJob"),
        manual: annotation(&job.metadata, INSTANTIATE) == Some("manual"),
        succeeded: count(status.succeeded),
        failed,
        active,
        completions: spec.completions.map(|n| count(Some(n))),
        parallelism: count(spec.parallelism.or(Some(1))),
        backoff_limit,
        retries: failed.saturating_sub(unanswered) + attempts.iter().map(|a| a.restarts).sum::<u32>(),
        reason: ended.and_then(|condition| condition.reason.clone()),
        message: ended.and_then(|condition| condition.message.clone()),
        started_at,
        finished_at,
        duration_seconds: started_at.map(|start| finished_at.unwrap_or(now).as_second() - start.as_second()),
        next_attempt,
        attempts,
    }
}

/// The attempts of one Job, oldest first, out of any set of pods.
pub fn attempts(job: &Job, pods: &[Pod]) -> Vec<Attempt> {
    let uid = job.metadata.uid.as_deref().unwrap_or_default();
    let owns = |pod: &&Pod| {
        let owners = pod.metadata.owner_references.iter().flatten();
        owners.into_iter().any(|owner| owner.uid == uid && !uid.is_empty())
    };
    let mut own: Vec<&Pod> = pods.iter().filter(owns).collect();
    own.sort_by_key(|pod| (born(pod), name(&pod.metadata)));
    let numbered = own.into_iter().zip(1_u32..);
    numbered.map(|(pod, number)| attempt(pod, number)).collect()
}

fn attempt(pod: &Pod, number: u32) -> Attempt {
    let status = pod.status.clone().unwrap_or_default();
    let statuses = status.container_statuses.clone().unwrap_or_default();
    let ended = worst(&statuses);
    let row = pod_row(pod);
    let started = statuses.iter().filter_map(began).min();
    let state = match status.phase.as_deref() {
        Some("Succeeded") => AttemptState::Succeeded,
        Some("Failed") => AttemptState::Failed,
        // The kubelet writes the end of the containers about a second before the phase follows.
        _ if !statuses.is_empty() && statuses.iter().all(|s| terminated(s).is_some()) => match &ended {
            Some(end) if end.exit_code != 0 => AttemptState::Failed,
            _ => AttemptState::Succeeded,
        },
        _ if pod.metadata.deletion_timestamp.is_some() => AttemptState::Failed,
        Some("Running") => AttemptState::Running,
        _ => AttemptState::Pending,
    };
    Attempt {
        number,
        pod: row.name,
        state,
        index: annotation(&pod.metadata, INDEX).and_then(|index| index.parse().ok()),
        started_at: started.or(row.started_at),
        finished_at: row.finished_at,
        exit_code: ended.as_ref().map(|end| end.exit_code),
        reason: status.reason.clone().or_else(|| ended.and_then(|end| end.reason)).or_else(|| waiting(&statuses)),
        message: row.message,
        restarts: row.restarts,
    }
}

/// The retry that the backoff model predicts; `failed` may know of pods that are gone.
fn next_attempt(attempts: &[Attempt], failed: u32, limit: u32) -> Option<NextAttempt> {
    if failed == 0 || failed > limit {
        return None;
    }
    let seen: Vec<retry::Attempt> = attempts.iter().map(as_retry).collect();
    let at = retry::Backoff { limit }.next_attempt(&seen)?;
    let last = attempts.iter().filter_map(|attempt| attempt.finished_at).max()?;
    Some(NextAttempt {
        number: u32::try_from(attempts.len()).unwrap_or(u32::MAX).max(failed) + 1,
        at,
        backoff_seconds: u64::try_from(at.as_second() - last.as_second()).unwrap_or(0),
        failures_left: limit + 1 - failed,
    })
}

fn as_retry(attempt: &Attempt) -> retry::Attempt {
    retry::Attempt {
        pod: attempt.pod.clone(),
        started_at: attempt.started_at,
        finished_at: attempt.finished_at,
        outcome: match attempt.state {
            AttemptState::Pending | AttemptState::Running => retry::Outcome::Running,
            AttemptState::Succeeded => retry::Outcome::Succeeded,
            AttemptState::Failed => {
                retry::Outcome::Failed { exit_code: attempt.exit_code, reason: attempt.reason.clone() }
            }
        },
    }
}

fn phase(ended: Option<&JobCondition>, suspended: bool, attempts: &[Attempt], waits: bool) -> JobPhase {
    match ended {
        Some(condition) if condition.type_ == "Complete" => return JobPhase::Complete,
        Some(_) => return JobPhase::Failed,
        None => {}
    }
    if suspended {
        return JobPhase::Suspended;
    }
    if waits {
        return JobPhase::Retrying;
    }
    if attempts.iter().any(|a| matches!(a.state, AttemptState::Running | AttemptState::Succeeded)) {
        return JobPhase::Running;
    }
    JobPhase::Pending
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
    let runs = next_runs(cronjob, now, 1);
    let phase = match (suspend, active.is_empty()) {
        (_, false) => CronJobPhase::Running,
        (true, true) => CronJobPhase::Suspended,
        (false, true) => CronJobPhase::Waiting,
    };
    CronJobRow {
        name: name(&cronjob.metadata),
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
        next: if suspend { None } else { runs.as_ref().ok().and_then(|runs| runs.first()).map(|run| run.at) },
        schedule_error: runs.err(),
    }
}

/// The next `n` runs of a CronJob after `now`, whether it is suspended or not.
///
/// # Errors
/// A schedule or a time zone that cannot be read, in words.
pub fn next_runs(cronjob: &CronJob, now: Timestamp, n: usize) -> Result<Vec<NextRun>, String> {
    let spec = cronjob.spec.clone();
    let schedule = Schedule::parse(&spec.schedule).map_err(|error| error.to_string())?;
    let zone = match spec.time_zone.as_deref() {
        None => TimeZone::UTC,
        Some(zone) => TimeZone::get(zone).map_err(|error| error.to_string())?,
    };
    let owner = name(&cronjob.metadata);
    let mut runs = Vec::new();
    let mut after = now;
    while runs.len() < n {
        let Some(at) = schedule.next_after(after, &zone) else { break };
        runs.push(NextRun {
            cronjob: owner.clone(),
            at,
            local: at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            in_seconds: at.as_second() - now.as_second(),
            job: format!("{owner}-{}", at.as_second().div_euclid(60)),
        });
        after = at;
    }
    Ok(runs)
}

/// A pod's row; its STATUS is made as `kubectl get pod` makes it.
pub fn pod_row(pod: &Pod) -> PodRow {
    let status = pod.status.clone().unwrap_or_default();
    let statuses = status.container_statuses.clone().unwrap_or_default();
    let ended = worst(&statuses);
    let containers = pod.spec.as_ref().map_or(statuses.len(), |spec| spec.containers.len());
    let finished = statuses.iter().filter_map(|s| terminated(s).and_then(|end| stamp(end.finished_at.as_ref())));
    let message = ended.as_ref().and_then(|end| end.message.clone()).or_else(|| status.message.clone());
    PodRow {
        name: name(&pod.metadata),
        ready: u32::try_from(statuses.iter().filter(|s| s.ready).count()).unwrap_or(u32::MAX),
        containers: u32::try_from(containers).unwrap_or(u32::MAX),
        status: status_word(pod, &status, &statuses),
        restarts: statuses.iter().map(|s| count(Some(s.restart_count))).sum(),
        created_at: stamp(pod.metadata.creation_timestamp.as_ref()),
        started_at: stamp(status.start_time.as_ref()),
        finished_at: finished.max(),
        exit_code: ended.map(|end| end.exit_code),
        ip: status.pod_ip.clone(),
        node: pod.spec.as_ref().and_then(|spec| spec.node_name.clone()),
        job: pod.metadata.labels.as_ref().and_then(|labels| labels.get(JOB_NAME).cloned()),
        message: message.or_else(|| waiting_message(&statuses)).or_else(|| unscheduled(&status)),
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
fn worst(statuses: &[ContainerStatus]) -> Option<ContainerStateTerminated> {
    let ends = statuses.iter().filter_map(terminated);
    ends.max_by_key(|end| (end.exit_code != 0, end.finished_at.as_ref().map(|t| t.0))).cloned()
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

fn seen(attempts: &[Attempt], state: AttemptState) -> u32 {
    u32::try_from(attempts.iter().filter(|a| a.state == state).count()).unwrap_or(u32::MAX)
}

fn born(pod: &Pod) -> Option<Timestamp> {
    stamp(pod.metadata.creation_timestamp.as_ref())
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

pub(crate) fn controller(metadata: &ObjectMeta, kind: &str) -> Option<String> {
    let owners = metadata.owner_references.iter().flatten();
    owners.into_iter().find(|o| o.kind == kind && o.controller == Some(true)).map(|o| o.name.clone())
}

fn count(n: Option<i32>) -> u32 {
    u32::try_from(n.unwrap_or(0)).unwrap_or(0)
}
