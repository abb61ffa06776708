//! A watch: every change under a prefix, in order, without a gap. Made by `Store::watch`.

use std::sync::Arc;

use tokio::sync::watch;

use super::image::Shared;
use super::{Event, StoreError};

/// How many events one call hands out at most.
const BATCH: usize = 256;

/// A cursor into the event log. It holds no copy of events: one that is too slow is not a burden
/// for the store, it gets [`StoreError::Compacted`].
pub struct Watch {
    shared: Arc<Shared>,
    prefix: String,
    cursor: u64,
    bell: watch::Receiver<u64>,
}

impl Watch {
    pub(super) fn new(shared: Arc<Shared>, prefix: &str, from: u64) -> Self {
        let bell = shared.listen();
        Self { shared, prefix: prefix.to_owned(), cursor: from, bell }
    }

    /// Everything up to this revision has been handed out (or did not concern the prefix).
    pub fn cursor(&self) -> u64 {
        self.cursor
    }

    /// The next events, at least one. May be dropped and called again: nothing is lost.
    ///
    /// # Errors
    /// [`StoreError::Compacted`] when the log has moved past the cursor.
    pub async fn next(&mut self) -> Result<Vec<Event>, StoreError> {
        loop {
            self.bell.borrow_and_update();
            let events = self.ready()?;
            if !events.is_empty() {
                return Ok(events);
            }
            // The bell lives in `shared`, which this watch holds: it cannot be closed.
            self.bell.changed().await.map_err(|_| StoreError::Closed)?;
        }
    }

    /// What is there already; may be empty.
    pub fn ready(&mut self) -> Result<Vec<Event>, StoreError> {
        let (events, seen) = self.shared.read().events(&self.prefix, self.cursor, BATCH)?;
        self.cursor = seen;
        Ok(events)
    }
}
