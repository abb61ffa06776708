//! How a Job retries: attempts seen, the next one predicted. Pure.
//!
//! A Job whose pods fail (restartPolicy Never) starts the next pod 10, 20, 40 … seconds after the end of the
//! last one, never more than 10 minutes later, until more pods have failed than `spec.backoffLimit` allows;
//! a success starts the count anew. Used by the sandbox's Job controller, `job show` and the panels.
//! It never asks for the time.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The wait after the first failure, in seconds.
const FIRST: i64 = 10;
/// The longest wait, in seconds.
const LONGEST: i64 = 600;
/// `spec.backoffLimit` where a Job does not set it.
const DEFAULT_LIMIT: u32 = 6;

/// One pod of a Job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// The pod's name.
    pub pod: String,
    /// When its container started.
    pub started_at: Option<Timestamp>,
    /// When its container ended.
    pub finished_at: Option<Timestamp>,
    /// How it stands.
    pub outcome: Outcome,
}

/// How an attempt stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "phase")]
pub enum Outcome {
    /// Waiting or running.
    Running,
    /// It ended with exit code 0.
    Succeeded,
    /// It ended otherwise, or was deleted.
    #[serde(rename_all = "camelCase")]
    Failed {
        /// The container's exit code, if one is known.
        exit_code: Option<i32>,
        /// Kubernetes' word for it: `Error`, `OOMKilled`, `DeadlineExceeded` …
        reason: Option<String>,
    },
}

impl Attempt {
    /// Whether it counts against the backoff limit.
    pub fn failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed { .. })
    }
}

/// A Job's retry rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Backoff {
    /// `spec.backoffLimit`: this many failures are forgiven, the next one fails the Job.
    pub limit: u32,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { limit: DEFAULT_LIMIT }
    }
}

impl Backoff {
    /// The wait after this many failures in a row, counted from the end of the last.
    pub fn delay(failures: u32) -> SignedDuration {
        let seconds = match failures {
            0 => 0,
            n => FIRST.checked_shl(n - 1).filter(|_| n < 16).unwrap_or(LONGEST).min(LONGEST),
        };
        SignedDuration::from_secs(seconds)
    }

    /// How many attempts have failed.
    pub fn failed(attempts: &[Attempt]) -> u32 {
        count(attempts.iter().filter(|attempt| attempt.failed()))
    }

    /// How many more failures the Job survives.
    pub fn remaining(&self, attempts: &[Attempt]) -> u32 {
        self.limit.saturating_sub(Self::failed(attempts))
    }

    /// Whether the Job is lost: more failures than the limit.
    pub fn exhausted(&self, attempts: &[Attempt]) -> bool {
        Self::failed(attempts) > self.limit
    }

    /// When the next pod starts. `None` while one runs, after a success, and when the limit is passed.
    pub fn next_attempt(&self, attempts: &[Attempt]) -> Option<Timestamp> {
        if self.exhausted(attempts) || attempts.iter().any(|attempt| attempt.outcome == Outcome::Running) {
            return None;
        }
        let mut ended: Vec<&Attempt> = attempts.iter().filter(|attempt| attempt.finished_at.is_some()).collect();
        ended.sort_by_key(|attempt| attempt.finished_at);
        let in_a_row = count(ended.iter().rev().take_while(|attempt| attempt.failed()));
        let last = ended.last().filter(|_| in_a_row > 0)?.finished_at?;
        last.checked_add(Self::delay(in_a_row)).ok()
    }

    /// The waits still to come if every further attempt fails: `[40 s, 80 s]` means two more retries.
    pub fn predicted(&self, attempts: &[Attempt]) -> Vec<SignedDuration> {
        let failed = Self::failed(attempts);
        (failed.max(1)..=self.limit).map(Self::delay).collect()
    }
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    fn failed(end: &str) -> Attempt {
        Attempt {
            pod: "job-x".to_owned(),
            started_at: None,
            finished_at: Some(t(end)),
            outcome: Outcome::Failed { exit_code: Some(1), reason: Some("Error".to_owned()) },
        }
    }

    #[test]
    fn the_measured_curve() {
        let curve: Vec<i64> = (0..10).map(|n| Backoff::delay(n).as_secs()).collect();
        assert_eq!(curve, [0, 10, 20, 40, 80, 160, 320, 600, 600, 600]);
        assert_eq!(Backoff::delay(u32::MAX).as_secs(), 600);
    }

    #[test]
    fn the_next_attempt_follows_the_last_end() {
        let backoff = Backoff { limit: 2 };
        let mut attempts = vec![failed("2026-11-23T13:00:00Z")];
        assert_eq!(backoff.next_attempt(&attempts), Some(t("2026-11-23T13:00:10Z")));
        assert_eq!(backoff.remaining(&attempts), 1);
        assert_eq!(backoff.predicted(&attempts).iter().map(SignedDuration::as_secs).collect::<Vec<_>>(), [10, 20]);
        attempts.push(failed("2026-11-23T13:00:12Z"));
        assert_eq!(backoff.next_attempt(&attempts), Some(t("2026-11-23T13:00:32Z")));
        attempts.push(failed("2026-11-23T13:00:34Z"));
        assert!(backoff.exhausted(&attempts));
        assert_eq!(backoff.next_attempt(&attempts), None);
    }

    #[test]
    fn a_success_starts_the_count_anew() {
        let success = Attempt { outcome: Outcome::Succeeded, ..failed("2026-11-23T13:00:12Z") };
        let attempts = vec![failed("2026-11-23T13:00:00Z"), success, failed("2026-11-23T13:01:00Z")];
        assert_eq!(Backoff::default().next_attempt(&attempts), Some(t("2026-11-23T13:01:10Z")));
    }

    #[test]
    fn serde_names() {
        let json = serde_json::to_value(failed("2026-11-23T13:00:00Z")).expect("serialises");
        assert_eq!(json["outcome"], serde_json::json!({"phase": "failed", "exitCode": 1, "reason": "Error"}));
        assert_eq!(json["finishedAt"], "2026-11-23T13:00:00Z");
    }
}
