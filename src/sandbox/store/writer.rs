//! The one thread that writes: it checks a batch of writes against memory, commits them in one
//! disk transaction, then shows them to readers and answers. Started by `Store`.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::disk::{Disk, Record};
use super::image::Shared;
use super::{Change, Event, Expect, Item, Stamp, StoreError, Write};

/// How many writes share one commit at most.
const BATCH: usize = 512;

/// What the thread is asked.
pub(super) enum Job {
    /// Do this write and tell.
    Write(Write, oneshot::Sender<Result<Item, StoreError>>),
    /// Let go of the file and end.
    Close(oneshot::Sender<()>),
}

/// A write that will stand if the commit succeeds.
struct Accepted {
    event: Event,
    bytes: Vec<u8>,
}

type Answer = oneshot::Sender<Result<Item, StoreError>>;

pub(super) fn spawn(
    disk: Box<dyn Disk>,
    shared: Arc<Shared>,
    jobs: mpsc::Receiver<Job>,
    stamp: Stamp,
) -> Result<(), StoreError> {
    let mut writer = Writer { disk, shared, stamp };
    std::thread::Builder::new()
        .name("store".into())
        .spawn(move || writer.run(jobs))
        .map(drop)
        .map_err(|error| StoreError::Disk { path: "(thread)".into(), why: error.to_string().into() })
}

struct Writer {
    disk: Box<dyn Disk>,
    shared: Arc<Shared>,
    stamp: Stamp,
}

impl Writer {
    fn run(&mut self, mut jobs: mpsc::Receiver<Job>) {
        while let Some(first) = jobs.blocking_recv() {
            let mut writes = Vec::new();
            let mut closing = None;
            let mut next = Some(first);
            while let Some(job) = next {
                match job {
                    Job::Write(write, answer) => writes.push((write, answer)),
                    Job::Close(answer) => {
                        closing = Some(answer);
                        break;
                    }
                }
                next = if writes.len() < BATCH { jobs.try_recv().ok() } else { None };
            }
            self.batch(writes);
            if let Some(answer) = closing {
                // The file's lock is free before the caller hears of it.
                self.disk = Box::new(super::disk::NoDisk);
                answer.send(()).ok();
                return;
            }
        }
    }

    /// One commit. Answers go out after it, refusals too: a refusal may rest on a write of the
    /// same batch.
    fn batch(&mut self, writes: Vec<(Write, Answer)>) {
        let mut accepted: Vec<Accepted> = Vec::new();
        let mut answers: Vec<(Answer, Result<usize, StoreError>)> = Vec::new();
        let mut latest: HashMap<Arc<str>, Option<Item>> = HashMap::new();
        let mut revision = self.shared.read().revision();
        for (write, answer) in writes {
            let outcome = self.check(write, &latest, revision + 1).map(|done| {
                revision += 1;
                let item = item_of(&done.event);
                latest.insert(Arc::clone(&done.event.key), (!done.event.deleted).then_some(item));
                accepted.push(done);
                accepted.len() - 1
            });
            answers.push((answer, outcome));
        }
        let committed = self.commit(&accepted, revision);
        let items: Vec<Item> = accepted.iter().map(|a| item_of(&a.event)).collect();
        if committed.is_ok() && !accepted.is_empty() {
            let mut image = self.shared.write();
            for done in accepted {
                image.apply(done.event, done.bytes.len());
            }
            drop(image);
            self.shared.ring(revision);
        }
        for (answer, outcome) in answers {
            let result = outcome.and_then(|index| committed.clone().map(|()| items[index].clone()));
            // Whoever asked may have gone: the write stands all the same.
            answer.send(result).ok();
        }
    }

    fn commit(&mut self, accepted: &[Accepted], revision: u64) -> Result<(), StoreError> {
        if accepted.is_empty() {
            return Ok(());
        }
        let records: Vec<Record<'_>> = accepted
            .iter()
            .map(|a| Record {
                key: &a.event.key,
                value: (!a.event.deleted).then_some((a.event.revision, &a.bytes[..])),
            })
            .collect();
        let image = self.shared.read();
        self.disk.commit(&records, revision, &image)
    }

    fn check(
        &self,
        write: Write,
        latest: &HashMap<Arc<str>, Option<Item>>,
        revision: u64,
    ) -> Result<Accepted, StoreError> {
        let before = match latest.get(write.key.as_str()) {
            Some(pending) => pending.clone(),
            None => self.shared.read().get(&write.key),
        };
        match (write.expect, &before) {
            (Expect::Absent, None) => {}
            (Expect::Absent, Some(_)) => return Err(StoreError::Exists(write.key)),
            (Expect::Revision(_), None) => return Err(StoreError::Missing(write.key)),
            (Expect::Revision(wanted), Some(item)) if item.revision != wanted => {
                return Err(StoreError::Changed { key: write.key, found: item.revision });
            }
            (Expect::Revision(_), Some(_)) => {}
        }
        let (mut value, deleted) = match write.change {
            Change::Put(value) => (value, false),
            Change::Delete(value) => (value, true),
        };
        (self.stamp)(&mut value, revision);
        let bytes = serialise(&value);
        let key = before.as_ref().map_or_else(|| write.key.as_str().into(), |item| Arc::clone(&item.key));
        Ok(Accepted { event: Event { revision, key, before, value: Arc::new(value), deleted }, bytes })
    }
}

fn item_of(event: &Event) -> Item {
    Item { key: Arc::clone(&event.key), value: Arc::clone(&event.value), revision: event.revision }
}

fn serialise(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::image::{Image, Limits};
    use super::super::{Store, Write};
    use super::*;

    /// A disk that is full while told so.
    struct Failing(Arc<std::sync::atomic::AtomicBool>);

    impl Disk for Failing {
        fn commit(&mut self, _: &[Record<'_>], _: u64, _: &Image) -> Result<(), StoreError> {
            if self.0.load(std::sync::atomic::Ordering::SeqCst) {
                return Err(StoreError::Full("/full".into()));
            }
            Ok(())
        }
    }

    fn put(key: &str, expect: Expect, value: Value) -> Write {
        Write { key: key.into(), expect, change: Change::Put(value) }
    }

    #[tokio::test]
    async fn a_failed_commit_fails_the_write_and_changes_nothing() {
        let full = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let disk = Box::new(Failing(Arc::clone(&full)));
        let store = Store::start(disk, Image::new(0, Limits::default()), |_, _| {}).expect("a store");
        let first = store.write(put("a", Expect::Absent, json!(1))).await.expect("written");
        full.store(true, std::sync::atomic::Ordering::SeqCst);
        let error = store.write(put("a", Expect::Revision(first.revision), json!(2))).await.expect_err("refused");
        assert!(matches!(error, StoreError::Full(_)), "{error}");
        assert_eq!(*store.get("a").expect("still there").value, json!(1));
        assert_eq!(store.revision(), 1);
        assert!(store.watch("", 1).ready().expect("in the log").is_empty());
        full.store(false, std::sync::atomic::Ordering::SeqCst);
        let second = store.write(put("a", Expect::Revision(first.revision), json!(2))).await.expect("written");
        assert_eq!(second.revision, 2);
    }
}
