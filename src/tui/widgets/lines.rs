//! Texts of many lines: scrolled to the side, and where in them one is.

use ratatui::layout::Rect;

use crate::tui::canvas::Canvas;

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
