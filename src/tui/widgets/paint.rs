//! A line of foreign text ready to be drawn: tabs expanded, made safe, styles laid over parts of it, wrapped or not.
//!
//! Used by the panels of logs and of objects. Only what fits on the screen is ever looked at.

use std::ops::Range;

use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::app::filter::Filter;
use crate::text::safe;
use crate::tui::canvas::Canvas;

/// Where tabs lead to: a multiple of so many columns.
const TAB: usize = 8;
/// Bytes of a line that are looked at.
const MOST: usize = 64 * 1024;

/// A line with its styles.
pub(crate) struct Painted {
    text: String,
    spans: Vec<(Range<usize>, Style)>,
    base: Style,
}

impl Painted {
    /// A line as it came, in one style.
    pub(crate) fn new(raw: &str, base: Style) -> Self {
        let mut end = raw.len().min(MOST);
        while !raw.is_char_boundary(end) {
            end -= 1;
        }
        Self { text: safe(&expanded(&raw[..end])).into_owned(), spans: Vec::new(), base }
    }

    /// The text as it is drawn.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Lays a style over a part of [`Self::text`].
    pub(crate) fn lay(&mut self, range: Range<usize>, style: Style) {
        self.spans.push((range, style));
    }

    /// Marks what a search finds.
    pub(crate) fn mark(&mut self, search: &Filter, style: Style) {
        for range in search.matches(&self.text) {
            self.spans.push((range, style));
        }
    }

    /// The line broken into rows of at most `width` columns, between words where that leaves no row half empty: at
    /// most `most` rows. An empty line is one row.
    pub(crate) fn rows(&self, width: usize, most: usize) -> Vec<Range<usize>> {
        let (mut rows, mut from, mut used) = (Vec::new(), 0, 0);
        // Where the last word of the row began, and the columns before it.
        let mut word: Option<(usize, usize)> = None;
        for (at, grapheme) in self.text.grapheme_indices(true) {
            let wide = grapheme.width();
            while used + wide > width && at > from {
                let (cut, before) = word.take().filter(|(_, before)| before * 2 >= width).unwrap_or((at, used));
                rows.push(from..cut);
                if rows.len() == most {
                    return rows;
                }
                (from, used) = (cut, used - before);
            }
            used += wide;
            if grapheme == " " {
                word = Some((at + 1, used));
            }
        }
        rows.push(from..self.text.len());
        rows
    }

    /// Draws a part of the line.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>, x: u16, y: u16, width: u16, part: Range<usize>) {
        let over: Vec<_> = self.spans.iter().filter(|(r, _)| r.start < part.end && r.end > part.start).collect();
        let mut cuts: Vec<usize> = over.iter().flat_map(|(range, _)| [range.start, range.end]).collect();
        cuts.retain(|cut| *cut > part.start && *cut < part.end);
        cuts.extend([part.start, part.end]);
        cuts.sort_unstable();
        cuts.dedup();
        let mut used = 0;
        for piece in cuts.windows(2) {
            let style = over.iter().filter(|(range, _)| range.start <= piece[0] && range.end >= piece[1]);
            let style = style.fold(self.base, |style, (_, own)| style.patch(*own));
            used += canvas.text(x + used, y, width.saturating_sub(used), &self.text[piece[0]..piece[1]], style);
            if used >= width {
                return;
            }
        }
    }

    /// Draws the line with `left` columns scrolled away.
    pub(crate) fn draw_from(&self, canvas: &mut Canvas<'_>, x: u16, y: u16, width: u16, left: usize) {
        let rest = super::lines::scrolled(&self.text, left);
        self.draw(canvas, x, y, width, self.text.len() - rest.len()..self.text.len());
    }
}

fn expanded(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains('\t') {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + TAB);
    for (n, piece) in text.split('\t').enumerate() {
        if n > 0 {
            let wide = out.width();
            out.extend(std::iter::repeat_n(' ', TAB - wide % TAB));
        }
        out.push_str(piece);
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, width: usize, most: usize) -> Vec<String> {
        let line = Painted::new(text, Style::default());
        line.rows(width, most).into_iter().map(|row| line.text()[row].to_owned()).collect()
    }

    #[test]
    fn lines_break_at_the_column_and_never_inside_a_character() {
        assert_eq!(rows("abcdef", 4, 9), ["abcd", "ef"]);
        assert_eq!(rows("abcd", 4, 9), ["abcd"]);
        assert_eq!(rows("設計レビュー", 5, 9), ["設計", "レビ", "ュー"]);
        assert_eq!(rows("", 5, 9), [""]);
        assert_eq!(rows("abcdefghi", 2, 3), ["ab", "cd", "ef"]);
        assert_eq!(rows("one two three", 9, 9), ["one two ", "three"]);
        assert_eq!(rows("a bcdefghijk", 9, 9), ["a bcdefgh", "ijk"], "no row is left half empty");
        assert_eq!(rows("設", 1, 3), ["設"], "what fits nowhere is a row all the same");
    }

    proptest::proptest! {
        #[test]
        fn rows_fit_and_nothing_is_lost(text in "[ab 設é👩]{0,60}", width in 2usize..20) {
            let line = Painted::new(&text, Style::default());
            let rows = line.rows(width, 100);
            let all: String = rows.iter().map(|row| &line.text()[row.clone()]).collect();
            proptest::prop_assert_eq!(&all, line.text());
            for row in rows {
                proptest::prop_assert!(line.text()[row].width() <= width);
            }
        }
    }

    #[test]
    fn tabs_lead_to_columns_and_the_rest_is_safe() {
        assert_eq!(Painted::new("a\tb\t設\tc", Style::default()).text(), "a       b       設      c");
        assert_eq!(Painted::new("\u{1b}[31m", Style::default()).text(), "\\u{1b}[31m");
    }
}
