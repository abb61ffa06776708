//! Why a cron line or a time zone is refused, in the words of robfig/cron, which Kubernetes uses.
//!
//! Called by `cron_job.rs`. Only judges; when a schedule fires is `domain::schedule`'s matter.

/// One place of a cron line: its bounds and the names that it takes for numbers.
struct Bounds {
    min: u64,
    max: u64,
    names: &'static [&'static str],
    /// The number of the first name.
    first: u64,
}

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

const PLACES: [Bounds; 5] = [
    Bounds { min: 0, max: 59, names: &[], first: 0 },
    Bounds { min: 0, max: 23, names: &[], first: 0 },
    Bounds { min: 1, max: 31, names: &[], first: 0 },
    Bounds { min: 1, max: 12, names: MONTHS, first: 1 },
    Bounds { min: 0, max: 6, names: DAYS, first: 0 },
];

/// What is wrong with a schedule.
///
/// # Errors
/// The parser's words.
pub(super) fn check_schedule(line: &str) -> Result<(), String> {
    if line.is_empty() {
        return Err("empty spec string".to_owned());
    }
    let mut line = line;
    if line.starts_with("TZ=") || line.starts_with("CRON_TZ=") {
        let (zone, rest) = line.split_once(' ').unwrap_or((line, ""));
        let zone = zone.split_once('=').map_or("", |(_, zone)| zone);
        check_time_zone(zone).map_err(|why| format!("provided bad location {zone}: {why}"))?;
        line = rest.trim();
    }
    if line.starts_with('@') {
        return check_descriptor(line);
    }
    let fields: Vec<_> = line.split_whitespace().collect();
    if fields.len() != PLACES.len() {
        let list = fields.join(" ");
        return Err(format!("expected exactly {} fields, found {}: [{list}]", PLACES.len(), fields.len()));
    }
    for (field, bounds) in fields.iter().zip(&PLACES) {
        field.split(',').filter(|part| !part.is_empty()).try_for_each(|part| check_range(part, bounds))?;
    }
    Ok(())
}

/// What is wrong with the name of a time zone.
///
/// # Errors
/// `unknown time zone X`.
pub(super) fn check_time_zone(name: &str) -> Result<(), String> {
    // The database is asked without regard to case; Go's is a folder of files and regards it.
    let known = jiff::tz::TimeZone::get(name).is_ok_and(|zone| zone.iana_name() == Some(name));
    if known || matches!(name, "" | "UTC" | "Local") { Ok(()) } else { Err(format!("unknown time zone {name}")) }
}

fn check_descriptor(line: &str) -> Result<(), String> {
    if let Some(duration) = line.strip_prefix("@every ") {
        return check_duration(duration).map_err(|why| format!("failed to parse duration {line}: {why}"));
    }
    match line {
        "@yearly" | "@annually" | "@monthly" | "@weekly" | "@daily" | "@midnight" | "@hourly" => Ok(()),
        _ => Err(format!("unrecognized descriptor: {line}")),
    }
}

/// A duration as Go reads it: `1h30m`.
fn check_duration(text: &str) -> Result<(), String> {
    let bad = || format!("time: invalid duration {text:?}");
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return Ok(());
    }
    if rest.is_empty() {
        return Err(bad());
    }
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (digits, after) = rest.split_at(number);
        if digits.is_empty() || digits == "." || digits.matches('.').count() > 1 {
            return Err(bad());
        }
        let unit_end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        match unit {
            "" => return Err(format!("time: missing unit in duration {text:?}")),
            "ns" | "us" | "µs" | "μs" | "ms" | "s" | "m" | "h" => {}
            _ => return Err(format!("time: unknown unit {unit:?} in duration {text:?}")),
        }
        rest = after;
    }
    Ok(())
}

/// `*`, `5`, `1-5`, `*/15`, `10-50/5`, `mon-fri`.
fn check_range(text: &str, bounds: &Bounds) -> Result<(), String> {
    let parts: Vec<_> = text.split('/').collect();
    let ends: Vec<_> = parts[0].split('-').collect();
    let (start, mut end) = match ends[..] {
        ["*" | "?", ..] => (bounds.min, bounds.max),
        [one] => {
            let number = number_or_name(one, bounds)?;
            (number, number)
        }
        [low, high] => (number_or_name(low, bounds)?, number_or_name(high, bounds)?),
        _ => {
            number_or_name(ends[0], bounds)?;
            return Err(format!("too many hyphens: {text}"));
        }
    };
    let step = match parts[..] {
        [_] => 1,
        [_, step] => {
            let step = number(step)?;
            if ends.len() == 1 {
                end = bounds.max;
            }
            step
        }
        _ => return Err(format!("too many slashes: {text}")),
    };
    if start < bounds.min {
        return Err(format!("beginning of range ({start}) below minimum ({}): {text}", bounds.min));
    }
    if end > bounds.max {
        return Err(format!("end of range ({end}) above maximum ({}): {text}", bounds.max));
    }
    if start > end {
        return Err(format!("beginning of range ({start}) beyond end of range ({end}): {text}"));
    }
    if step == 0 {
        return Err(format!("step of range should be a positive number: {text}"));
    }
    Ok(())
}

fn number_or_name(text: &str, bounds: &Bounds) -> Result<u64, String> {
    let lower = text.to_lowercase();
    match bounds.names.iter().position(|name| *name == lower) {
        Some(index) => Ok(bounds.first + index as u64),
        None => number(text),
    }
}

fn number(text: &str) -> Result<u64, String> {
    let why = |what: &str| format!("failed to parse int from {text}: strconv.Atoi: parsing {text:?}: {what}");
    match text.parse::<i64>() {
        Ok(number) => u64::try_from(number).map_err(|_| format!("negative number ({number}) not allowed: {text}")),
        Err(error) if *error.kind() == std::num::IntErrorKind::PosOverflow => Err(why("value out of range")),
        Err(_) => Err(why("invalid syntax")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cron_takes() {
        for line in [
            "* * * * *",
            "*/5 0-23/2 1,15 jan-jun MON-FRI",
            "5/15 * ? * ?",
            "@daily",
            "@every 1h30m",
            "TZ=Asia/Tokyo 0 3 * * *",
            ", * * * *",
        ] {
            assert_eq!(check_schedule(line), Ok(()), "{line}");
        }
    }

    #[test]
    fn what_cron_refuses_and_how() {
        for (line, why) in [
            ("", "empty spec string"),
            ("every minute", "expected exactly 5 fields, found 2: [every minute]"),
            ("99 * * * *", "end of range (99) above maximum (59): 99"),
            ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
            ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
            ("*/0 * * * *", "step of range should be a positive number: */0"),
            ("1-2-3 * * * *", "too many hyphens: 1-2-3"),
            ("1/2/3 * * * *", "too many slashes: 1/2/3"),
            ("x * * * *", "failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax"),
            ("* * * * 7", "end of range (7) above maximum (6): 7"),
            ("@often", "unrecognized descriptor: @often"),
            ("@every 5", "failed to parse duration @every 5: time: missing unit in duration \"5\""),
            ("TZ=Mars/Olympus 0 3 * * *", "provided bad location Mars/Olympus: unknown time zone Mars/Olympus"),
        ] {
            assert_eq!(check_schedule(line), Err(why.to_owned()), "{line}");
        }
        assert_eq!(check_time_zone("Asia/Tokyo"), Ok(()));
        assert!(check_time_zone("asia/tokyo").is_err());
    }
}
