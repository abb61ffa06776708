//! "Why is this red (or yellow, or waiting)?": rows and a time in, findings out. Pure, one file a diagnosis.
//!
//! Called by `lab` for `job why` and by the dashboard for whatever is selected. A finding carries an id and facts; its
//! words, in English and Japanese, lie in `assets/explain` and are served by `content::explain`.

mod catalogue;
mod cron;
mod deployment;
mod facts;
mod finding;
mod job;
mod pod;
mod service;
#[cfg(test)]
mod testing;

use jiff::Timestamp;

pub use catalogue::{CATALOGUE, Known};
pub use facts::UNKNOWN;
pub use finding::{Deed, Finding, Next, Severity};

use super::attempt::Attempt;
use super::cronjob::CronJobRow;
use super::event::EventRow;
use super::fault::{self, FaultRow};
use super::job::JobRow;
use super::object::{Kind, ObjectRef};
use super::pod::PodRow;
use super::service::{DeploymentRow, EndpointsRow, ServiceRow};

/// What is asked about.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    /// A CronJob.
    CronJob(&'a CronJobRow),
    /// A Job, with its attempts.
    Job(&'a JobRow),
    /// One attempt of a Job.
    Attempt(&'a JobRow, &'a Attempt),
    /// A pod.
    Pod(&'a PodRow),
    /// A Deployment.
    Deployment(&'a DeploymentRow),
    /// A Service.
    Service(&'a ServiceRow),
}

/// What else is known. Less of it makes fewer findings, never wrong ones.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The lab's namespace, for the commands.
    pub namespace: &'a str,
    /// The time.
    pub now: Timestamp,
    /// CronJobs.
    pub cronjobs: &'a [CronJobRow],
    /// Jobs.
    pub jobs: &'a [JobRow],
    /// Pods.
    pub pods: &'a [PodRow],
    /// Active faults, as far as they were probed.
    pub faults: &'a [FaultRow],
    /// Services.
    pub services: &'a [ServiceRow],
    /// What stands behind them.
    pub endpoints: &'a [EndpointsRow],
    /// Deployments.
    pub deployments: &'a [DeploymentRow],
    /// Events about any of these.
    pub events: &'a [EventRow],
}

impl Surroundings<'_> {
    /// Nothing but the time.
    pub fn at(now: Timestamp) -> Self {
        Self {
            namespace: "default",
            now,
            cronjobs: &[],
            jobs: &[],
            pods: &[],
            faults: &[],
            services: &[],
            endpoints: &[],
            deployments: &[],
            events: &[],
        }
    }

    /// The faults told of, and those that the Services themselves show.
    fn all_faults(&self) -> Vec<FaultRow> {
        let mut all = self.faults.to_vec();
        for found in self.services.iter().filter_map(fault::find) {
            if !all.iter().any(|known| known.target == found.row.target) {
                all.push(found.row);
            }
        }
        all
    }

    /// The newest event about an object with one of these reasons.
    fn event(&self, kind: Kind, name: &str, reasons: &[&str]) -> Option<&EventRow> {
        let about = |event: &&EventRow| {
            event.object_kind == kind.name() && event.object_name == name && reasons.contains(&event.reason.as_str())
        };
        self.events.iter().filter(about).max_by_key(|event| event.at)
    }
}

/// Why the subject is as it is: the most important first, never empty. A healthy one says what it does or waits for.
pub fn diagnose(subject: Subject<'_>, s: &Surroundings<'_>) -> Vec<Finding> {
    let mut found = match subject {
        Subject::CronJob(cronjob) => cron::diagnose(cronjob, s),
        Subject::Job(job) => job::diagnose(job, s),
        Subject::Attempt(job, attempt) => pod::diagnose_attempt(job, attempt, s),
        Subject::Pod(pod) => pod::diagnose(pod, s),
        Subject::Deployment(deployment) => deployment::diagnose(deployment, s),
        Subject::Service(service) => service::diagnose(service, s),
    };
    // Within one severity the order of the diagnosis is kept: cause before consequence.
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    found
}

/// The object that a finding's command is about.
fn object(kind: Kind, name: &str) -> ObjectRef {
    ObjectRef::new(kind, name)
}
