//! Why a pod is as it is, whether it is asked about as a pod or as an attempt of a Job. Called by `diagnose` and `job`.

mod ending;
mod exit;
mod fault;
mod restarts;
mod running;
#[cfg(test)]
mod tests;
mod waiting;

pub(super) use fault::UNREACHABLE;

use jiff::Timestamp;

use super::catalogue::PodComplete;
use super::{Deed, Finding, Surroundings, facts, object};
use crate::domain::attempt::{Attempt, AttemptState};
use crate::domain::cronjob::REPORTER;
use crate::domain::job::JobRow;
use crate::domain::object::Kind;
use crate::domain::pod::PodRow;

/// The Deployment whose pods run the lab's other program.
const SERVICE: &str = "task-service";

/// A pod as far as a diagnosis needs it, made out of a pod or of an attempt.
struct Look<'a> {
    pod: &'a str,
    /// The word that tells most: `kubectl get pod`'s STATUS, or an attempt's reason.
    word: &'a str,
    message: Option<&'a str>,
    exit_code: Option<i32>,
    /// True once a node has been found for it.
    placed: bool,
    since: Option<Timestamp>,
    ended: Option<Timestamp>,
    /// True for the lab's own programs, whose exit codes have a meaning of their own.
    ours: bool,
}

impl<'a> Look<'a> {
    fn of_attempt(job: Option<&'a JobRow>, attempt: &'a Attempt) -> Self {
        Self {
            pod: &attempt.pod,
            word: attempt.reason.as_deref().unwrap_or_default(),
            message: attempt.message.as_deref(),
            exit_code: attempt.exit_code,
            placed: attempt.started_at.is_some(),
            since: attempt.created_at,
            ended: attempt.finished_at,
            ours: job.is_some_and(|job| job.cronjob.as_deref() == Some(REPORTER)),
        }
    }

    fn of_pod(pod: &'a PodRow, s: &Surroundings<'_>) -> Self {
        let job = pod.job.as_deref();
        let made_by = job.and_then(|name| s.jobs.iter().find(|job| job.name == name)?.cronjob.as_deref());
        let named = |program: &str| pod.name.strip_prefix(program).is_some_and(|rest| rest.starts_with('-'));
        Self {
            pod: &pod.name,
            word: &pod.status,
            message: pod.message.as_deref(),
            exit_code: pod.exit_code,
            placed: pod.node.is_some(),
            since: pod.created_at,
            ended: pod.finished_at,
            ours: made_by == Some(REPORTER) || named(REPORTER) || (job.is_none() && named(SERVICE)),
        }
    }

    fn said(&self) -> String {
        facts::said(self.message)
    }

    /// A finding with the line that shows everything about the pod.
    fn described(&self, found: Finding, s: &Surroundings<'_>) -> Finding {
        found.shell(crate::domain::equivalent::describe(s.namespace, &object(Kind::Pod, self.pod)))
    }

    /// A finding with the pod's log.
    fn logged(&self, found: Finding) -> Finding {
        found.act(Deed::PodLogs, object(Kind::Pod, self.pod))
    }
}

/// A pod by itself.
pub(super) fn diagnose(pod: &PodRow, s: &Surroundings<'_>) -> Vec<Finding> {
    let look = Look::of_pod(pod, s);
    match (pod.status.as_str(), pod.phase.as_str()) {
        ("Terminating", _) => vec![ending::terminating(pod, s)],
        ("CrashLoopBackOff", _) => vec![restarts::crash_loop(&look, pod.restarts)],
        ("Unknown" | "NodeLost", _) => vec![ending::lost(&look, s)],
        ("Completed" | "Succeeded", _) => vec![complete(&look, pod.started_at)],
        (_, "Failed") => failed(&look, s),
        (_, "Running") if pod.exit_code.is_some_and(|code| code != 0) => failed(&look, s),
        (_, "Running") => running::found(&look, pod, s),
        _ => waiting::found(&look, s),
    }
}

/// An attempt of a Job.
pub(super) fn diagnose_attempt(job: &JobRow, attempt: &Attempt, s: &Surroundings<'_>) -> Vec<Finding> {
    match attempt.state {
        AttemptState::Failed => why_failed(job, attempt, s),
        AttemptState::Succeeded => vec![complete(&Look::of_attempt(Some(job), attempt), attempt.started_at)],
        _ if attempt.gone => vec![ending::deleted(&attempt.pod)],
        AttemptState::Pending => why_waiting(attempt, s),
        AttemptState::Running => match s.pods.iter().find(|pod| pod.name == attempt.pod) {
            Some(pod) => diagnose(pod, s),
            None => vec![running::attempt(attempt, s)],
        },
    }
}

/// Why an attempt has not started.
pub(super) fn why_waiting(attempt: &Attempt, s: &Surroundings<'_>) -> Vec<Finding> {
    match s.pods.iter().find(|pod| pod.name == attempt.pod) {
        Some(pod) => diagnose(pod, s),
        None => waiting::found(&Look::of_attempt(None, attempt), s),
    }
}

/// Why an attempt failed, a fault of the lab first where there is one.
pub(super) fn why_failed(job: &JobRow, attempt: &Attempt, s: &Surroundings<'_>) -> Vec<Finding> {
    failed(&Look::of_attempt(Some(job), attempt), s)
}

fn failed(look: &Look<'_>, s: &Surroundings<'_>) -> Vec<Finding> {
    let end = ending::found(look, s).unwrap_or_else(|| exit::found(look, s));
    fault::found(look, s).into_iter().chain([end]).collect()
}

fn complete(look: &Look<'_>, started: Option<Timestamp>) -> Finding {
    look.logged(PodComplete { took: facts::took(started, look.ended) }.found())
}
