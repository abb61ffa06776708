//! A page of sections, one below the other, with one cursor over the rows that can be selected. Where it does not fit,
//! the window follows the cursor. Only what is in the window is drawn, however long a section is.

use ratatui::layout::Rect;

use super::grid::window;
use super::lines::thumb;
use crate::app::message::Hit;
use crate::app::state::Viewport;
use crate::tui::canvas::Canvas;

/// A section.
#[derive(Clone, Debug, Default)]
pub(crate) struct Section {
    /// Its heading; empty: it has none.
    pub title: String,
    /// Its rows.
    pub rows: Rows,
    /// The cursor may stand on its rows.
    pub selectable: bool,
}

/// The rows of a section.
#[derive(Clone, Debug)]
pub(crate) enum Rows {
    /// So many of one line each.
    Single(usize),
    /// Rows of so many lines.
    Tall(Vec<usize>),
}

impl Default for Rows {
    fn default() -> Self {
        Self::Single(0)
    }
}

/// What stands on a line of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spot {
    /// A section's heading.
    Title {
        /// The section.
        section: usize,
    },
    /// A line of a row.
    Row {
        /// The section.
        section: usize,
        /// The row in it.
        row: usize,
        /// The line in that.
        line: usize,
    },
}

impl Rows {
    fn len(&self) -> usize {
        match self {
            Self::Single(rows) => *rows,
            Self::Tall(heights) => heights.len(),
        }
    }

    fn height(&self) -> usize {
        match self {
            Self::Single(rows) => *rows,
            Self::Tall(heights) => heights.iter().sum(),
        }
    }

    /// The row and the line in it at a distance from the first.
    fn at(&self, y: usize) -> (usize, usize) {
        match self {
            Self::Single(_) => (y, 0),
            Self::Tall(heights) => {
                let mut left = y;
                for (row, height) in heights.iter().enumerate() {
                    if left < *height {
                        return (row, left);
                    }
                    left -= height;
                }
                (heights.len().saturating_sub(1), 0)
            }
        }
    }

    /// Where a row begins, and how many lines it has.
    fn place(&self, row: usize) -> (usize, usize) {
        match self {
            Self::Single(_) => (row, 1),
            Self::Tall(heights) => (heights.iter().take(row).sum(), heights.get(row).copied().unwrap_or(1)),
        }
    }
}

impl Section {
    /// Rows of one line that can be selected.
    pub(crate) fn list(title: impl Into<String>, rows: usize) -> Self {
        Self { title: title.into(), rows: Rows::Single(rows), selectable: true }
    }

    /// Lines that cannot be selected.
    pub(crate) fn text(title: impl Into<String>, lines: usize) -> Self {
        Self { title: title.into(), rows: Rows::Single(lines), selectable: false }
    }

    /// Rows of several lines that can be selected.
    pub(crate) fn tall(title: impl Into<String>, heights: Vec<usize>) -> Self {
        Self { title: title.into(), rows: Rows::Tall(heights), selectable: true }
    }

    fn title_lines(&self) -> usize {
        usize::from(!self.title.is_empty() && self.rows.len() > 0)
    }

    fn height(&self) -> usize {
        self.title_lines() + self.rows.height()
    }
}

fn total(sections: &[Section]) -> usize {
    sections.iter().map(Section::height).sum()
}

fn spot(sections: &[Section], y: usize) -> Option<Spot> {
    let mut left = y;
    for (section, own) in sections.iter().enumerate() {
        if left < own.height() {
            let Some(inside) = left.checked_sub(own.title_lines()) else { return Some(Spot::Title { section }) };
            let (row, line) = own.rows.at(inside);
            return Some(Spot::Row { section, row, line });
        }
        left -= own.height();
    }
    None
}

/// The number of the first selectable row of a section.
fn first(sections: &[Section], section: usize) -> usize {
    sections[..section].iter().filter(|own| own.selectable).map(|own| own.rows.len()).sum()
}

/// The first line and the line after the last of the selected row. On a section's first row its heading, and what
/// stands above that and cannot be selected, belongs to it.
fn lines_of(sections: &[Section], cursor: usize) -> (usize, usize) {
    let (mut y, mut left, mut from) = (0, cursor, 0);
    for own in sections {
        if !own.selectable {
            y += own.height();
            continue;
        }
        if left < own.rows.len() {
            let (place, height) = own.rows.place(left);
            let begin = y + own.title_lines() + place;
            return (if left == 0 { from } else { begin }, begin + height);
        }
        left -= own.rows.len();
        y += own.height();
        from = y;
    }
    (y, y)
}

/// The window: as little moved as shows the selected row, and of a row that is too tall its end.
fn top(sections: &[Section], was: usize, fits: usize, cursor: usize) -> usize {
    let (from, to) = lines_of(sections, cursor);
    let all = total(sections);
    if cursor == 0 {
        return 0;
    }
    let end = window(was, fits, to.saturating_sub(1), all);
    if to - from <= fits { window(end, fits, from, all) } else { end }
}

/// Draws a page. `draw` is handed each line in the window, whether it is selected, and the place for it.
pub(crate) fn page(
    canvas: &mut Canvas<'_>,
    area: Rect,
    sections: &[Section],
    cursor: usize,
    mut draw: impl FnMut(&mut Canvas<'_>, usize, usize, usize, Rect),
) {
    let fits = usize::from(area.height);
    let selectable = first(sections, sections.len());
    let cursor = cursor.min(selectable.saturating_sub(1));
    let top = top(sections, canvas.state.viewport.top, fits, cursor);
    canvas.notes.viewport = Viewport { rows: fits, top, total: selectable };
    for n in 0..area.height {
        let Some(spot) = spot(sections, top + usize::from(n)) else { break };
        let line = Rect::new(area.x, area.y + n, area.width, 1);
        match spot {
            Spot::Title { section } => canvas.rule(line, line.y, &sections[section].title),
            Spot::Row { section, row, line: at } => {
                let inner = Rect { x: line.x + 2, width: line.width.saturating_sub(3), ..line };
                draw(canvas, section, row, at, inner);
                if !sections[section].selectable {
                    continue;
                }
                let number = first(sections, section) + row;
                canvas.hit(line, Hit::Line(number));
                if number == cursor {
                    if at == 0 {
                        canvas.text(line.x, line.y, 2, "▸", canvas.theme.accent);
                    }
                    canvas.tint(line, canvas.theme.selected);
                }
            }
        }
    }
    thumb(canvas, area, top, total(sections));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sections() -> Vec<Section> {
        vec![
            Section::list("", 1),
            Section::text("next runs", 2),
            Section::list("jobs", 1_000),
            Section::text("empty", 0),
            Section::tall("fields", vec![2, 1, 3]),
        ]
    }

    #[test]
    fn every_line_is_somebodys() {
        let sections = sections();
        assert_eq!(total(&sections), 1 + 3 + 1_001 + 7);
        assert_eq!(spot(&sections, 0), Some(Spot::Row { section: 0, row: 0, line: 0 }));
        assert_eq!(spot(&sections, 1), Some(Spot::Title { section: 1 }));
        assert_eq!(spot(&sections, 4), Some(Spot::Title { section: 2 }));
        assert_eq!(spot(&sections, 1_004), Some(Spot::Row { section: 2, row: 999, line: 0 }));
        assert_eq!(spot(&sections, 1_005), Some(Spot::Title { section: 4 }));
        assert_eq!(spot(&sections, 1_009), Some(Spot::Row { section: 4, row: 2, line: 0 }));
        assert_eq!(spot(&sections, 1_011), Some(Spot::Row { section: 4, row: 2, line: 2 }));
        assert_eq!(spot(&sections, 1_012), None);
    }

    #[test]
    fn the_window_shows_the_selected_row_with_what_belongs_to_it() {
        let sections = sections();
        assert_eq!(top(&sections, 40, 10, 0), 0, "the first row is the top of the page");
        assert_eq!(top(&sections, 0, 10, 1), 0, "no move where it is seen already");
        assert_eq!(lines_of(&sections, 1), (1, 6), "a first row has its heading, and the text above, with it");
        assert_eq!(top(&sections, 0, 10, 500), 495);
        assert_eq!(top(&sections, 495, 10, 1_000), 995);
        let fields = top(&sections, 995, 10, 1_001);
        assert_eq!(fields, 998, "the heading and both lines of the first field");
        assert_eq!(top(&sections, fields, 10, 1_003), 1_002, "the end");
    }

    #[test]
    fn a_window_lower_than_a_row_shows_its_end() {
        let sections = vec![Section::tall("x", vec![1, 9])];
        assert_eq!(top(&sections, 0, 4, 1), 7);
    }
}
