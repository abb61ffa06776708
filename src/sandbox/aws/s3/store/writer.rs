//! One thread writes: changes that wait while a commit runs share the next one (group commit).

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use redb::{Database, WriteTransaction};
use s3s::S3Result;
use tokio::sync::oneshot;

use crate::sandbox::aws::s3::errors;

/// How many changes one commit carries at most.
const BATCH: usize = 256;

type Change = Box<dyn FnOnce(&WriteTransaction) -> Tell + Send>;
/// Tells the waiting request; `Err` is the commit's failure.
type Tell = Box<dyn FnOnce(Result<(), String>) + Send>;

/// The way to the writing thread, which ends with this handle.
pub(super) struct Writer {
    changes: Option<Sender<Change>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.changes = None;
        // The file is closed when this returns: another process may be waiting for it.
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Writer {
    pub(super) fn start(database: Arc<Database>) -> Self {
        let (changes, queue) = channel();
        let thread = std::thread::spawn(move || write_batches(&database, &queue));
        Self { changes: Some(changes), thread: Some(thread) }
    }

    /// See [`super::Store::write`].
    pub(super) async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&WriteTransaction) -> S3Result<T> + Send + 'static,
    ) -> S3Result<T> {
        let (tell, told) = oneshot::channel();
        let change: Change = Box::new(move |write| {
            let result = change(write);
            Box::new(move |committed| {
                let result = committed.map_err(errors::storage).and(result);
                // The client may be gone.
                let _ = tell.send(result);
            })
        });
        let ended = || errors::internal("the store has ended");
        let changes = self.changes.as_ref().ok_or_else(ended)?;
        changes.send(change).map_err(|_| ended())?;
        told.await.map_err(|_| errors::internal("the store ended before it answered"))?
    }
}

fn write_batches(database: &Database, queue: &Receiver<Change>) {
    while let Ok(first) = queue.recv() {
        let write = match database.begin_write() {
            Ok(write) => write,
            // Dropping the change answers its request with an error.
            Err(_) => continue,
        };
        let mut waiting = vec![first(&write)];
        while waiting.len() < BATCH
            && let Ok(next) = queue.try_recv()
        {
            waiting.push(next(&write));
        }
        let committed = write.commit().map_err(|e| e.to_string());
        for tell in waiting {
            tell(committed.clone());
        }
    }
}
