//! The retry ladder: a cell an attempt, the next one as a countdown, the predicted curve beside the observed one.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::domain::attempt::AttemptState;
use crate::domain::job::{JobRow, as_retry};
use crate::domain::retry::Backoff;
use crate::domain::span::span;
use crate::text::words::{Word, fill};
use crate::tui::canvas::Canvas;
use crate::tui::status;
use crate::tui::widgets::grid::{Cell, Column, headings, row, widths, window};

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
    Column::fixed("START", 8, 1),
    Column::number("TOOK", 6, 2),
    Column::number("EXIT", 4, 0),
    Column::fixed("REASON", 18, 3),
    Column::number("GAP", 7, 0),
    Column::number("MODEL", 7, 0),
    Column::flex("POD", 20, 1, 4),
];

/// One rung: an attempt that was, or one that is predicted.
struct Rung {
    cells: [String; 9],
    style: Style,
    /// The attempt's place among those that were.
    seen: bool,
}

/// The ladder as a table; `selected` counts from 1, 0 is the Job itself.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, job: &JobRow, selected: usize) {
    if area.height < 2 {
        return;
    }
    let inner = Rect::new(area.x + 2, area.y, area.width.saturating_sub(2), area.height);
    let widths = widths(&COLUMNS, inner.width);
    headings(canvas, inner, &COLUMNS, &widths);
    let rungs = rungs(canvas, job);
    let fits = usize::from(area.height - 1);
    // With nothing selected the newest attempt and the next ones are in sight.
    let focus = if selected > 0 { selected - 1 } else { job.attempts.len().min(rungs.len().saturating_sub(1)) };
    let top = window(0, fits, focus, rungs.len());
    for (n, rung) in rungs.iter().enumerate().skip(top).take(fits) {
        let y = area.y + 1 + u16::try_from(n - top).unwrap_or(0);
        let cells: Vec<Cell<'_>> = rung.cells.iter().map(|cell| Cell::from(cell.as_str())).collect();
        row(canvas, inner, y, &COLUMNS, &widths, &cells, rung.style);
        if rung.seen && n + 1 == selected {
            canvas.text(area.x, y, 2, "▸", canvas.theme.accent);
            canvas.tint(Rect::new(area.x, y, area.width, 1), canvas.theme.selected);
        }
        if rung.seen {
            canvas.hit(Rect::new(area.x, y, area.width, 1), crate::app::message::Hit::Line(n + 1));
        }
    }
}

fn rungs(canvas: &mut Canvas<'_>, job: &JobRow) -> Vec<Rung> {
    let mut rungs = Vec::new();
    let mut in_a_row = 0;
    for (n, attempt) in job.attempts.iter().enumerate() {
        let before = n.checked_sub(1).and_then(|n| job.attempts[n].finished_at);
        let gap = match (before, attempt.started_at.or(attempt.created_at)) {
            (Some(end), Some(start)) => span(start.as_second() - end.as_second()),
            _ => "-".to_owned(),
        };
        let (sign, style) = status::attempt(attempt, canvas.theme);
        let gone = if attempt.gone { format!(" ({})", canvas.word(Word::Gone)) } else { String::new() };
        rungs.push(Rung {
            cells: [
                attempt.number.to_string(),
                format!("{sign} {}", attempt.state),
                attempt.started_at.map_or_else(|| "-".into(), |at| canvas.moment(at)),
                canvas.took(attempt.started_at, attempt.finished_at),
                attempt.exit_code.map_or_else(|| "-".into(), |code| code.to_string()),
                attempt.reason.clone().unwrap_or_else(|| "-".into()),
                gap,
                model(n, in_a_row),
                format!("{}{gone}", attempt.pod),
            ],
            style,
            seen: true,
        });
        in_a_row = if attempt.state == AttemptState::Failed { in_a_row + 1 } else { 0 };
    }
    rungs.extend(predicted(canvas, job, in_a_row));
    rungs
}

/// What the back-off model says of the wait before an attempt.
fn model(n: usize, in_a_row: u32) -> String {
    if n == 0 || in_a_row == 0 { "-".to_owned() } else { span(Backoff::delay(in_a_row).as_secs()) }
}

/// The attempts to come, were all of them to fail.
fn predicted(canvas: &mut Canvas<'_>, job: &JobRow, in_a_row: u32) -> Vec<Rung> {
    let Some(next) = &job.next_attempt else { return Vec::new() };
    let style = canvas.theme.expected;
    let mut at = next.at;
    let mut rungs = Vec::new();
    for n in 0..next.failures_left {
        let failures = in_a_row + n;
        let delay = Backoff::delay(failures);
        if n > 0 {
            at = at.checked_add(delay).unwrap_or(at);
        }
        let state =
            if n == 0 { format!("◷ {}", canvas.until(at)) } else { format!("◷ {}", canvas.word(Word::Predicted)) };
        let number = next.number + n;
        rungs.push(Rung {
            cells: [
                number.to_string(),
                state,
                canvas.moment(at),
                "-".into(),
                "-".into(),
                "-".into(),
                "-".into(),
                span(delay.as_secs()),
                "-".into(),
            ],
            style,
            seen: false,
        });
    }
    rungs
}

/// When the Job is lost, if nothing changes: the end of the curve. `None` while it does not wait.
pub(super) fn verdict(canvas: &mut Canvas<'_>, job: &JobRow) -> Option<String> {
    let next = job.next_attempt.as_ref()?;
    let seen: Vec<_> = job.attempts.iter().map(as_retry).collect();
    let rest = Backoff { limit: job.spec.backoff_limit }.predicted(&seen);
    // The wait that runs now is counted from now, those after it in full.
    let later: i64 = rest.iter().skip(1).map(jiff::SignedDuration::as_secs).sum();
    let end = next.at.checked_add(jiff::SignedDuration::from_secs(later)).ok()?;
    let (left, at) = (canvas.until(end), canvas.moment(end));
    Some(fill(canvas.word(Word::LadderVerdict), &[&next.failures_left, &left, &at]))
}
