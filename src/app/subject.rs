//! What is under the cursor: the thing that a key is about.

use crate::app::panel::PanelId;
use crate::app::state::history::Evidence;
use crate::app::state::items::{JobItem, PodItem, ReportItem, TaskItem};
use crate::app::state::{Place, State, Target};
use crate::domain::attempt::Attempt;
use crate::domain::cronjob::CronJobRow;
use crate::domain::event::EventRow;
use crate::domain::object::{Kind, ObjectRef};

/// The thing that a key is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Subject<'a> {
    /// A CronJob.
    CronJob(&'a CronJobRow),
    /// A Job.
    Job(&'a JobItem),
    /// An attempt of a Job, whose pod may be gone.
    Attempt(&'a JobItem, &'a Attempt),
    /// A pod.
    Pod(&'a PodItem),
    /// An event.
    Event(&'a EventRow),
    /// A task.
    Task(&'a TaskItem),
    /// A report.
    Report(&'a ReportItem),
    /// An object known by its name only.
    Object(&'a ObjectRef),
}

impl Subject<'_> {
    /// The object in the cluster that it is.
    pub fn object(&self) -> Option<ObjectRef> {
        Some(match self {
            Self::CronJob(row) => ObjectRef::new(Kind::CronJob, &row.name),
            Self::Job(item) => ObjectRef::new(Kind::Job, &item.facts.name),
            Self::Attempt(_, attempt) => ObjectRef::new(Kind::Pod, &attempt.pod),
            Self::Pod(pod) => ObjectRef::new(Kind::Pod, &pod.row.name),
            Self::Event(event) => ObjectRef::new(Kind::of_name(&event.object_kind)?, &event.object_name),
            Self::Object(object) => (*object).clone(),
            Self::Task(_) | Self::Report(_) => return None,
        })
    }
}

/// What is under the cursor of the panel shown.
pub fn subject(state: &State) -> Option<Subject<'_>> {
    let world = &state.world;
    match state.here.panel {
        PanelId::Start => world.cronjobs.at(0).map(Subject::CronJob),
        PanelId::Cronjobs => world.cronjobs.selected().map(Subject::CronJob),
        PanelId::Cronjob => {
            let cronjob = world.cronjobs.get(state.here.uid()?.as_str())?;
            match state.line.checked_sub(1).and_then(|line| world.jobs.group_at(Some(&cronjob.uid), line)) {
                Some(job) => Some(Subject::Job(job)),
                None => Some(Subject::CronJob(cronjob)),
            }
        }
        PanelId::Jobs => world.jobs.selected().map(Subject::Job),
        PanelId::Job => {
            let job = world.jobs.get(state.here.uid()?.as_str())?;
            Some(match state.line.checked_sub(1).and_then(|line| job.row.attempts.get(line)) {
                Some(attempt) => Subject::Attempt(job, attempt),
                None => Subject::Job(job),
            })
        }
        PanelId::Pods => world.pods.selected().map(Subject::Pod),
        PanelId::Tree => of_tree(state),
        PanelId::Events => world.events.selected().map(Subject::Event),
        PanelId::Tasks => world.tasks.selected().map(Subject::Task),
        PanelId::Reports => world.reports.selected().map(Subject::Report),
        PanelId::Report => match &state.here {
            Place { target: Some(Target::Report(key)), .. } => world.reports.get(key).map(Subject::Report),
            _ => None,
        },
        PanelId::Object => state.text.of.as_ref().map(|(object, _)| Subject::Object(object)),
        PanelId::Logs => of_logs(state),
        PanelId::Story | PanelId::Faults | PanelId::Messages => None,
    }
}

fn of_tree(state: &State) -> Option<Subject<'_>> {
    let world = &state.world;
    let nodes = state.tree.nodes(world);
    let node = nodes.get(state.tree.cursor(&nodes))?;
    let uid = node.uid.as_ref()?.as_str();
    match node.object.kind {
        Kind::CronJob => world.cronjobs.get(uid).map(Subject::CronJob),
        Kind::Job => world.jobs.get(uid).map(Subject::Job),
        _ => {
            let job = world.jobs.get(uid)?;
            let attempt = job.row.attempts.iter().find(|attempt| attempt.pod == node.object.name)?;
            Some(Subject::Attempt(job, attempt))
        }
    }
}

fn of_logs(state: &State) -> Option<Subject<'_>> {
    use crate::app::state::logs::Source;
    match &state.logs.source {
        Source::Job(job) => state.world.jobs.named(job).map(Subject::Job),
        Source::Pod(pod) | Source::Previous(pod) => state.world.pods.named(pod).map(Subject::Pod),
        Source::None => None,
    }
}

/// The CronJob to run a Job out of: the one under the cursor, the Job's own, or the first.
pub(crate) fn cronjob_of(state: &State) -> Option<&CronJobRow> {
    let cronjobs = &state.world.cronjobs;
    match subject(state) {
        Some(Subject::CronJob(row)) => Some(row),
        Some(Subject::Job(job) | Subject::Attempt(job, _)) => {
            let own = job.facts.cronjob_uid.as_ref().and_then(|uid| cronjobs.get(uid.as_str()));
            own.or_else(|| cronjobs.at(0))
        }
        _ => cronjobs.at(0),
    }
}

/// Where a moment's evidence is shown.
pub(crate) fn place_of(state: &State, evidence: &Evidence) -> Option<Place> {
    Some(match evidence {
        Evidence::Faults => Place::tab(PanelId::Faults),
        Evidence::Job(name) => Place::of(PanelId::Job, Target::Uid(state.world.jobs.named(name)?.facts.uid.clone())),
        Evidence::Report(key) => Place::of(PanelId::Report, Target::Report(key.clone())),
        Evidence::Log(pod) => Place::of(PanelId::Logs, Target::Object(ObjectRef::new(Kind::Pod, pod))),
        Evidence::Object(object) => Place::of(PanelId::Object, Target::Object(object.clone())),
    })
}
