//! The connection came, went, or is being tried.

use jiff::Timestamp;

use crate::app::effect::Effect;
use crate::app::message::{Failure, Link};
use crate::app::panel::PanelId;
use crate::app::state::toasts::Tone;
use crate::app::state::world::{Freshness, World};
use crate::app::state::{LinkState, Place, State, TextView, Viewport};
use crate::domain::object::Kind;
use crate::text::words::Word;

use super::navigate;

pub(super) fn take(state: &mut State, news: Link, at: Timestamp) -> Vec<Effect> {
    state.dirty = true;
    match news {
        Link::Connecting => {
            // While a lost connection is tried again, why it was lost stays on the screen.
            if !matches!(state.link, LinkState::Down { .. }) {
                state.link = LinkState::Connecting;
            }
            Vec::new()
        }
        Link::Up(session) => {
            let back = matches!(state.link, LinkState::Down { .. }) && state.session.is_some();
            if back {
                state.toasts.say(at, Tone::Info, Word::Reconnected.text(state.options.lang), None);
            }
            state.link = LinkState::Up;
            state.session = Some(*session);
            state.logs.stop_all();
            let mut effects = vec![Effect::FindEndpoint];
            effects.extend(navigate::polls(state));
            effects
        }
        Link::Down { why, next, retry_at } => {
            if state.link == LinkState::Up {
                state.toasts.say(at, Tone::Error, why.clone(), next.clone());
            }
            for kind in Kind::ALL {
                let known = state.world.freshness.get(&kind);
                if matches!(known, Some(Freshness::Live)) {
                    state.world.freshness.insert(kind, Freshness::Stale { since: at, why: why.clone() });
                }
            }
            state.logs.stop_all();
            state.link = LinkState::Down { failure: Failure::new(why, next), retry_at };
            Vec::new()
        }
    }
}

/// Leaves for another namespace: everything known is forgotten, and messages of before are dropped.
pub(super) fn change_namespace(state: &mut State, namespace: String) -> Vec<Effect> {
    state.epoch += 1;
    state.world = World::default();
    state.logs.clear();
    state.history.clear();
    state.text = TextView::default();
    (state.diff_with, state.wanted_job, state.download, state.line) = (None, None, None, 0);
    // A panel about one object has nothing to show; the tab that it was reached from has.
    let from = state.trail.first().map_or(PanelId::Start, |place| place.panel);
    state.here = match state.here.panel {
        PanelId::Object => Place::tab(if from == PanelId::Object { PanelId::Start } else { from.tab() }),
        panel => Place::tab(panel.tab()),
    };
    state.trail.clear();
    state.viewport = Viewport::default();
    state.link = LinkState::Connecting;
    state.namespace = Some(namespace);
    connect(state)
}

/// The effect that connects under the epoch in force.
pub(super) fn connect(state: &State) -> Vec<Effect> {
    vec![Effect::Connect { epoch: state.epoch, namespace: state.namespace.clone() }]
}
