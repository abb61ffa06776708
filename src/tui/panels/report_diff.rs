//! What differs between two reports, task by task: added, removed, changed with the cells.

use std::borrow::Cow;

use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::report::{failed, key};
use crate::app::Action;
use crate::app::state::Viewport;
use crate::domain::csv_table::{ChangedRow, ReportDiff, TaskCells};
use crate::text::safe;
use crate::text::words::{Word, fill};
use crate::tui::canvas::Canvas;
use crate::tui::widgets::lines::thumb;
use crate::tui::widgets::sentences;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, older: &str, newer: &str) {
    let (theme, state) = (canvas.theme, canvas.state);
    let missing = [older, newer].into_iter().find_map(|key| match state.world.tables.get(key) {
        Some(Err(failure)) => Some((key, failure)),
        _ => None,
    });
    if let Some((key, failure)) = missing {
        return failed(canvas, area, key, failure);
    }
    let title = fill(canvas.word(Word::DiffTitle), &[&newer, &older]);
    let y = sentences::draw(canvas, Rect { height: area.height.min(2), ..area }, &title, theme.title);
    let rest = sentences::below(area, y);
    match &state.difference {
        None => {
            sentences::draw(canvas, rest, canvas.word(Word::Loading), theme.dim);
        }
        Some(Err(error)) => {
            sentences::draw(canvas, rest, &error.to_string(), theme.bad);
        }
        Some(Ok(diff)) => found(canvas, rest, diff),
    }
}

fn found(canvas: &mut Canvas<'_>, area: Rect, diff: &ReportDiff) {
    let theme = canvas.theme;
    let counts = [diff.added.len(), diff.removed.len(), diff.changed.len(), diff.unchanged];
    let words = fill(canvas.word(Word::DiffCounts), &[&counts[0], &counts[1], &counts[2], &counts[3]]);
    let back = fill(canvas.word(Word::DiffBack), &[&key(canvas, Action::Diff)]);
    let mut y = sentences::draw(canvas, area, &format!("{words}    {back}"), theme.accent);
    if diff.truncated {
        y = sentences::draw(canvas, sentences::below(area, y), canvas.word(Word::DiffPartial), theme.warn);
    }
    let body = sentences::below(area, y + u16::from(area.height > 8));
    if body.height == 0 {
        return;
    }
    let total = counts[0] + counts[1] + counts[2];
    if total == 0 {
        sentences::draw(canvas, body, canvas.word(Word::DiffSame), theme.good);
        return;
    }
    let rows = usize::from(body.height);
    let last = total.saturating_sub(rows);
    let top = canvas.state.line.min(last);
    canvas.notes.viewport = Viewport { rows, top, total: last + 1 };
    let widths = widths(diff, top, rows);
    for (n, line) in (top..total).take(rows).enumerate() {
        let area = Rect { y: body.y + u16::try_from(n).unwrap_or(0), height: 1, ..body };
        match at(diff, line) {
            Some(Line::Whole(sign, style, row)) => whole(canvas, area, sign, style(theme), row, &widths),
            Some(Line::Changed(row)) => changed(canvas, area, row),
            None => {}
        }
    }
    thumb(canvas, body, top, total);
}

/// A row of the comparison.
enum Line<'d> {
    Whole(&'static str, fn(&crate::tui::Theme) -> Style, &'d TaskCells),
    Changed(&'d ChangedRow),
}

/// The row by its number: the added ones, the removed ones, the changed ones.
fn at(diff: &ReportDiff, line: usize) -> Option<Line<'_>> {
    if let Some(row) = diff.added.get(line) {
        return Some(Line::Whole("+", |theme| theme.good, row));
    }
    let line = line - diff.added.len();
    if let Some(row) = diff.removed.get(line) {
        return Some(Line::Whole("-", |theme| theme.bad, row));
    }
    diff.changed.get(line - diff.removed.len()).map(Line::Changed)
}

/// How wide the cells of whole rows are, by those in the window.
fn widths(diff: &ReportDiff, top: usize, rows: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = Vec::new();
    for line in top..top + rows {
        if let Some(Line::Whole(_, _, row)) = at(diff, line) {
            widths.resize(widths.len().max(row.cells.len()), 0);
            for (width, cell) in widths.iter_mut().zip(&row.cells) {
                *width = safe(cell).width().clamp(*width, 40.max(*width));
            }
        }
    }
    widths
}

fn whole(canvas: &mut Canvas<'_>, area: Rect, sign: &str, style: Style, row: &TaskCells, widths: &[usize]) {
    canvas.text(area.x, area.y, 1, sign, style);
    let mut x = area.x + 2;
    for (n, (cell, width)) in row.cells.iter().zip(widths).enumerate() {
        let room = area.right().saturating_sub(x + 1);
        // The id tells tasks apart, but its beginning does so as well: the title is what people read.
        let width = if n == 0 { id_width(area, *width) } else { *width };
        let width = u16::try_from(width).unwrap_or(u16::MAX).min(room);
        canvas.text(x, area.y, width, cell, style);
        x += width + 2;
    }
}

fn changed(canvas: &mut Canvas<'_>, area: Rect, row: &ChangedRow) {
    let theme = canvas.theme;
    canvas.text(area.x, area.y, 1, "~", theme.warn);
    let width = u16::try_from(id_width(area, safe(&row.id).width())).unwrap_or(0);
    canvas.text(area.x + 2, area.y, width, &row.id, theme.warn);
    let mut pieces: Vec<(Cow<'_, str>, Style)> = Vec::new();
    for cell in &row.cells {
        let gap = if pieces.is_empty() { "" } else { "   " };
        pieces.push((format!("{gap}{}: ", cell.column).into(), theme.dim));
        pieces.push((cell.from.as_deref().unwrap_or("-").into(), theme.bad));
        pieces.push((" → ".into(), theme.dim));
        pieces.push((cell.to.as_deref().unwrap_or("-").into(), theme.good));
    }
    let pieces: Vec<(&str, Style)> = pieces.iter().map(|(text, style)| (text.as_ref(), *style)).collect();
    let x = area.x + 4 + width;
    canvas.line(x, area.y, area.right().saturating_sub(x + 1), &pieces);
}

/// The columns of a task's id: all of it on a wide screen only.
fn id_width(area: Rect, width: usize) -> usize {
    if area.width >= 110 { width } else { width.min(9) }
}
