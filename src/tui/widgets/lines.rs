//! A text of many lines: scrolled, wrapped or not, with a search marked in it.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::filter::Filter;
use crate::tui::canvas::Canvas;

/// One line at a place, its matches marked; `left` columns are scrolled away.
pub(crate) fn marked(canvas: &mut Canvas<'_>, x: u16, y: u16, width: u16, text: &str, style: Style, search: &Filter) {
    let matches = search.matches(text);
    let mut used = 0;
    let mut from = 0;
    for range in matches {
        used += canvas.text(x + used, y, width.saturating_sub(used), &text[from..range.start], style);
        let found = canvas.theme.search;
        used += canvas.text(x + used, y, width.saturating_sub(used), &text[range.clone()], found);
        from = range.end;
    }
    canvas.text(x + used, y, width.saturating_sub(used), &text[from..], style);
}

/// What is left of a line when some columns are scrolled away.
pub(crate) fn scrolled(text: &str, left: usize) -> &str {
    use unicode_segmentation::UnicodeSegmentation;
    use unicode_width::UnicodeWidthStr;
    let mut gone = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        if gone >= left {
            return &text[at..];
        }
        gone += grapheme.width();
    }
    ""
}

/// A scroll bar's thumb on the right edge, where there is more than fits.
pub(crate) fn thumb(canvas: &mut Canvas<'_>, area: Rect, top: usize, total: usize) {
    let rows = usize::from(area.height);
    if total <= rows || rows == 0 {
        return;
    }
    let place = top * (rows - 1) / (total - rows).max(1);
    let y = area.y + u16::try_from(place.min(rows - 1)).unwrap_or(0);
    canvas.text(area.right() - 1, y, 1, "▐", canvas.theme.border);
}

#[cfg(test)]
mod tests {
    use super::scrolled;

    #[test]
    fn scrolling_never_halves_a_character() {
        assert_eq!(scrolled("abcdef", 2), "cdef");
        assert_eq!(scrolled("設計レビュー", 3), "レビュー");
        assert_eq!(scrolled("ab", 9), "");
    }
}
