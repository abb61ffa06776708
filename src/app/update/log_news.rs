//! Lines of a log came, or it ended.

use crate::app::effect::Effect;
use crate::app::message::LogNews;
use crate::app::panel::PanelId;
use crate::app::shown::log_keys;
use crate::app::state::State;
use crate::app::state::history::{Evidence, Lane, Moment, Mood};
use crate::app::state::log_view::{Anchor, Level, View, level};
use crate::app::state::logs::{Line, Source, key};
use crate::domain::log::LogLine;

pub(super) fn take(state: &mut State, news: LogNews) -> Vec<Effect> {
    match news {
        LogNews::Lines { pod, previous, lines } => {
            for line in lines.iter().filter(|_| !previous) {
                remember_error(state, &pod, line);
            }
            let lines = lines.into_iter().map(line_of);
            let shown = is_shown(state, &pod);
            let held = (shown && !state.logs.follow).then(|| hold(state)).flatten();
            state.logs.ring(&key(&pod, previous)).push(lines);
            if let Some(held) = held {
                keep(state, &held);
            }
            state.dirty |= shown;
        }
        LogNews::Ended { pod, previous, why } => {
            let ring = state.logs.ring(&key(&pod, previous));
            ring.following = false;
            ring.why = why;
            state.dirty |= is_shown(state, &pod);
        }
    }
    Vec::new()
}

/// A line that was longer than it came ends in `…`.
fn line_of(line: LogLine) -> Line {
    let text = if line.cut { line.text + "…" } else { line.text };
    Line { at: line.at, text: text.into_boxed_str() }
}

/// The lines that a paused view stands on.
struct Held {
    top: Option<Anchor>,
    found: Option<Anchor>,
}

fn hold(state: &State) -> Option<Held> {
    if !matches!(state.here.panel, PanelId::Logs) {
        return None;
    }
    let keys = log_keys(state);
    let view = View::new(&state.logs, &keys);
    Some(Held { top: view.anchor(state.logs.top), found: state.logs.found.and_then(|line| view.anchor(line)) })
}

/// What one reads does not move when lines come in above it, or are dropped there.
fn keep(state: &mut State, held: &Held) {
    let keys = log_keys(state);
    let view = View::new(&state.logs, &keys);
    let top = held.top.as_ref().map(|anchor| view.place(anchor));
    let found = held.found.as_ref().map(|anchor| view.place(anchor));
    state.logs.top = top.unwrap_or(state.logs.top);
    state.logs.found = found;
}

fn is_shown(state: &State, pod: &str) -> bool {
    match state.here.panel {
        PanelId::Story => true,
        PanelId::Logs => match &state.logs.source {
            Source::Pod(shown) | Source::Previous(shown) => shown == pod,
            Source::Job(job) => {
                let job = state.world.jobs.named(job);
                job.is_some_and(|job| job.row.attempts.iter().any(|attempt| attempt.pod == pod))
            }
            Source::None => false,
        },
        _ => false,
    }
}

/// The first error of an attempt is a moment of its story.
fn remember_error(state: &mut State, pod: &str, line: &LogLine) {
    let Some(at) = line.at.filter(|_| level(&line.text) == Some(Level::Error)) else { return };
    let evidence = Evidence::Log(pod.to_owned());
    let text: String = line.text.chars().take(160).collect();
    state.history.remember(Moment { at, lane: Lane::Log, mood: Mood::Bad, text, evidence });
}
