//! The Kubernetes cron dialect with time zones. (Thin: reads `m h * * *` forms only; the full one comes with the controllers.)

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A schedule.
#[derive(Clone, Debug)]
pub struct Schedule {
    fields: [Vec<i8>; 2],
}

/// Why a schedule cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the schedule {0:?}")]
pub struct ScheduleError(String);

impl Schedule {
    /// Reads a schedule.
    ///
    /// # Errors
    /// It is not understood.
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, "*", "*", "*"] = words[..] else { return Err(ScheduleError(text.into())) };
        let field = |word: &str, top: i8| -> Option<Vec<i8>> {
            if word == "*" {
                return Some((0..top).collect());
            }
            if let Some(step) = word.strip_prefix("*/") {
                return Some((0..top).step_by(step.parse::<usize>().ok().filter(|s| *s > 0)?).collect());
            }
            word.parse().ok().map(|n| vec![n])
        };
        match (field(minute, 60), field(hour, 24)) {
            (Some(minutes), Some(hours)) => Ok(Self { fields: [minutes, hours] }),
            _ => Err(ScheduleError(text.into())),
        }
    }

    /// The first run after a time.
    pub fn next_after(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let mut at = Timestamp::from_second(after.as_second().div_euclid(60) * 60 + 60).ok()?;
        for _ in 0..2880 {
            let local = at.to_zoned(zone.clone());
            if self.fields[0].contains(&local.minute()) && self.fields[1].contains(&local.hour()) {
                return Some(at);
            }
            at += SignedDuration::from_secs(60);
        }
        None
    }
}
