//! The panel `story`.

use ratatui::layout::Rect;

use crate::tui::canvas::Canvas;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    canvas.text(area.x, area.y, area.width, "story", canvas.theme.text);
}
