//! The walk through time: next start, missed starts. Called by `Schedule`.
//!
//! A schedule is the set of instants whose fields, read on the zone's clocks, match. robfig/cron
//! walks instants too, so a time skipped by summer time never comes and a repeated one comes twice.

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::{Fields, Missed, MissedCount, NeverRuns, Schedule};

/// How far ahead robfig/cron looks before it says "never".
const YEARS: i16 = 5;

/// `@every`: full seconds, so the fraction of `after` is dropped.
pub(super) fn every(after: Timestamp, seconds: i64) -> Option<Timestamp> {
    let next = after.as_second().checked_add(seconds)?;
    Timestamp::from_second(next).ok()
}

/// The first instant after `after` that matches `fields` on the clocks of `zone`.
pub(super) fn fields(fields: &Fields, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let first = zone.to_datetime(after).date();
    let mut date = first;
    while date.year() <= first.year().saturating_add(YEARS) {
        if !fields.month.has(date.month().unsigned_abs().into()) {
            date = date.first_of_month().checked_add(1.month()).ok()?;
            continue;
        }
        if day_matches(fields, date)
            && let Some(found) = in_day(fields, date, after, zone)
        {
            return Some(found);
        }
        date = date.tomorrow().ok()?;
    }
    None
}

/// Day of month and day of week: both must match if one of them is a plain star, else one is enough.
fn day_matches(fields: &Fields, date: Date) -> bool {
    let day = fields.day.has(date.day().unsigned_abs().into());
    let weekday = fields.weekday.has(weekday_number(date.weekday()));
    if fields.day.star || fields.weekday.star { day && weekday } else { day || weekday }
}

fn weekday_number(weekday: Weekday) -> u32 {
    weekday.to_sunday_zero_offset().unsigned_abs().into()
}

/// The first matching instant of one day that is later than `after`.
fn in_day(fields: &Fields, date: Date, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let midnight = date.at(0, 0, 0, 0);
    let noon_offset = zone.to_offset(zone.to_ambiguous_timestamp(midnight).compatible().ok()?);
    let next = zone.to_ambiguous_timestamp(midnight.checked_add(1.day()).ok()?).compatible().ok()?;
    if noon_offset != zone.to_offset(next) {
        return on_changing_day(fields, date, after, zone);
    }
    // The whole day has one offset, so the civil order is the order in time.
    let shown = noon_offset.to_datetime(after);
    let (from_hour, from_minute) = match shown.date().cmp(&date) {
        std::cmp::Ordering::Less => (0, 0),
        std::cmp::Ordering::Equal => {
            (u32::from(shown.hour().unsigned_abs()), u32::from(shown.minute().unsigned_abs()) + 1)
        }
        std::cmp::Ordering::Greater => return None,
    };
    let same_hour = fields.hour.has(from_hour).then(|| fields.minute.from(from_minute)).flatten();
    let (hour, minute) = match same_hour {
        Some(minute) => (from_hour, minute),
        None => (fields.hour.from(from_hour + 1)?, fields.minute.from(0)?),
    };
    noon_offset.to_timestamp(at(date, hour, minute)?).ok()
}

/// A day on which the clocks change: look at every matching time of day.
fn on_changing_day(fields: &Fields, date: Date, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let times = fields.hour.values().flat_map(|hour| fields.minute.values().map(move |minute| (hour, minute)));
    times
        .filter_map(|(hour, minute)| at(date, hour, minute))
        .flat_map(|time| instants(time, zone))
        .flatten()
        .filter(|instant| *instant > after)
        .min()
}

fn at(date: Date, hour: u32, minute: u32) -> Option<DateTime> {
    let hour = i8::try_from(hour).ok()?;
    let minute = i8::try_from(minute).ok()?;
    date.to_datetime(jiff::civil::Time::new(hour, minute, 0, 0).ok()?).into()
}

/// When the zone's clocks show `time`: never, once or twice.
fn instants(time: DateTime, zone: &TimeZone) -> [Option<Timestamp>; 2] {
    match zone.to_ambiguous_timestamp(time).offset() {
        AmbiguousOffset::Unambiguous { offset } => [offset.to_timestamp(time).ok(), None],
        AmbiguousOffset::Gap { .. } => [None, None],
        AmbiguousOffset::Fold { before, after } => [before.to_timestamp(time).ok(), after.to_timestamp(time).ok()],
    }
}

/// See [`Schedule::missed`].
pub(super) fn missed(
    schedule: &Schedule,
    earliest: Timestamp,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Missed, NeverRuns> {
    let first = schedule.next_after(earliest, zone).ok_or(NeverRuns)?;
    if now < first {
        return Ok(Missed { most_recent: None, count: MissedCount::None });
    }
    let second = schedule.next_after(first, zone).ok_or(NeverRuns)?;
    if now < second {
        // Kubernetes calls a single one "none missed": nothing was left out.
        return Ok(Missed { most_recent: Some(first), count: MissedCount::None });
    }
    let apart = second.duration_since(first).as_secs().max(1);
    let number = now.duration_since(first).as_secs() / apart + 1;
    // Two steps back, since uneven schedules (`30 6-16/4 * * 1-5`) make the estimate overshoot.
    let near = first.saturating_add(SignedDuration::from_secs((number - 2).saturating_mul(apart))).unwrap_or(first);
    let most_recent = schedule.runs(near, zone).take_while(|run| *run <= now).last();
    let count = if number > 100 { MissedCount::Many } else { MissedCount::Few };
    Ok(Missed { most_recent, count })
}
