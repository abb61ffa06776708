//! A list with columns. Draws the rows in the window only, whatever the list's length.

use std::borrow::Cow;

use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::app::message::{Failure, Hit};
use crate::app::state::Viewport;
use crate::app::state::table::{Item, Table};
use crate::app::state::world::Freshness;
use crate::text::words::{Word, fill};
use crate::tui::canvas::Canvas;

/// A column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Its heading: kubectl's word, in every language.
    pub title: &'static str,
    /// The columns that it needs at least.
    pub width: u16,
    /// Its share of what is left; 0: it stays as wide as it must be.
    pub grow: u16,
    /// What is left out first on a narrow screen: the highest.
    pub rank: u8,
    /// Numbers stand to the right.
    pub right: bool,
}

/// A cell.
pub(crate) struct Cell<'a> {
    /// The text; may be foreign.
    pub text: Cow<'a, str>,
    /// Its style; that of the row where it has none of its own.
    pub style: Option<Style>,
}

impl Column {
    pub(crate) const fn fixed(title: &'static str, width: u16, rank: u8) -> Self {
        Self { title, width, grow: 0, rank, right: false }
    }

    pub(crate) const fn flex(title: &'static str, width: u16, grow: u16, rank: u8) -> Self {
        Self { title, width, grow, rank, right: false }
    }

    pub(crate) const fn number(title: &'static str, width: u16, rank: u8) -> Self {
        Self { title, width, grow: 0, rank, right: true }
    }
}

impl<'a, T: Into<Cow<'a, str>>> From<T> for Cell<'a> {
    fn from(text: T) -> Self {
        Self { text: text.into(), style: None }
    }
}

impl<'a> Cell<'a> {
    pub(crate) fn styled(text: impl Into<Cow<'a, str>>, style: Style) -> Self {
        Self { text: text.into(), style: Some(style) }
    }
}

/// The width of each column; 0 for one that is left out.
pub(crate) fn widths(columns: &[Column], total: u16) -> Vec<u16> {
    let mut shown: Vec<bool> = vec![true; columns.len()];
    let needs = |shown: &[bool]| -> u16 {
        let each = columns.iter().zip(shown).filter(|(_, shown)| **shown).map(|(column, _)| column.width + 1);
        each.sum::<u16>().saturating_sub(1)
    };
    while needs(&shown) > total {
        let candidates = (0..columns.len()).filter(|n| shown[*n] && columns[*n].rank > 0);
        let Some(worst) = candidates.max_by_key(|n| columns[*n].rank) else { break };
        shown[worst] = false;
    }
    let left = total.saturating_sub(needs(&shown));
    let shares: u16 = columns.iter().zip(&shown).filter(|(_, shown)| **shown).map(|(column, _)| column.grow).sum();
    let mut rest = left;
    let mut widths: Vec<u16> = columns
        .iter()
        .zip(&shown)
        .map(|(column, shown)| {
            if !shown {
                return 0;
            }
            let more =
                if shares == 0 { 0 } else { (u32::from(left) * u32::from(column.grow) / u32::from(shares)) as u16 };
            rest = rest.saturating_sub(more);
            column.width + more
        })
        .collect();
    // What rounding left over goes to the first column that grows.
    if shares > 0
        && let Some(first) = (0..columns.len()).find(|n| shown[*n] && columns[*n].grow > 0)
    {
        widths[first] += rest;
    }
    widths
}

/// One row of cells.
pub(crate) fn row(
    canvas: &mut Canvas<'_>,
    area: Rect,
    y: u16,
    columns: &[Column],
    widths: &[u16],
    cells: &[Cell<'_>],
    style: Style,
) {
    let mut x = area.x;
    for ((column, width), cell) in columns.iter().zip(widths).zip(cells) {
        if *width == 0 {
            continue;
        }
        let width = (*width).min(area.right().saturating_sub(x));
        let style = cell.style.map_or(style, |own| style.patch(own));
        if column.right {
            canvas.text_right(x, y, width, &cell.text, style);
        } else {
            canvas.text(x, y, width, &cell.text, style);
        }
        x += width + 1;
    }
}

/// The headings.
pub(crate) fn headings(canvas: &mut Canvas<'_>, area: Rect, columns: &[Column], widths: &[u16]) {
    let cells: Vec<Cell<'_>> = columns.iter().map(|column| Cell::from(column.title)).collect();
    row(canvas, area, area.y, columns, widths, &cells, canvas.theme.heading);
}

/// The first row of a window of `rows` that was at `top` and must show `cursor`.
pub(crate) fn window(top: usize, rows: usize, cursor: usize, total: usize) -> usize {
    if rows == 0 {
        return 0;
    }
    let top = top.min(total.saturating_sub(rows));
    let cursor = cursor.min(total.saturating_sub(1));
    if cursor < top {
        cursor
    } else if cursor >= top + rows {
        cursor + 1 - rows
    } else {
        top
    }
}

/// A whole list: headings, the rows in the window, or why there are none.
pub(crate) fn table<R: Item>(
    canvas: &mut Canvas<'_>,
    area: Rect,
    rows: &Table<R>,
    columns: &[Column],
    empty: Empty<'_>,
    mut cells: impl for<'r> FnMut(&mut Canvas<'_>, &'r R) -> (Vec<Cell<'r>>, Style),
) {
    // One column on the left for the cursor and marks: a selection shows without colour.
    let inner = Rect::new(area.x + 2, area.y, area.width.saturating_sub(2), area.height);
    let widths = widths(columns, inner.width);
    headings(canvas, inner, columns, &widths);
    let fits = usize::from(area.height.saturating_sub(1));
    if rows.listed() == 0 {
        return nothing(canvas, area, rows, empty);
    }
    let cursor = rows.cursor();
    let top = window(canvas.state.viewport.top, fits, cursor, rows.listed());
    canvas.notes.viewport = Viewport { rows: fits, top, total: rows.listed() };
    for (n, item) in rows.from(top).take(fits).enumerate() {
        let y = area.y + 1 + u16::try_from(n).unwrap_or(u16::MAX);
        let line = Rect::new(area.x, y, area.width, 1);
        let (drawn, mut style) = cells(canvas, item);
        let marked = rows.is_marked(item.uid());
        if marked {
            style = style.patch(canvas.theme.marked);
        }
        row(canvas, inner, y, columns, &widths, &drawn, style);
        let selected = top + n == cursor;
        if selected || marked {
            let sign = match (selected, marked) {
                (true, true) => "▸*",
                (true, false) => "▸",
                _ => " *",
            };
            canvas.text(area.x, y, 2, sign, canvas.theme.accent);
        }
        if selected {
            canvas.tint(line, canvas.theme.selected);
        }
        canvas.hit(line, Hit::Row(item.uid().clone()));
    }
}

/// What stands in place of rows.
#[derive(Clone, Copy, Default)]
pub(crate) struct Empty<'a> {
    /// What to do, where there are none.
    pub hint: &'a str,
    /// Why they could not be fetched.
    pub failure: Option<&'a Failure>,
    /// How fresh the list is.
    pub freshness: Option<&'a Freshness>,
}

fn nothing<R: Item>(canvas: &mut Canvas<'_>, area: Rect, rows: &Table<R>, empty: Empty<'_>) {
    let (x, width) = (area.x + 2, area.width.saturating_sub(4));
    let y = area.y + 2;
    if let Some(failure) = empty.failure {
        let mut y = y;
        for line in crate::tui::canvas::wrapped(&failure.what, width as usize) {
            canvas.text(x, y, width, &line, canvas.theme.bad);
            y += 1;
        }
        if let Some(next) = &failure.next {
            canvas.text(x, y, width, &format!("→ {next}"), canvas.theme.accent);
        }
        return;
    }
    if !rows.is_empty() {
        let words = fill(canvas.word(Word::NothingPasses), &[&rows.filter().text()]);
        canvas.text(x, y, width, &words, canvas.theme.warn);
        return;
    }
    if let Some(Freshness::Stale { why, .. }) = empty.freshness {
        canvas.text(x, y, width, why, canvas.theme.bad);
        return;
    }
    if !rows.is_known() {
        canvas.text(x, y, width, canvas.word(Word::Loading), canvas.theme.dim);
        return;
    }
    canvas.text(x, y, width, canvas.word(Word::Empty), canvas.theme.dim);
    for (n, line) in crate::tui::canvas::wrapped(empty.hint, width as usize).iter().enumerate() {
        canvas.text(x, y + 1 + u16::try_from(n).unwrap_or(0), width, line, canvas.theme.accent);
    }
}

/// Text padded to a number of columns, for cells that are put together.
pub(crate) fn padded(text: &str, width: usize) -> String {
    let wide = text.width();
    format!("{text}{}", " ".repeat(width.saturating_sub(wide)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] =
        [Column::flex("NAME", 10, 1, 0), Column::fixed("STATUS", 8, 1), Column::fixed("NODE", 6, 9)];

    #[test]
    fn what_does_not_fit_is_left_out_by_rank() {
        assert_eq!(widths(&COLUMNS, 40), [24, 8, 6]);
        assert_eq!(widths(&COLUMNS, 26), [10, 8, 6]);
        assert_eq!(widths(&COLUMNS, 20), [11, 8, 0]);
        assert_eq!(widths(&COLUMNS, 12), [12, 0, 0]);
    }

    #[test]
    fn the_window_moves_no_more_than_it_must() {
        assert_eq!(window(0, 10, 3, 100), 0);
        assert_eq!(window(0, 10, 10, 100), 1);
        assert_eq!(window(50, 10, 20, 100), 20);
        assert_eq!(window(50, 10, 15, 20), 10);
        assert_eq!(window(5, 0, 5, 20), 0);
    }
}
