//! A schedule in words, for people who do not read cron. Called by `Schedule::in_words`.

use super::{Fields, Rule, Schedule, field};

const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

pub(super) fn in_words(schedule: &Schedule, zone: &str) -> String {
    match &schedule.rule {
        Rule::Every(seconds) => format!("every {} after the last start", span(*seconds)),
        Rule::Fields(fields) => {
            let words = every_minutes(fields).or_else(|| hourly(fields)).or_else(|| at_times(fields, zone));
            words.unwrap_or_else(|| format!("by the cron schedule \"{}\" ({zone})", schedule.as_str()))
        }
    }
}

fn span(seconds: i64) -> String {
    let (number, unit) = match seconds {
        s if s % 3600 == 0 => (s / 3600, "hour"),
        s if s % 60 == 0 => (s / 60, "minute"),
        s => (s, "second"),
    };
    if number == 1 { unit.to_owned() } else { format!("{number} {unit}s") }
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

/// `*/3 * * * *`; only when the step divides the hour, or it would lie at the hour's end.
fn every_minutes(fields: &Fields) -> Option<String> {
    if !any_day(fields) || !any_hour(fields) {
        return None;
    }
    let minutes: Vec<u32> = fields.minute.values().collect();
    let step = step_of(&minutes, 60)?;
    Some(if step == 1 { "every minute".to_owned() } else { format!("every {step} minutes") })
}

/// The even step of values that begin at 0 and fill `whole`.
fn step_of(values: &[u32], whole: u32) -> Option<u32> {
    let step = *values.get(1)?;
    let even = values.first() == Some(&0) && values.iter().zip(0..).all(|(value, n)| *value == n * step);
    (even && whole.is_multiple_of(step) && values.len() as u32 == whole / step).then_some(step)
}

/// `15 * * * *`, `0 */2 * * *`.
fn hourly(fields: &Fields) -> Option<String> {
    let mut minutes = fields.minute.values();
    let (Some(minute), None) = (minutes.next(), minutes.next()) else { return None };
    if !any_day(fields) {
        return None;
    }
    let hours: Vec<u32> = fields.hour.values().collect();
    let step = step_of(&hours, 24)?;
    let every = if step == 1 { "every hour".to_owned() } else { format!("every {step} hours") };
    Some(if minute == 0 { every } else { format!("{every} at minute {minute}") })
}

/// A few times of day, on all days, some weekdays or one day of the month.
fn at_times(fields: &Fields, zone: &str) -> Option<String> {
    let times: Vec<String> = fields
        .hour
        .values()
        .flat_map(|hour| fields.minute.values().map(move |minute| format!("{hour:02}:{minute:02}")))
        .take(5)
        .collect();
    if times.is_empty() || times.len() > 4 {
        return None;
    }
    let days = days(fields)?;
    Some(format!("{days} at {} {zone}", list(&times)))
}

fn days(fields: &Fields) -> Option<String> {
    if any_day(fields) {
        return Some("daily".to_owned());
    }
    if !any_month(fields) {
        return None;
    }
    let weekdays: Vec<u32> = fields.weekday.values().collect();
    if fields.day.star {
        return Some(match weekdays.as_slice() {
            [1, 2, 3, 4, 5] => "on weekdays".to_owned(),
            [0, 6] => "on weekends".to_owned(),
            some => format!("every {}", list(&some.iter().map(|day| WEEKDAYS[*day as usize]).collect::<Vec<_>>())),
        });
    }
    let days: Vec<String> = fields.day.values().take(4).map(|day| day.to_string()).collect();
    (fields.weekday.star && days.len() < 4).then(|| format!("monthly on day {}", list(&days)))
}

fn list<T: AsRef<str>>(items: &[T]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    match items.as_slice() {
        [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        few => few.join(""),
    }
}
