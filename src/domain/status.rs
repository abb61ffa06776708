//! The lab at a glance, as `k8s-tutor status` shows it.

use std::fmt;

use serde::Serialize;

use super::cronjob::CronJobRow;
use super::fault::FaultRow;

/// Everything `status` tells.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabStatus {
    /// Whether the lab is up.
    pub state: LabState,
    /// The provider asked.
    pub provider: String,
    /// The kubeconfig context.
    pub context: Option<String>,
    /// The kubeconfig file.
    pub kubeconfig: Option<String>,
    /// The lab's namespace.
    pub namespace: String,
    /// The API server.
    pub server: Option<String>,
    /// Its version, `v1.36.2`.
    pub version: Option<String>,
    /// Where S3 and DynamoDB answer, for `--endpoint-url`.
    pub aws_endpoint: Option<String>,
    /// The lab's parts.
    pub components: Vec<ComponentRow>,
    /// Its CronJobs.
    pub cronjobs: Vec<CronJobRow>,
    /// How its Jobs stand.
    pub jobs: JobCounts,
    /// Active faults.
    pub faults: Vec<FaultRow>,
    /// What to type next.
    pub next: Vec<String>,
}

/// Whether the lab is up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LabState {
    /// No cluster answers, or nothing of the lab is there.
    Down,
    /// Some parts are missing or not ready.
    Partial,
    /// All parts are ready.
    Up,
}

/// One part of the lab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComponentRow {
    /// What it is for: `aws`, `api`, `batch`.
    pub component: String,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// True when it does its work.
    pub ready: bool,
    /// In words: `2/2 ready`, `not there`.
    pub detail: String,
}

/// How the Jobs of the lab stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct JobCounts {
    /// All Jobs that are there.
    pub total: u32,
    /// Those that run, wait or retry.
    pub active: u32,
    /// Those that completed.
    pub complete: u32,
    /// Those that failed.
    pub failed: u32,
}

impl fmt::Display for LabState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Down => "down",
            Self::Partial => "partial",
            Self::Up => "up",
        })
    }
}
