//! Data that cannot be watched came: tasks, reports, texts of objects, effects of faults.

use jiff::Timestamp;

use crate::app::effect::Effect;
use crate::app::message::{Data, Failure};
use crate::app::state::toasts::Tone;
use crate::app::state::{State, Target};
use crate::domain::csv_table::diff;
use crate::domain::object::ObjectRef;

pub(super) fn take(state: &mut State, data: Data, at: Timestamp) -> Vec<Effect> {
    match data {
        Data::Endpoint(Ok(endpoint)) => {
            let first = state.world.endpoint.as_ref() != Some(&endpoint);
            state.world.endpoint = Some(endpoint);
            state.dirty |= first;
            if first { vec![Effect::ListTasks, Effect::ListReports] } else { Vec::new() }
        }
        Data::Endpoint(Err(_)) => Vec::new(),
        Data::Tasks(result) => {
            let failed = result.as_ref().err().cloned();
            let changed = result.map(|rows| state.world.tasks.replace(rows.into_iter().map(Into::into).collect()));
            state.dirty |= changed.unwrap_or(false) || state.world.tasks_failure != failed;
            state.world.tasks_failure = failed;
            Vec::new()
        }
        Data::Reports(result) => {
            let failed = result.as_ref().err().cloned();
            let changed = result.map(|rows| state.world.reports.replace(rows.into_iter().map(Into::into).collect()));
            let changed = changed.unwrap_or(false);
            state.dirty |= changed || state.world.reports_failure != failed;
            state.world.reports_failure = failed;
            // A report on the screen may have been written anew.
            if changed { state.world.tables.keys().cloned().map(Effect::ReadReport).collect() } else { Vec::new() }
        }
        Data::Report(key, table) => {
            state.dirty = true;
            state.world.tables.insert(key, table);
            compare(state);
            Vec::new()
        }
        Data::Effect(Ok(rows)) => {
            for row in rows {
                let known = state.world.faults.iter_mut().find(|known| known.target == row.target);
                if let Some(known) = known.filter(|known| known.effect != row.effect) {
                    known.effect = row.effect;
                    state.dirty = true;
                }
            }
            Vec::new()
        }
        Data::Effect(Err(_)) => Vec::new(),
        Data::Text { object, yaml, text } => {
            if state.text.of.as_ref() == Some(&(object, yaml)) {
                state.text.text = Some(text.map(|text| text.lines().map(str::to_owned).collect()));
                state.dirty = true;
            }
            Vec::new()
        }
        Data::Editable(object, text) => editable(state, object, text, at),
        Data::Namespaces(Ok(names)) => {
            state.namespaces = names;
            state.dirty = true;
            Vec::new()
        }
        Data::Namespaces(Err(_)) => Vec::new(),
        Data::Progress { key, done, total } => {
            state.download = (done < total).then_some((key, done, total));
            state.dirty = true;
            Vec::new()
        }
    }
}

/// What differs between the two reports on the screen, as soon as both are there: once, not at every frame.
pub(super) fn compare(state: &mut State) {
    let (Some(older), Some(Target::Report(newer))) = (&state.diff_with, &state.here.target) else { return };
    let table = |key: &str| state.world.tables.get(key).and_then(|read| read.as_ref().ok()).map(|read| &read.table);
    state.difference = match (table(older), table(newer)) {
        (Some(older), Some(newer)) => Some(diff(older, newer)),
        _ => None,
    };
}

fn editable(state: &mut State, object: ObjectRef, text: Result<String, Failure>, at: Timestamp) -> Vec<Effect> {
    match text {
        Ok(text) => vec![Effect::OpenEditor { object, before: text.clone(), text, error: None }],
        Err(failure) => {
            state.dirty = true;
            state.toasts.say(at, Tone::Error, failure.what, failure.next);
            Vec::new()
        }
    }
}
