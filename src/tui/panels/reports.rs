//! Reports: the CSV files of the bucket, who wrote each where that was read, and how far a download is.

use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::app::state::items::ReportItem;
use crate::app::state::table::Item;
use crate::text::words::{Word, fill};
use crate::tui::canvas::Canvas;
use crate::tui::widgets::grid::{Cell, Column, Empty, table};

const COLUMNS: [Column; 6] = [
    Column::flex("KEY", 30, 3, 0),
    Column::number("SIZE", 9, 1),
    Column::fixed("MODIFIED", 11, 2),
    Column::number("AGE", 6, 3),
    Column::number("ROWS", 6, 5),
    Column::flex("JOB", 14, 2, 4),
];

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let world = &canvas.state.world;
    let mut list = area;
    if !world.reports.is_empty() && area.height > 3 {
        counts(canvas, Rect { y: area.bottom() - 1, height: 1, ..area });
        list.height -= 1;
    }
    if let Some((key, done, total)) = canvas.state.download.as_ref().filter(|_| list.height > 3) {
        list.height -= 1;
        bar(canvas, Rect { y: list.bottom(), height: 1, ..area }, key, *done, *total);
    }
    let failure = world.reports_failure.as_ref();
    let list = super::outdated(canvas, list, failure.filter(|_| world.reports.listed() > 0));
    let empty = Empty { hint: canvas.word(Word::ReportsHint), failure, freshness: None };
    table(canvas, list, &world.reports, &COLUMNS, empty, cells);
}

fn cells<'r>(canvas: &mut Canvas<'_>, report: &'r ReportItem) -> (Vec<Cell<'r>>, Style) {
    let row = &report.row;
    // A listing does not tell who wrote it; a report that was read does.
    let read = canvas.state.world.tables.get(report.name()).and_then(|read| read.as_ref().ok());
    let lineage = row.lineage.as_ref().or(read.and_then(|read| read.report.lineage.as_ref()));
    let rows = lineage.and_then(|lineage| lineage.rows).map(|rows| rows.to_string());
    let job = lineage.and_then(|lineage| lineage.job.clone());
    let cells = vec![
        Cell::from(row.key.as_str()),
        bytes(row.size).into(),
        row.modified_at.map_or_else(|| "-".to_owned(), |at| canvas.moment(at)).into(),
        canvas.age(row.modified_at).into(),
        rows.unwrap_or_else(|| "-".to_owned()).into(),
        job.unwrap_or_else(|| "-".to_owned()).into(),
    ];
    (cells, canvas.theme.text)
}

fn counts(canvas: &mut Canvas<'_>, area: Rect) {
    let reports = &canvas.state.world.reports;
    let size = bytes(reports.all().map(|report| report.row.size).sum());
    let mut words = fill(canvas.word(Word::ReportsCount), &[&reports.len(), &size]);
    if canvas.state.world.tables.len() < reports.len() {
        words = format!("{words}   ({})", canvas.word(Word::ReportsUnread));
    }
    canvas.text(area.x + 2, area.y, area.width.saturating_sub(3), &words, canvas.theme.dim);
}

/// `↓ key [████      ]  40%  1.2 / 3.0 MiB`
fn bar(canvas: &mut Canvas<'_>, area: Rect, key: &str, done: u64, total: u64) {
    let theme = canvas.theme;
    let part = done.min(total) * 100 / total.max(1);
    let right = format!(" {part:>3}%  {} / {}", bytes(done), bytes(total));
    let needs = u16::try_from(right.width()).unwrap_or(0);
    let room = area.width.saturating_sub(4);
    let name = canvas.text(area.x + 2, area.y, room.saturating_sub(needs + 12), &format!("↓ {key} "), theme.accent);
    let bar = room.saturating_sub(name + needs + 2).min(40);
    if bar >= 4 {
        let filled = usize::try_from(u64::from(bar) * part / 100).unwrap_or(0);
        let text = format!("[{}{}]", "█".repeat(filled), "·".repeat(usize::from(bar) - filled));
        canvas.text(area.x + 2 + name, area.y, bar + 2, &text, theme.busy);
    }
    let x = area.x + 2 + name + if bar >= 4 { bar + 2 } else { 0 };
    canvas.text(x, area.y, area.right().saturating_sub(x), &right, theme.text);
}

/// A size as people read it: `812 B`, `1.2 KiB`, `3.0 MiB`.
pub(super) fn bytes(size: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if size < 1024 {
        return format!("{size} B");
    }
    let (mut tenths, mut unit) = (size.saturating_mul(10) / 1024, 0);
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_are_short() {
        for (size, words) in
            [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1_300_000, "1.2 MiB"), (5 << 40, "5.0 TiB")]
        {
            assert_eq!(bytes(size), words);
        }
    }
}
