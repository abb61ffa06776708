//! A pod as the lab shows it, in `kubectl get pod`'s words.

use jiff::Timestamp;
use serde::Serialize;

/// One pod. Made by `cluster::rows`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PodRow {
    /// The pod's name.
    pub name: String,
    /// Containers that are ready.
    pub ready: u32,
    /// Containers in all.
    pub containers: u32,
    /// `kubectl get pod`'s STATUS: Running, Completed, Error, CrashLoopBackOff, Terminating …
    pub status: String,
    /// Restarts of all containers.
    pub restarts: u32,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// When the kubelet took it.
    pub started_at: Option<Timestamp>,
    /// When its last container ended.
    pub finished_at: Option<Timestamp>,
    /// The exit code of its last container that ended.
    pub exit_code: Option<i32>,
    /// Its address.
    pub ip: Option<String>,
    /// Its node.
    pub node: Option<String>,
    /// The Job it belongs to.
    pub job: Option<String>,
    /// What Kubernetes says about it, where it does not run.
    pub message: Option<String>,
}
