//! The equivalent command to the clipboard, a log into a file.

use jiff::Timestamp;

use crate::app::effect::Effect;
use crate::app::shown::{command, log_keys};
use crate::app::state::State;
use crate::app::state::logs::{Line, Source};
use crate::app::state::toasts::Tone;
use crate::text::words::{Word, fill};

/// Puts the equivalent command on the clipboard.
pub(super) fn copy(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let Some(command) = command(state) else { return Vec::new() };
    // It is pasted into a shell: a line break or an escape of a foreign name would act there.
    let command = crate::text::safe(&command).into_owned();
    let said = fill(Word::Copied.text(state.options.lang), &[&command]);
    state.toasts.say(at, Tone::Info, said, None);
    vec![Effect::Copy(command)]
}

/// Writes what the panel shows into a file.
pub(super) fn save_log(state: &mut State) -> Vec<Effect> {
    let name = match &state.logs.source {
        Source::None => return Vec::new(),
        Source::Job(job) => format!("{job}.log"),
        Source::Pod(pod) | Source::Previous(pod) => format!("{pod}.log"),
    };
    let mut text = String::new();
    for (log, attempt) in log_keys(state) {
        let Some(ring) = state.logs.pod(&log) else { continue };
        if let Some(attempt) = attempt {
            text.push_str(&format!("==> attempt {attempt}: {log} <==\n"));
        }
        for line in &ring.lines {
            push(&mut text, line);
        }
    }
    vec![Effect::SaveText { name, text }]
}

fn push(text: &mut String, line: &Line) {
    if let Some(at) = line.at {
        text.push_str(&at.to_string());
        text.push(' ');
    }
    text.push_str(&line.text);
    text.push('\n');
}
