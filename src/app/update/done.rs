//! An action is over, well or badly.

use jiff::Timestamp;

use crate::app::effect::Effect;
use crate::app::message::{Deed, Done, Failure};
use crate::app::state::State;
use crate::app::state::toasts::Tone;

use super::link;

pub(super) fn take(state: &mut State, done: Done, at: Timestamp) -> Vec<Effect> {
    state.dirty = true;
    match done {
        Done::Well(deed, words) => {
            if !words.is_empty() {
                state.toasts.say(at, Tone::Info, words, None);
            }
            well(state, deed)
        }
        Done::Badly(deed, failure) => badly(state, deed, failure, at),
    }
}

fn well(state: &mut State, deed: Deed) -> Vec<Effect> {
    match deed {
        Deed::Up => {
            state.start.end(None);
            state.epoch += 1;
            link::connect(state)
        }
        Deed::Tasks => vec![Effect::ListTasks],
        Deed::Reports => vec![Effect::ListReports],
        Deed::Fault => vec![Effect::ProbeFaults],
        Deed::File => {
            state.download = None;
            Vec::new()
        }
        Deed::RunJob(name) => {
            state.wanted_job = Some(name);
            select_wanted(state);
            Vec::new()
        }
        Deed::Cluster | Deed::Edit { .. } => Vec::new(),
    }
}

/// A Job that the person has just run is what they look at next.
pub(super) fn select_wanted(state: &mut State) {
    let wanted = state.wanted_job.as_deref().and_then(|name| state.world.jobs.named(name));
    if let Some(uid) = wanted.map(|job| job.facts.uid.clone()) {
        state.world.jobs.select(&uid);
        state.wanted_job = None;
    }
}

fn badly(state: &mut State, deed: Deed, failure: Failure, at: Timestamp) -> Vec<Effect> {
    match deed {
        // The editor opens again with the server's words above the text: nothing that was typed is lost.
        Deed::Edit { object, before, after } => {
            return vec![Effect::OpenEditor { object, before, text: after, error: Some(failure.what) }];
        }
        Deed::Up => state.start.end(Some(failure.clone())),
        _ => state.download = None,
    }
    state.toasts.say(at, Tone::Error, failure.what, failure.next);
    Vec::new()
}
