//! Why is it so?

use ratatui::layout::Rect;

use crate::tui::canvas::Canvas;

pub(in crate::tui) fn draw(canvas: &mut Canvas<'_>, area: Rect, top: usize) {
    let _ = top;
    canvas.text(area.x, area.y, area.width, "why", canvas.theme.text);
}
