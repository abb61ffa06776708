//! A Job as the lab shows it: its phase, its attempts, its retries, its next attempt.
//!
//! `cluster` makes [`JobFacts`] out of a Job alone; [`JobFacts::row`] joins them with the attempts that its pods
//! are. The CLI joins what it has listed, the dashboard what its watches have told so far.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use super::attempt::{Attempt, AttemptState};
use super::object::Uid;
use super::retry;

/// What a Job's spec asks for, defaults filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct JobSpec {
    /// How many successes make the Job complete; `None`: one success ends it (a work queue).
    pub completions: Option<u32>,
    /// How many pods may run at once.
    pub parallelism: u32,
    /// How many failures the Job survives.
    pub backoff_limit: u32,
    /// `NonIndexed` or `Indexed`.
    pub completion_mode: String,
    /// The longest that the Job may run, in seconds.
    pub active_deadline_seconds: Option<i64>,
    /// How long it is kept after its end, in seconds.
    pub ttl_seconds_after_finished: Option<i32>,
    /// `Never` or `OnFailure`.
    pub restart_policy: String,
    /// `spec.suspend`.
    pub suspend: bool,
}

/// The condition that ended a Job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Complete, or else Failed.
    pub complete: bool,
    /// Its reason.
    pub reason: Option<String>,
    /// Its message.
    pub message: Option<String>,
}

/// A Job without its pods.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobFacts {
    /// Its uid.
    pub uid: Uid,
    /// Its name.
    pub name: String,
    /// Its labels, as `k=v,k=v`.
    pub labels: Box<str>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// The CronJob that owns it.
    pub cronjob: Option<String>,
    /// That CronJob's uid.
    pub cronjob_uid: Option<Uid>,
    /// True when a person made it.
    pub manual: bool,
    /// What it asks for.
    pub spec: JobSpec,
    /// `status.succeeded`.
    pub succeeded: u32,
    /// `status.failed`.
    pub failed: u32,
    /// `status.startTime`.
    pub started_at: Option<Timestamp>,
    /// When it completed or failed.
    pub finished_at: Option<Timestamp>,
    /// How it ended.
    pub ended: Option<Ended>,
}

impl JobFacts {
    /// The row of this Job with its attempts, oldest first and numbered; `now` is for the duration only.
    pub fn row(&self, attempts: Vec<Attempt>, now: Timestamp) -> JobRow {
        let there = || attempts.iter().filter(|attempt| !attempt.gone);
        let seen_failed = count(attempts.iter().filter(|a| a.state == AttemptState::Failed));
        let failed = if self.ended.is_some() { self.failed } else { self.failed.max(seen_failed) };
        let active = count(there().filter(|a| matches!(a.state, AttemptState::Running | AttemptState::Pending)));
        let active = if self.ended.is_some() { 0 } else { active };
        let waits = self.ended.is_none() && !self.spec.suspend && active == 0;
        let next_attempt = if waits { next_attempt(&attempts, failed, self.spec.backoff_limit) } else { None };
        let status = self.phase(&attempts, next_attempt.is_some());
        let unanswered = u32::from(next_attempt.is_some() || status == JobPhase::Failed);
        JobRow {
            uid: self.uid.clone(),
            name: self.name.clone(),
            status,
            cronjob: self.cronjob.clone(),
            manual: self.manual,
            succeeded: self.succeeded,
            failed,
            active,
            spec: self.spec.clone(),
            retries: failed.saturating_sub(unanswered) + attempts.iter().map(|a| a.restarts).sum::<u32>(),
            reason: self.ended.as_ref().and_then(|ended| ended.reason.clone()),
            message: self.ended.as_ref().and_then(|ended| ended.message.clone()),
            created_at: self.created_at,
            started_at: self.started_at,
            finished_at: self.finished_at,
            duration_seconds: self
                .started_at
                .map(|start| self.finished_at.unwrap_or(now).as_second() - start.as_second()),
            next_attempt,
            attempts,
        }
    }

    fn phase(&self, attempts: &[Attempt], waits: bool) -> JobPhase {
        if let Some(ended) = &self.ended {
            return if ended.complete { JobPhase::Complete } else { JobPhase::Failed };
        }
        if self.spec.suspend {
            return JobPhase::Suspended;
        }
        if waits {
            return JobPhase::Retrying;
        }
        if attempts.iter().any(|a| !a.gone && matches!(a.state, AttemptState::Running | AttemptState::Succeeded)) {
            return JobPhase::Running;
        }
        JobPhase::Pending
    }
}

/// Puts attempts into their order and numbers them from 1.
pub fn number(attempts: &mut [Attempt]) {
    attempts.sort_by(|a, b| (a.created_at, &a.pod).cmp(&(b.created_at, &b.pod)));
    for (attempt, number) in attempts.iter_mut().zip(1_u32..) {
        attempt.number = number;
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

/// An attempt in the words of the backoff model. One that is gone no longer runs, whatever was last seen of it.
pub fn as_retry(attempt: &Attempt) -> retry::Attempt {
    retry::Attempt {
        pod: attempt.pod.clone(),
        started_at: attempt.started_at,
        finished_at: attempt.finished_at,
        outcome: match attempt.state {
            AttemptState::Pending | AttemptState::Running if !attempt.gone => retry::Outcome::Running,
            AttemptState::Succeeded => retry::Outcome::Succeeded,
            _ => retry::Outcome::Failed { exit_code: attempt.exit_code, reason: attempt.reason.clone() },
        },
    }
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}

/// One Job with its attempts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JobRow {
    /// Its uid.
    pub uid: Uid,
    /// The Job's name.
    pub name: String,
    /// Its phase.
    pub status: JobPhase,
    /// The CronJob that owns it.
    pub cronjob: Option<String>,
    /// True when a person made it with `create job --from` or `job run`.
    pub manual: bool,
    /// Pods that succeeded.
    pub succeeded: u32,
    /// Pods that failed, as counted by the Job controller.
    pub failed: u32,
    /// Pods that are pending or running.
    pub active: u32,
    /// What its spec asks for.
    #[serde(flatten)]
    pub spec: JobSpec,
    /// Attempts after the first, of what was asked for: failures that were followed up.
    pub retries: u32,
    /// The condition that ended it: `CompletionsReached`, `BackoffLimitExceeded`, `DeadlineExceeded` …
    pub reason: Option<String>,
    /// The condition's message.
    pub message: Option<String>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// When the controller first saw it unsuspended.
    pub started_at: Option<Timestamp>,
    /// When it completed or failed.
    pub finished_at: Option<Timestamp>,
    /// Seconds from start to end; `None` while it runs.
    pub duration_seconds: Option<i64>,
    /// When the next pod is due, while the Job waits out its backoff.
    pub next_attempt: Option<NextAttempt>,
    /// All pods that are still there, oldest first.
    pub attempts: Vec<Attempt>,
}

/// The retry that the backoff model predicts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NextAttempt {
    /// Its number, counted from 1.
    pub number: u32,
    /// When its pod is due.
    pub at: Timestamp,
    /// The backoff before it, in seconds.
    pub backoff_seconds: u64,
    /// Failures left before the Job itself fails.
    pub failures_left: u32,
}

/// A Job's phase in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JobPhase {
    /// `spec.suspend` holds it back.
    Suspended,
    /// It has no pod yet, or its pod has not started.
    Pending,
    /// A pod runs.
    Running,
    /// The last pod failed and the next one waits for its backoff.
    Retrying,
    /// Done.
    Complete,
    /// Given up.
    Failed,
}

impl JobPhase {
    /// True when nothing more will happen.
    pub fn is_finished(self) -> bool {
        matches!(self, Self::Complete | Self::Failed)
    }
}

impl JobPhase {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Suspended => "Suspended",
            Self::Pending => "Pending",
            Self::Running => "Running",
            Self::Retrying => "Retrying",
            Self::Complete => "Complete",
            Self::Failed => "Failed",
        }
    }

    /// What a person wants to see first: 0 is the most urgent.
    pub fn urgency(self) -> u8 {
        match self {
            Self::Retrying => 0,
            Self::Failed => 1,
            Self::Pending => 2,
            Self::Running => 3,
            Self::Suspended => 4,
            Self::Complete => 5,
        }
    }
}

impl fmt::Display for JobPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
