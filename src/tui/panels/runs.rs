//! When a CronJob runs: its schedule in words, its next start, for the panels `cronjobs`, `cronjob` and `start`.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::cronjob::CronJobRow;
use crate::domain::schedule::Schedule;
use crate::text::Lang;
use crate::tui::canvas::Canvas;

/// The schedule in words, or why it cannot be read.
pub(super) fn in_words(canvas: &Canvas<'_>, row: &CronJobRow) -> String {
    let zone = row.time_zone.as_deref().unwrap_or("UTC");
    match (Schedule::parse(&row.schedule), canvas.lang()) {
        (Ok(schedule), Lang::En) => schedule.in_words(zone),
        (Ok(schedule), Lang::Ja) => schedule.in_words_ja(zone),
        (Err(why), _) => why.to_string(),
    }
}

/// The next start; what the row says may have passed meanwhile.
pub(super) fn next(canvas: &Canvas<'_>, row: &CronJobRow) -> Option<Timestamp> {
    row.next.filter(|at| *at > canvas.now).or_else(|| row.next_after(canvas.now))
}

/// A time in UTC, `2026-11-23 15:00 UTC`, and in the lab's zone where that is another one.
pub(super) fn both(canvas: &Canvas<'_>, at: Timestamp) -> (String, String) {
    let format = "%m-%d %a %H:%M %Z";
    let local = at.to_zoned(canvas.state.options.zone.clone());
    (at.to_zoned(TimeZone::UTC).strftime(format).to_string(), local.strftime(format).to_string())
}
