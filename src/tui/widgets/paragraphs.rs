//! Running text: lines made first, wrapped to a width, then shown from any of them on.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::lines::thumb;
use crate::app::state::Viewport;
use crate::text::safe;
use crate::tui::canvas::{Canvas, wrapped};

/// A text of many lines, each with a style.
#[derive(Debug)]
pub(crate) struct Paragraphs {
    width: usize,
    lines: Vec<Line>,
}

#[derive(Debug, Default)]
struct Line {
    label: String,
    label_style: Style,
    indent: u16,
    text: String,
    style: Style,
}

impl Paragraphs {
    /// Nothing yet, for a width.
    pub(crate) fn new(width: u16) -> Self {
        Self { width: usize::from(width), lines: Vec::new() }
    }

    /// How many lines it has.
    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// A paragraph; foreign text in it is made safe before it is broken into lines.
    pub(crate) fn add(&mut self, indent: u16, text: &str, style: Style) {
        let room = self.width.saturating_sub(usize::from(indent));
        let lines = wrapped(&safe(text), room);
        self.lines.extend(lines.into_iter().map(|text| Line { indent, text, style, ..Line::default() }));
    }

    /// A paragraph with a label before its first line; where that leaves little room, below it.
    pub(crate) fn labelled(&mut self, label: &str, label_width: u16, text: &str, (label_style, style): (Style, Style)) {
        if self.width < usize::from(label_width) + 24 {
            self.add(0, label, label_style);
            return self.add(2, text, style);
        }
        let first = self.lines.len();
        self.add(label_width, text, style);
        if let Some(line) = self.lines.get_mut(first) {
            (line.label, line.label_style) = (label.to_owned(), label_style);
        }
    }

    /// An empty line.
    pub(crate) fn gap(&mut self) {
        self.lines.push(Line::default());
    }

    /// Draws the lines that fit, from `top` on or as far down as there is something to show.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, top: usize, under: Style) {
        let fits = usize::from(area.height);
        let top = top.min(self.lines.len().saturating_sub(fits));
        canvas.notes.viewport = Viewport { rows: fits, top, total: self.lines.len() };
        for (line, y) in self.lines.iter().skip(top).take(fits).zip(area.y..) {
            canvas.text(area.x, y, line.indent.min(area.width), &line.label, under.patch(line.label_style));
            let width = area.width.saturating_sub(line.indent);
            canvas.text(area.x + line.indent, y, width, &line.text, under.patch(line.style));
        }
        thumb(canvas, area, top, self.lines.len());
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn a_label_stands_beside_its_text_where_there_is_room() {
        let mut wide = Paragraphs::new(40);
        wide.labelled("Why", 8, "one two three four five six seven eight", Default::default());
        let lines: Vec<(&str, &str)> =
            wide.lines.iter().map(|line| (line.label.as_str(), line.text.as_str())).collect();
        assert_eq!(lines, [("Why", "one two three four five six"), ("", "seven eight")]);
        let mut narrow = Paragraphs::new(20);
        narrow.labelled("Why", 8, "one two", Default::default());
        let lines: Vec<(u16, &str)> = narrow.lines.iter().map(|line| (line.indent, line.text.as_str())).collect();
        assert_eq!(lines, [(0, "Why"), (2, "one two")]);
    }

    #[test]
    fn foreign_text_is_made_safe_before_it_is_measured() {
        let mut text = Paragraphs::new(12);
        text.add(0, "a\u{1b}[2J\nb", Style::default());
        assert!(text.lines.iter().all(|line| !line.text.contains('\u{1b}') && line.text.width() <= 12));
    }
}
