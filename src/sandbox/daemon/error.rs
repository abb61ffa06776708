//! What can go wrong around the daemon, in words for a person.

use std::path::PathBuf;

/// An error of starting, serving or stopping a sandbox.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// A file or folder of the data directory could not be used.
    #[error("cannot {doing} {path}: {source}. Choose another folder with K8S_TUTOR_DATA_DIR=DIR, or mend this one")]
    File {
        /// What was tried: "create the folder", "write".
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The folder was written by a newer program.
    #[error("{path} has schema_version {found}, this program knows {known}: use the newer k8s-tutor that wrote it")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest that this program reads.
        known: u32,
    },
    /// Another daemon serves this data directory.
    #[error(
        "another sandbox already serves {0}: see `k8s-tutor sandbox status`, or stop it with `k8s-tutor sandbox stop`"
    )]
    Locked(PathBuf),
    /// No free range of loopback addresses.
    #[error("{0}")]
    Slot(String),
    /// The API server's port cannot be had.
    #[error(
        "port {port} of 127.0.0.1 cannot be used: {source}. Start with another one: k8s-tutor sandbox start --port N"
    )]
    Port {
        /// The port asked for.
        port: u16,
        /// The system's answer.
        source: std::io::Error,
    },
    /// Certificates could not be made.
    #[error("cannot make the sandbox's certificates: {0}")]
    Certificates(String),
    /// A part of the sandbox failed.
    #[error("the sandbox's {part} failed: {why}")]
    Part {
        /// "API server", "node agent".
        part: &'static str,
        /// Its own words.
        why: String,
    },
    /// The daemon ended before it was ready.
    #[error("the sandbox did not start: {why}\nIts log: {log}")]
    NotStarted {
        /// The daemon's last words.
        why: String,
        /// Where the rest stands.
        log: PathBuf,
    },
    /// The daemon did not end in time.
    #[error("the sandbox (pid {pid}) does not end: end it with `kill -9 {pid}`; nothing that it acknowledged is lost")]
    NotStopped {
        /// Its process id.
        pid: u32,
    },
}

impl DaemonError {
    pub(super) fn file(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { doing, path, source }
    }
}
