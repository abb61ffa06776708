//! What runs inside pods: the task-reporter and the task-service.
//!
//! Started by the thin binaries in `src/bin/`, by the container images, and by the sandbox's node agent
//! through `k8s-tutor __pod …`. Imports nothing of the rest of the crate: a pod knows its environment, its
//! files and the network, and no more.

mod clients;
mod env;
mod failure;
mod logging;
mod printable;
pub mod reporter;
pub mod service;
mod signals;
