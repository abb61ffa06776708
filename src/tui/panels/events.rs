//! Events: warnings first; below the list the selected one's whole message, and what its reason means.

use ratatui::layout::Rect;

use crate::app::state::table::Item;
use crate::domain::event::EventRow;
use crate::domain::object::Kind;
use crate::text::words::{Word, fill};
use crate::tui::canvas::Canvas;
use crate::tui::widgets::grid::{Cell, Column, Empty, table};
use crate::tui::widgets::sentences;

const COLUMNS: [Column; 6] = [
    Column::number("LAST SEEN", 9, 3),
    Column::fixed("TYPE", 9, 2),
    Column::flex("REASON", 20, 1, 0),
    Column::flex("OBJECT", 21, 3, 0),
    Column::number("COUNT", 5, 5),
    Column::flex("MESSAGE", 11, 6, 4),
];

/// Narrower than this, a sign before the reason stands for the type.
const NARROW: u16 = 51;

/// A list shorter than this has no room to spare for the detail.
const LEAST: u16 = 12;

pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let world = &canvas.state.world;
    let selected = world.events.selected();
    let detail = match selected {
        Some(_) if area.height >= LEAST && area.width >= 40 => (area.height / 3).min(6),
        _ => 0,
    };
    let narrow = area.width < NARROW;
    let list = Rect { height: area.height - detail, ..area };
    let empty =
        Empty { hint: canvas.word(Word::EventsHint), freshness: Some(world.freshness(Kind::Event)), failure: None };
    table(canvas, list, &world.events, &COLUMNS, empty, |canvas, event| cells(canvas, event, narrow));
    if let Some(event) = selected.filter(|_| detail > 0) {
        about(canvas, Rect { y: list.bottom(), height: detail, ..area }, event);
    }
}

fn cells<'r>(canvas: &mut Canvas<'_>, event: &'r EventRow, narrow: bool) -> (Vec<Cell<'r>>, ratatui::style::Style) {
    let theme = canvas.theme;
    let warning = event.kind == "Warning";
    let kind = if warning { Cell::styled("! Warning", theme.warn) } else { event.kind.as_str().into() };
    let reason = match (warning, narrow) {
        (true, true) => Cell::styled(format!("! {}", event.reason), theme.warn),
        (true, false) => Cell::styled(event.reason.as_str(), theme.warn),
        _ => event.reason.as_str().into(),
    };
    let cells = vec![
        canvas.age(event.at).into(),
        kind,
        reason,
        object(event).into(),
        event.count.to_string().into(),
        event.message.as_str().into(),
    ];
    (cells, theme.text)
}

/// As kubectl writes it: `job/test1`.
fn object(event: &EventRow) -> String {
    format!("{}/{}", event.object_kind.to_lowercase(), event.name())
}

fn about(canvas: &mut Canvas<'_>, area: Rect, event: &EventRow) {
    let theme = canvas.theme;
    canvas.rule(area, area.y, &format!("{}  {}", event.reason, object(event)));
    let inner = Rect::new(area.x + 2, area.y + 1, area.width.saturating_sub(4), area.height.saturating_sub(1));
    let mut facts = Vec::new();
    if !event.source.is_empty() {
        facts.push(fill(canvas.word(Word::EventBy), &[&event.source]));
    }
    if let Some(first) = event.first_at.filter(|_| event.count > 1) {
        let since = canvas.moment(first);
        facts.push(fill(canvas.word(Word::EventTimes), &[&event.count, &since]));
    } else if let Some(at) = event.at {
        facts.push(canvas.moment(at));
    }
    let meaning = crate::app::known::reason(&event.reason, canvas.lang());
    let meaning = meaning.map(|meaning| format!("{}: {meaning}", canvas.word(Word::EventMeans)));
    // The meaning is what a newcomer needs: a long message must not push it out.
    let needs = meaning.as_ref().map_or(0, |words| sentences::lines(words, inner.width).len());
    let needs = u16::try_from(needs).unwrap_or(0).min(inner.height.saturating_sub(1));
    let message = Rect { height: inner.height - needs, ..inner };
    let mut y = sentences::draw(canvas, message, &event.message, theme.text);
    if let Some(words) = &meaning {
        y = sentences::draw(canvas, sentences::below(inner, y), words, theme.accent);
    }
    sentences::draw(canvas, sentences::below(inner, y), &facts.join(", "), theme.dim);
}
