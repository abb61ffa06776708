//! A Job as the lab shows it: its phase, its attempts, its retries, its next attempt.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use super::attempt::Attempt;

/// One Job. Made by `cluster::rows` out of the Job and its pods.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JobRow {
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
    /// How many successes make the Job complete; `None`: one success ends it (a work queue).
    pub completions: Option<u32>,
    /// How many pods may run at once.
    pub parallelism: u32,
    /// How many failures the Job survives.
    pub backoff_limit: u32,
    /// Attempts after the first, of what was asked for: failures that were followed up.
    pub retries: u32,
    /// The condition that ended it: `CompletionsReached`, `BackoffLimitExceeded`, `DeadlineExceeded` …
    pub reason: Option<String>,
    /// The condition's message.
    pub message: Option<String>,
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

impl fmt::Display for JobPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Suspended => "Suspended",
            Self::Pending => "Pending",
            Self::Running => "Running",
            Self::Retrying => "Retrying",
            Self::Complete => "Complete",
            Self::Failed => "Failed",
        })
    }
}
