//! Why a cron line or a time zone is refused, in the words of robfig/cron and Go. Called by `cron_job.rs`.
//!
//! Only judges. The cron line itself is read by `domain::schedule`; here is what stands around it.

use crate::domain::schedule::Schedule;

/// What is wrong with a schedule, which may begin with a zone: the cron library knows that, and
/// the CronJob API then refuses it with words of its own.
///
/// # Errors
/// The parser's words.
pub(super) fn check_schedule(line: &str) -> Result<(), String> {
    let mut line = line;
    if let Some(zoned) = line.strip_prefix("CRON_TZ=").or_else(|| line.strip_prefix("TZ=")) {
        let (zone, rest) = zoned.split_once(' ').unwrap_or((zoned, ""));
        check_time_zone(zone).map_err(|why| format!("provided bad location {zone}: {why}"))?;
        line = rest.trim();
    }
    Schedule::parse(line).map(drop).map_err(|why| why.to_string())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cron_takes() {
        for line in ["*/5 0-23/2 1,15 jan-jun MON-FRI", "5/15 * ? * ?", "@daily", "@every 1h30m", ", * * * *"] {
            assert_eq!(check_schedule(line), Ok(()), "{line}");
        }
        assert_eq!(check_schedule("TZ=Asia/Tokyo 0 3 * * *"), Ok(()));
        assert_eq!(check_schedule("CRON_TZ=UTC @hourly"), Ok(()));
    }

    #[test]
    fn what_cron_refuses_and_how() {
        for (line, why) in [
            ("", "empty spec string"),
            ("every minute", "expected exactly 5 fields, found 2: [every minute]"),
            ("99 * * * *", "end of range (99) above maximum (59): 99"),
            ("x * * * *", "failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax"),
            ("@every 5", "failed to parse duration @every 5: time: missing unit in duration \"5\""),
            ("TZ=Mars/Olympus 0 3 * * *", "provided bad location Mars/Olympus: unknown time zone Mars/Olympus"),
        ] {
            assert_eq!(check_schedule(line), Err(why.to_owned()), "{line}");
        }
    }

    #[test]
    fn zones_are_named_exactly() {
        assert_eq!(check_time_zone("Asia/Tokyo"), Ok(()));
        assert_eq!(check_time_zone("asia/tokyo"), Err("unknown time zone asia/tokyo".to_owned()));
        assert_eq!(check_time_zone("Mars/Olympus"), Err("unknown time zone Mars/Olympus".to_owned()));
    }
}
