//! The story: what led to what. The causal strip over everything, and below it the moments one by one, newest last.

use ratatui::layout::Rect;

use super::strip::{self, Strip};
use crate::app::Action;
use crate::app::message::Hit;
use crate::app::state::Viewport;
use crate::app::state::history::{Evidence, Moment};
use crate::text::words::{Word, fill};
use crate::tui::canvas::{Canvas, wrapped};
use crate::tui::widgets::grid::window;
use crate::tui::widgets::keys;
use crate::tui::widgets::lines::thumb;

/// Rows of the list that stay, however many lanes there are.
const LIST: u16 = 4;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let state = canvas.state;
    let moments = state.history.moments(&state.world, None);
    if moments.is_empty() {
        let (x, width) = (area.x + 2, area.width.saturating_sub(4));
        for (line, y) in wrapped(canvas.word(Word::StoryEmpty), usize::from(width)).iter().zip(area.y + 1..) {
            canvas.text(x, y, width, line, canvas.theme.dim);
        }
        return;
    }
    let selected = state.history.selected.unwrap_or(moments.len() - 1).min(moments.len() - 1);
    let most = area.height.saturating_sub(LIST + 2);
    let high = u16::try_from(strip::height(&moments)).unwrap_or(u16::MAX);
    // A strip that is not whole says nothing: then all room is the list's.
    let high = if high <= most { high } else { 0 };
    if high > 0 {
        let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), height: 1, ..area };
        let strip = Strip::new(canvas, &moments, inner.width, true, Some(selected));
        for line in 0..high {
            strip.draw(canvas, Rect { y: area.y + line, ..inner }, usize::from(line));
        }
        canvas.rule(area, area.y + high, "");
    }
    let rest = area.height.saturating_sub(high + u16::from(high > 0));
    let about = Rect { y: area.bottom().saturating_sub(1), height: u16::from(rest > 1), ..area };
    let list = Rect { y: area.bottom() - rest, height: rest - about.height, ..area };
    rows(canvas, list, &moments, selected);
    if about.height > 0 {
        evidence(canvas, about, &moments[selected]);
    }
}

fn rows(canvas: &mut Canvas<'_>, area: Rect, moments: &[Moment], selected: usize) {
    let fits = usize::from(area.height);
    let top = window(canvas.state.viewport.top, fits, selected, moments.len());
    canvas.notes.viewport = Viewport { rows: fits, top, total: moments.len() };
    for (n, moment) in moments.iter().enumerate().skip(top).take(fits) {
        let line = Rect { y: area.y + u16::try_from(n - top).unwrap_or(0), height: 1, ..area };
        let (sign, style) = strip::sign(canvas, moment.mood);
        let clock = canvas.moment(moment.at);
        let lane = strip::name(canvas, moment.lane);
        let mut x = line.x + 2;
        for (text, width, style) in
            [(clock.as_str(), 12, canvas.theme.dim), (lane, 10, canvas.theme.dim), (sign, 2, style)]
        {
            canvas.text(x, line.y, width.min(line.right().saturating_sub(x)), text, style);
            x += width;
        }
        canvas.text(x, line.y, line.right().saturating_sub(x + 1), &moment.text, style);
        if n == selected {
            canvas.text(line.x, line.y, 2, "▸", canvas.theme.accent);
            canvas.tint(line, canvas.theme.selected);
        }
        canvas.hit(line, Hit::Line(n));
    }
    thumb(canvas, area, top, moments.len());
}

/// Which key shows where the moment can be seen.
fn evidence(canvas: &mut Canvas<'_>, area: Rect, moment: &Moment) {
    let key = keys::here(canvas, Action::Open);
    let words = match &moment.evidence {
        Evidence::Faults => fill(canvas.word(Word::OpensFaults), &[&key]),
        Evidence::Object(object) => {
            fill(canvas.word(Word::OpensObject), &[&key, &format!("{}/{}", object.kind.word(), object.name)])
        }
        Evidence::Job(name) => fill(canvas.word(Word::OpensObject), &[&key, &format!("job/{name}")]),
        Evidence::Report(report) => fill(canvas.word(Word::OpensObject), &[&key, report]),
        Evidence::Log(pod) => fill(canvas.word(Word::OpensLog), &[&key, pod]),
    };
    canvas.text(area.x + 2, area.y, area.width.saturating_sub(3), &words, canvas.theme.accent);
}
