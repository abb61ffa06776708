//! What can go wrong in the store. Built by its other files; shown to people by the API server.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A refused read or write. Cheap to clone: one failed commit fails many writes.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// A create found something.
    #[error("the key {0} exists already")]
    Exists(String),
    /// An update or delete found nothing.
    #[error("the key {0} is not there")]
    Missing(String),
    /// An update or delete found another revision.
    #[error("the key {key} was last written at revision {found}")]
    Changed {
        /// The key.
        key: String,
        /// Its revision.
        found: u64,
    },
    /// The event log no longer reaches back to the revision asked for.
    #[error("revision {asked} is too old; the oldest one known is {oldest}")]
    Compacted {
        /// The revision asked for.
        asked: u64,
        /// The oldest that can be served.
        oldest: u64,
    },
    /// Another process has the file.
    #[error(
        "the state file {} is in use by another process; see who it is with: k8s-tutor sandbox status",
        .0.display()
    )]
    Locked(PathBuf),
    /// No space left.
    #[error("the disk of the state file {} is full; nothing was changed; free some space and try again", .0.display())]
    Full(PathBuf),
    /// No right to write.
    #[error("the state file {} cannot be written: {why}; check the folder's owner and mode", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
    /// Not a state file, or a broken one.
    #[error(
        "the state file {} is damaged or is not one: {why}; move it away and start again, the lab is then made anew",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        why: String,
    },
    /// Written by another version of this program.
    #[error(
        "the state file {} has schema version {found}, this program knows {known}; use the program that wrote it",
        path.display()
    )]
    Schema {
        /// The file.
        path: PathBuf,
        /// The file's version.
        found: u64,
        /// Ours.
        known: u64,
    },
    /// Any other failure of the disk or the system.
    #[error("the state file {} failed: {why}", path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// What happened.
        why: Arc<str>,
    },
    /// The store was closed.
    #[error("the store is closed: the sandbox is stopping")]
    Closed,
}

impl StoreError {
    /// The named error for an error of the file system.
    pub(super) fn from_io(path: &Path, error: &std::io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full(path),
            ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory => Self::Unwritable { path, why: error.to_string() },
            ErrorKind::InvalidData | ErrorKind::UnexpectedEof => Self::Damaged { path, why: error.to_string() },
            _ => Self::Disk { path, why: error.to_string().into() },
        }
    }

    /// The named error for an error of redb.
    pub(super) fn from_redb(path: &Path, error: redb::Error) -> Self {
        match error {
            redb::Error::DatabaseAlreadyOpen | redb::Error::LockProtocolMismatch => Self::Locked(path.to_owned()),
            redb::Error::Io(error) => Self::from_io(path, &error),
            redb::Error::Corrupted(why) => Self::Damaged { path: path.to_owned(), why },
            redb::Error::UpgradeRequired(version) => {
                Self::Damaged { path: path.to_owned(), why: format!("its file format {version} is too old") }
            }
            other => Self::Disk { path: path.to_owned(), why: other.to_string().into() },
        }
    }
}
