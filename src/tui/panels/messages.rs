//! Messages: everything that was said, newest first; the selected one in full below the list.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::message::Hit;
use crate::app::state::Viewport;
use crate::app::state::toasts::{Toast, Tone};
use crate::text::words::{Word, fill};
use crate::tui::canvas::Canvas;
use crate::tui::theme::Theme;
use crate::tui::widgets::grid::window;
use crate::tui::widgets::sentences;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let toasts = &canvas.state.toasts;
    let total = toasts.all().len();
    if total == 0 {
        let inner = Rect::new(area.x + 2, area.y, area.width.saturating_sub(4), area.height);
        sentences::draw(canvas, inner, canvas.word(Word::MessagesEmpty), canvas.theme.dim);
        return;
    }
    let words = fill(canvas.word(Word::MessagesCount), &[&total]);
    canvas.text(area.x + 1, area.y, area.width.saturating_sub(2), &words, canvas.theme.heading);
    let cursor = canvas.state.line.min(total - 1);
    let detail = if area.height >= 9 { area.height / 4 } else { 0 };
    let rows = usize::from(area.height.saturating_sub(1 + detail));
    let top = window(canvas.state.viewport.top, rows, cursor, total);
    canvas.notes.viewport = Viewport { rows, top, total };
    for (n, toast) in toasts.all().rev().enumerate().skip(top).take(rows) {
        let y = area.y + 1 + u16::try_from(n - top).unwrap_or(0);
        let line = Rect::new(area.x, y, area.width, 1);
        row(canvas, line, toast);
        if n == cursor {
            canvas.text(area.x, y, 1, "▸", canvas.theme.accent);
            canvas.tint(line, canvas.theme.selected);
        }
        canvas.hit(line, Hit::Line(n));
    }
    if let Some(toast) = toasts.all().rev().nth(cursor).filter(|_| detail > 0) {
        about(canvas, Rect { y: area.bottom() - detail, height: detail, ..area }, toast);
    }
}

fn row(canvas: &mut Canvas<'_>, area: Rect, toast: &Toast) {
    let (sign, style) = tone(toast.tone, canvas.theme);
    let at = canvas.moment(toast.at);
    let dim = canvas.theme.dim;
    let used = canvas.text(area.x + 2, area.y, 12, &at, dim) + 2;
    let next = toast.next.as_deref().map(|next| format!("  → {next}")).unwrap_or_default();
    let pieces = [(sign, style), (" ", style), (toast.text.as_str(), style), (next.as_str(), canvas.theme.accent)];
    canvas.line(area.x + used + 1, area.y, area.width.saturating_sub(used + 2), &pieces);
}

fn about(canvas: &mut Canvas<'_>, area: Rect, toast: &Toast) {
    let (sign, style) = tone(toast.tone, canvas.theme);
    canvas.rule(area, area.y, &canvas.moment(toast.at));
    let inner = Rect::new(area.x + 2, area.y + 1, area.width.saturating_sub(4), area.height.saturating_sub(1));
    let y = sentences::draw(canvas, inner, &format!("{sign} {}", toast.text), style);
    if let Some(next) = &toast.next {
        sentences::draw(canvas, sentences::below(inner, y), &format!("→ {next}"), canvas.theme.accent);
    }
}

/// The sign of a message. A command brings its own, the `$`.
fn tone(tone: Tone, theme: &Theme) -> (&'static str, Style) {
    match tone {
        Tone::Info => ("✓", theme.good),
        Tone::Command => (" ", theme.text),
        Tone::Warning => ("!", theme.warn),
        Tone::Error => ("✗", theme.bad),
    }
}
