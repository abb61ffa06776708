//! Tables for people: columns aligned by what a terminal shows, so that Japanese titles do not shift them.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::text;

/// Between two columns.
const GAP: usize = 3;
/// A column is never made narrower than this: less would tell nothing.
const NARROWEST: usize = 12;

/// Lays rows out under their titles, three spaces apart, as kubectl does. Cells are made safe here. With `room`
/// (columns of a terminal) the widest columns are cut, marked with `…`, until a line fits; the first column stays
/// whole, because a name is there to be copied.
pub(super) fn render(titles: &[&str], rows: &[Vec<String>], room: Option<usize>) -> String {
    let mut lines: Vec<Vec<String>> = vec![titles.iter().map(|title| text::safe(title).into_owned()).collect()];
    lines.extend(rows.iter().map(|row| row.iter().map(|cell| text::safe(cell).into_owned()).collect()));
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |column: usize| lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.width()).max().unwrap_or(0);
    let mut widths: Vec<usize> = (0..columns).map(width).collect();
    if let Some(room) = room {
        shrink(&mut widths, room);
    }
    let mut out = String::new();
    for line in &lines {
        let mut text = String::new();
        for (cell, width) in line.iter().zip(&widths) {
            let cell = cut(cell, *width);
            text.push_str(&cell);
            text.push_str(&" ".repeat(width.saturating_sub(cell.width()) + GAP));
        }
        out.push_str(text.trim_end());
        out.push('\n');
    }
    out
}

/// Takes from the widest column but the first, one by one, until all fit or none can give.
fn shrink(widths: &mut [usize], room: usize) {
    let mut over = (widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)).saturating_sub(room);
    while over > 0 {
        let widest = widths.iter_mut().skip(1).filter(|width| **width > NARROWEST).max();
        let Some(widest) = widest else { return };
        *widest -= 1;
        over -= 1;
    }
}

/// The beginning of `text` in at most `width` columns, with `…` where something is left out.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut room = width.saturating_sub(1);
    let fits = |c: &char| {
        let wide = c.width().unwrap_or(0);
        let fits = wide <= room;
        room = if fits { room - wide } else { 0 };
        fits
    };
    let mut short: String = text.chars().take_while(fits).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn wide_characters_take_two_columns() {
        let table = render(&["TITLE", "USER"], &[row(&["計画", "a"]), row(&["plan", "b"])], None);
        assert_eq!(table, "TITLE   USER\n計画    a\nplan    b\n");
    }

    #[test]
    fn what_a_terminal_would_act_on_is_not_printed() {
        let table = render(&["TITLE"], &[row(&["a\u{1b}[31mb\nc"])], None);
        assert!(!table.contains('\u{1b}'));
        assert_eq!(table.lines().count(), 2);
    }

    #[test]
    fn a_long_title_is_cut_to_the_terminal_and_nowhere_else() {
        let rows = [row(&["7e3790d5-7ee9-4f0b", "kudoh", &"見".repeat(60), "x"]), row(&["2", "k", "short", "y"])];
        let titles = ["ID", "USER", "TITLE", "S"];
        let fits = render(&titles, &rows, Some(60));
        assert!(fits.lines().all(|line| line.width() <= 60), "{fits}");
        assert!(fits.contains("7e3790d5-7ee9-4f0b   kudoh   見") && fits.contains("…   x\n"), "{fits}");
        assert!(fits.contains("short"));
        assert!(render(&titles, &rows, None).contains(&"見".repeat(60)));
        // Nothing is made unreadable where the terminal is too narrow for all.
        let narrow = render(&titles, &rows, Some(20));
        assert!(narrow.contains("7e3790d5-7ee9-4f0b") && narrow.contains('見'), "{narrow}");
    }

    #[test]
    fn a_cut_counts_columns_not_characters() {
        assert_eq!(cut("計画書", 5), "計画…");
        assert_eq!(cut("計画書", 4), "計…");
        assert_eq!(cut("plan", 4), "plan");
    }
}
