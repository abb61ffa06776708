//! "Why is it so?" for the thing under the cursor: the diagnoses of `domain`, over what the watches have told.
//!
//! Called by `tui` for the overlay and for the headline of a Job. Only rows that belong to the subject are copied: the
//! cost does not depend on how many others there are.

use jiff::Timestamp;

use super::state::State;
use super::state::items::{JobItem, PodItem};
use super::subject::Subject;
use crate::domain::diagnosis::{self, Finding, Surroundings, diagnose};
use crate::domain::event::EventRow;
use crate::domain::job::JobRow;
use crate::domain::object::{Kind, ObjectRef, Uid};
use crate::domain::pod::PodRow;
use crate::domain::service::{DeploymentRow, EndpointsRow, ServiceRow};

/// Rows of one kind that are looked at, at most: the newest.
const MOST: usize = 10;

/// What can be said about a subject.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Why {
    /// A word of Kubernetes that the subject carries: an event's reason, a pod's STATUS.
    pub word: Option<String>,
    /// Why it is so, the most important first.
    pub findings: Vec<Finding>,
}

/// Rows around a subject, copied.
#[derive(Default)]
struct Around {
    jobs: Vec<JobRow>,
    pods: Vec<PodRow>,
    events: Vec<EventRow>,
    services: Vec<ServiceRow>,
    endpoints: Vec<EndpointsRow>,
    deployments: Vec<DeploymentRow>,
}

/// Why a subject is as it is. Tasks and reports are as they are.
pub fn why(state: &State, subject: Subject<'_>, now: Timestamp) -> Why {
    match subject {
        Subject::CronJob(row) => Why { word: None, findings: of_cronjob(state, row, now) },
        Subject::Job(job) => Why { word: job.row.reason.clone(), findings: of_job(state, job, now) },
        Subject::Attempt(job, attempt) => {
            let around = Around::job(state, job);
            let subject = diagnosis::Subject::Attempt(&job.row, attempt);
            Why { word: attempt.reason.clone(), findings: around.diagnose(state, subject, now) }
        }
        Subject::Pod(pod) => Why { word: Some(pod.row.status.clone()), findings: of_pod(state, pod, now) },
        Subject::Event(event) => of_event(state, event, now),
        Subject::Object(object) => Why { word: None, findings: of_object(state, object, now) },
        Subject::Task(_) | Subject::Report(_) => Why::default(),
    }
}

/// Why a Job is as it is.
pub fn of_job(state: &State, job: &JobItem, now: Timestamp) -> Vec<Finding> {
    Around::job(state, job).diagnose(state, diagnosis::Subject::Job(&job.row), now)
}

/// Why a CronJob is as it is.
pub fn of_cronjob(state: &State, row: &crate::domain::cronjob::CronJobRow, now: Timestamp) -> Vec<Finding> {
    let jobs = state.world.jobs_of(&row.uid).take(MOST).map(|job| job.row.clone()).collect();
    let around = Around { jobs, ..Around::lab(state) }.with_events(state, &row.uid);
    around.diagnose(state, diagnosis::Subject::CronJob(row), now)
}

fn of_pod(state: &State, pod: &PodItem, now: Timestamp) -> Vec<Finding> {
    let job = pod.job.as_ref().and_then(|uid| state.world.jobs.get(uid.as_str()));
    let jobs = job.into_iter().map(|job| job.row.clone()).collect();
    let around = Around { jobs, pods: vec![pod.row.clone()], ..Around::lab(state) }.with_events(state, &pod.row.uid);
    around.diagnose(state, diagnosis::Subject::Pod(&pod.row), now)
}

fn of_event(state: &State, event: &EventRow, now: Timestamp) -> Why {
    let (world, uid) = (&state.world, event.object_uid.as_str());
    let findings = match Kind::of_name(&event.object_kind) {
        Some(Kind::Job) => world.jobs.get(uid).map(|job| of_job(state, job, now)),
        Some(Kind::CronJob) => world.cronjobs.get(uid).map(|row| of_cronjob(state, row, now)),
        Some(Kind::Pod) => world.pods.get(uid).map(|pod| of_pod(state, pod, now)),
        Some(kind) => Some(of_object(state, &ObjectRef::new(kind, &event.object_name), now)),
        None => None,
    };
    Why { word: Some(event.reason.clone()), findings: findings.unwrap_or_default() }
}

fn of_object(state: &State, object: &ObjectRef, now: Timestamp) -> Vec<Finding> {
    let world = &state.world;
    let around = Around::lab(state);
    match object.kind {
        Kind::Service => {
            let service = around.services.iter().find(|row| row.name == object.name);
            service.map(|row| around.diagnose(state, diagnosis::Subject::Service(row), now))
        }
        Kind::Deployment => {
            let deployment = world.deployment(&object.name);
            deployment.map(|row| around.diagnose(state, diagnosis::Subject::Deployment(row), now))
        }
        Kind::Job => world.jobs.named(&object.name).map(|job| of_job(state, job, now)),
        Kind::CronJob => world.cronjobs.named(&object.name).map(|row| of_cronjob(state, row, now)),
        Kind::Pod => world.pods.named(&object.name).map(|pod| of_pod(state, pod, now)),
        Kind::EndpointSlice | Kind::Event | Kind::ConfigMap => None,
    }
    .unwrap_or_default()
}

impl Around {
    /// The lab's Services and Deployments: a handful.
    fn lab(state: &State) -> Self {
        let world = &state.world;
        Self {
            services: world.services.all().cloned().collect(),
            endpoints: world.endpoints.all().cloned().collect(),
            deployments: world.deployments.all().cloned().collect(),
            ..Self::default()
        }
    }

    /// And a Job with its newest pods and their events.
    fn job(state: &State, job: &JobItem) -> Self {
        let pods: Vec<PodRow> =
            state.world.pods.group(Some(&job.facts.uid)).take(MOST).map(|pod| pod.row.clone()).collect();
        let mut around = Self { jobs: vec![job.row.clone()], ..Self::lab(state) }.with_events(state, &job.facts.uid);
        for pod in &pods {
            around = around.with_events(state, &pod.uid);
        }
        Self { pods, ..around }
    }

    fn with_events(mut self, state: &State, of: &Uid) -> Self {
        self.events.extend(state.world.events.group(Some(of)).take(MOST).cloned());
        self
    }

    fn diagnose(&self, state: &State, subject: diagnosis::Subject<'_>, now: Timestamp) -> Vec<Finding> {
        let surroundings = Surroundings {
            namespace: state.namespace(),
            jobs: &self.jobs,
            pods: &self.pods,
            faults: &state.world.faults,
            services: &self.services,
            endpoints: &self.endpoints,
            deployments: &self.deployments,
            events: &self.events,
            ..Surroundings::at(now)
        };
        diagnose(subject, &surroundings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing;

    #[test]
    fn a_job_that_a_fault_hits_is_told_of_the_fault() {
        let state = testing::broken();
        let job = state.world.jobs.named("test3").unwrap();
        let found = why(&state, Subject::Job(job), testing::now());
        let ids: Vec<&str> = found.findings.iter().map(|finding| finding.id).collect();
        assert!(ids.contains(&"hit-by-fault") && ids.contains(&"job-retrying"), "{ids:?}");
        assert_eq!(ids[0], "hit-by-fault", "what is broken comes before what it leads to");
    }

    #[test]
    fn an_event_is_explained_by_its_reason_and_by_its_object() {
        let state = testing::broken();
        let job = state.world.jobs.named("test3").unwrap();
        let event = state.world.events.group(Some(&job.facts.uid)).next().unwrap();
        let found = why(&state, Subject::Event(event), testing::now());
        assert_eq!(found.word.as_deref(), Some("SuccessfulCreate"));
        assert!(!found.findings.is_empty());
    }
}
