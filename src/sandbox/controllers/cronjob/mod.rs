//! The CronJob controller: makes a Job at each start time of a schedule and keeps a short history.
//!
//! Kubernetes' idea: a start time is identified by its minute, and the Job's name carries it (`NAME-<minutes since
//! 1970>`), so the same start cannot happen twice. `plan` decides (pure), this driver writes.
//! Source: `pkg/controller/cronjob/cronjob_controllerv2.go` and `utils.go` (read); recordings c-* (measured).

mod plan;
mod template;

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use k8s_openapi::api::batch::v1::{CronJob, CronJobStatus, Job};
use k8s_openapi::api::core::v1::ObjectReference;
use kube::api::PropagationPolicy;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::plan::{Plan, Start};
use super::cluster::Cluster;
use super::controller::{Controller, spawn};
use super::error::SyncError;
use super::events::Notice;
use super::objects::{Key, controller, is_controlled_by, name, namespace, reference, time, uid};
use crate::domain::schedule::Schedule;

struct CronJobController {
    cluster: Arc<Cluster>,
}

/// Wires and starts the controller.
pub(super) fn start(cluster: &Arc<Cluster>, tasks: &mut JoinSet<()>, cancel: &CancellationToken) {
    let queue = cluster.queue();
    cluster.cron_jobs.on_change({
        let (queue, clock) = (queue.clone(), cluster.clock.clone());
        move |change| {
            let Some(cron_job) = change.latest() else { return };
            // A changed schedule begins with its next start time; what it would have started before is no miss.
            match change.old.zip(change.new).filter(|(old, new)| has_new_times(old, new)) {
                Some((_, new)) => {
                    if let Some(at) = plan::next_start(new, clock.now()) {
                        queue.add_at(Key::of(cron_job), at);
                    }
                }
                None => queue.add(Key::of(cron_job)),
            }
        }
    });
    cluster.jobs.on_change({
        let queue = queue.clone();
        move |change| {
            for job in change.both() {
                if let Some(owner) = controller(&job.metadata).filter(|owner| owner.kind == "CronJob") {
                    queue.add(Key::new(namespace(job), &owner.name));
                }
            }
        }
    });
    spawn(CronJobController { cluster: cluster.clone() }, queue, cluster, tasks, cancel);
}

fn has_new_times(old: &CronJob, new: &CronJob) -> bool {
    let times = |cron_job: &CronJob| (cron_job.spec.schedule.clone(), cron_job.spec.time_zone.clone());
    times(old) != times(new)
}

impl Controller for CronJobController {
    const NAME: &'static str = "cronjob-controller";

    async fn sync(&self, key: &Key) -> Result<Option<Timestamp>, SyncError> {
        let Some(cron_job) = self.cluster.cron_jobs.get(key) else { return Ok(None) };
        let jobs = self.cluster.jobs.owned_by(uid(cron_job.as_ref()));
        let plan = plan::plan(&cron_job, &jobs, self.cluster.now());
        Box::pin(self.perform(&cron_job, &jobs, plan)).await
    }
}

impl CronJobController {
    async fn perform(&self, cron_job: &CronJob, jobs: &[Arc<Job>], plan: Plan) -> Result<Option<Timestamp>, SyncError> {
        let about = reference(cron_job);
        let Plan { prune, notices, mut status, mut changed, start, again } = plan;
        for job in &prune {
            self.delete(&about, job).await?;
        }
        for notice in notices {
            self.say(&about, notice);
        }
        let mut failed = None;
        if let Some(start) = start {
            match self.start_job(cron_job, jobs, &start, &mut status).await {
                Ok(started) => changed |= started,
                Err(error) => failed = Some(error),
            }
        }
        if changed {
            let cron_job = CronJob { status: Some(status), ..cron_job.clone() };
            self.cluster.cron_jobs.update_status(&cron_job).await?;
        }
        match failed {
            Some(error) => Err(error),
            None => Ok(again),
        }
    }

    /// Replaces running Jobs if so asked, makes the new one and notes it in the status; `true` if the status changed.
    async fn start_job(
        &self,
        cron_job: &CronJob,
        jobs: &[Arc<Job>],
        start: &Start,
        status: &mut CronJobStatus,
    ) -> Result<bool, SyncError> {
        let about = reference(cron_job);
        for old in &start.replace {
            if let Some(job) = jobs.iter().find(|job| Some(uid(job.as_ref())) == old.uid.as_deref()) {
                self.delete(&about, job).await?;
            }
            status.active.get_or_insert_default().retain(|active| active.uid != old.uid);
        }
        let job = match self.cluster.jobs.create(namespace(cron_job), &start.job).await {
            Ok(job) => {
                let message = format!("Created job {}", name(job.as_ref()));
                self.say(&about, Notice::normal("SuccessfulCreate", message));
                job
            }
            // Made before, but the status was not written: noted now. Someone else's Job is left alone.
            Err(error) if error.is_already_exists() => {
                let key = Key::of(&start.job);
                match self.cluster.jobs.fetch(&key).await? {
                    Some(job) if is_controlled_by(&job.metadata, uid(cron_job)) => job,
                    _ => return Ok(!start.replace.is_empty()),
                }
            }
            Err(error) => {
                if !error.is_namespace_terminating() {
                    let message = format!("Error creating job: {}", error.message());
                    self.say(&about, Notice::warning("FailedCreate", message));
                }
                return Err(error);
            }
        };
        let active = status.active.get_or_insert_default();
        if !active.iter().any(|known| known.uid == job.metadata.uid) {
            active.push(reference(job.as_ref()));
        }
        status.last_schedule_time = Some(time(start.scheduled));
        Ok(true)
    }

    async fn delete(&self, about: &ObjectReference, job: &Job) -> Result<(), SyncError> {
        match self.cluster.jobs.delete(job, Some(PropagationPolicy::Background)).await {
            Ok(_) => {
                self.cluster.jobs.lost(job);
                self.say(about, Notice::normal("SuccessfulDelete", format!("Deleted job {}", name(job))));
                Ok(())
            }
            Err(error) => {
                self.say(about, Notice::warning("FailedDelete", format!("Deleted job: {}", error.message())));
                Err(error)
            }
        }
    }

    fn say(&self, about: &ObjectReference, notice: Notice) {
        self.cluster.recorder.raise(Self::NAME, about, notice);
    }
}

/// The zone in which a CronJob's schedule is read: its own, or UTC.
fn zone(cron_job: &CronJob) -> Option<TimeZone> {
    match cron_job.spec.time_zone.as_deref() {
        None => Some(TimeZone::UTC),
        Some(name) => TimeZone::get(name).ok(),
    }
}

fn schedule(cron_job: &CronJob) -> Option<Schedule> {
    Schedule::parse(&cron_job.spec.schedule).ok()
}

#[cfg(test)]
mod tests;
