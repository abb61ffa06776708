//! The `:` line: words with completion and fuzzy match.

use jiff::Timestamp;
use tui_input::{Input, InputRequest};

use crate::app::command::{self, Command};
use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::state::toasts::Tone;
use crate::app::state::{Focus, Palette, Place, State};
use crate::text::words::{Word, fill};

use super::{act, navigate, quit};

/// Opens the line.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    state.focus = Focus::Palette(Palette::default());
    vec![Effect::ListNamespaces]
}

pub(super) fn press(state: &mut State, key: Key, at: Timestamp) -> Vec<Effect> {
    let Focus::Palette(palette) = &mut state.focus else { return Vec::new() };
    match key.code {
        Code::Esc => state.focus = Focus::Panel,
        Code::Backspace if palette.input.value().is_empty() => state.focus = Focus::Panel,
        Code::Up => palette.selected = palette.selected.saturating_sub(1),
        Code::Down => palette.selected += 1,
        Code::Tab | Code::Enter => {
            let suggestions = command::suggest(palette.input.value(), &state.namespaces);
            let chosen = suggestions.get(palette.selected.min(suggestions.len().saturating_sub(1)));
            if key.code == Code::Tab {
                if let Some(chosen) = chosen {
                    palette.input = Input::new(chosen.line.clone());
                    palette.selected = 0;
                }
                return Vec::new();
            }
            let typed = palette.input.value().trim().to_owned();
            // What was typed in full goes before what is suggested.
            let line = match command::parse(&typed) {
                Some(_) => typed,
                None => chosen.map_or(typed, |chosen| chosen.line.clone()),
            };
            state.focus = Focus::Panel;
            return run(state, &line, at);
        }
        _ => {
            edit(&mut palette.input, key);
            palette.selected = 0;
        }
    }
    Vec::new()
}

fn run(state: &mut State, line: &str, at: Timestamp) -> Vec<Effect> {
    match command::parse(line) {
        Some(Command::Panel(panel, filter)) => {
            let effects = navigate::go(state, Place::tab(panel));
            if let Some(filter) = filter {
                state.focus = Focus::Filter(Input::new(filter));
                super::filter::live(state);
                state.focus = Focus::Panel;
            }
            effects
        }
        Some(Command::Action(action)) => act::act(state, action, at),
        Some(Command::Namespace(name)) => navigate::namespace(state, &name),
        Some(Command::Theme(theme)) => {
            state.options.theme = theme;
            Vec::new()
        }
        Some(Command::Quit) => quit::ask(state),
        None => {
            let lang = state.options.lang;
            state.toasts.say(at, Tone::Warning, fill(Word::NoSuchCommand.text(lang), &[&line]), None);
            Vec::new()
        }
    }
}

/// A key in a text field.
pub(super) fn edit(input: &mut Input, key: Key) {
    let request = match (key.code, key.ctrl) {
        (Code::Char('u'), true) => Some(InputRequest::DeleteLine),
        (Code::Char('w'), true) => Some(InputRequest::DeletePrevWord),
        (Code::Char('a'), true) => Some(InputRequest::GoToStart),
        (Code::Char('e'), true) => Some(InputRequest::GoToEnd),
        (Code::Char('k'), true) => Some(InputRequest::DeleteTillEnd),
        (Code::Backspace, _) => Some(InputRequest::DeletePrevChar),
        (Code::Delete, _) => Some(InputRequest::DeleteNextChar),
        (Code::Left, true) => Some(InputRequest::GoToPrevWord),
        (Code::Right, true) => Some(InputRequest::GoToNextWord),
        (Code::Left, false) => Some(InputRequest::GoToPrevChar),
        (Code::Right, false) => Some(InputRequest::GoToNextChar),
        (Code::Home, _) => Some(InputRequest::GoToStart),
        (Code::End, _) => Some(InputRequest::GoToEnd),
        _ => key.typed().map(InputRequest::InsertChar),
    };
    if let Some(request) = request {
        input.handle(request);
    }
}
