//! `k8s-tutor`: a Kubernetes batch lab that a person can bring up, break, watch and repair.
//!
//! The rooms and who may call whom (checked by `tests/architecture.rs`, told in
//! `docs/architecture.md`):
//!
//! ```text
//!   main.rs -> entry  (joins every room; imported by none)
//!                |
//!    +-----------+------------+-----------+--------------+
//!    v           v            v           v              v
//!   cli         tui        runtime     sandbox        workload   (runs inside pods;
//!    |           |            |           |              ^        knows nothing of the rest)
//!    |           +--> app <---+           +--------------+
//!    |                        |
//!    +--------> lab <---------+
//!                |
//!                +-----> provider ----> image, process   (of the sandbox: its daemon alone)
//!                v
//!          cluster, aws,   sandbox = API server, controllers, node agent, S3 + DynamoDB
//!            content
//!                \____________ all of them speak in the words of ____________/  domain
//! ```
//!
//! The sandbox is reached over loopback HTTPS with the same kube and AWS clients as a real
//! cluster; there is no short cut through memory.

#[cfg(feature = "lab")]
pub mod app;
#[cfg(feature = "lab")]
pub mod aws;
#[cfg(feature = "lab")]
pub mod cli;
#[cfg(feature = "lab")]
pub mod cluster;
#[cfg(feature = "lab")]
pub mod config;
#[cfg(feature = "lab")]
pub mod content;
pub mod domain;
#[cfg(feature = "lab")]
pub mod entry;
#[cfg(feature = "lab")]
pub mod image;
#[cfg(feature = "lab")]
pub mod lab;
#[cfg(feature = "lab")]
pub mod process;
#[cfg(feature = "lab")]
pub mod provider;
#[cfg(feature = "lab")]
pub mod runtime;
#[cfg(feature = "lab")]
pub mod sandbox;
#[cfg(feature = "lab")]
pub mod text;
#[cfg(feature = "lab")]
pub mod tui;
#[cfg(feature = "workload")]
pub mod workload;
