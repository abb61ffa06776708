//! One report: who wrote it, and its CSV as a table; or what differs between it and an older one.

use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::{report_diff, reports};
use crate::app::Action;
use crate::app::message::Failure;
use crate::app::panel::PanelId;
use crate::app::state::{Target, Viewport};
use crate::domain::csv_table::{CsvRow, CsvTable, KEY};
use crate::domain::report::ReportTable;
use crate::text::safe;
use crate::text::words::{Word, fill};
use crate::tui::canvas::Canvas;
use crate::tui::widgets::lines::thumb;
use crate::tui::widgets::sentences;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let Some(Target::Report(key)) = &canvas.state.here.target else { return };
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let tables = &canvas.state.world.tables;
    if let Some(older) = &canvas.state.diff_with {
        return report_diff::draw(canvas, inner, older, key);
    }
    match tables.get(key) {
        None if canvas.state.world.reports_failure.is_some() => {
            if let Some(failure) = &canvas.state.world.reports_failure {
                failed(canvas, inner, key, failure);
            }
        }
        None => {
            canvas.text(inner.x, inner.y, inner.width, key, canvas.theme.title);
            canvas.text(inner.x + 1, inner.y + 2, inner.width, canvas.word(Word::Loading), canvas.theme.dim);
        }
        Some(Err(failure)) => failed(canvas, inner, key, failure),
        Some(Ok(read)) => whole(canvas, inner, read),
    }
}

/// A report that could not be read.
pub(super) fn failed(canvas: &mut Canvas<'_>, area: Rect, key: &str, failure: &Failure) {
    canvas.text(area.x, area.y, area.width, key, canvas.theme.title);
    let y = sentences::draw(canvas, sentences::below(area, area.y + 2), &failure.what, canvas.theme.bad);
    if let Some(next) = &failure.next {
        sentences::draw(canvas, sentences::below(area, y), &format!("→ {next}"), canvas.theme.accent);
    }
}

fn whole(canvas: &mut Canvas<'_>, area: Rect, read: &ReportTable) {
    let theme = canvas.theme;
    let row = &read.report;
    let mut facts = vec![reports::bytes(row.size), fill(canvas.word(Word::ReportRows), &[&read.table.rows.len()])];
    if let Some(at) = row.modified_at {
        facts.push(canvas.moment(at));
    }
    let facts = format!("  {}", facts.join(", "));
    canvas.line(area.x, area.y, area.width, &[(&row.key, theme.title), (&facts, theme.dim)]);
    // Where there is little room, a line each has to do.
    let most = if area.height < 12 { 1 } else { 2 };
    let line = |y: u16| Rect { y, height: most.min(area.bottom().saturating_sub(y)), ..area };
    let y = sentences::draw(canvas, line(area.y + 1), &lineage(canvas, read), theme.accent);
    let mut notes = Vec::new();
    if read.table.ragged() > 0 {
        notes.push(fill(canvas.word(Word::ReportRagged), &[&read.table.ragged()]));
    }
    if read.table.truncated {
        notes.push(fill(canvas.word(Word::ReportTruncated), &[&read.table.rows.len()]));
    }
    let note = notes.join("   ");
    let y = sentences::draw(canvas, line(y), &note, theme.warn);
    let body = sentences::below(area, y + u16::from(area.height > 10));
    if read.table.header.is_empty() && read.table.rows.is_empty() {
        sentences::draw(canvas, body, canvas.word(Word::ReportNoHeader), theme.dim);
        return;
    }
    table(canvas, body, &read.table);
}

/// `report <- pod <- job <- cronjob (schedule)`, as far as somebody left word of it.
fn lineage(canvas: &Canvas<'_>, read: &ReportTable) -> String {
    let Some(lineage) = &read.report.lineage else { return canvas.word(Word::ReportByNobody).to_owned() };
    let mut chain = Vec::new();
    chain.extend(lineage.pod.as_ref().map(|pod| format!("pod/{pod}")));
    if let Some(name) = &lineage.job {
        chain.push(format!("job/{name}"));
        let world = &canvas.state.world;
        if let Some(job) = world.jobs.named(name) {
            let cronjob = job.facts.cronjob.as_deref();
            let schedule = job.facts.cronjob_uid.as_ref().and_then(|uid| world.cronjobs.get(uid.as_str()));
            chain.extend(cronjob.map(|cronjob| match schedule {
                _ if job.row.manual => format!("cronjob/{cronjob} ({})", canvas.word(Word::ByHand)),
                Some(row) => format!("cronjob/{cronjob} ({})", row.schedule),
                None => format!("cronjob/{cronjob}"),
            }));
        }
    }
    format!("{} {}", canvas.word(Word::ReportBy), chain.join(" ← "))
}

/// Columns that are looked at: more are on no screen.
const MOST_COLUMNS: usize = 64;
/// Rows that are looked at to find how wide columns are, besides those in the window.
const SAMPLE: usize = 100;

fn table(canvas: &mut Canvas<'_>, area: Rect, table: &CsvTable) {
    if area.height == 0 {
        return;
    }
    let theme = canvas.theme;
    let rows = usize::from(area.height - 1);
    let total = table.rows.len();
    let last = total.saturating_sub(rows);
    let top = canvas.state.line.min(last);
    // The cursor of this panel is the first line shown: it may go as far as the last page's.
    canvas.notes.viewport = Viewport { rows, top, total: last + 1 };
    let shown = &table.rows[top..(top + rows).min(total)];
    let sample = table.rows.iter().take(SAMPLE).chain(shown);
    let inner = Rect { x: area.x + 2, width: area.width.saturating_sub(3), ..area };
    let columns = table.header.len().max(shown.iter().map(|row| row.cells.len()).max().unwrap_or(0)).min(MOST_COLUMNS);
    let widths = widths(&table.header, sample, columns, inner.width);
    cells(canvas, inner, &table.header, &widths, theme.heading);
    for (n, row) in shown.iter().enumerate() {
        let y = area.y + 1 + u16::try_from(n).unwrap_or(0);
        if row.ragged {
            canvas.text(area.x, y, 1, "!", theme.warn);
        }
        let style = if row.ragged { theme.warn } else { theme.text };
        cells(canvas, Rect { y, ..inner }, &row.cells, &widths, style);
    }
    if total == 0 {
        let below = sentences::below(inner, area.y + 2);
        sentences::draw(canvas, below, canvas.word(Word::ReportEmpty), theme.dim);
    }
    thumb(canvas, Rect { y: area.y + 1, height: area.height - 1, ..area }, top, total);
}

/// The cells of one row, each cut at its column.
pub(super) fn cells(canvas: &mut Canvas<'_>, area: Rect, cells: &[String], widths: &[u16], style: Style) {
    let mut x = area.x;
    for (cell, width) in cells.iter().zip(widths) {
        if x >= area.right() {
            return;
        }
        canvas.text(x, area.y, (*width).min(area.right() - x), cell, style);
        x = x.saturating_add(*width + 2);
    }
}

/// The columns' widths: what they need, or else as much as there is. Ids give way first, then headings that are wider
/// than what is below them, then the widest. Cells beyond the header get what is left at the end.
pub(super) fn widths<'r>(
    header: &[String],
    rows: impl Iterator<Item = &'r CsvRow>,
    columns: usize,
    total: u16,
) -> Vec<u16> {
    let wide = |text: &String| u16::try_from(safe(text).width()).unwrap_or(u16::MAX).min(200);
    let mut below = vec![3; columns];
    for row in rows {
        for (width, cell) in below.iter_mut().zip(&row.cells) {
            *width = wide(cell).max(*width);
        }
    }
    let mut widths: Vec<u16> =
        below.iter().enumerate().map(|(n, width)| header.get(n).map_or(0, wide).max(*width)).collect();
    let named = if header.is_empty() { columns } else { header.len().min(columns) };
    let gaps = u16::try_from(named.saturating_sub(1)).unwrap_or(0).saturating_mul(2);
    let room = u32::from(total.saturating_sub(gaps));
    let over = |widths: &[u16]| widths[..named].iter().map(|width| u32::from(*width)).sum::<u32>() > room;
    let id = header[..named.min(header.len())].iter().position(|name| name == KEY);
    while over(&widths) {
        let long_id = id.filter(|id| widths[*id] > 9);
        let heading = || (0..named).find(|n| widths[*n] > below[*n].max(6));
        let widest = || (0..named).max_by_key(|n| widths[*n]).filter(|n| widths[*n] > 6);
        let Some(column) = long_id.or_else(heading).or_else(widest) else { break };
        widths[column] -= 1;
    }
    widths
}

/// The key that does something here.
pub(super) fn key(canvas: &Canvas<'_>, action: Action) -> String {
    canvas.state.options.keymap.key_of(PanelId::Report, action).map_or_else(String::new, |key| key.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_columns_give_way_first() {
        let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        let header = row(&["taskId", "userName", "title"]);
        let long = "x".repeat(60);
        let rows = [CsvRow { cells: row(&["1", "kudoh", &long]), ragged: false }];
        assert_eq!(widths(&header, rows.iter(), 3, 80), [6, 8, 60]);
        assert_eq!(widths(&header, rows.iter(), 3, 40), [6, 6, 24]);
        assert_eq!(widths(&header, rows.iter(), 3, 10), [6, 6, 6], "no column vanishes: the last ones are cut");
        let many: Vec<String> = (0..9_000).map(|n| n.to_string()).collect();
        assert_eq!(widths(&many, rows.iter(), MOST_COLUMNS, 80).len(), MOST_COLUMNS);
    }
}
