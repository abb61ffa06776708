//! Tables for people: columns aligned by what a terminal shows, so that Japanese titles do not shift them.

use unicode_width::UnicodeWidthStr;

use crate::text;

/// Lays rows out under their titles, three spaces apart, as kubectl does. Cells are made safe here.
pub(super) fn render(titles: &[&str], rows: &[Vec<String>]) -> String {
    let titles = titles.iter().map(|title| (*title).to_owned()).collect();
    let mut lines: Vec<Vec<String>> = vec![titles];
    lines.extend(rows.iter().map(|row| row.iter().map(|cell| text::safe(cell).into_owned()).collect()));
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |column: usize| lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for line in &lines {
        let mut text = String::new();
        for (cell, width) in line.iter().zip(&widths) {
            text.push_str(cell);
            text.push_str(&" ".repeat(width - cell.width() + 3));
        }
        out.push_str(text.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn wide_characters_take_two_columns() {
        let table = render(&["TITLE", "USER"], &[row(&["計画", "a"]), row(&["plan", "b"])]);
        assert_eq!(table, "TITLE   USER\n計画    a\nplan    b\n");
    }

    #[test]
    fn what_a_terminal_would_act_on_is_not_printed() {
        let table = render(&["TITLE"], &[row(&["a\u{1b}[31mb\nc"])]);
        assert!(!table.contains('\u{1b}'));
        assert_eq!(table.lines().count(), 2);
    }
}
