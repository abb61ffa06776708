//! The sandbox as a background process. (Thin: signatures only, the daemon itself comes from the integrator.)

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

/// How to start.
#[derive(Clone, Debug)]
pub struct StartOptions {
    /// The program.
    pub exe: PathBuf,
    /// Its folder.
    pub data_dir: PathBuf,
    /// The API server's port.
    pub port: Option<u16>,
    /// The address slot.
    pub slot: Option<u8>,
}

/// One that runs.
#[derive(Clone, Debug)]
pub struct Running {
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
    /// The node's address.
    pub node_ip: Ipv4Addr,
    /// Its version.
    pub version: String,
}

/// What start found or made.
#[derive(Clone, Debug)]
pub struct Started {
    /// It.
    pub running: Running,
    /// True when it was not there.
    pub fresh: bool,
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// Not in this build.
    #[error("the sandbox's daemon is not in this build")]
    Absent,
}

/// Starts it.
///
/// # Errors
/// Always, here.
pub async fn start(_: &StartOptions) -> Result<Started, DaemonError> {
    Err(DaemonError::Absent)
}

/// Which one runs.
///
/// # Errors
/// Never, here.
pub fn status(_: &Path) -> Result<Option<Running>, DaemonError> {
    Ok(None)
}

/// Stops it.
///
/// # Errors
/// Never, here.
pub async fn stop(_: &Path) -> Result<bool, DaemonError> {
    Ok(false)
}
