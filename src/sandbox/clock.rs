//! The one clock of the sandbox: now, sleep, speed, jump.
//!
//! Every part of the sandbox that waits or writes a time takes it from here, so that a test (or a
//! learner) can run a day of CronJobs in seconds. Processes in pods keep the machine's clock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::Instant;

/// A cheap handle; all clones show the same time.
#[derive(Clone, Debug)]
pub struct Clock {
    line: Arc<Mutex<Line>>,
    changed: Arc<watch::Sender<u64>>,
}

/// A straight line: at `real` the clock showed `shown` and has run `speed` times as fast since.
#[derive(Clone, Copy, Debug)]
struct Line {
    real: Instant,
    shown: Timestamp,
    speed: f64,
}

/// What the clock refuses.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum ClockError {
    /// Objects already carry later times.
    #[error("the clock cannot go back: it shows {shown}, asked for {asked}")]
    Backwards {
        /// What the clock shows now.
        shown: Timestamp,
        /// The time asked for.
        asked: Timestamp,
    },
    /// Zero would stop every controller for good, and an infinite speed never waits.
    #[error("the speed must lie between 0.01 and 100000, not {0}")]
    Speed(f64),
}

impl Clock {
    /// A clock that shows the machine's time and runs at its speed.
    pub fn real() -> Self {
        Self::starting_at(Timestamp::now())
    }

    /// A clock that shows `start` now and runs at the machine's speed.
    pub fn starting_at(start: Timestamp) -> Self {
        let line = Line { real: Instant::now(), shown: start, speed: 1.0 };
        Self { line: Arc::new(Mutex::new(line)), changed: Arc::new(watch::channel(0).0) }
    }

    /// The time shown.
    pub fn now(&self) -> Timestamp {
        self.line().now()
    }

    /// How many seconds it shows for one real second.
    pub fn speed(&self) -> f64 {
        self.line().speed
    }

    /// Runs `speed` times as fast from now on.
    pub fn set_speed(&self, speed: f64) -> Result<(), ClockError> {
        if !(0.01..=100_000.0).contains(&speed) {
            return Err(ClockError::Speed(speed));
        }
        self.bend(|line| line.speed = speed);
        Ok(())
    }

    /// Shows `to` from now on; everything that sleeps until then wakes.
    pub fn jump(&self, to: Timestamp) -> Result<(), ClockError> {
        let shown = self.now();
        if to < shown {
            return Err(ClockError::Backwards { shown, asked: to });
        }
        self.bend(|line| line.shown = to);
        Ok(())
    }

    /// Waits until the clock shows `until` or later.
    pub async fn sleep_until(&self, until: Timestamp) {
        let mut changed = self.changed.subscribe();
        loop {
            changed.borrow_and_update();
            let line = *self.line();
            let left = until.duration_since(line.now());
            if left <= SignedDuration::ZERO {
                return;
            }
            let real = Duration::from_secs_f64((left.as_secs_f64() / line.speed).max(0.000_1));
            tokio::select! {
                () = tokio::time::sleep(real) => {}
                // The sender lives in self, so the channel cannot be closed here.
                _ = changed.changed() => {}
            }
        }
    }

    /// Waits for `span` as this clock shows it.
    pub async fn sleep(&self, span: Duration) {
        let span = SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX);
        let until = self.now().checked_add(span).unwrap_or(Timestamp::MAX);
        self.sleep_until(until).await;
    }

    fn bend(&self, change: impl FnOnce(&mut Line)) {
        let mut line = self.line();
        let now = line.now();
        *line = Line { real: Instant::now(), shown: now, speed: line.speed };
        change(&mut line);
        drop(line);
        self.changed.send_modify(|n| *n += 1);
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        // A Line is a plain value: a panic elsewhere cannot leave it half written.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn now(&self) -> Timestamp {
        let run = self.real.elapsed().as_secs_f64() * self.speed;
        let run = SignedDuration::try_from_secs_f64(run).unwrap_or(SignedDuration::MAX);
        self.shown.checked_add(run).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[tokio::test]
    async fn a_faster_clock_wakes_its_sleepers_sooner() {
        let clock = Clock::starting_at(t("2026-11-22T15:00:00Z"));
        clock.set_speed(100_000.0).expect("a legal speed");
        // A day and a bit; at the machine's speed this test would not end.
        tokio::time::timeout(Duration::from_secs(60), clock.sleep_until(t("2026-11-23T15:00:00Z")))
            .await
            .expect("awake");
        assert!(clock.now() >= t("2026-11-23T15:00:00Z"));
    }

    #[tokio::test]
    async fn a_jump_wakes_who_sleeps_until_then() {
        let clock = Clock::starting_at(t("2026-11-23T00:00:00Z"));
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep_until(t("2026-11-23T15:00:00Z")).await }
        });
        tokio::task::yield_now().await;
        clock.jump(t("2026-11-23T15:00:00Z")).expect("forwards");
        tokio::time::timeout(Duration::from_secs(60), sleeper).await.expect("awake").expect("no panic");
    }

    #[tokio::test]
    async fn it_refuses_to_go_back_or_to_stand_still() {
        let clock = Clock::starting_at(t("2026-11-23T00:00:00Z"));
        assert!(matches!(clock.jump(t("2026-11-22T00:00:00Z")), Err(ClockError::Backwards { .. })));
        assert_eq!(clock.set_speed(0.0), Err(ClockError::Speed(0.0)));
    }
}
