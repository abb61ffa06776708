//! How facts are written: times, lengths of time, names. The same in every language.

use jiff::Timestamp;

use crate::domain::span::span;

/// The value of a fact that is not known; shown in a word of the reader's language.
pub const UNKNOWN: &str = "-";

/// A time in UTC, to the second.
pub(super) fn clock(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

/// A time that may not be known.
pub(super) fn maybe_clock(at: Option<Timestamp>) -> String {
    at.map_or_else(|| UNKNOWN.to_owned(), clock)
}

/// From one time to another.
pub(super) fn between(from: Timestamp, to: Timestamp) -> String {
    span(to.as_second() - from.as_second())
}

/// How long ago, where that is known.
pub(super) fn age(since: Option<Timestamp>, now: Timestamp) -> String {
    since.map_or_else(|| UNKNOWN.to_owned(), |since| between(since, now))
}

/// How long something took, where both ends are known.
pub(super) fn took(from: Option<Timestamp>, to: Option<Timestamp>) -> String {
    from.zip(to).map_or_else(|| UNKNOWN.to_owned(), |(from, to)| between(from, to))
}

/// Foreign text that may be missing.
pub(super) fn said(text: Option<&str>) -> String {
    text.map(str::trim).filter(|text| !text.is_empty()).unwrap_or(UNKNOWN).to_owned()
}

/// Names in one line, a few of many.
pub(super) fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const MOST: usize = 3;
    let all: Vec<&str> = names.collect();
    let few = all.iter().take(MOST).copied().collect::<Vec<_>>().join(", ");
    if all.len() > MOST { format!("{few}, … (+{})", all.len() - MOST) } else { few }
}
