//! The state folder: made, locked for one process, given to the two stores.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::error::StandinError;
use super::log::{self, Level};

/// How long a start waits for a former process (a pod in its grace period) to let go of the folder.
const PATIENCE: Duration = Duration::from_secs(40);
const PAUSE: Duration = Duration::from_millis(50);

/// The state folder while this process owns it. The lock goes with the process, so a kill cannot leave it behind.
#[derive(Debug)]
pub(crate) struct StateFolder {
    path: PathBuf,
    _lock: File,
}

impl StateFolder {
    /// Makes the folder where it is missing and takes its lock; waits for a process that is ending. Blocks.
    pub(crate) fn open(path: &Path) -> Result<Self, StandinError> {
        std::fs::create_dir_all(path).map_err(|source| state_error("create", path, source))?;
        let lock_path = path.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(|source| state_error("open", &lock_path, source))?;
        let started = Instant::now();
        let mut told = false;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Self { path: path.to_owned(), _lock: lock }),
                Err(TryLockError::Error(source)) => return Err(state_error("lock", &lock_path, source)),
                Err(TryLockError::WouldBlock) if started.elapsed() > PATIENCE => {
                    return Err(StandinError::Locked { path: lock_path });
                }
                Err(TryLockError::WouldBlock) => {
                    if !told {
                        log::line(
                            Level::Info,
                            "MainThread",
                            "localstack.state",
                            "waiting for the former process to end",
                        );
                        told = true;
                    }
                    std::thread::sleep(PAUSE);
                }
            }
        }
    }

    /// A path inside the folder.
    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

pub(crate) fn state_error(action: &'static str, path: &Path, source: std::io::Error) -> StandinError {
    StandinError::State { action, path: path.to_owned(), source }
}
