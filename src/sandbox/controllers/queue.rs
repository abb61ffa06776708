//! A work queue of keys: each at most once, some only later, failed ones again after a growing pause.
//!
//! Filled by watch handlers and by the controllers themselves, emptied by `controller::drive`. While nothing is
//! due it sleeps on the sandbox's clock: no polling.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use super::objects::Key;
use crate::sandbox::clock::Clock;

/// The first pause after an error; it doubles up to `LONGEST`.
const FIRST: SignedDuration = SignedDuration::from_millis(5);
const LONGEST: SignedDuration = SignedDuration::from_secs(60);

pub(super) struct Queue {
    clock: Clock,
    state: Mutex<State>,
    wake: Notify,
}

#[derive(Default)]
struct State {
    ready: VecDeque<Key>,
    queued: HashSet<Key>,
    later: BTreeSet<(Timestamp, Key)>,
    due: HashMap<Key, Timestamp>,
    failures: HashMap<Key, u32>,
}

impl Queue {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, state: Mutex::default(), wake: Notify::new() }
    }

    /// Look at `key` now.
    pub(super) fn add(&self, key: Key) {
        self.state().push(key);
        self.wake.notify_one();
    }

    /// Look at `key` at `at`; an earlier date that is already set stays.
    pub(super) fn add_at(&self, key: Key, at: Timestamp) {
        self.state().push_later(key, at);
        self.wake.notify_one();
    }

    /// Look at `key` again after a pause that grows with its failures.
    pub(super) fn retry(&self, key: Key) {
        let failures = *self.state().failures.entry(key.clone()).and_modify(|n| *n += 1).or_insert(1);
        let pause = FIRST.saturating_mul(1 << (failures - 1).min(20)).min(LONGEST);
        self.add_at(key, self.clock.now().saturating_add(pause).unwrap_or(Timestamp::MAX));
    }

    /// `key` went well: the next failure waits shortly again.
    pub(super) fn succeeded(&self, key: &Key) {
        self.state().failures.remove(key);
    }

    /// The next key that is due; waits until there is one.
    pub(super) async fn next(&self) -> Key {
        loop {
            let earliest = match self.state().take(self.clock.now()) {
                Ok(key) => return key,
                Err(earliest) => earliest,
            };
            match earliest {
                None => self.wake.notified().await,
                Some(at) => tokio::select! {
                    () = self.wake.notified() => {}
                    () = self.clock.sleep_until(at) => {}
                },
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change leaves the state whole: a panic elsewhere cannot break it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn push(&mut self, key: Key) {
        if self.queued.insert(key.clone()) {
            self.ready.push_back(key);
        }
    }

    fn push_later(&mut self, key: Key, at: Timestamp) {
        if self.due.get(&key).is_some_and(|due| *due <= at) {
            return;
        }
        if let Some(later) = self.due.insert(key.clone(), at) {
            self.later.remove(&(later, key.clone()));
        }
        self.later.insert((at, key));
    }

    /// A key that is due, or the date of the earliest one.
    fn take(&mut self, now: Timestamp) -> Result<Key, Option<Timestamp>> {
        while let Some((at, _)) = self.later.first()
            && *at <= now
            && let Some((_, key)) = self.later.pop_first()
        {
            self.due.remove(&key);
            self.push(key);
        }
        match self.ready.pop_front() {
            Some(key) => {
                self.queued.remove(&key);
                Ok(key)
            }
            None => Err(self.later.first().map(|(at, _)| *at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("in range")
    }

    #[test]
    fn a_key_is_queued_once_and_the_earlier_date_wins() {
        let mut state = State::default();
        let (a, b) = (Key::new("n", "a"), Key::new("n", "b"));
        state.push(a.clone());
        state.push(a.clone());
        state.push_later(b.clone(), at(20));
        state.push_later(b.clone(), at(10));
        state.push_later(b.clone(), at(30));
        assert_eq!(state.take(at(0)), Ok(a));
        assert_eq!(state.take(at(0)), Err(Some(at(10))));
        assert_eq!(state.take(at(10)), Ok(b));
        assert_eq!(state.take(at(40)), Err(None));
    }

    #[tokio::test]
    async fn a_jump_of_the_clock_makes_keys_due() {
        let clock = Clock::starting_at(at(0));
        let queue = std::sync::Arc::new(Queue::new(clock.clone()));
        queue.add_at(Key::new("n", "a"), at(3600));
        let waiter = tokio::spawn({
            let queue = queue.clone();
            async move { queue.next().await }
        });
        tokio::task::yield_now().await;
        clock.jump(at(3600)).expect("forwards");
        let key =
            tokio::time::timeout(std::time::Duration::from_secs(60), waiter).await.expect("due").expect("no panic");
        assert_eq!(key, Key::new("n", "a"));
    }
}
