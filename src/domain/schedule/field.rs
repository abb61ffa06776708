//! One field of a schedule: `*/5`, `1-5`, `MON,WED`. Called by `parse`; knows nothing of dates.

use super::ScheduleError;

/// What a field may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) min: u32,
    pub(super) max: u32,
    /// Names in order, the first one meaning `min`.
    pub(super) names: &'static [&'static str],
}

pub(super) const MINUTES: Bounds = Bounds { min: 0, max: 59, names: &[] };
pub(super) const HOURS: Bounds = Bounds { min: 0, max: 23, names: &[] };
pub(super) const DAYS: Bounds = Bounds { min: 1, max: 31, names: &[] };
pub(super) const MONTHS: Bounds = Bounds {
    min: 1,
    max: 12,
    names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
pub(super) const WEEKDAYS: Bounds =
    Bounds { min: 0, max: 6, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

/// The values a field accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Set {
    bits: u64,
    /// Written as a plain `*` or `?`: such a day field does not restrict the other day field.
    pub(super) star: bool,
}

impl Set {
    pub(super) const fn one(value: u32) -> Self {
        Self { bits: 1 << value, star: false }
    }

    pub(super) fn all(bounds: Bounds) -> Self {
        Self { bits: (bounds.min..=bounds.max).fold(0, |bits, value| bits | 1 << value), star: true }
    }

    pub(super) fn has(self, value: u32) -> bool {
        value < 64 && self.bits >> value & 1 == 1
    }

    /// The smallest value not below `from`.
    pub(super) fn from(self, from: u32) -> Option<u32> {
        let left = if from < 64 { self.bits >> from } else { 0 };
        (left != 0).then(|| from + left.trailing_zeros())
    }

    pub(super) fn values(self) -> impl Iterator<Item = u32> {
        (0..64).filter(move |value| self.has(*value))
    }
}

/// Reads a whole field: ranges separated by commas.
pub(super) fn parse(text: &str, bounds: Bounds) -> Result<Set, ScheduleError> {
    let mut set = Set { bits: 0, star: false };
    for range in text.split(',').filter(|range| !range.is_empty()) {
        let part = parse_range(range, bounds)?;
        set.bits |= part.bits;
        set.star |= part.star;
    }
    Ok(set)
}

/// Reads `*`, `5`, `1-5`, each perhaps with `/step`.
fn parse_range(text: &str, bounds: Bounds) -> Result<Set, ScheduleError> {
    let expression = || text.to_owned();
    let mut slashes = text.split('/');
    let range = slashes.next().unwrap_or_default();
    let step = slashes.next();
    let hyphens: Vec<&str> = range.split('-').collect();
    let (start, mut end, mut star) = match hyphens.as_slice() {
        ["*" | "?", ..] => (bounds.min, bounds.max, true),
        [one] => {
            let value = parse_value(one, bounds)?;
            (value, value, false)
        }
        [low, high] => (parse_value(low, bounds)?, parse_value(high, bounds)?, false),
        _ => return Err(ScheduleError::Hyphens(expression())),
    };
    if slashes.next().is_some() {
        return Err(ScheduleError::Slashes(expression()));
    }
    let step = match step {
        None => 1,
        Some(step) => {
            let step = parse_number(step)?;
            // `N/step` means from N to the end.
            if hyphens.len() == 1 {
                end = bounds.max;
            }
            star &= step <= 1;
            step
        }
    };
    if start < bounds.min {
        return Err(ScheduleError::Below { start, min: bounds.min, expression: expression() });
    }
    if end > bounds.max {
        return Err(ScheduleError::Above { end, max: bounds.max, expression: expression() });
    }
    if start > end {
        return Err(ScheduleError::Beyond { start, end, expression: expression() });
    }
    if step == 0 {
        return Err(ScheduleError::Step(expression()));
    }
    let bits = (start..=end).step_by(step as usize).fold(0, |bits, value| bits | 1 << value);
    Ok(Set { bits, star })
}

fn parse_value(text: &str, bounds: Bounds) -> Result<u32, ScheduleError> {
    let name = text.to_ascii_lowercase();
    match bounds.names.iter().zip(bounds.min..).find(|(known, _)| **known == name) {
        Some((_, value)) => Ok(value),
        None => parse_number(text),
    }
}

/// Go's `strconv.Atoi` and its words.
fn parse_number(text: &str) -> Result<u32, ScheduleError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let why = if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        "invalid syntax"
    } else {
        match text.parse::<i64>() {
            Ok(value) if value < 0 => return Err(ScheduleError::Negative { value, text: text.to_owned() }),
            // Beyond u32 it is far above every maximum, and only the message shows it.
            Ok(value) => return Ok(u32::try_from(value).unwrap_or(u32::MAX)),
            Err(_) => "value out of range",
        }
    };
    Err(ScheduleError::Number { text: text.to_owned(), why })
}
