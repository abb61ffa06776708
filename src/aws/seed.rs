//! Tasks to play with: several users, some titles that a careless CSV writer would break on.
//!
//! Called by `lab::tasks`. Pure but for the random ids.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::ZONE;
use super::tasks::Task;

const USERS: [&str; 4] = ["kudoh", "noboru", "midori", "alice"];
const TITLES: [&str; 8] = [
    "スプリントプランニング",
    "デザインレビュー",
    "Review \"plan A\"",
    "Order paper, pens",
    "リリースノートを書く",
    "Fix the nightly batch",
    "請求書の確認",
    "Call the \"blue, green\" team",
];
/// Tasks start on one of the last seven days.
const SPREAD: i64 = 7 * 24 * 3600;

/// `n` tasks; two of three are finished at some moment of today, by the clock of the tutorial's `TZ`.
#[must_use]
pub fn seed(n: usize, now: Timestamp) -> Vec<Task> {
    // The zone is part of the program; UTC stands in where a test has taken it out.
    tasks(n, now, &TimeZone::get(ZONE).unwrap_or(TimeZone::UTC))
}

/// `n` tasks; two of three are finished at some moment between the start of today in `zone` and `now`.
pub(super) fn tasks(n: usize, now: Timestamp, zone: &TimeZone) -> Vec<Task> {
    let now_second = now.as_second();
    let midnight = now.to_zoned(zone.clone()).start_of_day().map_or(now_second, |start| start.timestamp().as_second());
    let today = (now_second - midnight).max(0);
    (0..n)
        .map(|index| {
            // Steps that share no divisor with the ranges scatter the moments without a random generator.
            let scattered = |range: i64| i64::try_from(index).unwrap_or(0).wrapping_mul(7919).rem_euclid(range + 1);
            let done = index % 3 != 2;
            Task {
                task_id: uuid::Uuid::new_v4().to_string(),
                user_name: USERS[index % USERS.len()].to_owned(),
                title: TITLES[index % TITLES.len()].to_owned(),
                contents: String::new(),
                done,
                notified: false,
                start_at: Some(now_second - scattered(SPREAD)),
                updated_at: done.then(|| now_second - scattered(today)),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::tasks;
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;
    use std::collections::HashSet;

    proptest! {
        /// However early the day is, a finished task was finished on it, and not in the future.
        #[test]
        fn two_thirds_are_finished_today(n in 0usize..200, at in 1_000_000_000i64..4_000_000_000) {
            let zone = TimeZone::get("Asia/Tokyo").unwrap();
            let now = Timestamp::from_second(at).unwrap();
            let today = now.to_zoned(zone.clone()).date();
            let made = tasks(n, now, &zone);
            prop_assert_eq!(made.iter().filter(|task| task.done).count(), n - n / 3);
            for task in &made {
                prop_assert_eq!(task.updated_at.is_some(), task.done);
                if let Some(second) = task.updated_at {
                    prop_assert!(second <= at);
                    prop_assert_eq!(Timestamp::from_second(second).unwrap().to_zoned(zone.clone()).date(), today);
                }
            }
            prop_assert_eq!(made.iter().map(|task| &task.task_id).collect::<HashSet<_>>().len(), n);
        }
    }
}
