//! From the text of a schedule to its rule, with robfig/cron's own error sentences. Called by `Schedule::parse`.

use super::field::{self, Set};
use super::{Fields, Rule};

/// Why a text is not a schedule; `to_string` is what robfig/cron v3 says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it; the fields are what they name")]
pub enum ScheduleError {
    #[error("empty spec string")]
    Empty,
    #[error("expected exactly 5 fields, found {}: [{}]", .0.len(), .0.join(" "))]
    Fields(Vec<String>),
    #[error("unrecognized descriptor: {0}")]
    Descriptor(String),
    #[error("failed to parse duration {descriptor}: {why}")]
    Duration { descriptor: String, why: String },
    #[error("failed to parse int from {text}: strconv.Atoi: parsing {text:?}: {why}")]
    Number { text: String, why: &'static str },
    #[error("negative number ({value}) not allowed: {text}")]
    Negative { value: i64, text: String },
    #[error("too many hyphens: {0}")]
    Hyphens(String),
    #[error("too many slashes: {0}")]
    Slashes(String),
    #[error("beginning of range ({start}) below minimum ({min}): {expression}")]
    Below { start: u32, min: u32, expression: String },
    #[error("end of range ({end}) above maximum ({max}): {expression}")]
    Above { end: u32, max: u32, expression: String },
    #[error("beginning of range ({start}) beyond end of range ({end}): {expression}")]
    Beyond { start: u32, end: u32, expression: String },
    #[error("step of range should be a positive number: {0}")]
    Step(String),
    /// The parser knows these prefixes, but the CronJob API refuses them, with these words.
    #[error("cannot use TZ or CRON_TZ in schedule, use timeZone field instead")]
    ZoneInside,
}

/// Reads a whole schedule.
pub(super) fn rule(text: &str) -> Result<Rule, ScheduleError> {
    if text.is_empty() {
        return Err(ScheduleError::Empty);
    }
    if text.contains("TZ=") {
        return Err(ScheduleError::ZoneInside);
    }
    if text.starts_with('@') {
        return descriptor(text);
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else {
        return Err(ScheduleError::Fields(fields.into_iter().map(str::to_owned).collect()));
    };
    Ok(Rule::Fields(Fields {
        minute: field::parse(minute, field::MINUTES)?,
        hour: field::parse(hour, field::HOURS)?,
        day: field::parse(day, field::DAYS)?,
        month: field::parse(month, field::MONTHS)?,
        weekday: field::parse(weekday, field::WEEKDAYS)?,
    }))
}

fn descriptor(text: &str) -> Result<Rule, ScheduleError> {
    let hourly = Fields {
        minute: Set::one(0),
        hour: Set::all(field::HOURS),
        day: Set::all(field::DAYS),
        month: Set::all(field::MONTHS),
        weekday: Set::all(field::WEEKDAYS),
    };
    let daily = Fields { hour: Set::one(0), ..hourly };
    let fields = match text {
        "@hourly" => hourly,
        "@daily" | "@midnight" => daily,
        "@weekly" => Fields { weekday: Set::one(0), ..daily },
        "@monthly" => Fields { day: Set::one(1), ..daily },
        "@yearly" | "@annually" => Fields { day: Set::one(1), month: Set::one(1), ..daily },
        _ => {
            let Some(every) = text.strip_prefix("@every ") else {
                return Err(ScheduleError::Descriptor(text.to_owned()));
            };
            let nanoseconds = duration(every)
                .map_err(|why| ScheduleError::Duration { descriptor: text.to_owned(), why: why.to_owned() })?;
            return Ok(Rule::Every((nanoseconds / 1_000_000_000).max(1)));
        }
    };
    Ok(Rule::Fields(fields))
}

/// Go's `time.ParseDuration`: a signed run of decimal numbers with units; in nanoseconds.
fn duration(text: &str) -> Result<i64, String> {
    let invalid = || format!("time: invalid duration {text:?}");
    let (sign, mut rest) = match text.as_bytes().first() {
        Some(b'-') => (-1.0, &text[1..]),
        Some(b'+') => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total = 0.0_f64;
    while !rest.is_empty() {
        let number_end = rest.find(|c: char| c != '.' && !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(number_end);
        let number: f64 = number.parse().map_err(|_| invalid())?;
        let unit_end = tail.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_end);
        let scale = match unit {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            "" => return Err(format!("time: missing unit in duration {text:?}")),
            _ => return Err(format!("time: unknown unit {unit:?} in duration {text:?}")),
        };
        total += number * scale;
        rest = tail;
    }
    // i64::MAX nanoseconds are 292 years, Go's limit too.
    if total >= 9.2e18 { Err(invalid()) } else { Ok((sign * total) as i64) }
}
