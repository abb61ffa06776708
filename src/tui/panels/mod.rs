//! One file a panel.

mod cronjob;
mod cronjobs;
mod events;
mod events_of;
mod faults;
mod fields;
mod job;
mod jobs;
mod ladder;
mod logs;
mod messages;
mod object;
mod pods;
mod report;
mod report_diff;
mod reports;
mod runs;
#[cfg(test)]
mod screens;
mod start;
mod story;
mod strip;
mod tasks;
mod tree;
pub(super) mod why;

use ratatui::layout::Rect;

use super::canvas::Canvas;
use crate::app::Action;
use crate::app::filter::Filter;
use crate::app::message::Failure;
use crate::app::panel::PanelId;
use crate::app::state::Focus;
use crate::text::words::{Word, fill};

/// Draws the panel shown.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    match canvas.state.here.panel {
        PanelId::Start => start::draw(canvas, area),
        PanelId::Cronjobs => cronjobs::draw(canvas, area),
        PanelId::Jobs => jobs::draw(canvas, area),
        PanelId::Pods => pods::draw(canvas, area),
        PanelId::Tree => tree::draw(canvas, area),
        PanelId::Logs => logs::draw(canvas, area),
        PanelId::Events => events::draw(canvas, area),
        PanelId::Tasks => tasks::draw(canvas, area),
        PanelId::Reports => reports::draw(canvas, area),
        PanelId::Faults => faults::draw(canvas, area),
        PanelId::Story => story::draw(canvas, area),
        PanelId::Cronjob => cronjob::draw(canvas, area),
        PanelId::Job => job::draw(canvas, area),
        PanelId::Report => report::draw(canvas, area),
        PanelId::Object => object::draw(canvas, area),
        PanelId::Messages => messages::draw(canvas, area),
    }
}

/// What a search in a text has come to: its keys, or that there is nothing.
fn searched(canvas: &Canvas<'_>, search: &Filter, found: Option<usize>) -> Option<String> {
    if search.is_empty() || !matches!(canvas.state.focus, Focus::Panel) {
        return None;
    }
    if found.is_none() {
        return Some(fill(canvas.word(Word::SearchNone), &[&search.text()]));
    }
    let panel = canvas.state.here.panel;
    let keys = [Action::SearchNext, Action::SearchPrevious].map(|action| {
        canvas.state.options.keymap.key_of(panel, action).map_or_else(String::new, |key| key.to_string())
    });
    Some(format!("/{}  {} {}", search.text(), keys[0], keys[1]))
}

/// Above rows that were fetched before: why they could not be fetched again. Returns what is left of the area.
fn outdated(canvas: &mut Canvas<'_>, area: Rect, failure: Option<&Failure>) -> Rect {
    let Some(failure) = failure.filter(|_| area.height > 3) else { return area };
    let next = failure.next.as_deref().map(|next| format!("  → {next}")).unwrap_or_default();
    let words = format!("! {}{next}", fill(canvas.word(Word::NotRefreshed), &[&failure.what]));
    canvas.text(area.x + 1, area.y, area.width.saturating_sub(2), &words, canvas.theme.warn);
    Rect { y: area.y + 1, height: area.height - 1, ..area }
}
