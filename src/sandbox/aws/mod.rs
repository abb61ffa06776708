//! The LocalStack stand-in: S3 and DynamoDB on one port, behind the image name `localstack/localstack`.
//!
//! ```text
//!            :4566
//!   client --------> gateway --+-- X-Amz-Target: DynamoDB… --> dynamo (dynoxide on SQLite)
//!                              +-- /_localstack/…          --> control (health, init, info)
//!                              +-- everything else         --> s3 (s3s in front of our own store)
//!   init scripts: sh with `aws`, `awslocal`, `curl` = applet, which speak to the gateway over HTTP
//! ```
//!
//! Called by the node agent as a pod's process ([`localstack_main`], [`applet_main`]) and by tests in
//! process ([`serve`]). It must not import anything of the cluster's other rooms, and it never calls
//! out to the network.

mod applet;
mod control;
mod dynamo;
mod error;
mod gateway;
mod init;
mod log;
mod options;
mod program;
mod python_json;
mod s3;
mod state;
#[cfg(test)]
mod tests;

pub use applet::applet_main;
pub use error::StandinError;
pub use gateway::{Served, serve};
pub use options::{Options, Persistence};
pub use program::localstack_main;
