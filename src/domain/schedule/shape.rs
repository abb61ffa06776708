//! What a schedule looks like to a person: the few forms that have words. Called by `describe` and `describe_ja`;
//! holds no words itself.

use super::{Fields, Rule, Schedule, field};

/// More times of day than this are told as a cron expression.
const MOST_TIMES: usize = 4;

/// The form of a schedule.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `@every`: a fixed time after the last start.
    Every(Span),
    /// `*/3 * * * *`: every so many minutes of the hour.
    Minutes(u32),
    /// `15 */2 * * *`: every so many hours, at this minute.
    Hours { step: u32, minute: u32 },
    /// A few times of day, as `09:05`, on these days.
    Times { days: Days, times: Vec<String> },
    /// None of these.
    Other,
}

/// A length of time in its biggest whole unit.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Span {
    Hours(i64),
    Minutes(i64),
    Seconds(i64),
}

/// On which days.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Days {
    Daily,
    Weekdays,
    Weekends,
    /// Some days of the week, Sunday is 0.
    Week(Vec<u32>),
    /// Some days of the month.
    Month(Vec<u32>),
}

pub(super) fn of(schedule: &Schedule) -> Shape {
    match &schedule.rule {
        Rule::Every(seconds) => Shape::Every(span(*seconds)),
        Rule::Fields(fields) => {
            let known = every_minutes(fields).or_else(|| hourly(fields)).or_else(|| at_times(fields));
            known.unwrap_or(Shape::Other)
        }
    }
}

fn span(seconds: i64) -> Span {
    match seconds {
        s if s % 3600 == 0 => Span::Hours(s / 3600),
        s if s % 60 == 0 => Span::Minutes(s / 60),
        s => Span::Seconds(s),
    }
}

fn any_day(fields: &Fields) -> bool {
    fields.day == field::Set::all(field::DAYS)
        && fields.weekday == field::Set::all(field::WEEKDAYS)
        && any_month(fields)
}

fn any_month(fields: &Fields) -> bool {
    fields.month == field::Set::all(field::MONTHS)
}

fn any_hour(fields: &Fields) -> bool {
    fields.hour == field::Set::all(field::HOURS)
}

/// Only when the step divides the hour, or it would lie at the hour's end.
fn every_minutes(fields: &Fields) -> Option<Shape> {
    if !any_day(fields) || !any_hour(fields) {
        return None;
    }
    let minutes: Vec<u32> = fields.minute.values().collect();
    step_of(&minutes, 60).map(Shape::Minutes)
}

/// The even step of values that begin at 0 and fill `whole`.
fn step_of(values: &[u32], whole: u32) -> Option<u32> {
    let step = *values.get(1)?;
    let even = values.first() == Some(&0) && values.iter().zip(0..).all(|(value, n)| *value == n * step);
    (even && whole.is_multiple_of(step) && values.len() as u32 == whole / step).then_some(step)
}

fn hourly(fields: &Fields) -> Option<Shape> {
    let mut minutes = fields.minute.values();
    let (Some(minute), None) = (minutes.next(), minutes.next()) else { return None };
    if !any_day(fields) {
        return None;
    }
    let hours: Vec<u32> = fields.hour.values().collect();
    step_of(&hours, 24).map(|step| Shape::Hours { step, minute })
}

fn at_times(fields: &Fields) -> Option<Shape> {
    let times: Vec<String> = fields
        .hour
        .values()
        .flat_map(|hour| fields.minute.values().map(move |minute| format!("{hour:02}:{minute:02}")))
        .take(MOST_TIMES + 1)
        .collect();
    if times.is_empty() || times.len() > MOST_TIMES {
        return None;
    }
    Some(Shape::Times { days: days(fields)?, times })
}

fn days(fields: &Fields) -> Option<Days> {
    if any_day(fields) {
        return Some(Days::Daily);
    }
    if !any_month(fields) {
        return None;
    }
    if fields.day.star {
        let weekdays: Vec<u32> = fields.weekday.values().collect();
        return Some(match weekdays.as_slice() {
            [1, 2, 3, 4, 5] => Days::Weekdays,
            [0, 6] => Days::Weekends,
            _ => Days::Week(weekdays),
        });
    }
    let days: Vec<u32> = fields.day.values().take(4).collect();
    (fields.weekday.star && days.len() < 4).then_some(Days::Month(days))
}
