//! The revisioned key-value store under the API server, in the manner of etcd.
//!
//! Every write gets the next *revision*, one number for the whole store; Kubernetes shows it as
//! `resourceVersion`. A write names what it expects to find (nothing, or a revision), which is
//! what optimistic concurrency rests on. The latest changes stay in an event log, from which
//! watches and lists of an older revision are served; what has left the log is *compacted*.
//!
//! ```text
//!   write --queue--> writer thread: check a batch -> one durable commit -> image + log -> answers
//!   get, list, watch <------------------------------- image + log (memory only)
//! ```
//!
//! Called by `sandbox::api` alone. It knows nothing of Kubernetes beyond JSON values: how a
//! revision is written into a value is handed in as [`Stamp`].

mod disk;
mod error;
mod image;
#[cfg(test)]
mod model_test;
mod watch;
mod writer;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

pub use error::StoreError;
pub use watch::Watch;

use disk::{Disk, FileDisk, NoDisk};
use image::{Image, Limits, Shared};
use writer::Job;

/// Writes a revision into a value that is about to be stored.
pub type Stamp = fn(&mut Value, u64);

/// How many writes may wait for the writer thread before `write` itself waits.
const QUEUE: usize = 1024;

/// A stored value.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its key.
    pub key: Arc<str>,
    /// The value, with the revision stamped into it.
    pub value: Arc<Value>,
    /// The revision of its last write.
    pub revision: u64,
}

/// One change, as a watch sees it.
#[derive(Clone, Debug)]
pub struct Event {
    /// The revision of the change.
    pub revision: u64,
    /// What changed.
    pub key: Arc<str>,
    /// What was there before; `None` for a create.
    pub before: Option<Item>,
    /// The new value; for a delete the last one, stamped with the delete's revision.
    pub value: Arc<Value>,
    /// True for a delete.
    pub deleted: bool,
}

/// What a write expects to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Nothing.
    Absent,
    /// A value last written at this revision.
    Revision(u64),
}

/// What a write does.
#[derive(Clone, Debug)]
pub enum Change {
    /// Stores the value.
    Put(Value),
    /// Removes it; the value is what watches are told.
    Delete(Value),
}

/// One write.
#[derive(Clone, Debug)]
pub struct Write {
    /// The key.
    pub key: String,
    /// What must be there for the write to happen.
    pub expect: Expect,
    /// What happens.
    pub change: Change,
}

/// The store; shared by `Arc`. Reads never touch the disk.
pub struct Store {
    shared: Arc<Shared>,
    queue: Mutex<Option<mpsc::Sender<Job>>>,
}

impl Store {
    /// A store that forgets everything when dropped.
    pub fn in_memory(stamp: Stamp) -> Result<Self, StoreError> {
        Self::start(Box::new(NoDisk), Image::new(0, Limits::default()), stamp)
    }

    /// Opens the file, or makes it (mode 0600). Revisions go on where they stopped; watches of
    /// before get [`StoreError::Compacted`], as the log is not kept on disk.
    ///
    /// # Errors
    /// [`StoreError::Locked`], [`StoreError::Unwritable`], [`StoreError::Full`],
    /// [`StoreError::Damaged`], [`StoreError::Schema`].
    pub fn open(path: &Path, stamp: Stamp) -> Result<Self, StoreError> {
        let mut disk = FileDisk::open(path)?;
        let (revision, items) = disk.load()?;
        let mut image = Image::new(revision, Limits::default());
        image.fill(items);
        Self::start(Box::new(disk), image, stamp)
    }

    fn start(disk: Box<dyn Disk>, image: Image, stamp: Stamp) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared::new(image));
        let (queue, jobs) = mpsc::channel(QUEUE);
        writer::spawn(disk, Arc::clone(&shared), jobs, stamp)?;
        Ok(Self { shared, queue: Mutex::new(Some(queue)) })
    }

    /// The revision of the latest write.
    pub fn revision(&self) -> u64 {
        self.shared.read().revision()
    }

    /// The oldest revision from which a watch can still be served.
    pub fn compacted(&self) -> u64 {
        self.shared.read().compacted()
    }

    /// The value at `key`.
    pub fn get(&self, key: &str) -> Option<Item> {
        self.shared.read().get(key)
    }

    /// Everything whose key begins with `prefix`, in key order, and the revision this is true for.
    pub fn list(&self, prefix: &str) -> (Vec<Item>, u64) {
        let image = self.shared.read();
        (image.list(prefix), image.revision())
    }

    /// The same as it was at `revision`.
    ///
    /// # Errors
    /// [`StoreError::Compacted`] where the log no longer reaches back that far.
    pub fn list_at(&self, prefix: &str, revision: u64) -> Result<Vec<Item>, StoreError> {
        self.shared.read().list_at(prefix, revision)
    }

    /// Every change under `prefix` after revision `from`, in order, without a gap.
    pub fn watch(&self, prefix: &str, from: u64) -> Watch {
        Watch::new(Arc::clone(&self.shared), prefix, from)
    }

    /// Does the write; returns once it is on disk.
    ///
    /// # Errors
    /// [`StoreError::Exists`], [`StoreError::Missing`], [`StoreError::Changed`] when `expect` does
    /// not hold; otherwise the disk's error, and then nothing has changed.
    pub async fn write(&self, write: Write) -> Result<Item, StoreError> {
        let queue = self.queue().clone().ok_or(StoreError::Closed)?;
        let (answer, answered) = oneshot::channel();
        queue.send(Job::Write(write, answer)).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Ends the writer thread and lets go of the file. Later writes fail, reads go on.
    pub async fn close(&self) {
        let queue = self.queue().take();
        if let Some(queue) = queue {
            let (answer, answered) = oneshot::channel();
            if queue.send(Job::Close(answer)).await.is_ok() {
                // An error means that the thread has ended already, which is what is wanted.
                answered.await.ok();
            }
        }
    }

    fn queue(&self) -> std::sync::MutexGuard<'_, Option<mpsc::Sender<Job>>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
