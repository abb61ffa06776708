//! Start: the plan of `up` as it goes; on a lab that is up, the lab at a glance and what to do next; without one, how
//! to get one.

mod glance;
mod plan;

use ratatui::layout::Rect;

use crate::app::Action;
use crate::app::state::LinkState;
use crate::text::words::{Word, fill};
use crate::tui::canvas::Canvas;
use crate::tui::widgets::keys;
use crate::tui::widgets::paragraphs::Paragraphs;

/// From this height on a plan that went well leaves room for the lab below it.
const TALL: u16 = 34;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let start = &state.start;
    if start.running || start.failure.is_some() || (start.pinned && !start.steps.is_empty()) {
        return plan::draw(canvas, area);
    }
    match &state.link {
        LinkState::Down { .. } if state.session.is_none() => no_lab(canvas, area),
        LinkState::Up => up(canvas, area),
        LinkState::Down { .. } => {
            // What was known is shown on; the key that brings the lab back stands above it.
            let words = fill(canvas.word(Word::StartLost), &[&keys::here(canvas, Action::Refresh)]);
            canvas.text(area.x + 2, area.y, area.width.saturating_sub(3), &words, canvas.theme.warn);
            let rest = area.height.saturating_sub(1);
            up(canvas, Rect { y: area.bottom() - rest, height: rest, ..area });
        }
        LinkState::Idle | LinkState::Connecting => {
            let words = canvas.word(Word::StartConnecting);
            canvas.text(area.x + 2, area.y + 1, area.width.saturating_sub(4), words, canvas.theme.dim);
        }
    }
}

/// A lab that is up. The plan that brought it up stays in sight: in full where there is room, else in one line.
fn up(canvas: &mut Canvas<'_>, area: Rect) {
    let steps = canvas.state.start.steps.len();
    if steps == 0 {
        return glance::draw(canvas, area);
    }
    let high = if area.height >= TALL { u16::try_from(steps + 2).unwrap_or(u16::MAX) } else { 2 };
    let high = high.min(area.height);
    let above = Rect { height: high, ..area };
    plan::summary(canvas, Rect { height: 1, ..above });
    if high > 2 {
        plan::steps(canvas, Rect { y: above.y + 1, height: high - 2, ..above });
    }
    glance::draw(canvas, Rect { y: area.y + high, height: area.height - high, ..area });
}

/// Without a cluster: why, and what to do.
fn no_lab(canvas: &mut Canvas<'_>, area: Rect) {
    let LinkState::Down { failure, .. } = &canvas.state.link else { return };
    let theme = canvas.theme;
    let inner = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..area };
    let mut text = Paragraphs::new(inner.width);
    text.gap();
    text.add(0, canvas.word(Word::StartNoLab), theme.title);
    text.add(0, &failure.what, theme.warn);
    text.gap();
    let key = keys::here(canvas, Action::Refresh);
    text.add(0, &fill(canvas.word(Word::StartNoLabWhat), &[&key]), theme.text);
    text.gap();
    text.add(0, canvas.word(Word::StartNoLabCommand), theme.accent);
    text.draw(canvas, inner, 0, theme.text);
}
