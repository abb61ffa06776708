//! How long to wait before the next try: not at all after a connection that held, then longer and longer.

use std::time::{Duration, Instant};

const FIRST: Duration = Duration::from_millis(100);
const MOST: Duration = Duration::from_secs(5);
/// A watch that lived this long was a good one: what breaks it is news, not a habit.
const PROVEN: Duration = Duration::from_secs(5);

/// The pause between rounds. Jitter keeps the watches of all kinds from coming back at the same instant.
#[derive(Default)]
pub(super) struct Pace {
    tries: u32,
    live_since: Option<Instant>,
}

impl Pace {
    /// The list is whole.
    pub(super) fn live(&mut self, now: Instant) {
        self.live_since = Some(now);
    }

    /// The pause before the next round.
    pub(super) fn pause(&mut self, now: Instant) -> Duration {
        if self.live_since.take().is_some_and(|since| now.duration_since(since) >= PROVEN) {
            self.tries = 0;
        }
        self.tries = self.tries.saturating_add(1);
        match self.tries {
            1 => Duration::ZERO,
            tries => jittered(MOST.min(FIRST * 2_u32.saturating_pow(tries - 2).min(1 << 16))),
        }
    }

    /// The pause after a refusal that only a person can mend.
    pub(super) fn slow(&mut self) -> Duration {
        self.live_since = None;
        jittered(MOST)
    }

    /// True from the second failure in a row on.
    pub(super) fn repeats(&self) -> bool {
        self.tries > 1
    }
}

fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(rand::random_range(0.75..=1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_try_is_at_once_and_the_rest_double_up_to_five_seconds() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        assert_eq!(pace.pause(now), Duration::ZERO);
        for wanted in [100, 200, 400, 800, 1600, 3200, 5000, 5000] {
            let (pause, wanted) = (pace.pause(now), Duration::from_millis(wanted));
            assert!(pause <= wanted && pause >= wanted.mul_f64(0.74), "{pause:?} for {wanted:?}");
        }
        pace.live(now);
        assert!(pace.pause(now) > Duration::from_secs(3), "a watch that breaks at once proves nothing");
        pace.live(now);
        assert_eq!(pace.pause(now + PROVEN), Duration::ZERO);
    }
}
