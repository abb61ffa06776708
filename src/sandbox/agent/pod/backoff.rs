//! The crash backoff: the first restart at once, then 10 s after the end, doubling up to 5 min,
//! forgotten when a container ran for more than 10 min. (Kubernetes: CrashLoopBackOff.)

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

const FIRST: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(300);
const FORGET: SignedDuration = SignedDuration::from_secs(600);

/// One container's (or one image pull's) backoff.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Backoff {
    current: Option<(Duration, Timestamp)>,
}

impl Backoff {
    /// The pause that holds now and when it ends, if it has not ended at `now`.
    pub(super) fn holds(&self, ended_at: Timestamp, now: Timestamp) -> Option<(Duration, Timestamp)> {
        let (pause, since) = self.current?;
        if ended_at.duration_since(since) > FORGET {
            return None;
        }
        let until = ended_at.checked_add(pause).unwrap_or(Timestamp::MAX);
        (now < until).then_some((pause, until))
    }

    /// A restart is made of what ended at `ended_at`: the next pause is longer.
    pub(super) fn step(&mut self, ended_at: Timestamp) {
        let next = match self.current {
            Some((pause, since)) if ended_at.duration_since(since) <= FORGET => (pause * 2).min(LONGEST),
            _ => FIRST,
        };
        self.current = Some((next, ended_at));
    }
}

/// A pause as Go writes it: `10s`, `1m20s`, `5m0s`.
pub(super) fn go_duration(pause: Duration) -> String {
    let seconds = pause.as_secs();
    match seconds / 60 {
        0 => format!("{seconds}s"),
        minutes => format!("{minutes}m{}s", seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_five_minutes() {
        let mut backoff = Backoff::default();
        let mut now: Timestamp = "2026-11-23T15:00:00Z".parse().expect("a time");
        assert_eq!(backoff.holds(now, now), None);
        let mut pauses = Vec::new();
        for _ in 0..7 {
            backoff.step(now);
            let (pause, until) = backoff.holds(now, now).expect("a pause");
            assert_eq!(backoff.holds(now, until), None);
            pauses.push(go_duration(pause));
            now = until;
        }
        assert_eq!(pauses, ["10s", "20s", "40s", "1m20s", "2m40s", "5m0s", "5m0s"]);
    }

    #[test]
    fn a_container_that_ran_long_starts_anew() {
        let start: Timestamp = "2026-11-23T15:00:00Z".parse().expect("a time");
        let mut backoff = Backoff::default();
        backoff.step(start);
        backoff.step(start);
        let later = start.checked_add(SignedDuration::from_secs(601)).expect("a time");
        assert_eq!(backoff.holds(later, later), None);
        backoff.step(later);
        assert_eq!(backoff.holds(later, later).map(|(pause, _)| pause), Some(Duration::from_secs(10)));
    }
}
