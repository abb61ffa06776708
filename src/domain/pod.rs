//! A pod as the lab shows it, in `kubectl get pod`'s words.

use jiff::Timestamp;
use serde::Serialize;

use super::attempt::Attempt;
use super::object::Uid;

/// One pod. Made by `cluster::rows`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PodRow {
    /// Its uid.
    pub uid: Uid,
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
    /// Its phase: `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`.
    pub phase: String,
    /// What Kubernetes says about it, where it does not run.
    pub message: Option<String>,
}

/// A pod as the watch sees it: its row, and what a Job needs to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodFacts {
    /// The row.
    pub row: PodRow,
    /// Its labels, as `k=v,k=v`.
    pub labels: Box<str>,
    /// The names of its containers.
    pub containers: Box<[Box<str>]>,
    /// For a pod of a Job: the Job's uid, and the attempt that it is. Its number is given by the Job.
    pub attempt: Option<Box<(Uid, Attempt)>>,
}
