//! The Kubernetes cron dialect with time zones: when does a schedule run next, which runs were missed.
//!
//! Kubernetes reads a CronJob's `spec.schedule` with robfig/cron v3's *standard* parser: five fields
//! or a descriptor (`@hourly`, `@every 5m`). This module answers for it on jiff. Used by the
//! sandbox's API server (validation) and CronJob controller, by `cron next` and by the panels.
//! It does no I/O and never asks for the time.

mod describe;
mod describe_ja;
mod field;
mod next;
mod parse;
mod shape;

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use parse::ScheduleError;

/// A parsed `spec.schedule`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    text: String,
    rule: Rule,
}

/// What the text means.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    /// `@every 5m`: a fixed number of seconds (at least one) after the time asked about.
    Every(i64),
    /// Five fields.
    Fields(Fields),
}

/// One set of values a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fields {
    minute: field::Set,
    hour: field::Set,
    day: field::Set,
    month: field::Set,
    weekday: field::Set,
}

/// What lies between the last start of a CronJob and now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed {
    /// The latest start time that is not after now; `None` if none has passed.
    pub most_recent: Option<Timestamp>,
    /// How many start times have passed, as far as Kubernetes cares.
    pub count: MissedCount,
}

/// Kubernetes' three classes of missed start times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissedCount {
    /// Nothing was due.
    None,
    /// Up to a hundred.
    Few,
    /// More than a hundred: the controller warns `TooManyMissedTimes` and starts the latest all the same.
    Many,
}

/// The schedule has no two start times within five years (`0 0 31 2 *`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("time difference between two schedules is less than 1 second")]
pub struct NeverRuns;

impl Schedule {
    /// Reads a schedule; the errors are robfig/cron's own sentences, as `kubectl` shows them.
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        Ok(Self { text: text.to_owned(), rule: parse::rule(text)? })
    }

    /// The text it was read from.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The first start time later than `after`, read on the clocks of `zone`.
    ///
    /// A time that a change to summer time leaves out does not run; one that comes twice in autumn
    /// runs twice. `None` when nothing matches within five years.
    pub fn next_after(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match &self.rule {
            Rule::Every(seconds) => next::every(after, *seconds),
            Rule::Fields(fields) => next::fields(fields, after, zone),
        }
    }

    /// All start times later than `after`, in order: take as many as are wanted.
    pub fn runs<'a>(&'a self, after: Timestamp, zone: &'a TimeZone) -> impl Iterator<Item = Timestamp> + 'a {
        std::iter::successors(self.next_after(after, zone), |last| self.next_after(*last, zone))
    }

    /// What was missed after `earliest` (the last start, or the CronJob's creation) up to `now`.
    ///
    /// This is the CronJob controller's `mostRecentScheduleTime`: it estimates the number of missed
    /// starts from the distance of the first two instead of walking through years of minutes.
    pub fn missed(&self, earliest: Timestamp, now: Timestamp, zone: &TimeZone) -> Result<Missed, NeverRuns> {
        next::missed(self, earliest, now, zone)
    }

    /// The schedule in words: `every 3 minutes`, `daily at 15:00 UTC`; `zone` is the zone's name.
    pub fn in_words(&self, zone: &str) -> String {
        describe::in_words(self, zone)
    }

    /// The same in Japanese: `3分ごと`, `毎日 15:00 (UTC)`.
    pub fn in_words_ja(&self, zone: &str) -> String {
        describe_ja::in_words(self, zone)
    }
}

impl std::fmt::Display for Schedule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::str::FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests;
