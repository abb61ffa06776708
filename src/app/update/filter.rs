//! The `/` line: a filter over a list as it is typed, a search in a text.

use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::filter::Filter;
use crate::app::key::{Code, Key};
use crate::app::panel::PanelId;
use crate::app::shown::log_keys;
use crate::app::state::log_view::View;
use crate::app::state::{Focus, State};

use super::palette::edit;

/// Opens the line with the filter in force.
pub(super) fn open(state: &mut State) {
    if let Some(text) = text(state) {
        state.focus = Focus::Filter(tui_input::Input::new(text));
    }
}

/// The text of the filter or search of the panel shown; `None` where there is nothing to filter.
pub(super) fn text(state: &State) -> Option<String> {
    let world = &state.world;
    Some(match state.here.panel {
        PanelId::Cronjobs => world.cronjobs.filter().text().to_owned(),
        PanelId::Jobs => world.jobs.filter().text().to_owned(),
        PanelId::Pods => world.pods.filter().text().to_owned(),
        PanelId::Events => world.events.filter().text().to_owned(),
        PanelId::Tasks => world.tasks.filter().text().to_owned(),
        PanelId::Reports => world.reports.filter().text().to_owned(),
        PanelId::Logs => state.logs.search.text().to_owned(),
        PanelId::Object => state.text.search.text().to_owned(),
        _ => return None,
    })
}

fn set(state: &mut State, text: &str) {
    let filter = Filter::parse(text);
    let world = &mut state.world;
    match state.here.panel {
        PanelId::Cronjobs => world.cronjobs.set_filter(filter),
        PanelId::Jobs => world.jobs.set_filter(filter),
        PanelId::Pods => world.pods.set_filter(filter),
        PanelId::Events => world.events.set_filter(filter),
        PanelId::Tasks => world.tasks.set_filter(filter),
        PanelId::Reports => world.reports.set_filter(filter),
        PanelId::Logs if filter != state.logs.search => {
            state.logs.search = filter;
            state.logs.found = None;
        }
        PanelId::Object if filter != state.text.search => {
            state.text.search = filter;
            state.text.found = None;
        }
        _ => {}
    }
}

/// Takes the filter away. True when there was one.
pub(super) fn clear(state: &mut State) -> bool {
    let any = text(state).is_some_and(|text| !text.is_empty());
    if any {
        set(state, "");
        state.logs.found = None;
        state.text.found = None;
    }
    any
}

/// What is typed holds at once.
pub(super) fn live(state: &mut State) {
    if let Focus::Filter(input) = &state.focus {
        let text = input.value().to_owned();
        set(state, &text);
    }
}

pub(super) fn press(state: &mut State, key: Key) -> Vec<Effect> {
    match key.code {
        Code::Esc => {
            state.focus = Focus::Panel;
            clear(state);
        }
        Code::Enter => {
            state.focus = Focus::Panel;
            search(state, Action::SearchNext);
        }
        _ => {
            if let Focus::Filter(input) = &mut state.focus {
                edit(input, key);
            }
            live(state);
        }
    }
    Vec::new()
}

/// The next match of the search in a text, round the end.
pub(super) fn search(state: &mut State, action: Action) {
    match state.here.panel {
        PanelId::Logs => {
            let keys = log_keys(state);
            let view = View::new(&state.logs, &keys);
            let top = state.logs.top;
            let from = state.logs.found.unwrap_or(if state.logs.follow { view.len() } else { top });
            let text = |line: usize| view.get(line).map_or("", |line| line.text());
            let hit = next(view.len(), text, &state.logs.search, from, state.logs.found.is_some(), action);
            if let Some(line) = hit {
                state.logs.found = Some(line);
                state.logs.follow = false;
                state.logs.top = line;
            }
        }
        PanelId::Object => {
            let Some(Ok(lines)) = &state.text.text else { return };
            let from = state.text.found.unwrap_or(state.text.top);
            let text = |line: usize| lines[line].as_str();
            if let Some(line) = next(lines.len(), text, &state.text.search, from, state.text.found.is_some(), action) {
                state.text.found = Some(line);
                state.text.top = line;
            }
        }
        _ => {}
    }
}

fn next<'t>(
    lines: usize,
    text: impl Fn(usize) -> &'t str,
    search: &Filter,
    from: usize,
    past: bool,
    action: Action,
) -> Option<usize> {
    if search.is_empty() || lines == 0 {
        return None;
    }
    let hit = |line: &usize| search.passes("", [text(*line)]);
    let from = from.min(lines);
    if action == Action::SearchPrevious {
        (0..from).rev().chain((from..lines).rev()).find(hit)
    } else {
        let start = (from + usize::from(past)).min(lines);
        (start..lines).chain(0..start).find(hit)
    }
}
