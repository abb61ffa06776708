//! The lab's Kubernetes client: connect, apply, watch, read typed rows, logs, whole objects as text.
//!
//! Called by `provider` (to connect), `lab`, and `runtime` (watches, followed logs, objects to read and edit). Knows
//! nothing of which provider is behind the API server, and prints nothing.

mod apply;
mod connect;
mod cronjobs;
mod delete;
mod describe;
mod endpoints;
mod error;
mod events;
mod jobs;
mod kinds;
mod lean;
mod log_follow;
mod log_lines;
mod log_stream;
mod logs;
mod objects;
mod pods;
mod rollout;
mod rows;
#[cfg(test)]
mod rows_tests;
mod services;
mod wait;
mod watch;

pub use apply::{FIELD_MANAGER, MANAGED_BY, MANAGED_BY_VALUE};
pub use connect::{Cluster, Target};
pub use cronjobs::job_from_cronjob;
pub use delete::Owned;
pub use endpoints::endpoints_row;
pub use error::ClusterError;
pub use events::row as event_row;
pub use log_follow::{LogEnd, LogSink};
pub use objects::{Edited, Named};
pub use rollout::{Rollout, deployment_row, rollout_of};
pub use rows::{attempts, cronjob_row, job_facts, job_row, next_runs, pod_facts, pod_row};
pub use services::{Note, port_patch, service_row};
pub use watch::{Sink, WatchEnd};
