//! The frame, from top to bottom:
//!
//! ```text
//!   k8s-tutor  sandbox  ns default  v1.36.2   LocalStack ✓   FAULT inject-port …    13:48 UTC  22:48 JST
//!    Start  CronJobs [Jobs] Pods  Tree  Logs  Events  Tasks  Reports  Faults  Story
//!   the panel
//!   …                                                                          (toasts, overlays)
//!   ? help  : command  / filter  Enter open  l logs …
//! ```
//!
//! Called by the loop and by `--snapshot`. Reads the state, changes nothing.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::canvas::{Canvas, Notes};
use super::overlays;
use super::panels;
use super::theme::Theme;
use crate::app::Action;
use crate::app::message::Hit;
use crate::app::panel::PanelId;
use crate::app::state::toasts::Tone;
use crate::app::state::{Focus, LinkState, State};
use crate::text::words::{Word, fill};

/// The smallest screen that something can be shown on.
const SMALLEST: (u16, u16) = (20, 5);

/// Draws one frame.
pub fn draw(buffer: &mut Buffer, state: &State, theme: &Theme, now: Timestamp) -> Notes {
    let area = buffer.area;
    let mut canvas = Canvas::new(buffer, state, theme, now);
    canvas.clear(area, theme.text);
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        canvas.text(area.x, area.y, area.width, Word::TooSmall.text(state.options.lang), theme.warn);
        return canvas.notes;
    }
    header(&mut canvas, Rect { height: 1, ..area });
    tabs(&mut canvas, Rect { y: area.y + 1, height: 1, ..area });
    let body = Rect { y: area.y + 2, height: area.height - 3, ..area };
    let body = notices(&mut canvas, body);
    panels::draw(&mut canvas, body);
    footer(&mut canvas, Rect { y: area.bottom() - 1, height: 1, ..area });
    toasts(&mut canvas, body);
    overlays::draw(&mut canvas, area);
    canvas.notes
}

/// What must not be missed: a lost connection, broken watches. Returns what is left for the panel.
fn notices(canvas: &mut Canvas<'_>, body: Rect) -> Rect {
    let state = canvas.state;
    let line = match &state.link {
        LinkState::Down { failure, retry_at } if state.session.is_some() || !state.start.running => {
            let again = retry_at.map(|at| {
                let left = canvas.until(at);
                format!("  ({})", fill(canvas.word(Word::RetryIn), &[&left]))
            });
            let next = failure.next.as_deref().map(|next| format!("  → {next}")).unwrap_or_default();
            Some(format!("{}: {}{}{next}", canvas.word(Word::Disconnected), failure.what, again.unwrap_or_default()))
        }
        LinkState::Up => state.world.stale().next().map(|(kind, since, why)| {
            let since = canvas.moment(since);
            format!("{kind}: {}", fill(canvas.word(Word::StaleSince), &[&since, &why]))
        }),
        _ => None,
    };
    match line {
        Some(line) if body.height > 2 => {
            let style = canvas.theme.badge;
            canvas.clear(Rect { height: 1, ..body }, style);
            canvas.text(body.x + 1, body.y, body.width.saturating_sub(2), &line, style);
            Rect { y: body.y + 1, height: body.height - 1, ..body }
        }
        _ => body,
    }
}

fn header(canvas: &mut Canvas<'_>, area: Rect) {
    let theme = canvas.theme;
    let bar = theme.bar;
    canvas.clear(area, bar);
    let clocks = clocks(canvas);
    let clocks_width = u16::try_from(clocks.width()).unwrap_or(0);
    let left_width = area.width.saturating_sub(if area.width >= 60 { clocks_width + 1 } else { 0 });
    let mut x = area.x;
    for (text, style) in facts(canvas) {
        let left = (area.x + left_width).saturating_sub(x);
        // A fact is shown whole or not at all: half a version is none. The first ones always are.
        let needs = u16::try_from(text.width()).unwrap_or(u16::MAX);
        if needs > left && x > area.x {
            continue;
        }
        x += canvas.text(x, area.y, left, &text, bar.patch(style)) + 2;
    }
    if area.width >= 60 {
        canvas.text_right(area.x + left_width, area.y, area.width - left_width, &clocks, bar);
    }
}

/// The facts of the header, the most important first.
fn facts(canvas: &Canvas<'_>) -> Vec<(String, Style)> {
    let (state, theme) = (canvas.state, canvas.theme);
    let mut facts = vec![(" k8s-tutor".to_owned(), theme.accent)];
    for fault in &state.world.faults {
        let words = fill(canvas.word(Word::FaultBadge), &[&fault.fault, &fault.original, &fault.current]);
        facts.push((format!(" {words} "), theme.badge));
    }
    facts.push(match &state.link {
        LinkState::Up if state.is_live() => (format!("● {}", canvas.word(Word::Live)), theme.good),
        LinkState::Up if state.world.stale().next().is_some() => (format!("▲ {}", canvas.word(Word::Stale)), theme.bad),
        LinkState::Up => (format!("● {}", canvas.word(Word::Connecting)), theme.warn),
        LinkState::Down { .. } => (format!("✗ {}", canvas.word(Word::Disconnected)), theme.bad),
        _ => (format!("○ {}", canvas.word(Word::Connecting)), theme.warn),
    });
    if let Some(session) = &state.session {
        facts.push((session.provider.clone(), Style::default()));
        facts.push((format!("ns {}", state.namespace()), Style::default()));
    }
    if let Some(localstack) = state.world.deployment("localstack") {
        let ready = localstack.ready >= localstack.wanted.max(1);
        let (sign, style) = if ready { ("✓", theme.good) } else { ("✗", theme.bad) };
        facts.push((format!("LocalStack {sign}"), style));
    }
    if let Some(session) = &state.session {
        facts.push((session.version.clone(), Style::default()));
        facts.push((format!("ctx {}", session.context), Style::default()));
    }
    if state.options.readonly {
        facts.push((format!("[{}]", canvas.word(Word::ReadonlyBadge)), theme.warn));
    }
    facts
}

/// UTC, and the lab's zone beside it. A minute is fine enough: a clock must not be why frames are drawn.
fn clocks(canvas: &mut Canvas<'_>) -> String {
    let now = canvas.now;
    if let Ok(next) = Timestamp::from_second((now.as_second().div_euclid(60) + 1) * 60) {
        canvas.wake(next);
    }
    let utc = canvas.time(now, &TimeZone::UTC, false);
    let zone = &canvas.state.options.zone;
    let local = now.to_zoned(zone.clone());
    if local.offset().seconds() == 0 {
        return format!("{utc} UTC ");
    }
    format!("{utc} UTC  {} ", local.strftime("%H:%M %Z"))
}

fn tabs(canvas: &mut Canvas<'_>, area: Rect) {
    let theme = canvas.theme;
    canvas.clear(area, theme.tab);
    let active = canvas.state.here.panel.tab();
    let titles: Vec<(PanelId, String)> = PanelId::TABS
        .iter()
        .map(|tab| {
            let count = count(canvas.state, *tab).map(|n| format!(" {n}")).unwrap_or_default();
            (*tab, format!(" {}{count} ", canvas.word(tab.title())))
        })
        .collect();
    let widths: Vec<u16> = titles.iter().map(|(_, title)| u16::try_from(title.width()).unwrap_or(0)).collect();
    // On a narrow screen the active tab stays in sight.
    let place = titles.iter().position(|(tab, _)| *tab == active).unwrap_or(0);
    let mut first = 0;
    while first < place && widths[first..=place].iter().sum::<u16>() + u16::from(first > 0) * 2 > area.width {
        first += 1;
    }
    let mut x = area.x;
    if first > 0 {
        x += canvas.text(x, area.y, 2, "‹ ", theme.tab);
    }
    for (tab, title) in &titles[first..] {
        let style = if *tab == active { theme.tab_active } else { theme.tab };
        let used = canvas.text(x, area.y, area.right().saturating_sub(x), title, style);
        canvas.hit(Rect::new(x, area.y, used, 1), Hit::Tab(*tab));
        x += used;
        if usize::from(used) < title.width() {
            return;
        }
    }
}

/// How many rows a tab has, where that says something.
fn count(state: &State, tab: PanelId) -> Option<usize> {
    let world = &state.world;
    let n = match tab {
        PanelId::Jobs if world.jobs.is_known() => world.jobs.len(),
        PanelId::Pods if world.pods.is_known() => world.pods.len(),
        PanelId::Tasks if world.tasks.is_known() => world.tasks.len(),
        PanelId::Reports if world.reports.is_known() => world.reports.len(),
        PanelId::Faults if !world.faults.is_empty() => world.faults.len(),
        _ => return None,
    };
    Some(n)
}

/// Hints out of the live bindings: what fits, the panel's own first.
fn footer(canvas: &mut Canvas<'_>, area: Rect) {
    let theme = canvas.theme;
    canvas.clear(area, theme.bar);
    if let Focus::Filter(input) = &canvas.state.focus {
        let used = canvas.text(area.x, area.y, 2, " /", theme.key);
        let room = area.width.saturating_sub(used);
        let (text, cursor) = super::widgets::lines::field(input, room);
        canvas.text(area.x + used, area.y, room, &text, theme.bar);
        canvas.notes.cursor = Some((area.x + used + cursor.min(room.saturating_sub(1)), area.y));
        return;
    }
    let panel = canvas.state.here.panel;
    let keymap = &canvas.state.options.keymap;
    // What helps everywhere has its place at the right end, whatever the panel has to say.
    let always = [Action::Filter, Action::Palette, Action::Help, Action::Quit];
    let mut right = area.right();
    for action in always.into_iter().rev() {
        let Some(key) = keymap.key_of(panel, action) else { continue };
        let needs = hint_width(canvas, &key.to_string(), action) + 1;
        if right < area.x + needs {
            break;
        }
        // A narrow screen keeps the help and the way out.
        if area.width < 70 && !matches!(action, Action::Help | Action::Quit) {
            continue;
        }
        right -= needs;
        hint(canvas, right, area.y, &key.to_string(), action);
    }
    let mut x = area.x + 1;
    for binding in keymap.bindings(panel) {
        if is_plain(binding.action) || always.contains(&binding.action) {
            continue;
        }
        let Some(key) = binding.key() else { continue };
        let needs = hint_width(canvas, &key.to_string(), binding.action);
        if x + needs + 1 > right {
            continue;
        }
        hint(canvas, x, area.y, &key.to_string(), binding.action);
        x += needs + 2;
    }
}

fn hint_width(canvas: &Canvas<'_>, key: &str, action: Action) -> u16 {
    u16::try_from(key.width() + 1 + canvas.word(action.title()).width()).unwrap_or(u16::MAX)
}

fn hint(canvas: &mut Canvas<'_>, x: u16, y: u16, key: &str, action: Action) {
    let width = hint_width(canvas, key, action);
    let used = canvas.text(x, y, width, key, canvas.theme.key);
    canvas.text(x + used + 1, y, width - used - 1, canvas.word(action.title()), canvas.theme.bar);
    canvas.hit(Rect::new(x, y, width, 1), Hit::Hint(action));
}

/// What everybody knows, or what the tabs themselves show.
fn is_plain(action: Action) -> bool {
    action.is_motion() || action.panel().is_some() || matches!(action, Action::NextPanel | Action::PreviousPanel)
}

/// What was just said, above the footer, newest at the bottom.
fn toasts(canvas: &mut Canvas<'_>, body: Rect) {
    let state = canvas.state;
    if matches!(state.focus, Focus::Dialog(_)) {
        return;
    }
    let shown: Vec<_> = state.toasts.shown(canvas.now).collect();
    let room = usize::from(body.height / 3).max(1);
    let mut y = body.bottom();
    for toast in shown.iter().rev().take(room) {
        canvas.wake(toast.ends());
        let (sign, style) = match toast.tone {
            Tone::Info => ("✓ ", canvas.theme.good),
            Tone::Command => ("", canvas.theme.accent),
            Tone::Warning => ("! ", canvas.theme.warn),
            Tone::Error => ("✗ ", canvas.theme.bad),
        };
        let next = toast.next.as_deref().map(|next| format!("  → {next}")).unwrap_or_default();
        let text = format!(" {sign}{}{next} ", toast.text);
        let width = u16::try_from(text.width()).unwrap_or(u16::MAX).min(body.width);
        y -= 1;
        let area = Rect::new(body.right() - width, y, width, 1);
        canvas.clear(area, canvas.theme.overlay);
        canvas.text(area.x, y, width, &text, canvas.theme.overlay.patch(style));
    }
}
