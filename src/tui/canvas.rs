//! What panels draw with: text that is safe and fits, times that know when they change, places that can be clicked.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::theme::Theme;
use crate::app::message::Hit;
use crate::app::state::{State, Viewport};
use crate::domain::span::span;
use crate::text::words::Word;
use crate::text::{Lang, safe};

/// What a frame leaves behind for the loop.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// When something on it changes by itself; `None`: never.
    pub wake: Option<Timestamp>,
    /// What lies where, the topmost last.
    pub hits: Vec<(Rect, Hit)>,
    /// How much of the panel's list or text was shown.
    pub viewport: Viewport,
    /// Lines that one page back is, where lines take more than one row.
    pub page_back: Option<usize>,
    /// Where the text cursor stands.
    pub cursor: Option<(u16, u16)>,
}

/// A frame being drawn.
pub(super) struct Canvas<'a> {
    buffer: &'a mut Buffer,
    /// The state.
    pub state: &'a State,
    /// The styles.
    pub theme: &'a Theme,
    /// The time of this frame.
    pub now: Timestamp,
    /// What the frame leaves behind.
    pub notes: Notes,
}

impl<'a> Canvas<'a> {
    /// A frame to draw on.
    pub(super) fn new(buffer: &'a mut Buffer, state: &'a State, theme: &'a Theme, now: Timestamp) -> Self {
        Self { buffer, state, theme, now, notes: Notes::default() }
    }

    /// The language.
    pub(super) fn lang(&self) -> Lang {
        self.state.options.lang
    }

    /// A word in the language.
    pub(super) fn word(&self, word: Word) -> &'static str {
        word.text(self.lang())
    }

    /// Draws one line of text, made safe, cut at `width` columns with `…`. Returns the columns used.
    pub(super) fn text(&mut self, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
        let area = self.buffer.area;
        if width == 0 || y < area.top() || y >= area.bottom() || x >= area.right() {
            return 0;
        }
        let width = width.min(area.right() - x);
        let text = safe(text);
        let text = cut(&text, width as usize);
        let (end, _) = self.buffer.set_stringn(x, y, &text, width as usize, style);
        end - x
    }

    /// Draws text at the right end of `width` columns.
    pub(super) fn text_right(&mut self, x: u16, y: u16, width: u16, text: &str, style: Style) {
        let shown = safe(text);
        let needs = u16::try_from(shown.width()).unwrap_or(u16::MAX).min(width);
        self.text(x + width - needs, y, needs, text, style);
    }

    /// Draws pieces one after the other. Returns the columns used.
    pub(super) fn line(&mut self, x: u16, y: u16, width: u16, pieces: &[(&str, Style)]) -> u16 {
        let mut used = 0;
        for (text, style) in pieces {
            used += self.text(x + used, y, width.saturating_sub(used), text, *style);
        }
        used
    }

    /// Lays a style over an area, and empties it.
    pub(super) fn clear(&mut self, area: Rect, style: Style) {
        let area = area.intersection(self.buffer.area);
        for y in area.top()..area.bottom() {
            // Half a wide character is none: it would take the first column of what is drawn here.
            if area.width > 0
                && area.left() > self.buffer.area.left()
                && self.buffer[(area.left() - 1, y)].symbol().width() > 1
            {
                self.buffer[(area.left() - 1, y)].set_symbol(" ");
            }
            for x in area.left()..area.right() {
                self.buffer[(x, y)].reset();
                self.buffer[(x, y)].set_style(style);
            }
        }
    }

    /// Lays a style over what is drawn already.
    pub(super) fn tint(&mut self, area: Rect, style: Style) {
        self.buffer.set_style(area.intersection(self.buffer.area), style);
    }

    /// A horizontal line, with a title in it.
    pub(super) fn rule(&mut self, area: Rect, y: u16, title: &str) {
        let line = "─".repeat(area.width as usize);
        self.text(area.x, y, area.width, &line, self.theme.border);
        if !title.is_empty() && area.width > 6 {
            let title = format!(" {title} ");
            self.text(area.x + 2, y, area.width - 4, &title, self.theme.title);
        }
    }

    /// A frame with a title. Returns what is inside.
    pub(super) fn frame(&mut self, area: Rect, title: &str, style: Style) -> Rect {
        let area = area.intersection(self.buffer.area);
        if area.width < 4 || area.height < 3 {
            return Rect::new(area.x, area.y, 0, 0);
        }
        let border = style.patch(self.theme.border);
        let bar = "─".repeat(area.width as usize - 2);
        self.text(area.x, area.y, area.width, &format!("┌{bar}┐"), border);
        self.text(area.x, area.bottom() - 1, area.width, &format!("└{bar}┘"), border);
        for y in area.y + 1..area.bottom() - 1 {
            self.text(area.x, y, 1, "│", border);
            self.text(area.right() - 1, y, 1, "│", border);
        }
        if !title.is_empty() {
            self.text(area.x + 2, area.y, area.width - 4, &format!(" {title} "), style.patch(self.theme.title));
        }
        Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - 2)
    }

    /// Something that can be clicked.
    pub(super) fn hit(&mut self, area: Rect, hit: Hit) {
        self.notes.hits.push((area, hit));
    }

    /// The text of the screen is true only until then.
    pub(super) fn wake(&mut self, at: Timestamp) {
        if at > self.now && self.notes.wake.is_none_or(|wake| at < wake) {
            self.notes.wake = Some(at);
        }
    }

    fn wake_in(&mut self, seconds: i64) {
        if let Ok(at) = self.now.checked_add(jiff::SignedDuration::from_secs(seconds.max(1))) {
            self.wake(at);
        }
    }

    /// How long ago: `45s`, `2m5s`, `3h`. A dash where it is not known.
    pub(super) fn age(&mut self, since: Option<Timestamp>) -> String {
        let Some(since) = since else { return "-".to_owned() };
        let seconds = self.now.as_second() - since.as_second();
        self.span_changes(seconds);
        span(seconds)
    }

    /// How long something took, or has taken so far.
    pub(super) fn took(&mut self, from: Option<Timestamp>, to: Option<Timestamp>) -> String {
        match (from, to) {
            (Some(from), Some(to)) => span(to.as_second() - from.as_second()),
            (from, None) => self.age(from),
            (None, _) => "-".to_owned(),
        }
    }

    /// How long until then; `0s` when it is over.
    pub(super) fn until(&mut self, at: Timestamp) -> String {
        let left = at.as_second() - self.now.as_second();
        if left > 0 {
            // The text changes where a whole second of the rest is over.
            self.span_changes(left);
        }
        span(left)
    }

    /// Books the next change of a span's text: each second below ten minutes, then each minute, then each hour.
    fn span_changes(&mut self, seconds: i64) {
        let step = match seconds.abs() {
            0..600 => 1,
            600..28_800 => 60 - seconds.rem_euclid(60),
            28_800..172_800 => 3600 - seconds.rem_euclid(3600),
            _ => 3600,
        };
        self.wake_in(step);
    }

    /// The time of day in a zone: `13:48:26`, or without seconds.
    pub(super) fn time(&self, at: Timestamp, zone: &TimeZone, seconds: bool) -> String {
        let format = if seconds { "%H:%M:%S" } else { "%H:%M" };
        at.to_zoned(zone.clone()).strftime(format).to_string()
    }

    /// The time of day in the lab's zone, with the day where it is not today.
    pub(super) fn moment(&self, at: Timestamp) -> String {
        let zone = &self.state.options.zone;
        let (then, today) = (at.to_zoned(zone.clone()), self.now.to_zoned(zone.clone()));
        let format = if then.date() == today.date() { "%H:%M:%S" } else { "%m-%d %H:%M" };
        then.strftime(format).to_string()
    }
}

/// Text cut at a number of columns, with `…` where something is left out. Wide characters are never halved.
pub(super) fn cut(text: &str, width: usize) -> Cow<'_, str> {
    if text.width() <= width {
        return Cow::Borrowed(text);
    }
    let mut kept = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        let wide = grapheme.width();
        if used + wide > width.saturating_sub(1) {
            break;
        }
        kept.push_str(grapheme);
        used += wide;
    }
    if width > 0 {
        kept.push('…');
    }
    Cow::Owned(kept)
}

/// Text broken into lines of at most `width` columns, between words where that goes.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(2);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        let mut used = 0;
        for word in units(paragraph) {
            let wide = word.trim_end().width();
            if used > 0 && used + wide > width {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            for grapheme in word.graphemes(true) {
                let wide = grapheme.width();
                if used + wide > width && grapheme != " " {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                }
                line.push_str(grapheme);
                used += wide;
            }
        }
        lines.push(line);
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

/// What a line is not broken within: words with the space after them; each wide character, with what must not begin
/// a line after it. Japanese has no spaces to break at.
fn units(text: &str) -> Vec<&str> {
    const NO_BEGIN: &str = "、。，．）」』】〉》！？ー…ぁぃぅぇぉっゃゅょァィゥェォッャュョ々)]},.!?:;";
    let is_wide = |grapheme: &str| grapheme.width() > 1;
    let mut units = Vec::new();
    let (mut from, mut before) = (0, "");
    for (at, grapheme) in text.grapheme_indices(true) {
        let breaks = before == " " || (!before.is_empty() && (is_wide(before) || is_wide(grapheme)));
        if breaks && grapheme != " " && !NO_BEGIN.contains(grapheme) {
            units.push(&text[from..at]);
            from = at;
        }
        before = grapheme;
    }
    units.push(&text[from..]);
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn japanese_is_broken_between_characters_but_not_before_a_full_stop() {
        assert_eq!(wrapped("Service の値が違います。", 12), ["Service の値", "が違います。"]);
        assert_eq!(wrapped("違います。", 8), ["違いま", "す。"]);
        assert_eq!(wrapped("Pod は http://localstack:4566 に", 12)[0], "Pod は");
    }

    #[test]
    fn wide_characters_are_never_halved() {
        assert_eq!(cut("設計レビュー", 12), "設計レビュー");
        assert_eq!(cut("設計レビュー", 11), "設計レビュ…");
        assert_eq!(cut("設計レビュー", 2), "…");
        assert_eq!(cut("abc", 0), "");
    }

    #[test]
    fn lines_break_between_words_and_inside_long_ones() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("スプリントプランニング", 10), ["スプリント", "プランニン", "グ"]);
        assert_eq!(wrapped("a\n\nb", 9), ["a", "", "b"]);
    }

    proptest::proptest! {
        #[test]
        fn what_is_cut_or_wrapped_fits(text in "[a-z 設計é👩]{0,60}", width in 2usize..30) {
            proptest::prop_assert!(cut(&text, width).width() <= width);
            for line in wrapped(&text, width) {
                proptest::prop_assert!(line.width() <= width, "{line:?}");
            }
        }
    }
}
