//! The plan of `up`: each step with its sign, time and share of the whole; more about the selected one.

use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::app::Action;
use crate::app::message::Hit;
use crate::app::state::{Start, Viewport};
use crate::domain::change::Outcome;
use crate::domain::step::{Step, StepState};
use crate::text::steps as words_of;
use crate::text::words::{Word, fill};
use crate::tui::canvas::Canvas;
use crate::tui::status;
use crate::tui::widgets::grid::window;
use crate::tui::widgets::keys;
use crate::tui::widgets::paragraphs::Paragraphs;

/// Columns for the time and for the bar.
const TIME: u16 = 7;
const BAR: u16 = 16;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let start = &canvas.state.start;
    summary(canvas, Rect { height: 1, ..area });
    let all = u16::try_from(start.steps.len()).unwrap_or(u16::MAX);
    let rest = area.height.saturating_sub(2);
    // The steps come first; what is left, but a third at least, tells about the selected one.
    let high = all.min(rest.saturating_sub((rest / 3).min(9)).max(1));
    let list = Rect { y: area.y + 1, height: high.min(area.height.saturating_sub(1)), ..area };
    steps(canvas, list);
    let below = Rect { y: list.bottom(), height: area.bottom().saturating_sub(list.bottom()), ..area };
    if below.height > 1 {
        about(canvas, below);
    }
}

/// How far it is, and which step cost most.
pub(super) fn summary(canvas: &mut Canvas<'_>, area: Rect) {
    let start = &canvas.state.start;
    let theme = canvas.theme;
    let (word, sign, style) = match (&start.failure, start.running) {
        (Some(_), _) => (Word::StartFailed, "✗", theme.bad),
        (None, true) => (Word::StartBringing, "▶", theme.busy),
        (None, false) => (Word::StartIsUp, "✓", theme.good),
    };
    let ended =
        start.steps.iter().filter(|step| !matches!(step.state, StepState::Pending | StepState::Running)).count();
    let progress = fill(canvas.word(Word::StartProgress), &[&ended, &start.steps.len()]);
    let (total, longest) = start.critical();
    let longest = longest.filter(|_| total > 0).map(|step| {
        let share = step.elapsed_ms.unwrap_or(0) * 100 / total;
        fill(canvas.word(Word::StartLongest), &[&step.id, &seconds(step.elapsed_ms), &share])
    });
    let head = format!("{sign} {}", canvas.word(word));
    let total = seconds(Some(total));
    let longest = longest.map(|words| format!("  ·  {words}")).unwrap_or_default();
    let more = format!("  {progress}  ·  {total}{longest}");
    canvas.line(area.x + 2, area.y, area.width.saturating_sub(3), &[(&head, style), (&more, theme.dim)]);
}

/// The steps, as many as fit around the selected one.
pub(super) fn steps(canvas: &mut Canvas<'_>, area: Rect) {
    let start = &canvas.state.start;
    let fits = usize::from(area.height);
    let top = window(canvas.state.viewport.top, fits, start.selected, start.steps.len());
    canvas.notes.viewport = Viewport { rows: fits, top, total: start.steps.len() };
    let (total, longest) = start.critical();
    let total = total + running_ms(canvas);
    let longest = longest.map(|step| step.id);
    let wide = if area.width >= 60 { TIME + BAR + 2 } else { TIME + 1 };
    for (n, step) in start.steps.iter().enumerate().skip(top).take(fits) {
        let line = Rect { y: area.y + u16::try_from(n - top).unwrap_or(0), height: 1, ..area };
        let (sign, style) = status::step(step.state, canvas.theme);
        let room = line.width.saturating_sub(wide + 5);
        canvas.text(line.x + 2, line.y, 2, sign, style);
        title(canvas, Rect { x: line.x + 4, width: room, ..line }, step);
        let x = line.x + 5 + room;
        let ms = if step.state == StepState::Running { Some(running_ms(canvas)) } else { step.elapsed_ms };
        if let Some(ms) = ms {
            canvas.text_right(x, line.y, TIME - 1, &seconds(Some(ms)), canvas.theme.text);
            if wide > TIME + 1 && total > 0 {
                let filled = usize::try_from(ms * u64::from(BAR) / total.max(1)).unwrap_or(0);
                let bar = if filled == 0 { "▏".to_owned() } else { "█".repeat(filled.min(usize::from(BAR))) };
                let style = if longest == Some(step.id) { canvas.theme.warn } else { canvas.theme.busy };
                canvas.text(x + TIME, line.y, BAR, &bar, style);
            }
        }
        if n == start.selected {
            canvas.text(line.x, line.y, 2, "▸", canvas.theme.accent);
            canvas.tint(line, canvas.theme.selected);
        }
        canvas.hit(line, Hit::Line(n));
    }
}

/// The title; of the step at work also what it waits for.
fn title(canvas: &mut Canvas<'_>, area: Rect, step: &Step) {
    let title = words_of::title(step.id, &step.title, canvas.lang());
    let theme = canvas.theme;
    let plain = if step.state == StepState::Pending { theme.dim } else { theme.text };
    let waiting = canvas.state.start.waiting.as_deref().filter(|_| step.state == StepState::Running);
    let waits = waiting.map(|what| fill(canvas.word(Word::StartWaits), &[&what]));
    let detail = step.detail.as_deref().filter(|_| step.state != StepState::Failed);
    let (more, style) = match (waits.as_deref(), detail) {
        (Some(waits), _) => (waits, theme.warn),
        (None, Some(detail)) => (detail, theme.dim),
        (None, None) => ("", theme.dim),
    };
    // What it waits for is news, its title is not.
    if !more.is_empty() && waits.is_some() && title.width() + more.width() + 2 > usize::from(area.width) {
        canvas.line(area.x, area.y, area.width, &[(more, style)]);
        return;
    }
    canvas.line(area.x, area.y, area.width, &[(&title, plain), ("  ", plain), (more, style)]);
}

/// How long the step at work has been at it. Books the next second.
fn running_ms(canvas: &mut Canvas<'_>) -> u64 {
    let Some(began) = canvas.state.start.began else { return 0 };
    canvas.age(Some(began));
    u64::try_from(canvas.now.as_millisecond() - began.as_millisecond()).unwrap_or(0) / 1000 * 1000
}

/// `0.4s`, `12.3s`, `2m5s`.
fn seconds(ms: Option<u64>) -> String {
    match ms {
        None => "-".to_owned(),
        Some(ms) if ms < 100_000 => format!("{}.{}s", ms / 1000, ms % 1000 / 100),
        Some(ms) => crate::domain::span::span(i64::try_from(ms / 1000).unwrap_or(i64::MAX)),
    }
}

/// More about the selected step: why, what it found, what went wrong, the same by hand, what it changed.
fn about(canvas: &mut Canvas<'_>, area: Rect) {
    let start = &canvas.state.start;
    let theme = canvas.theme;
    canvas.rule(area, area.y, start.steps.get(start.selected).map_or("", |step| step.id));
    let inner = Rect { x: area.x + 2, y: area.y + 1, width: area.width.saturating_sub(4), height: area.height - 1 };
    let mut text = Paragraphs::new(inner.width);
    failure(canvas, &mut text, start);
    if let Some(step) = start.steps.get(start.selected) {
        text.add(0, words_of::why(step.id, step.why, canvas.lang()), theme.text);
        if let Some(detail) = step.detail.as_deref().filter(|_| start.failure.is_none()) {
            text.add(0, detail, theme.dim);
        }
        for command in &step.commands {
            text.add(0, &format!("$ {command}"), theme.accent);
        }
        for change in &step.changes {
            let style = if change.outcome == Outcome::Unchanged { theme.dim } else { theme.good };
            let detail = change.detail.as_deref().map(|detail| format!(" ({detail})")).unwrap_or_default();
            text.add(0, &format!("{} {}/{}{detail}", change.outcome, change.kind, change.name), style);
        }
    }
    let shown = canvas.notes.viewport;
    text.draw(canvas, inner, 0, theme.text);
    // The cursor moves over the steps, not over this text.
    canvas.notes.viewport = shown;
}

fn failure(canvas: &Canvas<'_>, text: &mut Paragraphs, start: &Start) {
    let theme = canvas.theme;
    let Some(failure) = &start.failure else { return };
    text.add(0, &format!("✗ {}", failure.what), theme.bad);
    if let Some(next) = &failure.next {
        text.add(0, &format!("→ {next}"), theme.accent);
    }
    let key = keys::here(canvas, Action::Refresh);
    text.add(0, &fill(canvas.word(Word::StartAgain), &[&key]), theme.warn);
    text.gap();
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn short_times_have_a_tenth() {
        assert_eq!(seconds(Some(0)), "0.0s");
        assert_eq!(seconds(Some(12_340)), "12.3s");
        assert_eq!(seconds(Some(125_000)), "2m5s");
        assert_eq!(seconds(None), "-");
    }
}
