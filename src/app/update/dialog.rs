//! Questions answered: keys in a dialogue, and what comes of its fields.

use jiff::Timestamp;

use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::state::dialog::Ask;
use crate::app::state::{Dialog, Focus, State};
use crate::domain::schedule::Schedule;
use crate::text::Lang;
use crate::text::words::{Word, fill};

use super::palette::edit;
use super::quit;

pub(super) fn press(state: &mut State, key: Key, at: Timestamp) -> Vec<Effect> {
    let Focus::Dialog(dialog) = &mut state.focus else { return Vec::new() };
    match key.code {
        Code::Esc => state.focus = Focus::Panel,
        Code::Tab if key.shift => dialog.step(-1),
        Code::Tab | Code::Down => dialog.step(1),
        Code::Up => dialog.step(-1),
        Code::Enter => return enter(state, at),
        Code::Left if dialog.button().is_some() => dialog.step(-1),
        Code::Right if dialog.button().is_some() => dialog.step(1),
        _ => {
            dialog.flaw = None;
            match dialog.field() {
                Some(field) => edit(&mut field.input, key),
                // Letters that people press without looking do not say yes.
                None if matches!(key.code, Code::Char('n' | 'q')) => state.focus = Focus::Panel,
                None => {}
            }
        }
    }
    Vec::new()
}

/// Enter on a field goes on to the next one, on the last one it submits.
fn enter(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let Focus::Dialog(dialog) = &mut state.focus else { return Vec::new() };
    match dialog.button() {
        Some(button) => click(state, button, at),
        None if dialog.focus + 1 < dialog.fields.len() => {
            dialog.step(1);
            Vec::new()
        }
        None => match dialog.buttons.iter().position(|button| button.submits) {
            Some(button) => click(state, button, at),
            None => Vec::new(),
        },
    }
}

/// A button is pressed.
pub(super) fn click(state: &mut State, button: usize, _at: Timestamp) -> Vec<Effect> {
    let lang = state.options.lang;
    let Focus::Dialog(dialog) = &mut state.focus else { return Vec::new() };
    let Some(pressed) = dialog.buttons.get(button).cloned() else { return Vec::new() };
    let mut effects = pressed.effects;
    if pressed.submits {
        match submit(dialog, lang) {
            Ok(effect) => effects.push(effect),
            Err(flaw) => {
                dialog.flaw = Some(flaw);
                return Vec::new();
            }
        }
    }
    state.focus = Focus::Panel;
    if pressed.quits {
        effects.extend(quit::now(state));
    }
    effects
}

/// What comes of the fields, or why nothing can.
fn submit(dialog: &Dialog, lang: Lang) -> Result<Effect, String> {
    let needed = |field: usize| match dialog.value(field) {
        "" => Err(fill(Word::FieldNeeded.text(lang), &[&dialog.fields[field].label.text(lang)])),
        value => Ok(value.to_owned()),
    };
    let number = |field: usize, from: u64, to: u64| {
        let read = dialog.value(field).parse::<u64>().ok().filter(|n| (from..=to).contains(n));
        read.ok_or_else(|| fill(Word::FieldNumber.text(lang), &[&from, &to]))
    };
    Ok(match &dialog.ask {
        Ask::AddTask => Effect::AddTask { user: needed(0)?, title: needed(1)? },
        Ask::RetitleTask { id } => Effect::RetitleTask { id: id.clone(), title: needed(0)? },
        Ask::Seed => Effect::SeedTasks(usize::try_from(number(0, 1, 10_000)?).unwrap_or(1)),
        Ask::Schedule { cronjob } => {
            let schedule = needed(0)?;
            Schedule::parse(&schedule).map_err(|error| error.to_string())?;
            Effect::Schedule { cronjob: cronjob.clone(), schedule }
        }
        Ask::RunJob { cronjob } => {
            let name = dialog.value(0);
            Effect::RunJob { cronjob: cronjob.clone(), name: (!name.is_empty()).then(|| name.to_owned()) }
        }
        Ask::InjectPort => {
            let seconds = if dialog.value(1).is_empty() { None } else { Some(number(1, 1, 86_400)?) };
            Effect::InjectPort { to: u16::try_from(number(0, 1, 65_535)?).unwrap_or(4567), seconds }
        }
        Ask::Nothing => return Err(String::new()),
    })
}
