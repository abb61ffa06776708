//! The day that a report covers, in the zone of `TZ`.
//!
//! Called by `run.rs` with the time of the run. A day is from its first instant to the second before the next
//! day's first instant: on the days when clocks change that is 23 or 25 hours, not 24.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// A calendar day as a range of unix seconds, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) date: Date,
    pub(super) start: i64,
    /// Before `start` where the zone skipped the whole day (Samoa, 30 December 2011).
    pub(super) end: i64,
}

impl Day {
    /// The day `offset` days before the one that `now` falls on in `zone`.
    pub(super) fn target(now: Timestamp, offset: u16, zone: &TimeZone) -> Result<Self, jiff::Error> {
        let today = now.to_zoned(zone.clone()).date();
        let date = today.checked_sub(Span::new().try_days(i64::from(offset))?)?;
        let start = first_second(date, zone)?;
        let end = first_second(date.tomorrow()?, zone)? - 1;
        Ok(Self { date, start, end })
    }

    /// The report's key in the bucket and its name as a file.
    pub(super) fn key(&self) -> String {
        format!("completed-tasks-{}.csv", self.date)
    }
}

/// Midnight, or the first moment after the gap where clocks jump over midnight.
fn first_second(date: Date, zone: &TimeZone) -> Result<i64, jiff::Error> {
    Ok(date.to_zoned(zone.clone())?.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::Day;
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    fn day(now: &str, offset: u16, zone: &str) -> (String, i64, i64) {
        let day = Day::target(now.parse::<Timestamp>().unwrap(), offset, &TimeZone::get(zone).unwrap()).unwrap();
        (day.key(), day.start, day.end)
    }

    fn second(at: &str) -> i64 {
        at.parse::<Timestamp>().unwrap().as_second()
    }

    #[test]
    fn fifteen_utc_is_midnight_in_japan() {
        let (key, start, end) = day("2026-11-23T15:00:00Z", 1, "Asia/Tokyo");
        assert_eq!(key, "completed-tasks-2026-11-23.csv");
        assert_eq!(start, second("2026-11-22T15:00:00Z"));
        assert_eq!(end, second("2026-11-23T14:59:59Z"));
        assert_eq!(day("2026-11-23T14:59:59Z", 1, "Asia/Tokyo").0, "completed-tasks-2026-11-22.csv");
    }

    #[test]
    fn days_on_which_clocks_change_are_23_and_25_hours_long() {
        let (key, start, end) = day("2026-03-08T20:00:00Z", 0, "America/New_York");
        assert_eq!((key.as_str(), end - start + 1), ("completed-tasks-2026-03-08.csv", 23 * 3600));
        let (key, start, end) = day("2026-11-02T20:00:00Z", 1, "America/New_York");
        assert_eq!((key.as_str(), end - start + 1), ("completed-tasks-2026-11-01.csv", 25 * 3600));
    }

    #[test]
    fn a_day_without_midnight_begins_after_the_gap() {
        // Clocks in São Paulo went from 23:59:59 on 3 November 2018 to 01:00 on the 4th.
        let (_, start, end) = day("2018-11-04T12:00:00Z", 0, "America/Sao_Paulo");
        assert_eq!(start, second("2018-11-04T03:00:00Z"));
        assert_eq!(end, second("2018-11-05T01:59:59Z"));
    }

    #[test]
    fn a_day_that_a_zone_skipped_is_empty() {
        let (key, start, end) = day("2011-12-31T12:00:00Z", 2, "Pacific/Apia");
        assert_eq!(key, "completed-tasks-2011-12-30.csv");
        assert!(end < start);
    }

    proptest! {
        /// Consecutive days leave no second out and count none twice, in any of these zones.
        #[test]
        fn days_tile_the_time_line(at in 0i64..4_000_000_000, offset in 1u16..800, zone in 0usize..6) {
            let zone = ["UTC", "Asia/Tokyo", "America/New_York", "Europe/Lisbon", "Australia/Lord_Howe", "Pacific/Apia"][zone];
            let zone = TimeZone::get(zone).unwrap();
            let now = Timestamp::from_second(at).unwrap();
            let earlier = Day::target(now, offset, &zone).unwrap();
            let later = Day::target(now, offset - 1, &zone).unwrap();
            prop_assert_eq!(earlier.end + 1, later.start);
            prop_assert_eq!(earlier.date.tomorrow().unwrap(), later.date);
        }

        /// The moment of the run lies in its own day.
        #[test]
        fn now_is_today(at in 0i64..4_000_000_000) {
            let zone = TimeZone::get("America/Sao_Paulo").unwrap();
            let today = Day::target(Timestamp::from_second(at).unwrap(), 0, &zone).unwrap();
            prop_assert!(today.start <= at && at <= today.end);
        }
    }
}
