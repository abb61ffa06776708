//! A schedule in English words, for people who do not read cron. Called by `Schedule::in_words`.

use super::Schedule;
use super::shape::{self, Days, Shape, Span};

const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

pub(super) fn in_words(schedule: &Schedule, zone: &str) -> String {
    match shape::of(schedule) {
        Shape::Every(span) => format!("every {} after the last start", length(&span)),
        Shape::Minutes(step) => format!("every {}", length(&Span::Minutes(step.into()))),
        Shape::Hours { step, minute: 0 } => format!("every {}", length(&Span::Hours(step.into()))),
        Shape::Hours { step, minute } => format!("every {} at minute {minute}", length(&Span::Hours(step.into()))),
        Shape::Times { days, times } => format!("{} at {} {zone}", on(&days), list(&times)),
        Shape::Other => format!("by the cron schedule \"{}\" ({zone})", schedule.as_str()),
    }
}

fn length(span: &Span) -> String {
    let (number, unit) = match span {
        Span::Hours(n) => (n, "hour"),
        Span::Minutes(n) => (n, "minute"),
        Span::Seconds(n) => (n, "second"),
    };
    if *number == 1 { unit.to_owned() } else { format!("{number} {unit}s") }
}

fn on(days: &Days) -> String {
    match days {
        Days::Daily => "daily".to_owned(),
        Days::Weekdays => "on weekdays".to_owned(),
        Days::Weekends => "on weekends".to_owned(),
        Days::Week(some) => {
            format!("every {}", list(&some.iter().map(|day| WEEKDAYS[*day as usize]).collect::<Vec<_>>()))
        }
        Days::Month(some) => format!("monthly on day {}", list(&some.iter().map(u32::to_string).collect::<Vec<_>>())),
    }
}

fn list<T: AsRef<str>>(items: &[T]) -> String {
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    match items.as_slice() {
        [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        few => few.join(""),
    }
}
