//! A key, a click, a paste, a new size: led to whoever has the focus.

use jiff::Timestamp;

use super::{act, dialog, filter, navigate, palette};
use crate::app::effect::Effect;
use crate::app::key::{Code, Key};
use crate::app::message::{Hit, Input};
use crate::app::state::toasts::Tone;
use crate::app::state::{Focus, State};
use crate::domain::object::ObjectRef;
use crate::text::words::Word;

pub(super) fn take(state: &mut State, input: Input, at: Timestamp) -> Vec<Effect> {
    match input {
        Input::Key(key) => press(state, key, at),
        Input::Paste(text) => {
            paste(state, &text);
            Vec::new()
        }
        Input::Mouse(hit) => click(state, hit, at),
        Input::Resize(columns, rows) => {
            state.size = (columns, rows);
            Vec::new()
        }
        Input::Edited { object, before, given, after } => edited(state, object, before, given, after, at),
    }
}

fn press(state: &mut State, key: Key, at: Timestamp) -> Vec<Effect> {
    // Ctrl-C leaves from everywhere, as everywhere.
    if key == Key::ctrl('c') {
        return act::act(state, crate::app::Action::Quit, at);
    }
    match &mut state.focus {
        Focus::Panel => match state.options.keymap.action(state.here.panel, key) {
            Some(action) => act::act(state, action, at),
            None => Vec::new(),
        },
        Focus::Filter(_) => filter::press(state, key),
        Focus::Palette(_) => palette::press(state, key, at),
        Focus::Dialog(_) => dialog::press(state, key, at),
        Focus::Help { top } | Focus::Why { top } => {
            let page = state.viewport.rows.max(1);
            let last = state.viewport.total.saturating_sub(state.viewport.rows);
            match key.code {
                Code::Down | Code::Char('j') => *top = (*top + 1).min(last),
                Code::Up | Code::Char('k') => *top = top.saturating_sub(1),
                Code::PageDown | Code::Char(' ') => *top = (*top + page).min(last),
                Code::PageUp => *top = top.saturating_sub(page),
                Code::Home | Code::Char('g') => *top = 0,
                Code::End | Code::Char('G') => *top = last,
                _ => state.focus = Focus::Panel,
            }
            Vec::new()
        }
    }
}

fn paste(state: &mut State, text: &str) {
    // A field has one line; what a terminal would act on is left out.
    let plain: String = text.chars().filter(|c| !c.is_control()).collect();
    let input = match &mut state.focus {
        Focus::Filter(input) => Some(input),
        Focus::Palette(palette) => Some(&mut palette.input),
        Focus::Dialog(dialog) => dialog.field().map(|field| &mut field.input),
        _ => None,
    };
    if let Some(input) = input {
        for c in plain.chars() {
            input.handle(tui_input::InputRequest::InsertChar(c));
        }
    }
    filter::live(state);
}

fn click(state: &mut State, hit: Hit, at: Timestamp) -> Vec<Effect> {
    match hit {
        Hit::Tab(panel) => {
            state.focus = Focus::Panel;
            navigate::go(state, crate::app::state::Place::tab(panel))
        }
        Hit::Hint(action) => act::act(state, action, at),
        Hit::Button(button) => dialog::click(state, button, at),
        Hit::Wheel(rows) => {
            match &mut state.focus {
                Focus::Panel => navigate::step(state, isize::try_from(rows).unwrap_or(0)),
                Focus::Help { top } | Focus::Why { top } => {
                    *top = top.saturating_add_signed(isize::try_from(rows).unwrap_or(0));
                }
                _ => {}
            }
            Vec::new()
        }
        Hit::Row(uid) if matches!(state.focus, Focus::Panel) => navigate::select(state, &uid, at),
        Hit::Line(line) if matches!(state.focus, Focus::Panel) => navigate::select_line(state, line, at),
        Hit::Row(_) | Hit::Line(_) => Vec::new(),
    }
}

fn edited(
    state: &mut State,
    object: ObjectRef,
    before: String,
    given: String,
    after: Result<String, String>,
    at: Timestamp,
) -> Vec<Effect> {
    let lang = state.options.lang;
    match after {
        Ok(after) if after == given => {
            state.toasts.say(at, Tone::Info, Word::EditUnchanged.text(lang), None);
            Vec::new()
        }
        Ok(after) => vec![Effect::ApplyEdited { object, before, after }],
        Err(why) => {
            state.toasts.say(at, Tone::Error, why, None);
            Vec::new()
        }
    }
}
