//! The dialect against its table, against croner where both agree, and over changes of the clocks.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::{MissedCount, Schedule};

fn t(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

fn runs(schedule: &str, after: &str, zone: &str, n: usize) -> Vec<String> {
    let zone = TimeZone::get(zone).expect("a zone");
    let schedule = Schedule::parse(schedule).expect("a schedule");
    schedule.runs(t(after), &zone).take(n).map(|run| run.to_string()).collect()
}

fn error(schedule: &str) -> String {
    Schedule::parse(schedule).expect_err("no schedule").to_string()
}

#[test]
fn errors_are_those_of_the_real_parser() {
    assert_eq!(error(""), "empty spec string");
    assert_eq!(error("every minute"), "expected exactly 5 fields, found 2: [every minute]");
    assert_eq!(error("x * * * *"), r#"failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax"#);
    assert_eq!(error("99 * * * *"), "end of range (99) above maximum (59): 99");
    assert_eq!(error("* * 0 * *"), "beginning of range (0) below minimum (1): 0");
    assert_eq!(error("* * * * 7"), "end of range (7) above maximum (6): 7");
    assert_eq!(error("30-10 * * * *"), "beginning of range (30) beyond end of range (10): 30-10");
    assert_eq!(error("*/0 * * * *"), "step of range should be a positive number: */0");
    assert_eq!(error("1-2-3 * * * *"), "too many hyphens: 1-2-3");
    assert_eq!(error("1/2/3 * * * *"), "too many slashes: 1/2/3");
    assert_eq!(error("@never"), "unrecognized descriptor: @never");
    assert_eq!(error("@every 5"), r#"failed to parse duration @every 5: time: missing unit in duration "5""#);
    assert_eq!(error("* * L * *"), r#"failed to parse int from L: strconv.Atoi: parsing "L": invalid syntax"#);
    assert_eq!(error("TZ=UTC * * * * *"), "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
}

#[test]
fn question_mark_and_n_step_and_names() {
    let star = Schedule::parse("* * * * *").expect("fits");
    let question = Schedule::parse("? ? ? ? ?").expect("fits");
    assert_eq!(star.rule, question.rule);
    assert_eq!(
        runs("50/5 0 * JAN mon-Wed", "2026-01-01T00:00:00Z", "UTC", 3),
        ["2026-01-05T00:50:00Z", "2026-01-05T00:55:00Z", "2026-01-06T00:50:00Z"]
    );
}

#[test]
fn the_two_day_fields_join_with_and_or_or() {
    // Both restricted: either. Friday the 13th is not special then.
    assert_eq!(
        runs("0 0 13 * 5", "2026-11-01T00:00:00Z", "UTC", 3),
        ["2026-11-06T00:00:00Z", "2026-11-13T00:00:00Z", "2026-11-20T00:00:00Z"]
    );
    // A step above one is not a star any more.
    assert_eq!(
        runs("0 0 */16 * 5", "2026-11-01T00:00:00Z", "UTC", 2),
        ["2026-11-06T00:00:00Z", "2026-11-13T00:00:00Z"]
    );
    assert_eq!(runs("0 0 * * 5", "2026-11-01T00:00:00Z", "UTC", 1), ["2026-11-06T00:00:00Z"]);
}

#[test]
fn a_zone_moves_the_start() {
    assert_eq!(runs("0 0 * * *", "2026-11-23T00:00:00Z", "Asia/Tokyo", 1), ["2026-11-23T15:00:00Z"]);
    assert_eq!(runs("0 15 * * *", "2026-11-23T15:00:00Z", "UTC", 1), ["2026-11-24T15:00:00Z"]);
}

#[test]
fn a_skipped_hour_does_not_run_and_a_repeated_one_runs_twice() {
    // 29 March 2026, Berlin: 02:00 becomes 03:00.
    assert_eq!(
        runs("30 2 * * *", "2026-03-28T00:00:00Z", "Europe/Berlin", 2),
        ["2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z"]
    );
    // 25 October 2026, Berlin: 03:00 becomes 02:00.
    assert_eq!(
        runs("30 2 * * *", "2026-10-24T12:00:00Z", "Europe/Berlin", 3),
        ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"]
    );
    assert_eq!(
        runs("0 * * * *", "2026-10-24T23:30:00Z", "Europe/Berlin", 4),
        ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z", "2026-10-25T03:00:00Z"]
    );
}

#[test]
fn every_counts_from_the_last_and_never_ends_after_five_years() {
    assert_eq!(runs("@every 1h30m", "2026-01-01T00:00:00.5Z", "UTC", 1), ["2026-01-01T01:30:00Z"]);
    assert_eq!(runs("@every 10ms", "2026-01-01T00:00:00Z", "UTC", 1), ["2026-01-01T00:00:01Z"]);
    assert!(runs("59 23 31 2 *", "2026-01-01T00:00:00Z", "UTC", 1).is_empty());
    assert_eq!(runs("0 0 29 2 *", "2026-01-01T00:00:00Z", "UTC", 1), ["2028-02-29T00:00:00Z"]);
    assert_eq!(runs("@yearly", "2026-01-01T00:00:00Z", "UTC", 1), ["2027-01-01T00:00:00Z"]);
}

#[test]
fn missed_runs_as_the_controller_counts_them() {
    let minutely = Schedule::parse("*/1 * * * *").expect("fits");
    let missed = |now: &str| minutely.missed(t("2026-11-23T13:00:00Z"), t(now), &TimeZone::UTC).expect("runs");
    assert_eq!(missed("2026-11-23T13:00:30Z").most_recent, None);
    assert_eq!(missed("2026-11-23T13:01:30Z").most_recent, Some(t("2026-11-23T13:01:00Z")));
    assert_eq!(missed("2026-11-23T13:05:00Z").most_recent, Some(t("2026-11-23T13:05:00Z")));
    assert_eq!(missed("2026-11-23T13:05:00Z").count, MissedCount::Few);
    assert_eq!(missed("2026-11-23T14:40:59Z").count, MissedCount::Few);
    let many = missed("2026-11-23T14:41:00Z");
    assert_eq!((many.count, many.most_recent), (MissedCount::Many, Some(t("2026-11-23T14:41:00Z"))));

    let uneven = Schedule::parse("30 6-16/4 * * 1-5").expect("fits");
    let monday = uneven.missed(t("2026-11-20T14:30:00Z"), t("2026-11-23T11:00:00Z"), &TimeZone::UTC).expect("runs");
    assert_eq!(monday.most_recent, Some(t("2026-11-23T10:30:00Z")));

    let never = Schedule::parse("0 0 31 2 *").expect("fits");
    assert!(never.missed(t("2026-11-20T14:30:00Z"), t("2026-11-23T11:00:00Z"), &TimeZone::UTC).is_err());
}

#[test]
fn in_words() {
    let words = |text: &str| Schedule::parse(text).expect("fits").in_words("UTC");
    assert_eq!(words("*/3 * * * *"), "every 3 minutes");
    assert_eq!(words("* * * * *"), "every minute");
    assert_eq!(words("0 15 * * *"), "daily at 15:00 UTC");
    assert_eq!(words("0 9,18 * * 1-5"), "on weekdays at 09:00 and 18:00 UTC");
    assert_eq!(words("0 0 1 * *"), "monthly on day 1 at 00:00 UTC");
    assert_eq!(words("15 * * * *"), "every hour at minute 15");
    assert_eq!(words("0 */6 * * *"), "every 6 hours");
    assert_eq!(words("@every 90m"), "every 90 minutes after the last start");
    assert_eq!(words("*/7 * * * *"), "by the cron schedule \"*/7 * * * *\" (UTC)");
}

#[test]
fn in_japanese_words() {
    let words = |text: &str| Schedule::parse(text).expect("fits").in_words_ja("UTC");
    assert_eq!(words("*/3 * * * *"), "3分ごと");
    assert_eq!(words("* * * * *"), "毎分");
    assert_eq!(words("0 15 * * *"), "毎日 15:00 (UTC)");
    assert_eq!(words("0 9,18 * * 1-5"), "平日 (月〜金) 09:00、18:00 (UTC)");
    assert_eq!(words("30 8 * * 0,6"), "土日 08:30 (UTC)");
    assert_eq!(words("30 8 * * 1,4"), "毎週月・木曜日 08:30 (UTC)");
    assert_eq!(words("0 0 1,15 * *"), "毎月1日・15日 00:00 (UTC)");
    assert_eq!(words("15 * * * *"), "毎時15分");
    assert_eq!(words("@hourly"), "毎時0分");
    assert_eq!(words("0 */6 * * *"), "6時間ごと");
    assert_eq!(words("15 */6 * * *"), "6時間ごと (毎回15分)");
    assert_eq!(words("@every 90m"), "前回の開始から90分ごと");
    assert_eq!(words("@every 45s"), "前回の開始から45秒ごと");
    assert_eq!(words("*/7 * * * *"), "cron 式「*/7 * * * *」のとおり (UTC)");
}

/// Fields that both dialects read alike: no `?`, no `N/step`, no 7, no range with an odd end.
fn shared_field(min: u32, max: u32) -> impl Strategy<Value = String> {
    prop_oneof![
        Just("*".to_owned()),
        (min..=max).prop_map(|value| value.to_string()),
        (min..=max, min..=max).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b))),
        (min..=max, min..=max, 1..7_u32).prop_map(|(a, b, step)| format!("{}-{}/{step}", a.min(b), a.max(b))),
        (min..=max, min..=max).prop_map(|(a, b)| format!("{a},{b}")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn croner_agrees_where_the_dialects_do(
        minute in shared_field(0, 59), hour in shared_field(0, 23), day in shared_field(1, 28),
        month in shared_field(1, 12), weekday in shared_field(0, 6), start in 1_700_000_000_i64..1_900_000_000,
    ) {
        // Where only one day field is restricted both dialects take it alone.
        for text in [format!("{minute} {hour} {day} {month} *"), format!("{minute} {hour} * {month} {weekday}")] {
            let after = Timestamp::from_second(start).expect("in range");
            let ours = Schedule::parse(&text).expect("fits");
            let theirs = croner::Cron::from_str(&text).expect("fits");
            let mut at = after.to_zoned(TimeZone::UTC);
            for run in ours.runs(after, &TimeZone::UTC).take(5) {
                at = theirs.find_next_occurrence(&at, false).expect("croner finds one");
                prop_assert_eq!(run, at.timestamp(), "{}", text);
            }
        }
    }
}
