//! The built-in cluster: API server, controllers, node agent, S3 + DynamoDB; no Docker, no root.
//!
//! ```text
//!   kubectl, kube-rs --HTTPS--> api --> store (redb)
//!                                ^  \-- logs --> agent (kubelet port)
//!      controllers, agent -------+   (plain kube clients, plugged in without a socket)
//!      agent -- starts --> pods = processes (task-reporter, task-service, aws = the LocalStack stand-in)
//! ```

pub mod agent;
pub mod api;
pub mod aws;
pub mod clock;
pub mod controllers;
pub mod daemon;
pub mod net;
pub mod pki;
pub mod resources;
pub mod store;
