//! Moving about: between panels, between rows, through texts.

use jiff::Timestamp;

use super::{act, link};
use crate::app::effect::Effect;
use crate::app::panel::PanelId;
use crate::app::state::logs::Source;
use crate::app::state::table::{Item, Table};
use crate::app::state::{Focus, Place, State, Target};
use crate::app::subject::{Subject, place_of, subject};
use crate::domain::object::{Kind, ObjectRef, Uid};

/// Shows a panel; where one was, Esc leads back.
pub(in crate::app) fn go(state: &mut State, place: Place) -> Vec<Effect> {
    if place == state.here {
        return Vec::new();
    }
    let before = std::mem::replace(&mut state.here, place);
    // A tab is a fresh beginning; what is opened out of a panel leads back to it.
    if state.here.target.is_none() {
        state.trail.clear();
    } else {
        state.trail.push(before);
    }
    arrive(state)
}

/// Back to where one came from.
pub(super) fn back(state: &mut State) -> Vec<Effect> {
    match state.trail.pop() {
        Some(place) => {
            state.here = place;
            arrive(state)
        }
        None if state.here.panel.tab() != state.here.panel => {
            state.here = Place::tab(state.here.panel.tab());
            arrive(state)
        }
        None => Vec::new(),
    }
}

/// What a panel needs when it comes up.
fn arrive(state: &mut State) -> Vec<Effect> {
    state.line = 0;
    state.start.pinned &= state.start.running;
    state.viewport = crate::app::state::Viewport::default();
    state.page_back = None;
    state.diff_with = None;
    state.difference = None;
    let mut effects = polls(state);
    match (state.here.panel, state.here.target.clone()) {
        (PanelId::Logs, Some(Target::Object(object))) => effects.extend(open_log(state, &object)),
        (PanelId::Logs, None) if state.logs.source == Source::None => {
            if let Some(job) = state.world.newest_jobs(1).first().map(|job| job.facts.name.clone()) {
                effects.extend(open_log(state, &ObjectRef::new(Kind::Job, job)));
            }
        }
        (PanelId::Object, Some(Target::Object(object))) => {
            effects.extend(act::open_text(state, object, false));
        }
        (PanelId::Report, Some(Target::Report(key))) => effects.push(Effect::ReadReport(key)),
        (PanelId::Faults, _) if !state.world.faults.is_empty() => effects.push(Effect::ProbeFaults),
        _ => {}
    }
    effects
}

/// Tasks and reports are asked for now and then while they can be seen.
pub(in crate::app) fn polls(state: &State) -> Vec<Effect> {
    let tasks = matches!(state.here.panel, PanelId::Tasks | PanelId::Start);
    let reports = matches!(state.here.panel, PanelId::Reports | PanelId::Report | PanelId::Story | PanelId::Start);
    vec![Effect::Poll { tasks, reports }]
}

/// The log of a pod, or of all attempts of a Job.
pub(super) fn open_log(state: &mut State, object: &ObjectRef) -> Vec<Effect> {
    let pods: Vec<String> = match object.kind {
        Kind::Job => {
            state.logs.source = Source::Job(object.name.clone());
            let job = state.world.jobs.named(&object.name);
            let attempts = job.into_iter().flat_map(|job| &job.row.attempts);
            attempts.filter(|attempt| !attempt.gone).map(|attempt| attempt.pod.clone()).collect()
        }
        _ => {
            state.logs.source = Source::Pod(object.name.clone());
            vec![object.name.clone()]
        }
    };
    state.logs.follow = true;
    state.logs.top = 0;
    state.logs.found = None;
    read_logs(state, pods, false)
}

/// Reads the logs that nobody has read yet.
pub(super) fn read_logs(state: &mut State, pods: Vec<String>, previous: bool) -> Vec<Effect> {
    let mut effects = Vec::new();
    for pod in pods {
        let key = crate::app::state::logs::key(&pod, previous);
        let ring = state.logs.ring(&key);
        let read = ring.following || ring.gone || (!ring.lines.is_empty() && ring.why.is_none());
        if read {
            continue;
        }
        ring.following = true;
        ring.lines.clear();
        let container = first_container(state, &pod);
        effects.push(Effect::FollowLog { pod, container, previous });
    }
    effects
}

/// Of several containers the first, as kubectl does.
fn first_container(state: &State, pod: &str) -> Option<String> {
    let pod = state.world.pods.named(pod)?;
    (pod.containers.len() > 1).then(|| pod.containers[0].to_string())
}

/// The tab beside the one shown.
pub(super) fn neighbour(state: &State, by: isize) -> PanelId {
    let tabs = PanelId::TABS;
    let here = tabs.iter().position(|tab| *tab == state.here.panel.tab()).unwrap_or(0);
    let all = isize::try_from(tabs.len()).unwrap_or(1);
    let to = (isize::try_from(here).unwrap_or(0) + by).rem_euclid(all);
    tabs[usize::try_from(to).unwrap_or(0)]
}

/// Some rows or lines on.
pub(super) fn step(state: &mut State, by: isize) {
    let world = &mut state.world;
    match state.here.panel {
        PanelId::Cronjobs => world.cronjobs.step(by),
        PanelId::Jobs => world.jobs.step(by),
        PanelId::Pods => world.pods.step(by),
        PanelId::Events => world.events.step(by),
        PanelId::Tasks => world.tasks.step(by),
        PanelId::Reports => world.reports.step(by),
        PanelId::Tree => {
            let nodes = state.tree.nodes(&state.world);
            let to = state.tree.cursor(&nodes).saturating_add_signed(by).min(nodes.len().saturating_sub(1));
            state.tree.selected = nodes.get(to).map(|node| node.key.clone());
        }
        PanelId::Start => {
            let last = state.start.steps.len().saturating_sub(1);
            state.start.selected = state.start.selected.saturating_add_signed(by).min(last);
            state.start.pinned = true;
        }
        PanelId::Logs => scroll_log(state, by),
        PanelId::Object => {
            let last = state.viewport.total.saturating_sub(state.viewport.rows);
            state.text.top = state.text.top.saturating_add_signed(by).min(last);
        }
        PanelId::Story => {
            let moments = state.history.moments(&state.world, None).len();
            let now = state.history.selected.unwrap_or(moments.saturating_sub(1));
            state.history.selected = Some(now.saturating_add_signed(by).min(moments.saturating_sub(1)));
        }
        PanelId::Cronjob | PanelId::Job | PanelId::Report | PanelId::Faults | PanelId::Messages => {
            state.line = state.line.saturating_add_signed(by).min(last_line(state));
        }
    }
}

/// The last line that the cursor of a panel without a table may stand on. Below a Job's attempts and a CronJob's
/// Jobs there is more to read: what was drawn tells how much.
fn last_line(state: &State) -> usize {
    let world = &state.world;
    let drawn = state.viewport.total.saturating_sub(1);
    match state.here.panel {
        PanelId::Job => {
            let job = state.here.uid().and_then(|uid| world.jobs.get(uid.as_str()));
            job.map_or(0, |job| job.row.attempts.len()).max(drawn)
        }
        PanelId::Cronjob => world.jobs.group_len(state.here.uid()).max(drawn),
        PanelId::Messages => state.toasts.all().len().saturating_sub(1),
        // A text is scrolled: its last line may stand at the bottom, no higher.
        PanelId::Faults => state.viewport.total.saturating_sub(state.viewport.rows),
        _ => drawn,
    }
}

/// Scrolling up pauses; reaching the end follows again.
fn scroll_log(state: &mut State, by: isize) {
    let last = state.viewport.total.saturating_sub(state.viewport.rows);
    let now = if state.logs.follow { last } else { state.logs.top.min(last) };
    state.logs.top = now.saturating_add_signed(by).min(last);
    state.logs.follow = state.logs.top >= last && by > 0;
}

/// A page is what was last drawn, less one row that is seen on both.
pub(super) fn page(state: &State, back: bool) -> isize {
    let rows = state.page_back.filter(|_| back).unwrap_or(state.viewport.rows);
    isize::try_from(rows.saturating_sub(1).max(1)).unwrap_or(1)
}

/// A click selects; a click on what is selected opens it.
pub(in crate::app) fn select(state: &mut State, uid: &Uid, at: Timestamp) -> Vec<Effect> {
    fn on<R: Item>(table: &mut Table<R>, uid: &Uid) -> bool {
        let again = table.selected().is_some_and(|row| row.uid() == uid);
        table.select(uid);
        again
    }
    let world = &mut state.world;
    let again = match state.here.panel {
        PanelId::Cronjobs => on(&mut world.cronjobs, uid),
        PanelId::Jobs => on(&mut world.jobs, uid),
        PanelId::Pods => on(&mut world.pods, uid),
        PanelId::Events => on(&mut world.events, uid),
        PanelId::Tasks => on(&mut world.tasks, uid),
        PanelId::Reports => on(&mut world.reports, uid),
        _ => return Vec::new(),
    };
    // A task's Enter changes it: a click must not.
    if again && state.here.panel != PanelId::Tasks { act::act(state, crate::app::Action::Open, at) } else { Vec::new() }
}

/// The same for lines.
pub(super) fn select_line(state: &mut State, line: usize, at: Timestamp) -> Vec<Effect> {
    match state.here.panel {
        PanelId::Tree => {
            let nodes = state.tree.nodes(&state.world);
            let again = state.tree.cursor(&nodes) == line;
            state.tree.selected = nodes.get(line).map(|node| node.key.clone());
            if again { act::act(state, crate::app::Action::Open, at) } else { Vec::new() }
        }
        PanelId::Start => {
            state.start.selected = line;
            state.start.pinned = true;
            Vec::new()
        }
        PanelId::Story => {
            let again = state.history.selected == Some(line);
            state.history.selected = Some(line);
            if again { act::act(state, crate::app::Action::Open, at) } else { Vec::new() }
        }
        PanelId::Job | PanelId::Cronjob | PanelId::Messages => {
            state.line = line.min(last_line(state));
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// Goes into what is under the cursor: CronJob > Job > attempt > log.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    if state.here.panel == PanelId::Story {
        let moments = state.history.moments(&state.world, None);
        let chosen = state.history.selected.unwrap_or(moments.len().saturating_sub(1));
        let place = moments.get(chosen).and_then(|moment| place_of(state, &moment.evidence));
        return place.map_or_else(Vec::new, |place| go(state, place));
    }
    let place = match subject(state) {
        Some(Subject::CronJob(row)) if state.here.panel != PanelId::Cronjob => {
            Place::of(PanelId::Cronjob, Target::Uid(row.uid.clone()))
        }
        Some(Subject::Job(job)) if state.here.panel != PanelId::Job => {
            Place::of(PanelId::Job, Target::Uid(job.facts.uid.clone()))
        }
        Some(Subject::Job(job)) => log_of(Kind::Job, &job.facts.name),
        Some(Subject::Attempt(_, attempt)) => log_of(Kind::Pod, &attempt.pod),
        Some(Subject::Pod(pod)) => log_of(Kind::Pod, &pod.row.name),
        Some(Subject::Report(report)) if state.here.panel != PanelId::Report => {
            Place::of(PanelId::Report, Target::Report(report.row.key.clone()))
        }
        Some(Subject::Event(event)) => match of_event(state, event) {
            Some(place) => place,
            None => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    go(state, place)
}

fn of_event(state: &State, event: &crate::domain::event::EventRow) -> Option<Place> {
    let kind = Kind::of_name(&event.object_kind)?;
    let uid = &event.object_uid;
    Some(match kind {
        Kind::Job if state.world.jobs.get(uid.as_str()).is_some() => Place::of(PanelId::Job, Target::Uid(uid.clone())),
        Kind::CronJob if state.world.cronjobs.get(uid.as_str()).is_some() => {
            Place::of(PanelId::Cronjob, Target::Uid(uid.clone()))
        }
        kind => Place::of(PanelId::Object, Target::Object(ObjectRef::new(kind, &event.object_name))),
    })
}

/// The panel with a log.
pub(super) fn log_of(kind: Kind, name: &str) -> Place {
    Place::of(PanelId::Logs, Target::Object(ObjectRef::new(kind, name)))
}

/// Esc: first a search or filter or the marks, then the panel.
pub(super) fn escape(state: &mut State, at: Timestamp) -> Vec<Effect> {
    if !matches!(state.focus, Focus::Panel) {
        state.focus = Focus::Panel;
        return Vec::new();
    }
    if super::filter::clear(state) || unmark(state) || state.toasts.dismiss(at) {
        return Vec::new();
    }
    back(state)
}

fn unmark(state: &mut State) -> bool {
    let world = &mut state.world;
    match state.here.panel {
        PanelId::Cronjobs => world.cronjobs.unmark(),
        PanelId::Jobs => world.jobs.unmark(),
        PanelId::Pods => world.pods.unmark(),
        PanelId::Tasks => world.tasks.unmark(),
        PanelId::Reports => world.reports.unmark(),
        _ => false,
    }
}

/// Another namespace.
pub(super) fn namespace(state: &mut State, name: &str) -> Vec<Effect> {
    if name == state.namespace() { Vec::new() } else { link::change_namespace(state, name.to_owned()) }
}
