//! Which lines of a text are on the screen, where a line may take more than one row.
//!
//! Lines, not rows, are what the state scrolls by: the state knows no widths. Only the lines of a page around the
//! window are ever measured.

use crate::app::state::Viewport;
use crate::tui::canvas::Canvas;

/// A window on a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// The first line shown.
    pub top: usize,
    /// The first line of the last page.
    pub last: usize,
    /// Lines shown, the last one perhaps in part.
    pub shown: usize,
    /// Lines that one page back is.
    pub back: usize,
}

impl Window {
    /// The window at `top`; `None`: at the end. `height` tells how many rows a line takes.
    pub(crate) fn new(total: usize, rows: usize, top: Option<usize>, mut height: impl FnMut(usize) -> usize) -> Self {
        let mut fits = |lines: &mut dyn Iterator<Item = usize>| {
            let (mut used, mut count) = (0, 0);
            for line in lines {
                used += height(line).max(1);
                if used > rows {
                    break;
                }
                count += 1;
            }
            count
        };
        let last = total.saturating_sub(fits(&mut (0..total).rev()).max(1));
        let top = top.map_or(last, |top| top.min(last));
        let shown = fits(&mut (top..total)).max(usize::from(top < total));
        let back = fits(&mut (0..top).rev()).max(1);
        Self { top, last, shown, back }
    }

    /// Tells the state what is shown.
    pub(crate) fn note(&self, canvas: &mut Canvas<'_>) {
        canvas.notes.viewport = Viewport { rows: self.shown, top: self.top, total: self.last + self.shown };
        canvas.notes.page_back = Some(self.back);
    }
}

#[cfg(test)]
mod tests {
    use super::Window;

    #[test]
    fn the_last_page_begins_where_the_end_is_in_sight() {
        let plain = Window::new(100, 10, None, |_| 1);
        assert_eq!(plain, Window { top: 90, last: 90, shown: 10, back: 10 });
        let tall = |line: usize| if line >= 98 { 4 } else { 1 };
        assert_eq!(Window::new(100, 10, None, tall), Window { top: 96, last: 96, shown: 4, back: 10 });
        assert_eq!(Window::new(100, 10, Some(0), tall), Window { top: 0, last: 96, shown: 10, back: 1 });
        assert_eq!(Window::new(100, 10, Some(98), tall).top, 96, "no further than the end");
    }

    #[test]
    fn a_line_taller_than_the_screen_is_shown_and_passed() {
        let window = Window::new(3, 5, Some(1), |_| 9);
        assert_eq!(window, Window { top: 1, last: 2, shown: 1, back: 1 });
        assert_eq!(Window::new(0, 5, None, |_| 1), Window { top: 0, last: 0, shown: 0, back: 1 });
        assert_eq!(Window::new(3, 0, None, |_| 1).shown, 1);
    }

    #[test]
    fn only_a_page_around_the_window_is_measured() {
        let mut measured = 0;
        Window::new(10_000, 40, Some(5_000), |_| {
            measured += 1;
            1
        });
        assert!(measured <= 3 * 41, "{measured}");
    }
}
