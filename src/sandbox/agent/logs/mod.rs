//! Container logs: one file an attempt, in the CRI format (`TIME stdout F text`), as a kubelet's
//! container runtime writes it. Written by `attempt`, read by `kubelet::logs`.

mod line;
mod reader;
mod writer;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

pub(super) use reader::{Options, last_words, stream};
pub(super) use writer::{Pumps, Writer};

/// Who is writing which log, so that a follower is woken instead of polling.
#[derive(Clone, Debug, Default)]
pub(super) struct Hub {
    open: Arc<Mutex<HashMap<PathBuf, watch::Sender<Progress>>>>,
}

/// How far a log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// Lines written so far.
    lines: u64,
    /// How many times the file was rotated away.
    rotations: u64,
}

impl Hub {
    fn opened(&self, path: &Path) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.insert(path.to_owned(), watch::Sender::new(Progress::default()));
    }

    fn wrote(&self, path: &Path, rotated: bool) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(log) = open.get(path) {
            log.send_modify(|progress| {
                progress.lines += 1;
                progress.rotations += u64::from(rotated);
            });
        }
    }

    fn closed(&self, path: &Path) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(path);
    }

    /// Follows a log that is being written; `None` once it is finished.
    fn follow(&self, path: &Path) -> Option<watch::Receiver<Progress>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).get(path).map(watch::Sender::subscribe)
    }
}
