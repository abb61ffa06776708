//! What is known of the cluster, the table and the bucket, and how fresh it is.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::items::{JobItem, PodItem, ReportItem, TaskItem};
use super::table::{Change, Table};
use crate::app::message::Failure;
use crate::domain::attempt::{Attempt, AttemptState};
use crate::domain::cronjob::CronJobRow;
use crate::domain::event::EventRow;
use crate::domain::fault::{self, FaultRow};
use crate::domain::job::{JobFacts, number};
use crate::domain::object::{Kind, Uid};
use crate::domain::pod::PodFacts;
use crate::domain::report::ReportTable;
use crate::domain::service::{DeploymentRow, EndpointsRow, ServiceRow};

/// The kinds that are watched, those first that a person sees first.
pub const WATCHED: [Kind; 7] =
    [Kind::Pod, Kind::Job, Kind::CronJob, Kind::Service, Kind::Deployment, Kind::EndpointSlice, Kind::Event];

/// How fresh the rows of a kind are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Freshness {
    /// Nothing has come yet.
    #[default]
    Loading,
    /// The watch stands: what is shown is what there is.
    Live,
    /// The watch is broken: what is shown is what there was.
    Stale {
        /// Since when.
        since: Timestamp,
        /// In words.
        why: String,
    },
}

/// Rows of a few objects, by uid, with a list being read.
#[derive(Clone, Debug, Default)]
pub struct Few<R> {
    rows: BTreeMap<Uid, R>,
    fresh: Option<BTreeMap<Uid, R>>,
}

impl<R> Few<R> {
    /// All rows.
    pub fn all(&self) -> impl Iterator<Item = &R> {
        self.rows.values()
    }

    pub(crate) fn begin(&mut self) {
        self.fresh = Some(BTreeMap::new());
    }

    pub(crate) fn put(&mut self, uid: Uid, row: R) {
        match &mut self.fresh {
            Some(fresh) => fresh.insert(uid, row),
            None => self.rows.insert(uid, row),
        };
    }

    pub(crate) fn remove(&mut self, uid: &str) {
        self.rows.remove(uid);
    }

    pub(crate) fn ready(&mut self) {
        if let Some(fresh) = self.fresh.take() {
            self.rows = fresh;
        }
    }
}

/// Everything known.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// CronJobs.
    pub cronjobs: Table<CronJobRow>,
    /// Jobs with their attempts.
    pub jobs: Table<JobItem>,
    /// Pods.
    pub pods: Table<PodItem>,
    /// Events.
    pub events: Table<EventRow>,
    /// Deployments.
    pub deployments: Few<DeploymentRow>,
    /// Services.
    pub services: Few<ServiceRow>,
    /// EndpointSlices.
    pub endpoints: Few<EndpointsRow>,
    /// Tasks.
    pub tasks: Table<TaskItem>,
    /// Why tasks could not be fetched.
    pub tasks_failure: Option<Failure>,
    /// Reports.
    pub reports: Table<ReportItem>,
    /// Why reports could not be fetched.
    pub reports_failure: Option<Failure>,
    /// Reports that were read.
    pub tables: BTreeMap<String, Result<Box<ReportTable>, Failure>>,
    /// Where S3 and DynamoDB answer.
    pub endpoint: Option<String>,
    /// Active faults, with their effect where it was probed.
    pub faults: Vec<FaultRow>,
    /// How fresh each kind is.
    pub freshness: BTreeMap<Kind, Freshness>,
    /// Attempts of Jobs that have not come yet.
    orphans: HashMap<Uid, Vec<Attempt>>,
}

impl World {
    /// A Job came or changed. `None` where it waits for its list to be whole.
    pub fn put_job(&mut self, facts: JobFacts, now: Timestamp) -> Option<Change> {
        let known = self.jobs.get(facts.uid.as_str()).map(|item| item.row.attempts.clone());
        let attempts = known.or_else(|| self.orphans.remove(&facts.uid)).unwrap_or_default();
        let row = facts.row(attempts, now);
        self.jobs.take(JobItem { facts, row })
    }

    /// Joins Jobs that waited for their list with attempts that came meanwhile.
    pub fn adopt(&mut self, now: Timestamp) {
        let waiting: Vec<Uid> =
            self.orphans.keys().filter(|uid| self.jobs.get(uid.as_str()).is_some()).cloned().collect();
        for uid in waiting {
            for attempt in self.orphans.remove(&uid).unwrap_or_default() {
                self.put_attempt(&uid, attempt, now);
            }
        }
    }

    /// A pod came or changed: its Job learns of the attempt that it is.
    pub fn put_pod(&mut self, pod: PodFacts, now: Timestamp) -> Option<Change> {
        let PodFacts { row, labels, containers, attempt } = pod;
        let job = attempt.map(|own| {
            let (job, attempt) = *own;
            self.put_attempt(&job, attempt, now);
            job
        });
        self.pods.take(PodItem { row, labels, containers, job })
    }

    fn put_attempt(&mut self, job: &Uid, attempt: Attempt, now: Timestamp) {
        let Some(item) = self.jobs.get(job.as_str()) else {
            let waiting = self.orphans.entry(job.clone()).or_default();
            waiting.retain(|other| other.pod != attempt.pod);
            waiting.push(attempt);
            return number(waiting);
        };
        // The same attempt again, but for its number: nothing to do, and nothing to copy.
        if let Some(old) = item.row.attempts.iter().find(|old| old.pod == attempt.pod)
            && (Attempt { number: old.number, ..attempt.clone() }) == *old
        {
            return;
        }
        self.jobs.change(job.as_str(), |item| {
            let mut attempts = item.row.attempts.clone();
            attempts.retain(|other| other.pod != attempt.pod);
            attempts.push(attempt);
            number(&mut attempts);
            JobItem { facts: item.facts.clone(), row: item.facts.row(attempts, now) }
        });
    }

    /// A pod is gone. Its attempt stays as a ghost for as long as its Job is there.
    pub fn lose_pod(&mut self, pod: &PodItem, now: Timestamp) {
        let name = pod.row.name.as_str();
        let Some(job) = &pod.job else { return };
        self.jobs.change(job.as_str(), |item| {
            let mut attempts = item.row.attempts.clone();
            for attempt in attempts.iter_mut().filter(|attempt| attempt.pod == name) {
                attempt.gone = true;
                attempt.finished_at = attempt.finished_at.or(Some(now));
                if matches!(attempt.state, AttemptState::Pending | AttemptState::Running) {
                    attempt.state = AttemptState::Failed;
                }
            }
            JobItem { facts: item.facts.clone(), row: item.facts.row(attempts, now) }
        });
    }

    /// The Jobs of a CronJob, newest first.
    pub fn jobs_of(&self, cronjob: &Uid) -> impl Iterator<Item = &JobItem> + Clone {
        self.jobs.group(Some(cronjob))
    }

    /// The newest Jobs of all, whatever the list of Jobs shows.
    pub fn newest_jobs(&self, most: usize) -> Vec<&JobItem> {
        let mut jobs: Vec<&JobItem> = self.jobs.groups().flat_map(|of| self.jobs.group(of).take(most)).collect();
        jobs.sort_by_key(|job| std::cmp::Reverse(job.facts.created_at));
        jobs.truncate(most);
        jobs
    }

    /// The faults that the Services show; effects that are known are kept.
    pub fn find_faults(&mut self) {
        let found: Vec<FaultRow> = self.services.all().filter_map(fault::find).map(|found| found.row).collect();
        let known = std::mem::take(&mut self.faults);
        self.faults = found
            .into_iter()
            .map(|mut row| {
                let same = |old: &&FaultRow| old.target == row.target && old.current == row.current;
                row.effect = known.iter().find(same).and_then(|old| old.effect.clone());
                row
            })
            .collect();
    }

    /// A Deployment by its name.
    pub fn deployment(&self, name: &str) -> Option<&DeploymentRow> {
        self.deployments.all().find(|row| row.name == name)
    }

    /// How fresh a kind is.
    pub fn freshness(&self, kind: Kind) -> &Freshness {
        const LOADING: &Freshness = &Freshness::Loading;
        self.freshness.get(&kind).unwrap_or(LOADING)
    }

    /// Whether all lists have come, and their watches stand.
    pub fn is_whole(&self) -> bool {
        WATCHED.into_iter().all(|kind| *self.freshness(kind) == Freshness::Live)
    }

    /// The broken watches.
    pub fn stale(&self) -> impl Iterator<Item = (Kind, Timestamp, &str)> {
        self.freshness.iter().filter_map(|(kind, freshness)| match freshness {
            Freshness::Stale { since, why } => Some((*kind, *since, why.as_str())),
            _ => None,
        })
    }
}
