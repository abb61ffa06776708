//! Sentences below a list or in its place: wrapped, and cut where the room ends.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::text::safe;
use crate::tui::canvas::{Canvas, wrapped};

/// Foreign text in lines of at most `width` columns, made safe line by line.
pub(crate) fn lines(text: &str, width: u16) -> Vec<String> {
    text.lines().flat_map(|line| wrapped(&safe(line), usize::from(width))).collect()
}

/// Draws sentences from the top of an area on. Returns the first row that is free; what does not fit ends in `…`.
pub(crate) fn draw(canvas: &mut Canvas<'_>, area: Rect, text: &str, style: Style) -> u16 {
    let all = lines(text, area.width);
    let fits = usize::from(area.height);
    for (n, line) in all.iter().take(fits).enumerate() {
        let y = area.y + u16::try_from(n).unwrap_or(u16::MAX);
        let more = n + 1 == fits && all.len() > fits;
        let line = if more { format!("{line} …") } else { line.clone() };
        canvas.text(area.x, y, area.width, &line, style);
    }
    area.y + u16::try_from(all.len().min(fits)).unwrap_or(0)
}

/// What is left of an area below a row.
pub(crate) fn below(area: Rect, y: u16) -> Rect {
    let y = y.clamp(area.y, area.bottom());
    Rect { y, height: area.bottom() - y, ..area }
}
