//! The settings file has changed.

use jiff::Timestamp;

use crate::app::effect::Effect;
use crate::app::state::toasts::Tone;
use crate::app::state::{Options, State};
use crate::text::words::Word;

pub(super) fn take(state: &mut State, options: Options, flaws: Vec<String>, at: Timestamp) -> Vec<Effect> {
    state.dirty = true;
    if flaws.is_empty() {
        state.toasts.say(at, Tone::Info, Word::SettingsRead.text(options.lang), None);
    }
    for flaw in flaws {
        state.toasts.say(at, Tone::Warning, flaw, None);
    }
    state.options = options;
    Vec::new()
}
