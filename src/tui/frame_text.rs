//! A frame as text, and as a picture: for `--snapshot`, the docs and the tests.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

/// The size of a character in a picture.
const CELL: (f32, f32) = (8.4, 17.0);
/// Where the letters stand in it.
const BASELINE: f32 = 13.0;

/// A frame as lines of text, spaces at the ends left out.
pub fn text(buffer: &Buffer) -> String {
    let area = buffer.area;
    let mut out = String::new();
    for y in area.top()..area.bottom() {
        let mut line = String::new();
        let mut skip = 0;
        for x in area.left()..area.right() {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            skip = symbol.width().saturating_sub(1);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// A frame as an SVG picture. Each run of one style is one text, stretched to its columns; wide characters, which come
/// from other fonts, are put into their columns one by one. So everything stands where a terminal puts it.
pub fn svg(buffer: &Buffer) -> String {
    let area = buffer.area;
    let (width, height) = (f32::from(area.width) * CELL.0, f32::from(area.height) * CELL.1);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" width=\"{width:.0}\" \
         font-family=\"DejaVu Sans Mono, Noto Sans Mono CJK JP, Menlo, Consolas, monospace\" font-size=\"14\" \
         shape-rendering=\"crispEdges\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"{BACKGROUND}\"/>\n"
    );
    for y in area.top()..area.bottom() {
        for run in runs(buffer, y) {
            run.draw(&mut out, y - area.top());
        }
    }
    out.push_str("</svg>\n");
    out
}

const BACKGROUND: &str = "#10151c";
const FOREGROUND: &str = "#d7dde5";

/// Cells of one style and one width, side by side.
struct Run {
    x: u16,
    columns: u16,
    text: String,
    wide: bool,
    foreground: String,
    background: Option<String>,
    modifier: Modifier,
}

fn runs(buffer: &Buffer, y: u16) -> Vec<Run> {
    let area = buffer.area;
    let mut runs: Vec<Run> = Vec::new();
    let mut x = area.left();
    while x < area.right() {
        let cell = &buffer[(x, y)];
        let columns = u16::try_from(cell.symbol().width().max(1)).unwrap_or(1);
        let (foreground, background) = colors(cell);
        let wide = columns > 1;
        match runs.last_mut() {
            Some(run)
                if run.foreground == foreground
                    && run.background == background
                    && run.modifier == cell.modifier
                    && run.wide == wide =>
            {
                run.text.push_str(cell.symbol());
                run.columns += columns;
            }
            _ => runs.push(Run {
                x: x - area.left(),
                columns,
                text: cell.symbol().to_owned(),
                wide,
                foreground,
                background,
                modifier: cell.modifier,
            }),
        }
        x += columns;
    }
    runs
}

impl Run {
    fn draw(&self, out: &mut String, row: u16) {
        let (x, y) = (f32::from(self.x) * CELL.0, f32::from(row) * CELL.1);
        let width = f32::from(self.columns) * CELL.0;
        // Writing to a String cannot fail.
        if let Some(background) = &self.background {
            let height = CELL.1;
            let _ = writeln!(
                out,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height}\" fill=\"{background}\"/>"
            );
        }
        if self.text.trim().is_empty() {
            return;
        }
        let mut style = String::new();
        if self.modifier.contains(Modifier::BOLD) {
            style.push_str(" font-weight=\"bold\"");
        }
        if self.modifier.contains(Modifier::ITALIC) {
            style.push_str(" font-style=\"italic\"");
        }
        if self.modifier.contains(Modifier::UNDERLINED) {
            style.push_str(" text-decoration=\"underline\"");
        }
        if self.modifier.contains(Modifier::DIM) {
            style.push_str(" opacity=\"0.65\"");
        }
        let _ = writeln!(
            out,
            "<text {} y=\"{:.0}\" xml:space=\"preserve\" fill=\"{}\"{style}>{}</text>",
            self.place(x, width),
            y + BASELINE,
            self.foreground,
            escaped(&self.text)
        );
    }

    /// Where the letters go: not every viewer stretches a text, but every one can place letters.
    fn place(&self, x: f32, width: f32) -> String {
        if !self.wide {
            return format!("x=\"{x:.1}\" textLength=\"{width:.1}\" lengthAdjust=\"spacingAndGlyphs\"");
        }
        let columns = (0..self.columns).step_by(2);
        let places: Vec<String> = columns.map(|column| format!("{:.1}", x + f32::from(column) * CELL.0)).collect();
        format!("x=\"{}\" font-size=\"15\"", places.join(" "))
    }
}

/// Foreground and background as they are seen; no background where it is that of the picture.
fn colors(cell: &Cell) -> (String, Option<String>) {
    let foreground = color(cell.fg, FOREGROUND);
    let background = (cell.bg != Color::Reset).then(|| color(cell.bg, BACKGROUND));
    if cell.modifier.contains(Modifier::REVERSED) {
        return (background.unwrap_or_else(|| BACKGROUND.to_owned()), Some(foreground));
    }
    (foreground, background)
}

fn color(color: Color, reset: &str) -> String {
    match color {
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        _ => reset.to_owned(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Style;

    #[test]
    fn wide_characters_take_their_columns_in_text_and_picture() {
        let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 8, 1));
        buffer.set_string(0, 0, "設計<b", Style::default().fg(Color::Rgb(1, 2, 3)));
        assert_eq!(text(&buffer), "設計<b\n");
        let svg = svg(&buffer);
        assert!(svg.contains("x=\"0.0 16.8\""), "{svg}");
        assert!(svg.contains("x=\"33.6\" textLength=\"16.8\""), "{svg}");
        assert!(svg.contains("&lt;b") && svg.contains("#010203"), "{svg}");
    }
}
