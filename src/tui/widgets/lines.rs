//! Texts of many lines: scrolled to the side, and where in them one is.

use ratatui::layout::Rect;

use tui_input::Input;
use unicode_width::UnicodeWidthStr;

use crate::text::safe;
use crate::tui::canvas::Canvas;

/// What is left of a line when some columns are scrolled away.
pub(crate) fn scrolled(text: &str, left: usize) -> &str {
    use unicode_segmentation::UnicodeSegmentation;
    let mut gone = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        if gone >= left {
            return &text[at..];
        }
        gone += grapheme.width();
    }
    ""
}

/// What is seen of a text field in some columns, and in which of them its cursor stands.
pub(crate) fn field(input: &Input, columns: u16) -> (String, u16) {
    let text = safe(input.value());
    let before: String = input.value().chars().take(input.cursor()).collect();
    // As it is drawn: what acts on a terminal takes more columns there.
    let cursor = safe(&before).width();
    let shown = scrolled(&text, cursor.saturating_sub(usize::from(columns.saturating_sub(1))));
    let gone = text.width().saturating_sub(shown.width());
    (shown.to_owned(), u16::try_from(cursor.saturating_sub(gone)).unwrap_or(u16::MAX))
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
    use super::{field, scrolled};
    use tui_input::Input;

    #[test]
    fn the_cursor_stands_where_the_text_is_drawn() {
        let field = |text: &str, columns| field(&Input::new(text.to_owned()), columns);
        assert_eq!(field("abc", 10), ("abc".to_owned(), 3));
        assert_eq!(field("abcdef", 4), ("def".to_owned(), 3));
        assert_eq!(field("設計", 10), ("設計".to_owned(), 4));
        assert_eq!(field("設計レ", 4), ("レ".to_owned(), 2));
        assert_eq!(field("\u{1b}[2J", 20), ("\\u{1b}[2J".to_owned(), 9));
    }

    #[test]
    fn scrolling_never_halves_a_character() {
        assert_eq!(scrolled("abcdef", 2), "cdef");
        assert_eq!(scrolled("設計レビュー", 3), "レビュー");
        assert_eq!(scrolled("ab", 9), "");
    }
}
