//! How the dashboard begins: the panel asked for, the object on it, and when everything that it needs has come.

use super::effect::Effect;
use super::panel::PanelId;
use super::state::table::Item;
use super::state::{LinkState, Place, State, Target};
use super::update::navigate;
use crate::domain::object::{Kind, ObjectRef};

/// What a panel asked for on the command line still waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    panel: Option<PanelId>,
    select: Option<String>,
}

/// The first effects: the lab is brought up, or connected to.
pub fn begin(state: &mut State, bring_up: bool, panel: Option<PanelId>, select: Option<String>) -> Vec<Effect> {
    state.opening = Opening { panel, select };
    if let Some(panel) = panel.filter(|panel| panel.tab() == *panel && *panel != PanelId::Object) {
        state.here = Place::tab(panel);
    }
    if bring_up {
        state.start.begin();
        return vec![Effect::Up];
    }
    state.epoch += 1;
    vec![Effect::Connect { epoch: state.epoch, namespace: state.namespace.clone() }]
}

/// Goes to the panel asked for as soon as what it is about is there.
pub fn arrived(state: &mut State) -> Vec<Effect> {
    if state.opening == Opening::default() || !lists_are_whole(state) {
        return Vec::new();
    }
    let Opening { panel, select } = std::mem::take(&mut state.opening);
    let select = select.as_deref();
    let world = &mut state.world;
    let place = match panel {
        Some(PanelId::Cronjob) => {
            let row = select.map_or_else(|| world.cronjobs.at(0), |name| world.cronjobs.named(name));
            row.map(|row| Place::of(PanelId::Cronjob, Target::Uid(row.uid.clone())))
        }
        Some(PanelId::Job) => {
            let job = select.map_or_else(|| world.newest_jobs(1).first().copied(), |name| world.jobs.named(name));
            job.map(|job| Place::of(PanelId::Job, Target::Uid(job.uid().clone())))
        }
        Some(PanelId::Report) => {
            let key = select.map(str::to_owned).or_else(|| world.reports.at(0).map(|report| report.row.key.clone()));
            key.map(|key| Place::of(PanelId::Report, Target::Report(key)))
        }
        Some(PanelId::Object) => {
            let object = select
                .and_then(object)
                .or_else(|| world.cronjobs.at(0).map(|row| ObjectRef::new(Kind::CronJob, &row.name)));
            object.map(|object| Place::of(PanelId::Object, Target::Object(object)))
        }
        Some(PanelId::Logs) => {
            let job = select.map_or_else(|| world.newest_jobs(1).first().copied(), |name| world.jobs.named(name));
            let job = job.map(|job| ObjectRef::new(Kind::Job, &job.facts.name));
            let object = job.or_else(|| select.map(|pod| ObjectRef::new(Kind::Pod, pod)));
            object.map(|object| Place::of(PanelId::Logs, Target::Object(object)))
        }
        _ => {
            select_in_list(state, select);
            return navigate::polls(state);
        }
    };
    place.map_or_else(Vec::new, |place| navigate::go(state, place))
}

/// `job/test1` or a Job's name.
fn object(text: &str) -> Option<ObjectRef> {
    match text.split_once('/') {
        Some((word, name)) => {
            let kind = Kind::ALL.into_iter().find(|kind| kind.word() == word)?;
            Some(ObjectRef::new(kind, name))
        }
        None => Some(ObjectRef::new(Kind::Job, text)),
    }
}

fn select_in_list(state: &mut State, name: Option<&str>) {
    let Some(name) = name else { return };
    let world = &mut state.world;
    // Not `navigate::select`: that opens what is selected already, as a second click does.
    match state.here.panel {
        PanelId::Jobs => {
            let uid = world.jobs.named(name).map(|job| job.uid().clone());
            uid.inspect(|uid| world.jobs.select(uid));
        }
        PanelId::Pods => {
            let uid = world.pods.named(name).map(|pod| pod.uid().clone());
            uid.inspect(|uid| world.pods.select(uid));
        }
        PanelId::Cronjobs => {
            let uid = world.cronjobs.named(name).map(|row| row.uid.clone());
            uid.inspect(|uid| world.cronjobs.select(uid));
        }
        _ => {}
    }
}

fn lists_are_whole(state: &State) -> bool {
    state.world.is_whole()
        && (state.world.endpoint.is_none() || state.world.reports.is_known() || state.world.reports_failure.is_some())
}

/// Whether everything that the panel shows has come, or is known not to come.
pub fn is_settled(state: &State) -> bool {
    if matches!(state.link, LinkState::Down { .. }) {
        return true;
    }
    state.opening == Opening::default()
        && lists_are_whole(state)
        && !state.start.running
        && match &state.here.target {
            Some(Target::Report(key)) => state.world.tables.contains_key(key),
            _ => state.here.panel != PanelId::Object || state.text.text.is_some(),
        }
}
