//! Lines of a log came, or it ended.

use crate::app::effect::Effect;
use crate::app::message::LogNews;
use crate::app::panel::PanelId;
use crate::app::state::State;
use crate::app::state::history::{Evidence, Lane, Moment, Mood};
use crate::app::state::logs::{Line, Source, key};
use crate::domain::log::LogLine;

pub(super) fn take(state: &mut State, news: LogNews) -> Vec<Effect> {
    match news {
        LogNews::Lines { pod, previous, lines } => {
            for line in lines.iter().filter(|_| !previous) {
                remember_error(state, &pod, line);
            }
            let lines = lines.into_iter().map(|line| Line { at: line.at, text: line.text.into_boxed_str() });
            state.logs.ring(&key(&pod, previous)).push(lines);
            state.dirty |= is_shown(state, &pod);
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
    let Some(at) = line.at.filter(|_| is_error(&line.text)) else { return };
    let evidence = Evidence::Log(pod.to_owned());
    let text: String = line.text.chars().take(160).collect();
    state.history.remember(Moment { at, lane: Lane::Log, mood: Mood::Bad, text, evidence });
}

/// A line that a logger of any house would call an error.
fn is_error(text: &str) -> bool {
    let head: String = text.chars().take(120).collect::<String>().to_lowercase();
    head.split(|c: char| !c.is_alphanumeric()).any(|word| matches!(word, "error" | "fatal" | "panic" | "exception"))
}

#[cfg(test)]
mod tests {
    use super::is_error;

    #[test]
    fn errors_of_several_loggers() {
        assert!(is_error("2026-11-23T13:00:00Z ERROR cannot reach http://localstack:4566"));
        assert!(is_error(r#"{"level":"error","message":"no"}"#));
        assert!(is_error("Error: connect ECONNREFUSED"));
        assert!(!is_error("terror is no such word; 0 errors is good"));
    }
}
