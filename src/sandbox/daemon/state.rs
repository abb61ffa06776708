//! The state file: who serves this data directory, and where.

use std::fs;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::DaemonError;
use super::files::{Files, write_private};

const SCHEMA: u32 = 1;

/// A sandbox that is up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Running {
    /// Of this file.
    pub schema_version: u32,
    /// The daemon's process id.
    pub pid: u32,
    /// The API server: `https://127.0.0.1:PORT`.
    pub url: String,
    /// Since when, UTC.
    pub since: Timestamp,
    /// The kubeconfig for kubectl and every other client.
    pub kubeconfig: PathBuf,
    /// Which slot of loopback addresses.
    pub slot: u8,
    /// Where NodePorts listen.
    pub node_ip: Ipv4Addr,
    /// The version of the program that serves.
    pub version: String,
}

impl Running {
    pub(super) fn new(url: String, slot: u8, node_ip: Ipv4Addr, files: &Files) -> Self {
        Self {
            schema_version: SCHEMA,
            pid: std::process::id(),
            url,
            since: Timestamp::now(),
            kubeconfig: files.kubeconfig(),
            slot,
            node_ip,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    pub(super) fn save(&self, files: &Files) -> Result<(), DaemonError> {
        let text = serde_json::to_vec_pretty(self)
            .map_err(|e| DaemonError::Part { part: "state file", why: e.to_string() })?;
        write_private(&files.state(), &text)
    }

    /// The daemon that lives now. A state file without a living daemon is stale and ignored; so is
    /// one that cannot be read, while the daemon is still on its way up.
    pub(super) fn load(files: &Files) -> Result<Option<Self>, DaemonError> {
        if !files.daemon_lives()? {
            return Ok(None);
        }
        let path = files.state();
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(DaemonError::file("read", path)(e)),
        };
        let state: Option<Self> = serde_json::from_slice(&bytes).ok();
        if let Some(found) = state.as_ref().map(|s| s.schema_version).filter(|v| *v > SCHEMA) {
            return Err(DaemonError::Newer { path, found, known: SCHEMA });
        }
        Ok(state)
    }
}
