//! Tasks: the rows of DynamoDB that a report is made of, and how many of them a report of today would hold.

use jiff::{Timestamp, ToSpan};
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::state::items::TaskItem;
use crate::text::words::{Word, fill};
use crate::tui::canvas::Canvas;
use crate::tui::widgets::grid::{Cell, Column, Empty, table};

const COLUMNS: [Column; 6] = [
    Column::fixed("USER", 10, 1),
    Column::fixed("STATUS", 8, 0),
    Column::flex("TITLE", 18, 4, 0),
    Column::fixed("START", 11, 3),
    Column::fixed("UPDATED", 11, 2),
    Column::flex("ID", 9, 1, 4),
];

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let world = &canvas.state.world;
    let mut list = area;
    if world.tasks.is_known() && !world.tasks.is_empty() && area.height > 3 {
        counts(canvas, Rect { y: area.bottom() - 1, height: 1, ..area });
        list.height -= 1;
    }
    let list = super::outdated(canvas, list, world.tasks_failure.as_ref().filter(|_| world.tasks.listed() > 0));
    let empty = Empty { hint: canvas.word(Word::TasksHint), failure: world.tasks_failure.as_ref(), freshness: None };
    table(canvas, list, &world.tasks, &COLUMNS, empty, cells);
}

fn cells<'r>(canvas: &mut Canvas<'_>, task: &'r TaskItem) -> (Vec<Cell<'r>>, Style) {
    let theme = canvas.theme;
    let row = &task.row;
    let status = if row.done { Cell::styled("✓ DONE", theme.good) } else { Cell::styled("○ UNDONE", theme.text) };
    let time = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), |at| canvas.moment(at));
    let cells = vec![
        Cell::from(row.user.as_str()),
        status,
        row.title.as_str().into(),
        time(row.start_at).into(),
        time(row.updated_at).into(),
        row.id.as_str().into(),
    ];
    (cells, theme.text)
}

/// What a report of today, in the lab's zone, would hold: finished tasks by the time of their last change.
fn counts(canvas: &mut Canvas<'_>, area: Rect) {
    let options = &canvas.state.options;
    let today = canvas.now.to_zoned(options.zone.clone());
    let begin = today.start_of_day().map(|day| day.timestamp());
    let end = today.checked_add(1.day()).and_then(|next| next.start_of_day()).map(|day| day.timestamp());
    let (Ok(begin), Ok(end)) = (begin, end) else { return };
    canvas.wake(end);
    let (mut done, mut open, mut now) = (0, 0, 0);
    for task in canvas.state.world.tasks.all() {
        let row = &task.row;
        if row.done {
            done += 1;
            now += usize::from(row.updated_at.is_some_and(|at| at >= begin && at < end));
        } else {
            open += 1;
        }
    }
    let all = fill(canvas.word(Word::TasksCount), &[&done, &open]);
    let today = fill(canvas.word(Word::TasksToday), &[&now, &today.date(), &today.strftime("%Z")]);
    let theme = canvas.theme;
    canvas.line(
        area.x + 2,
        area.y,
        area.width.saturating_sub(3),
        &[(&today, theme.accent), ("   ", theme.dim), (&all, theme.text)],
    );
}
