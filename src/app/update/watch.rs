//! Rows of the cluster came, changed or went.

use jiff::Timestamp;

use crate::app::effect::Effect;
use crate::app::panel::PanelId;
use crate::app::state::State;
use crate::app::state::history::{Evidence, Lane, Moment, Mood, service};
use crate::app::state::items::PodItem;
use crate::app::state::logs;
use crate::app::state::table::Change;
use crate::app::state::toasts::Tone;
use crate::app::state::world::{Freshness, World};
use crate::domain::job::JobFacts;
use crate::domain::object::{Kind, ObjectRef, Uid};
use crate::domain::pod::{PodFacts, PodRow};
use crate::domain::service::{EndpointsRow, ServiceRow};
use crate::domain::watch::{News, Row, WatchEvent};

/// Logs that are read by themselves at once.
const MOST_LOGS: usize = 16;
/// In a cluster of more pods no log is read unasked: it is no lab, and each costs its API server a request.
const LAB_PODS: usize = 300;
/// How old an ended pod's log may be to be read by itself, in seconds.
const RECENT: i64 = 120;

pub(super) fn take(state: &mut State, event: WatchEvent, at: Timestamp) -> Vec<Effect> {
    let kind = event.kind;
    match event.news {
        News::Begin => {
            begin(&mut state.world, kind);
            Vec::new()
        }
        News::Rows(rows) => rows.into_iter().flat_map(|row| put(state, row, at)).collect(),
        News::Gone(uid) => {
            gone(state, kind, &uid, at);
            Vec::new()
        }
        News::Ready => {
            ready(state, kind, at);
            state.world.freshness.insert(kind, Freshness::Live);
            state.dirty = true;
            if kind == Kind::Pod { follow_known(state, at) } else { Vec::new() }
        }
        News::Stale { why } => {
            stale(state, kind, why, at);
            Vec::new()
        }
        News::Unreadable { why } => {
            state.dirty = true;
            state.toasts.say(at, Tone::Warning, format!("{kind}: {why}"), None);
            Vec::new()
        }
    }
}

fn begin(world: &mut World, kind: Kind) {
    match kind {
        Kind::CronJob => world.cronjobs.begin(),
        Kind::Job => world.jobs.begin(),
        Kind::Pod => world.pods.begin(),
        Kind::Event => world.events.begin(),
        Kind::Deployment => world.deployments.begin(),
        Kind::Service => world.services.begin(),
        Kind::EndpointSlice => world.endpoints.begin(),
        Kind::ConfigMap => {}
    }
}

fn put(state: &mut State, row: Row, at: Timestamp) -> Vec<Effect> {
    let world = &mut state.world;
    match row {
        Row::CronJob(row) => {
            let change = world.cronjobs.take(*row);
            touched(state, Kind::CronJob, change);
        }
        Row::Job(facts) => return put_job(state, *facts, at),
        Row::Pod(facts) => return put_pod(state, *facts, at),
        Row::Event(row) => {
            let change = world.events.take(*row);
            touched(state, Kind::Event, change);
        }
        Row::Deployment(row) => {
            world.deployments.put(row.uid.clone(), *row);
            state.dirty = true;
        }
        Row::Service(row) => put_service(state, *row, at),
        Row::Endpoints(row) => put_endpoints(state, *row, at),
    }
    Vec::new()
}

/// A Job that has ended may have left a report.
fn put_job(state: &mut State, facts: JobFacts, at: Timestamp) -> Vec<Effect> {
    let was = state.world.jobs.get(facts.uid.as_str()).map(|item| item.row.status);
    let uid = facts.uid.clone();
    let change = state.world.put_job(facts, at);
    touched(state, Kind::Job, change);
    if state.wanted_job.is_some() {
        super::done::select_wanted(state);
    }
    let now = state.world.jobs.get(uid.as_str()).map(|item| item.row.status);
    let ended = was.is_some_and(|was| !was.is_finished()) && now.is_some_and(|now| now.is_finished());
    if ended { vec![Effect::ListReports] } else { Vec::new() }
}

/// A pod of a Job that runs, or has just ended, has its log read, so that it is there when the pod is not.
fn put_pod(state: &mut State, facts: PodFacts, at: Timestamp) -> Vec<Effect> {
    let follow = wants_log(state, &facts.row, at) && state.world.pods.is_known();
    let follow = follow.then(|| facts.row.name.clone());
    let is_attempt = facts.attempt.is_some();
    let change = state.world.put_pod(facts, at);
    touched(state, Kind::Pod, change);
    if is_attempt && change.is_some_and(|change| change != Change::None) && shows(state.here.panel, Kind::Job) {
        state.dirty = true;
    }
    follow.into_iter().map(|pod| follow_log(state, pod)).collect()
}

fn follow_log(state: &mut State, pod: String) -> Effect {
    state.logs.ring(&pod).following = true;
    Effect::FollowLog { pod, container: None, previous: false }
}

/// The pods that were there before the dashboard: the same, once their list is whole.
fn follow_known(state: &mut State, at: Timestamp) -> Vec<Effect> {
    let mut effects = Vec::new();
    if state.world.pods.len() > LAB_PODS {
        return effects;
    }
    let mut known: Vec<PodRow> = state.world.pods.all().map(|pod| pod.row.clone()).collect();
    known.sort_by_key(|pod| std::cmp::Reverse(pod.created_at));
    for pod in known {
        if wants_log(state, &pod, at) {
            effects.push(follow_log(state, pod.name));
        }
    }
    effects
}

fn wants_log(state: &State, pod: &PodRow, at: Timestamp) -> bool {
    let recent = pod.finished_at.is_none_or(|end| at.as_second() - end.as_second() < RECENT);
    pod.job.is_some()
        && recent
        && pod.containers == 1
        && state.world.pods.len() <= LAB_PODS
        && matches!(pod.phase.as_str(), "Running" | "Succeeded" | "Failed")
        && state.logs.pod(&pod.name).is_none()
        && state.logs.following() < MOST_LOGS
}

fn put_service(state: &mut State, row: ServiceRow, at: Timestamp) {
    let old = state.world.services.all().find(|old| old.uid == row.uid);
    if let (Some(old), Some(now)) = (old.and_then(|old| old.ports.first()), row.ports.first())
        && old.port != now.port
    {
        let text = format!("service/{} port {} -> {}", row.name, old.port, now.port);
        let moment = Moment { at, lane: Lane::Service, mood: Mood::Neutral, text, evidence: service(&row.name) };
        state.history.remember(moment);
    }
    state.world.services.put(row.uid.clone(), row);
    faults_changed(state, at);
    state.dirty = true;
}

/// The faults as the Services show them now; what came and went is remembered.
fn faults_changed(state: &mut State, at: Timestamp) {
    let before = state.world.faults.clone();
    state.world.find_faults();
    let now = &state.world.faults;
    let same = |a: &crate::domain::fault::FaultRow, b: &crate::domain::fault::FaultRow| {
        a.target == b.target && a.original == b.original
    };
    let mut moments = Vec::new();
    for gone in before.iter().filter(|old| !now.iter().any(|new| same(old, new))) {
        // While it was there, the row told when it began; now this must.
        if let Some(since) = gone.since {
            moments.push((since, Mood::Bad, gone.begun()));
        }
        moments.push((at, Mood::Good, format!("{} {} cleared", gone.fault, gone.target)));
    }
    for fresh in now.iter().filter(|new| new.since.is_none() && !before.iter().any(|old| same(old, new))) {
        moments.push((at, Mood::Bad, fresh.begun()));
    }
    for (at, mood, text) in moments {
        state.history.remember(Moment { at, lane: Lane::Fault, mood, text, evidence: Evidence::Faults });
    }
}

fn put_endpoints(state: &mut State, row: EndpointsRow, at: Timestamp) {
    let old = state.world.endpoints.all().find(|old| old.uid == row.uid).map(|old| old.ready.len());
    if let Some(old) = old.filter(|old| (*old == 0) != row.ready.is_empty()) {
        let mood = if row.ready.is_empty() { Mood::Bad } else { Mood::Good };
        let text = format!("{}: {} -> {} ready", row.service, old, row.ready.len());
        let evidence = Evidence::Object(ObjectRef::new(Kind::EndpointSlice, &row.name));
        state.history.remember(Moment { at, lane: Lane::Endpoints, mood, text, evidence });
    }
    state.world.endpoints.put(row.uid.clone(), row);
    state.dirty |= state.here.panel == PanelId::Story;
}

fn gone(state: &mut State, kind: Kind, uid: &Uid, at: Timestamp) {
    let world = &mut state.world;
    let change = match kind {
        Kind::CronJob => world.cronjobs.remove(uid.as_str()).0,
        Kind::Job => world.jobs.remove(uid.as_str()).0,
        Kind::Pod => {
            let (change, pod) = world.pods.remove(uid.as_str());
            if let Some(pod) = pod {
                lose_pod(state, &pod, at);
            }
            change
        }
        Kind::Event => world.events.remove(uid.as_str()).0,
        Kind::Deployment => {
            world.deployments.remove(uid.as_str());
            Change::At(0)
        }
        Kind::Service => {
            world.services.remove(uid.as_str());
            faults_changed(state, at);
            Change::At(0)
        }
        Kind::EndpointSlice => {
            world.endpoints.remove(uid.as_str());
            Change::Hidden
        }
        Kind::ConfigMap => Change::None,
    };
    state.dirty |= change != Change::None && shows(state.here.panel, kind);
}

fn lose_pod(state: &mut State, pod: &PodItem, at: Timestamp) {
    state.world.lose_pod(pod, at);
    state.logs.lose(&pod.row.name);
    state.logs.lose(&logs::key(&pod.row.name, true));
    state.dirty |= shows(state.here.panel, Kind::Job) || state.here.panel == PanelId::Logs;
}

fn ready(state: &mut State, kind: Kind, at: Timestamp) {
    let world = &mut state.world;
    match kind {
        Kind::CronJob => drop(world.cronjobs.ready()),
        Kind::Job => {
            world.jobs.ready();
            world.adopt(at);
        }
        Kind::Pod => {
            for pod in world.pods.ready() {
                lose_pod(state, &pod, at);
            }
        }
        Kind::Event => drop(world.events.ready()),
        Kind::Deployment => world.deployments.ready(),
        Kind::Service => {
            world.services.ready();
            faults_changed(state, at);
        }
        Kind::EndpointSlice => world.endpoints.ready(),
        Kind::ConfigMap => {}
    }
}

fn stale(state: &mut State, kind: Kind, why: String, at: Timestamp) {
    state.dirty = true;
    // Since when is told from the first break on, why from the last.
    let since = match state.world.freshness(kind) {
        Freshness::Stale { since, .. } => *since,
        _ => at,
    };
    state.world.freshness.insert(kind, Freshness::Stale { since, why });
}

/// Whether a change of a kind can be seen on a panel.
fn shows(panel: PanelId, kind: Kind) -> bool {
    match panel {
        PanelId::Start => matches!(kind, Kind::CronJob | Kind::Job | Kind::Deployment | Kind::Service),
        PanelId::Cronjobs => kind == Kind::CronJob,
        PanelId::Cronjob => matches!(kind, Kind::CronJob | Kind::Job | Kind::Event),
        PanelId::Jobs => kind == Kind::Job,
        PanelId::Pods => kind == Kind::Pod,
        PanelId::Tree => matches!(kind, Kind::CronJob | Kind::Job),
        PanelId::Job => matches!(kind, Kind::Job | Kind::Event),
        PanelId::Events => kind == Kind::Event,
        PanelId::Faults => matches!(kind, Kind::Service | Kind::Job),
        PanelId::Story => true,
        PanelId::Report | PanelId::Reports => kind == Kind::Job,
        PanelId::Logs | PanelId::Tasks | PanelId::Object | PanelId::Messages => false,
    }
}

/// A row changed: is it on the screen? Rows below the window cannot be seen; a list that grows tells its number.
fn touched(state: &mut State, kind: Kind, change: Option<Change>) {
    if !shows(state.here.panel, kind) {
        return;
    }
    let listed = matches!(
        (state.here.panel, kind),
        (PanelId::Pods, Kind::Pod)
            | (PanelId::Jobs, Kind::Job)
            | (PanelId::Cronjobs, Kind::CronJob)
            | (PanelId::Events, Kind::Event)
    );
    let seen = match change {
        None | Some(Change::None) => false,
        Some(Change::Hidden) => !listed,
        Some(Change::At(place)) => !listed || place <= state.viewport.top + state.viewport.rows,
    };
    state.dirty |= seen;
}
