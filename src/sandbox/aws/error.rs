//! What can go wrong while the stand-in starts; each sentence names the next step.

use std::net::SocketAddr;
use std::path::PathBuf;

/// A start that failed. Requests that fail answer in AWS' own error shapes instead.
#[derive(Debug, thiserror::Error)]
pub enum StandinError {
    /// The address cannot be listened on.
    #[error(
        "cannot listen on {address}: {source}; another program may have the port, try `GATEWAY_LISTEN=127.0.0.1:0`"
    )]
    Listen {
        /// Where it wanted to listen.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// GATEWAY_LISTEN is not an address.
    #[error("GATEWAY_LISTEN={value:?} is not an address; give it as 127.0.0.1:4566")]
    BadListen {
        /// What was given.
        value: String,
    },
    /// The state folder cannot be used.
    #[error("cannot {action} {path}: {source}; check that the folder is writable and not full")]
    State {
        /// What was tried: `create`, `open`, `lock`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another process keeps the state folder.
    #[error("{path} is still used by another process; stop it, then start again")]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// The DynamoDB part cannot open its tables.
    #[error("cannot open the DynamoDB tables in {place}: {reason}")]
    Dynamo {
        /// The file, or `memory`.
        place: String,
        /// Its own words.
        reason: String,
    },
    /// The S3 part cannot open its index.
    #[error("cannot open the S3 index in {place}: {reason}")]
    S3 {
        /// The file, or `memory`.
        place: String,
        /// Its own words.
        reason: String,
    },
    /// Threads cannot be made.
    #[error("cannot start a thread pool: {0}")]
    Runtime(std::io::Error),
}
