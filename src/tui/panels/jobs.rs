//! Jobs: the status in a word, completions, failures of the limit, and the attempts as a ladder of signs.

use ratatui::layout::Rect;

use super::ladder;
use crate::app::state::items::JobItem;
use crate::domain::object::Kind;
use crate::text::words::Word;
use crate::tui::canvas::Canvas;
use crate::tui::status;
use crate::tui::widgets::grid::{Cell, Column, Empty, table};

const COLUMNS: [Column; 10] = [
    Column::flex("NAME", 18, 3, 0),
    Column::fixed("STATUS", 11, 0),
    Column::number("DONE", 5, 3),
    Column::number("FAILED", 6, 1),
    Column::flex("ATTEMPTS", 14, 2, 0),
    Column::number("DURATION", 8, 4),
    Column::number("AGE", 6, 2),
    Column::flex("CRONJOB", 13, 1, 6),
    Column::fixed("BY", 8, 7),
    Column::flex("REASON", 20, 1, 5),
];

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let world = &canvas.state.world;
    let hint = canvas.word(Word::JobsHint);
    let empty = Empty { hint, freshness: Some(world.freshness(Kind::Job)), failure: None };
    table(canvas, area, &world.jobs, &COLUMNS, empty, |canvas, job: &JobItem| {
        let theme = canvas.theme;
        let row = &job.row;
        let (sign, style) = status::job(row.status, theme);
        let wanted = row.spec.completions.map_or_else(|| "1".to_owned(), |n| n.to_string());
        let by = if row.manual { canvas.word(Word::ByHand) } else { canvas.word(Word::BySchedule) };
        let by = if row.cronjob.is_some() { by } else { "-" };
        let cells = vec![
            Cell::from(row.name.as_str()),
            Cell::styled(format!("{sign} {}", row.status), style),
            format!("{}/{wanted}", row.succeeded).into(),
            format!("{}/{}", row.failed, row.spec.backoff_limit + 1).into(),
            Cell::styled(ladder::signs(canvas, row), style),
            canvas.took(row.started_at, row.finished_at).into(),
            canvas.age(row.created_at).into(),
            row.cronjob.as_deref().unwrap_or("-").into(),
            by.into(),
            row.reason.as_deref().unwrap_or("-").into(),
        ];
        (cells, theme.text)
    });
}
