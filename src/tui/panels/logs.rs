//! Logs: one pod's, or those of all attempts of a Job, one after the other; followed, or paused where one reads.

use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use crate::app::Action;
use crate::app::panel::PanelId;
use crate::app::shown::log_keys;
use crate::app::state::items::JobItem;
use crate::app::state::log_view::{Level, View, ViewLine, level};
use crate::app::state::logs::{Line, Source};
use crate::text::words::{Word, fill};
use crate::tui::canvas::Canvas;
use crate::tui::status;
use crate::tui::theme::Theme;
use crate::tui::widgets::lines::thumb;
use crate::tui::widgets::paint::Painted;
use crate::tui::widgets::scroll::Window;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    if area.height < 2 {
        return;
    }
    let state = canvas.state;
    let keys = log_keys(state);
    let view = View::new(&state.logs, &keys);
    let body = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let look = Look::new(canvas, body, keys.len() > 1);
    let top = (!state.logs.follow).then_some(state.logs.top);
    let rows = usize::from(body.height);
    let window = Window::new(view.len(), rows, top, |line| look.height(&view, line, rows, canvas.theme));
    window.note(canvas);
    head(canvas, Rect { height: 1, ..area }, &view, &window, keys.len());
    if view.is_empty() {
        return nothing(canvas, body, &view);
    }
    let mut y = body.y;
    for line in window.top..view.len() {
        if y >= body.bottom() {
            break;
        }
        if let Some(shown) = view.get(line) {
            y = look.draw(canvas, Rect { y, height: body.bottom() - y, ..body }, line, &shown);
        }
    }
    thumb(canvas, body, window.top, window.last + rows);
}

/// What is shown, how much of it, and whether the end is followed.
fn head(canvas: &mut Canvas<'_>, area: Rect, view: &View<'_>, window: &Window, attempts: usize) {
    let (logs, theme) = (&canvas.state.logs, canvas.theme);
    let what = match &logs.source {
        Source::None => String::new(),
        Source::Job(job) => {
            let next = canvas.state.world.jobs.named(job).and_then(|job| job.row.next_attempt.as_ref());
            let next = next.map(|next| {
                let left = canvas.until(next.at);
                format!(", {}", fill(canvas.word(Word::LogNext), &[&next.number, &left]))
            });
            let attempts = fill(canvas.word(Word::LogAttempts), &[&attempts]);
            format!("job/{job}, {attempts}{}", next.unwrap_or_default())
        }
        Source::Pod(pod) => format!("pod/{pod}"),
        Source::Previous(pod) => format!("pod/{pod}, {}", canvas.word(Word::LogPrevious)),
    };
    let below = view.len() - (window.top + window.shown).min(view.len());
    let (right, style) = if logs.source == Source::None {
        (String::new(), theme.dim)
    } else if !logs.follow {
        let words = fill(canvas.word(Word::LogPaused), &[&below, &key(canvas, Action::Follow)]);
        (format!("‖ {words}"), theme.warn)
    } else if view.is_read() {
        (format!("▼ {}", canvas.word(Word::LogFollowing)), theme.good)
    } else {
        (format!("■ {}", canvas.word(Word::LogAtEnd)), theme.dim)
    };
    let needs = u16::try_from(right.width()).unwrap_or(u16::MAX).min(area.width);
    canvas.text_right(area.x, area.y, area.width.saturating_sub(1), &right, style);
    let left = area.width.saturating_sub(needs + 3);
    let used = canvas.text(area.x + 1, area.y, left, &what, theme.title);
    let (more, style) = match super::searched(canvas, &logs.search, logs.found) {
        Some(words) => (format!("  {words}"), theme.accent),
        None => (format!("  {}", fill(canvas.word(Word::LogLines), &[&view.len()])), theme.dim),
    };
    if !view.is_empty() && usize::from(left.saturating_sub(used)) >= more.width() {
        canvas.text(area.x + 1 + used, area.y, left - used, &more, style);
    }
}

fn nothing(canvas: &mut Canvas<'_>, area: Rect, view: &View<'_>) {
    let word = match &canvas.state.logs.source {
        Source::None => Word::LogNone,
        _ if view.is_read() => Word::LogWaiting,
        _ => Word::LogNoLines,
    };
    for (n, line) in
        crate::tui::canvas::wrapped(canvas.word(word), usize::from(area.width.saturating_sub(4))).iter().enumerate()
    {
        let y = area.y + 1 + u16::try_from(n).unwrap_or(0);
        if y < area.bottom() {
            canvas.text(area.x + 2, y, area.width.saturating_sub(3), line, canvas.theme.dim);
        }
    }
}

/// The key that does something here.
fn key(canvas: &Canvas<'_>, action: Action) -> String {
    canvas.state.options.keymap.key_of(PanelId::Logs, action).map_or_else(String::new, |key| key.to_string())
}

/// How lines look: what stands before them, and how wide they may be.
struct Look<'a> {
    /// Columns for the attempt's number; 0 for one log alone.
    attempt: u16,
    /// Columns for the time; 0 without.
    time: u16,
    /// Columns for the text.
    text: u16,
    /// The first row.
    top: u16,
    wrap: bool,
    /// The Job, for how its attempts ended.
    job: Option<&'a JobItem>,
}

/// The column before everything, for signs.
const GUTTER: u16 = 2;
/// Text narrower than this is no text: the time goes, then the number.
const NARROW: u16 = 16;

impl<'a> Look<'a> {
    fn new(canvas: &Canvas<'a>, area: Rect, merged: bool) -> Self {
        let state = canvas.state;
        let room = area.width.saturating_sub(GUTTER + 1);
        let mut look = Self { attempt: 0, time: 0, text: room, top: area.y, wrap: state.options.wrap, job: None };
        if let Source::Job(job) = &state.logs.source {
            look.job = state.world.jobs.named(job);
        }
        if merged && room >= 4 + NARROW {
            look.attempt = 4;
        }
        if state.options.timestamps && room >= look.attempt + 13 + NARROW {
            look.time = 13;
        }
        look.text = room - look.attempt - look.time;
        look
    }

    /// How many rows a line takes, as far as `most`.
    fn height(&self, view: &View<'_>, line: usize, most: usize, theme: &Theme) -> usize {
        match view.get(line) {
            Some(ViewLine::Text(line, _)) if self.wrap => {
                // One byte is at least no wider than one column: most lines need not be measured.
                let short =
                    line.text.len() <= usize::from(self.text) && line.text.bytes().all(|b| (b' '..127).contains(&b));
                if short {
                    1
                } else {
                    Painted::new(&line.text, theme.text).rows(usize::from(self.text), most.max(1)).len()
                }
            }
            _ => 1,
        }
    }

    /// Draws one line. Returns the row below it.
    fn draw(&self, canvas: &mut Canvas<'_>, area: Rect, number: usize, line: &ViewLine<'_>) -> u16 {
        if canvas.state.logs.found == Some(number) {
            canvas.text(area.x, area.y, 1, "▸", canvas.theme.accent);
        }
        match line {
            ViewLine::Text(line, attempt) => return self.text(canvas, area, line, *attempt),
            ViewLine::Heading { .. } => self.heading(canvas, area, line),
            ViewLine::End(why) => {
                let words = fill(canvas.word(Word::LogEndedHere), &[why]);
                canvas.text(area.x + GUTTER, area.y, area.width.saturating_sub(3), &words, canvas.theme.warn);
            }
        }
        area.y + 1
    }

    fn heading(&self, canvas: &mut Canvas<'_>, area: Rect, line: &ViewLine<'_>) {
        let ViewLine::Heading { pod, attempt, gone, dropped, known } = line else { return };
        let theme = canvas.theme;
        let own = self.job.and_then(|job| job.row.attempts.iter().find(|own| own.pod == *pod));
        let mut parts = Vec::new();
        if let Some(number) = attempt {
            parts.push((format!("#{number} "), tint(theme, *number)));
        }
        if let Some(own) = own {
            let (sign, style) = status::attempt(own, theme);
            let exit = own.exit_code.map(|code| format!(" exit {code}")).unwrap_or_default();
            parts.push((format!("{sign} {}{exit}  ", own.state), style));
        }
        parts.push(((*pod).to_owned(), theme.title));
        let deleted = *gone || own.is_some_and(|own| own.gone);
        let word = match (known, deleted) {
            (true, true) => Some(Word::LogKept),
            (false, true) => Some(Word::LogMissed),
            (false, false) => Some(Word::LogUnread),
            (true, false) => None,
        };
        parts.extend(word.map(|word| (format!("  ({})", canvas.word(word)), theme.dim)));
        if *dropped > 0 {
            parts.push((format!("  {}", fill(canvas.word(Word::LogDropped), &[dropped])), theme.warn));
        }
        let (x, width) = (area.x + GUTTER, area.width.saturating_sub(GUTTER + 1));
        let pieces: Vec<(&str, Style)> = parts.iter().map(|(text, style)| (text.as_str(), *style)).collect();
        let used = canvas.line(x, area.y, width, &pieces);
        if used + 2 < width {
            let rule = "─".repeat(usize::from(width - used - 1));
            canvas.text(x + used + 1, area.y, width - used - 1, &rule, theme.border);
        }
    }

    fn text(&self, canvas: &mut Canvas<'_>, area: Rect, line: &Line, attempt: Option<u32>) -> u16 {
        let theme = canvas.theme;
        let (sign, style) = match level(&line.text) {
            Some(Level::Error) => ("✗", theme.bad),
            Some(Level::Warning) => ("!", theme.warn),
            None => (" ", theme.text),
        };
        canvas.text(area.x + 1, area.y, 1, sign, style);
        let mut x = area.x + GUTTER;
        if let Some(number) = attempt.filter(|_| self.attempt > 0) {
            canvas.text(x, area.y, self.attempt, &format!("#{number}"), tint(theme, number));
            x += self.attempt;
        }
        if self.time > 0 {
            let at =
                line.at.map(|at| at.to_zoned(canvas.state.options.zone.clone()).strftime("%H:%M:%S%.3f").to_string());
            canvas.text(x, area.y, self.time, at.as_deref().unwrap_or("-"), theme.dim);
            x += self.time;
        }
        let mut painted = Painted::new(&line.text, style);
        painted.mark(&canvas.state.logs.search, theme.search);
        if !self.wrap {
            painted.draw_from(canvas, x, area.y, self.text, canvas.state.logs.left);
            return area.y + 1;
        }
        self.wrapped(canvas, Rect { x, ..area }, &painted)
    }

    /// A wrapped line; where it is taller than what is left, it says how much of it is not there.
    fn wrapped(&self, canvas: &mut Canvas<'_>, area: Rect, painted: &Painted) -> u16 {
        let most = usize::from(area.height);
        let rows = painted.rows(usize::from(self.text), most + 1);
        let fills = most > 1 && rows.len() > most && area.y == self.top;
        let shown = rows.len().min(most) - usize::from(fills);
        let mut y = area.y;
        for row in &rows[..shown] {
            painted.draw(canvas, area.x, y, self.text, row.clone());
            y += 1;
        }
        if fills {
            let rest = painted.text()[rows[shown].start..].width();
            let words = fill(canvas.word(Word::LogMoreRows), &[&rest, &key(canvas, Action::Wrap)]);
            canvas.text(area.x, y, self.text, &words, canvas.theme.dim);
            y += 1;
        }
        y
    }
}

/// The colour of an attempt; its number says the same.
fn tint(theme: &Theme, attempt: u32) -> Style {
    [theme.accent, theme.expected, theme.busy][attempt as usize % 3]
}
