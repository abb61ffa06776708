//! The only writer of [`State`]. This file dispatches; one handler a file does the work.

mod act;
mod copy;
mod data;
mod dialog;
mod done;
mod filter;
mod input;
mod link;
mod log_news;
pub(super) mod navigate;
mod palette;
mod quit;
mod settings;
mod watch;

use super::effect::Effect;
#[cfg(test)]
use super::message::Input;
use super::message::{Body, Message};
use super::state::State;
use super::state::toasts::Tone;
use crate::domain::step;

/// Takes one message in. What comes back is to be done outside.
pub fn update(state: &mut State, message: Message) -> Vec<Effect> {
    let mut effects = dispatch(state, message);
    effects.extend(super::opening::arrived(state));
    effects
}

fn dispatch(state: &mut State, message: Message) -> Vec<Effect> {
    let at = message.at;
    match message.body {
        Body::Input(input) => {
            state.dirty = true;
            state.urgent = true;
            input::take(state, input, at)
        }
        Body::Link(epoch, _) | Body::Watch(epoch, _) | Body::Log(epoch, _) | Body::Data(epoch, _)
            if epoch != state.epoch =>
        {
            Vec::new()
        }
        Body::Link(_, news) => link::take(state, news, at),
        Body::Watch(_, event) => watch::take(state, event, at),
        Body::Log(_, news) => log_news::take(state, news),
        Body::Data(_, data) => data::take(state, data, at),
        Body::Done(done) => done::take(state, done, at),
        Body::Step(event) => {
            state.dirty = true;
            step(state, &event, at);
            Vec::new()
        }
        Body::Settings(options, flaws) => settings::take(state, *options, flaws, at),
        Body::Terminate => quit::now(state),
    }
}

/// Progress of a use case: the plan of `up`, the commands of an action, notes.
fn step(state: &mut State, event: &step::Event, at: jiff::Timestamp) {
    match event {
        step::Event::Command(command) => state.toasts.say(at, Tone::Command, format!("$ {command}"), None),
        step::Event::Note(note) => state.toasts.say(at, Tone::Info, note, None),
        event => state.start.take(event, at),
    }
}

/// A key, a click, a resize: exported for the tests of single handlers.
#[cfg(test)]
pub(super) fn press(state: &mut State, keys: &str, at: jiff::Timestamp) -> Vec<Effect> {
    let keys = keys.split_whitespace().map(|key| key.parse().expect("a key"));
    keys.flat_map(|key| update(state, Message { at, body: Body::Input(Input::Key(key)) })).collect()
}

#[cfg(test)]
mod tests;
