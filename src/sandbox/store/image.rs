//! The store in memory: the current values and the log of the latest changes.
//!
//! Read by `Store` and `Watch`, changed by the writer thread alone, and only after a commit.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use tokio::sync::watch;

use super::{Event, Item, StoreError};

/// How much of the past is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// At most so many events …
    pub(super) events: usize,
    /// … of so many bytes of JSON together; the newest event always stays.
    pub(super) bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { events: 4096, bytes: 3 << 20 }
    }
}

/// Values and log.
pub(super) struct Image {
    items: BTreeMap<Arc<str>, Item>,
    log: VecDeque<(Event, usize)>,
    log_bytes: usize,
    limits: Limits,
    revision: u64,
    compacted: u64,
}

/// The image with its lock, and the bell that wakes watches.
pub(super) struct Shared {
    image: RwLock<Image>,
    bell: watch::Sender<u64>,
}

impl Shared {
    pub(super) fn new(image: Image) -> Self {
        let bell = watch::channel(image.revision).0;
        Self { image: RwLock::new(image), bell }
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, Image> {
        // The image is changed by plain moves only; a panic cannot leave it half changed.
        self.image.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Image> {
        self.image.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn ring(&self, revision: u64) {
        self.bell.send_replace(revision);
    }

    pub(super) fn listen(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }
}

impl Image {
    pub(super) fn new(revision: u64, limits: Limits) -> Self {
        Self { items: BTreeMap::new(), log: VecDeque::new(), log_bytes: 0, limits, revision, compacted: revision }
    }

    /// Takes over what was loaded from disk.
    pub(super) fn fill(&mut self, items: Vec<Item>) {
        self.items = items.into_iter().map(|item| (Arc::clone(&item.key), item)).collect();
    }

    pub(super) fn revision(&self) -> u64 {
        self.revision
    }

    pub(super) fn compacted(&self) -> u64 {
        self.compacted
    }

    pub(super) fn get(&self, key: &str) -> Option<Item> {
        self.items.get(key).cloned()
    }

    pub(super) fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.values()
    }

    pub(super) fn list(&self, prefix: &str) -> Vec<Item> {
        self.range(prefix).cloned().collect()
    }

    fn range<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a Item> {
        self.items
            .range::<str, _>((Bound::Included(prefix), Bound::Unbounded))
            .map(|(_, item)| item)
            .take_while(move |item| item.key.starts_with(prefix))
    }

    /// The list as it was: today's, with every later change undone, newest first.
    pub(super) fn list_at(&self, prefix: &str, revision: u64) -> Result<Vec<Item>, StoreError> {
        if revision < self.compacted {
            return Err(StoreError::Compacted { asked: revision, oldest: self.compacted });
        }
        let mut then: BTreeMap<Arc<str>, Item> = self.range(prefix).map(|i| (Arc::clone(&i.key), i.clone())).collect();
        for (event, _) in self.log.iter().rev().take_while(|(e, _)| e.revision > revision) {
            if event.key.starts_with(prefix) {
                match &event.before {
                    Some(item) => then.insert(Arc::clone(&event.key), item.clone()),
                    None => then.remove(&event.key),
                };
            }
        }
        Ok(then.into_values().collect())
    }

    /// Up to `limit` events under `prefix` after `from`, and the revision up to which was looked.
    pub(super) fn events(&self, prefix: &str, from: u64, limit: usize) -> Result<(Vec<Event>, u64), StoreError> {
        if from < self.compacted {
            return Err(StoreError::Compacted { asked: from, oldest: self.compacted });
        }
        let start = self.log.partition_point(|(event, _)| event.revision <= from);
        let mut found = Vec::new();
        for (event, _) in self.log.range(start..) {
            if event.key.starts_with(prefix) {
                found.push(event.clone());
                if found.len() == limit {
                    return Ok((found, event.revision));
                }
            }
        }
        Ok((found, from.max(self.revision)))
    }

    /// Takes a committed change in; `size` is its length as JSON.
    pub(super) fn apply(&mut self, event: Event, size: usize) {
        self.revision = event.revision;
        if event.deleted {
            self.items.remove(&event.key);
        } else {
            let item = Item { key: Arc::clone(&event.key), value: Arc::clone(&event.value), revision: event.revision };
            self.items.insert(Arc::clone(&event.key), item);
        }
        self.log_bytes += size;
        self.log.push_back((event, size));
        while self.log.len() > 1 && (self.log.len() > self.limits.events || self.log_bytes > self.limits.bytes) {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        if let Some((event, size)) = self.log.pop_front() {
            self.log_bytes -= size;
            self.compacted = event.revision;
        }
    }
}
