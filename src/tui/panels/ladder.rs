//! The retry ladder: a row an attempt, the next one as a countdown, the wait that was beside the wait of the rule.

use jiff::{SignedDuration, Timestamp};
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::attempt::{Attempt, AttemptState};
use crate::domain::job::JobRow;
use crate::domain::retry::Backoff;
use crate::domain::span::span;
use crate::text::words::{Word, fill};
use crate::tui::canvas::Canvas;
use crate::tui::status;
use crate::tui::widgets::grid::{Cell, Column, headings, row, widths};

/// Attempts in one line: `✗✗✗ 4 in 12s`.
pub(super) fn signs(canvas: &mut Canvas<'_>, job: &JobRow) -> String {
    const MOST: usize = 10;
    let skipped = job.attempts.len().saturating_sub(MOST);
    let mut signs = if skipped > 0 { format!("+{skipped}") } else { String::new() };
    for attempt in job.attempts.iter().skip(skipped) {
        signs.push_str(status::attempt(attempt, canvas.theme).0);
    }
    if let Some(next) = &job.next_attempt {
        let left = canvas.until(next.at);
        signs.push_str(&format!(" #{} {left}", next.number));
    }
    if signs.is_empty() { "-".to_owned() } else { signs }
}

const COLUMNS: [Column; 9] = [
    Column::number("#", 3, 0),
    Column::fixed("STATE", 13, 0),
    Column::fixed("START", 11, 1),
    Column::number("WAITED", 7, 0),
    Column::number("RULE", 6, 0),
    Column::number("TOOK", 6, 2),
    Column::number("EXIT", 4, 0),
    Column::fixed("REASON", 12, 3),
    Column::flex("POD", 16, 1, 4),
];

/// An attempt that is still to come, should all before it fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rung {
    /// Its number.
    pub number: u32,
    /// When its pod is due, if failing takes no time.
    pub at: Timestamp,
    /// The wait before it.
    pub wait: SignedDuration,
}

/// The wait before an attempt as it was, and as the rule has it: after the failures in a row before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wait {
    /// From the end of the last pod to the making of this one; `None` where pods run side by side.
    pub waited: Option<i64>,
    /// 10 s, doubled with each failure in a row, at most 10 minutes.
    pub rule: Option<i64>,
}

/// The wait before the attempt at a place.
pub(super) fn wait(job: &JobRow, place: usize) -> Wait {
    let none = Wait { waited: None, rule: None };
    let (Some(own), Some(before)) = (job.attempts.get(place), job.attempts.get(..place)) else { return none };
    let in_a_row = failures_in_a_row(before);
    if in_a_row == 0 || job.spec.parallelism > 1 {
        return none;
    }
    // The controller makes the pod when the wait is over; a container starts a little later.
    let made = own.created_at.or(own.started_at);
    let ended = before.last().and_then(|attempt| attempt.finished_at);
    let waited = made.zip(ended).map(|(made, ended)| (made.as_second() - ended.as_second()).max(0));
    Wait { waited, rule: Some(Backoff::delay(in_a_row).as_secs()) }
}

fn failures_in_a_row(attempts: &[Attempt]) -> u32 {
    let failed = attempts.iter().rev().take_while(|attempt| attempt.state == AttemptState::Failed);
    u32::try_from(failed.count()).unwrap_or(u32::MAX)
}

/// The attempts that are still to come while a Job waits, up to the one whose failure is the Job's.
pub(super) fn predicted(job: &JobRow) -> Vec<Rung> {
    let Some(next) = &job.next_attempt else { return Vec::new() };
    let in_a_row = failures_in_a_row(&job.attempts).max(1);
    let mut at = next.at;
    let rung = |n: u32| {
        let wait = Backoff::delay(in_a_row.saturating_add(n));
        if n > 0 {
            at = at.checked_add(wait).unwrap_or(at);
        }
        Rung { number: next.number + n, at, wait }
    };
    (0..next.failures_left).map(rung).collect()
}

/// When the Job is lost, if nothing changes: the end of the curve. `None` while it does not wait.
pub(super) fn verdict(canvas: &mut Canvas<'_>, job: &JobRow, predicted: &[Rung]) -> Option<String> {
    let next = job.next_attempt.as_ref()?;
    let end = predicted.last()?.at;
    let (left, at) = (canvas.until(end), canvas.moment(end));
    Some(fill(canvas.word(Word::LadderVerdict), &[&next.failures_left, &left, &at]))
}

/// The headings of the ladder.
pub(super) fn heads(canvas: &mut Canvas<'_>, area: Rect) {
    let widths = widths(&COLUMNS, area.width);
    headings(canvas, area, &COLUMNS, &widths);
}

/// One attempt that was.
pub(super) fn attempt(canvas: &mut Canvas<'_>, area: Rect, job: &JobRow, place: usize) {
    let Some(attempt) = job.attempts.get(place) else { return };
    let Wait { waited, rule } = wait(job, place);
    let (sign, style) = status::attempt(attempt, canvas.theme);
    let gone = if attempt.gone { format!(" ({})", canvas.word(Word::Gone)) } else { String::new() };
    let restarts = if attempt.restarts > 0 { format!(" ↻{}", attempt.restarts) } else { String::new() };
    let dash = || "-".to_owned();
    let cells = [
        attempt.number.to_string(),
        format!("{sign} {}{restarts}", attempt.state),
        attempt.started_at.map_or_else(dash, |at| canvas.moment(at)),
        waited.map_or_else(dash, span),
        rule.map_or_else(dash, span),
        canvas.took(attempt.started_at, attempt.finished_at),
        attempt.exit_code.map_or_else(dash, |code| code.to_string()),
        attempt.reason.clone().unwrap_or_else(dash),
        format!("{}{gone}", attempt.pod),
    ];
    cells_of(canvas, area, &cells, style);
}

/// One attempt to come; the first one counts down.
pub(super) fn expected(canvas: &mut Canvas<'_>, area: Rect, rung: Rung, is_next: bool) {
    let state = if is_next { canvas.until(rung.at) } else { canvas.word(Word::Predicted).to_owned() };
    let dash = || "-".to_owned();
    let cells = [
        rung.number.to_string(),
        format!("◷ {state}"),
        canvas.moment(rung.at),
        dash(),
        span(rung.wait.as_secs()),
        dash(),
        dash(),
        dash(),
        dash(),
    ];
    cells_of(canvas, area, &cells, canvas.theme.expected);
}

fn cells_of(canvas: &mut Canvas<'_>, area: Rect, cells: &[String; 9], style: Style) {
    let widths = widths(&COLUMNS, area.width);
    let cells: Vec<Cell<'_>> = cells.iter().map(|cell| Cell::from(cell.as_str())).collect();
    row(canvas, area, area.y, &COLUMNS, &widths, &cells, style);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::{self, attempt, job, time};

    #[test]
    fn what_was_waited_stands_beside_the_rule() {
        let state = testing::broken();
        let job = &state.world.jobs.named("test3").unwrap().row;
        let waits: Vec<_> = (0..3).map(|place| wait(job, place)).collect();
        assert_eq!(waits[0], Wait { waited: None, rule: None });
        assert_eq!(waits[1], Wait { waited: Some(10), rule: Some(10) });
        assert_eq!(waits[2], Wait { waited: Some(20), rule: Some(20) });
        assert_eq!(wait(job, 9), Wait { waited: None, rule: None });
    }

    #[test]
    fn the_rungs_to_come_follow_the_curve_to_the_end() {
        let state = testing::broken();
        let job = &state.world.jobs.named("test3").unwrap().row;
        let rungs = predicted(job);
        assert_eq!(rungs.len(), 8, "ten failures are forgiven, three are used, the eleventh is the Job's");
        assert_eq!(rungs[0], Rung { number: 4, at: time("13:49:24"), wait: SignedDuration::from_secs(40) });
        assert_eq!(rungs[1].at, time("13:50:44"));
        let waits: Vec<i64> = rungs.iter().map(|rung| rung.wait.as_secs()).collect();
        assert_eq!(waits, [40, 80, 160, 320, 600, 600, 600, 600]);
        assert_eq!(rungs.last().unwrap().number, 11);
    }

    #[test]
    fn pods_side_by_side_have_no_wait_between_them() {
        let mut facts = job("wide", "10:00:00");
        facts.spec.parallelism = 2;
        let mut attempts = vec![
            attempt("a", "10:00:00", Some("10:00:09"), Some(1)),
            attempt("b", "10:00:01", Some("10:00:08"), Some(1)),
        ];
        crate::domain::job::number(&mut attempts);
        let row = facts.row(attempts, time("10:00:09"));
        assert_eq!(wait(&row, 1), Wait { waited: None, rule: None });
    }

    #[test]
    fn a_success_between_starts_the_rule_anew() {
        let mut attempts = vec![
            attempt("a", "10:00:00", Some("10:00:01"), Some(1)),
            attempt("b", "10:00:11", Some("10:00:12"), Some(0)),
            attempt("c", "10:00:13", Some("10:00:14"), Some(1)),
        ];
        crate::domain::job::number(&mut attempts);
        let mut facts = job("many", "10:00:00");
        facts.spec.completions = Some(3);
        let row = facts.row(attempts, time("10:00:15"));
        assert_eq!(wait(&row, 1).rule, Some(10));
        assert_eq!(wait(&row, 2).rule, None);
        assert_eq!(predicted(&row)[0].wait.as_secs(), 10);
    }
}
