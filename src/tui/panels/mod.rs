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
use crate::app::panel::PanelId;

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
