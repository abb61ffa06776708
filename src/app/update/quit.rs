//! Leaving: a fault that is in place asks to be cleared first.

use crate::app::effect::Effect;
use crate::app::state::dialog::Button;
use crate::app::state::{Dialog, Focus, State};
use crate::text::words::{Word, fill};

/// The person wants to leave.
pub(super) fn ask(state: &mut State) -> Vec<Effect> {
    let Some(fault) = state.world.faults.first().filter(|_| !state.options.readonly) else { return now(state) };
    let lang = state.options.lang;
    let place = format!("{} {}: {} -> {}", fault.fault, fault.target, fault.original, fault.current);
    let mut dialog =
        Dialog::confirm(Word::QuitFaultTitle.text(lang).to_owned(), Word::ClearAndQuit, vec![Effect::ClearFaults]);
    dialog.lines = vec![place, fill(Word::QuitFaultText.text(lang), &[])];
    dialog.commands = vec!["k8s-tutor fault clear".to_owned()];
    dialog.buttons[1].quits = true;
    dialog.buttons.push(Button { word: Word::QuitAnyway, effects: Vec::new(), quits: true, submits: false });
    state.focus = Focus::Dialog(Box::new(dialog));
    Vec::new()
}

/// The dashboard ends; the lab goes on.
pub(super) fn now(state: &mut State) -> Vec<Effect> {
    state.quitting = true;
    vec![Effect::Quit]
}
