//! The newest events about one object, for the panels of one object.

use ratatui::layout::Rect;

use crate::app::state::State;
use crate::app::state::items::JobItem;
use crate::domain::event::EventRow;
use crate::domain::object::Uid;
use crate::tui::canvas::Canvas;

/// Events shown.
const MOST: usize = 8;
/// Pods of a Job whose events are told too: the newest.
const PODS: usize = 3;

/// An event, and the name of its object where that is another one than the panel's.
pub(super) type EventLine<'a> = (&'a EventRow, Option<&'a str>);

fn about<'a>(state: &'a State, uid: &Uid) -> impl Iterator<Item = &'a EventRow> {
    state.world.events.group(Some(uid)).take(MOST)
}

fn newest(mut events: Vec<EventLine<'_>>) -> Vec<EventLine<'_>> {
    events.sort_by_key(|(event, _)| std::cmp::Reverse(event.at));
    events.truncate(MOST);
    events
}

/// Those about an object.
pub(super) fn object<'a>(state: &'a State, uid: &Uid) -> Vec<EventLine<'a>> {
    about(state, uid).map(|event| (event, None)).collect()
}

/// Those about a Job and its newest pods.
pub(super) fn job<'a>(state: &'a State, job: &'a JobItem) -> Vec<EventLine<'a>> {
    let mut events = object(state, &job.facts.uid);
    for pod in state.world.pods.group(Some(&job.facts.uid)).take(PODS) {
        events.extend(about(state, &pod.row.uid).map(|event| (event, Some(pod.row.name.as_str()))));
    }
    newest(events)
}

/// Draws one of them.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, events: &[EventLine<'_>], row: usize) {
    let Some((event, of)) = events.get(row) else { return };
    let theme = canvas.theme;
    let warning = event.kind == "Warning";
    let (sign, style) = if warning { ("!", theme.warn) } else { ("·", theme.text) };
    let age = canvas.age(event.at);
    let count = if event.count > 1 { format!(" (x{})", event.count) } else { String::new() };
    let of = of.map(|of| format!("{of}: ")).unwrap_or_default();
    let text = format!("{of}{}{count}", event.message);
    canvas.text_right(area.x, area.y, 6.min(area.width), &age, theme.dim);
    let x = area.x + 7;
    let pieces =
        [(sign, style), (" ", style), (event.reason.as_str(), style), ("  ", style), (text.as_str(), theme.dim)];
    canvas.line(x, area.y, area.right().saturating_sub(x), &pieces);
}
