//! The sandbox as a thing of its own: `k8s-tutor sandbox start|stop|status`.

use std::net::Ipv4Addr;
use std::path::PathBuf;

use serde::Serialize;

use super::{Options, ProviderError, sandbox};

/// What runs.
#[derive(Clone, Debug, Serialize)]
pub struct SandboxStatus {
    /// The process.
    pub pid: u32,
    /// The API server.
    pub url: String,
    /// Since when.
    pub since: jiff::Timestamp,
    /// The kubeconfig.
    pub kubeconfig: PathBuf,
    /// The address slot.
    pub slot: u8,
    /// The node's address, where NodePorts listen.
    pub node_ip: Ipv4Addr,
    /// The program's version.
    pub version: String,
}

/// Starts the sandbox unless it runs; true when this call started it.
///
/// # Errors
/// It does not start.
pub async fn start(options: &Options) -> Result<(SandboxStatus, bool), ProviderError> {
    sandbox::start(options).await
}

/// What runs, if any.
///
/// # Errors
/// Its state file cannot be read.
pub fn status(options: &Options) -> Result<Option<SandboxStatus>, ProviderError> {
    sandbox::status(options)
}

/// Stops it; false when none ran.
///
/// # Errors
/// It does not stop.
pub async fn stop(options: &Options) -> Result<bool, ProviderError> {
    sandbox::stop(options).await
}
