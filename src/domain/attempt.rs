//! One attempt of a Job: a pod, when it ran and how it ended. Made by `cluster` out of pods.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

/// One pod of a Job. With `restartPolicy: Never` each attempt has a pod of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// Counted from 1 in the order of creation.
    pub number: u32,
    /// The pod's name.
    pub pod: String,
    /// How far it got.
    pub state: AttemptState,
    /// The completion index, for Indexed Jobs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u32>,
    /// When its first container started, or the kubelet took the pod.
    pub started_at: Option<Timestamp>,
    /// When its last container ended.
    pub finished_at: Option<Timestamp>,
    /// The exit code of the container that failed, or of the last one.
    pub exit_code: Option<i32>,
    /// Kubernetes' reason: `Completed`, `Error`, `OOMKilled`, `Evicted`, `ErrImageNeverPull` …
    pub reason: Option<String>,
    /// What Kubernetes or the termination log adds.
    pub message: Option<String>,
    /// When the pod was created: attempts are numbered in this order.
    pub created_at: Option<Timestamp>,
    /// The pod is no longer in the cluster. What is known of it was seen before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
    /// Restarts inside the pod (`restartPolicy: OnFailure`).
    pub restarts: u32,
}

/// How far an attempt got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptState {
    /// No container runs yet.
    Pending,
    /// A container runs.
    Running,
    /// All containers ended with 0.
    Succeeded,
    /// A container failed, or the pod was deleted or evicted.
    Failed,
}

impl fmt::Display for AttemptState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pending => "Pending",
            Self::Running => "Running",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
        })
    }
}
