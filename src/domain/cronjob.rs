//! A CronJob as the lab shows it: its schedule and when it runs next.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

/// One CronJob. Made by `cluster::rows`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CronJobRow {
    /// The CronJob's name.
    pub name: String,
    /// What it does now.
    pub status: CronJobPhase,
    /// The schedule as written.
    pub schedule: String,
    /// The zone the schedule is read in; `None`: the controller's, which is UTC on all common clusters.
    pub time_zone: Option<String>,
    /// `spec.suspend`.
    pub suspend: bool,
    /// Names of the Jobs that run now. Manual Jobs are never in this list.
    pub active: Vec<String>,
    /// The scheduled time of the newest Job.
    pub last_schedule: Option<Timestamp>,
    /// When a Job last completed.
    pub last_successful: Option<Timestamp>,
    /// `Allow`, `Forbid` or `Replace`.
    pub concurrency_policy: String,
    /// How late a start may be, in seconds.
    pub starting_deadline_seconds: Option<i64>,
    /// How many completed Jobs are kept.
    pub successful_history: i32,
    /// How many failed Jobs are kept.
    pub failed_history: i32,
    /// The next run; `None` while suspended, and where the schedule never matches or cannot be read.
    pub next: Option<Timestamp>,
    /// Why the schedule cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_error: Option<String>,
}

/// What a CronJob does. Waiting for its time, held back and running are three different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CronJobPhase {
    /// Waiting for its schedule.
    Waiting,
    /// One of its Jobs runs.
    Running,
    /// `spec.suspend` is true.
    Suspended,
}

impl fmt::Display for CronJobPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Waiting => "Waiting",
            Self::Running => "Running",
            Self::Suspended => "Suspended",
        })
    }
}

/// One run to come, as `cron next` lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NextRun {
    /// The CronJob.
    pub cronjob: String,
    /// When.
    pub at: Timestamp,
    /// The same time in the CronJob's zone, with its offset.
    pub local: String,
    /// Seconds from now.
    pub in_seconds: i64,
    /// The Job's name: the CronJob's, then the minutes since 1970 of the scheduled time.
    pub job: String,
}
