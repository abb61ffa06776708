//! CronJobs: list, show, suspend, resume, schedule, and when they run next.

use jiff::Timestamp;

use super::{Lab, LabError};
use crate::domain::cronjob::{CronJobRow, NextRun};
use crate::domain::equivalent;
use crate::domain::event::EventRow;
use crate::domain::job::JobRow;
use crate::domain::schedule::Schedule;

/// A CronJob with its Jobs, its next runs and the events about it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct CronShow {
    /// The CronJob.
    #[serde(flatten)]
    pub cronjob: CronJobRow,
    /// Its next runs, were it not suspended.
    pub next_runs: Vec<NextRun>,
    /// Its Jobs that are still there, oldest first.
    pub jobs: Vec<JobRow>,
    /// Its events, oldest first.
    pub events: Vec<EventRow>,
}

/// What a change did.
#[derive(Clone, Debug, serde::Serialize)]
pub struct CronChange {
    /// False when it was so already.
    pub changed: bool,
    /// The missed run that starts at once because of the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catch_up: Option<Timestamp>,
    /// The CronJob afterwards.
    #[serde(flatten)]
    pub cronjob: CronJobRow,
}

/// All CronJobs of the namespace.
///
/// # Errors
/// The server cannot be asked.
pub async fn list(lab: &Lab) -> Result<Vec<CronJobRow>, LabError> {
    Ok(lab.cluster.cronjobs().await?)
}

/// One CronJob with everything about it.
///
/// # Errors
/// It is not there.
pub async fn show(lab: &Lab, name: &str) -> Result<CronShow, LabError> {
    let cluster = &lab.cluster;
    let (all, jobs, events) = tokio::try_join!(cluster.cronjobs(), cluster.jobs(""), cluster.events("CronJob", name))?;
    let cronjob = all.into_iter().find(|c| c.name == name);
    let Some(cronjob) = cronjob else {
        // Asked once more by its name, so that the error is the server's own.
        cluster.cronjob(name).await?;
        return Err(LabError::Value(format!("cronjob/{name} has just appeared: try again")));
    };
    let next_runs = cluster.next_runs(name, 3).await.unwrap_or_default();
    let jobs = jobs.into_iter().filter(|job| job.cronjob.as_deref() == Some(name)).collect();
    Ok(CronShow { cronjob, next_runs, jobs, events })
}

/// The next `n` runs of a CronJob, as if it were not suspended; that it is is told as a note.
///
/// # Errors
/// It is not there, or its schedule cannot be read.
pub async fn next(lab: &Lab, name: &str, n: usize) -> Result<Vec<NextRun>, LabError> {
    if lab.cluster.cronjob(name).await?.spec.suspend == Some(true) {
        lab.note(format!("{name} is suspended: none of these starts before k8s-tutor cron resume {name}"));
    }
    Ok(lab.cluster.next_runs(name, n).await?)
}

/// Suspends or resumes a CronJob. `None` on a dry run.
///
/// # Errors
/// It is not there, or the server refuses.
pub async fn suspend(lab: &Lab, name: &str, suspend: bool) -> Result<Option<CronChange>, LabError> {
    patch(lab, name, &equivalent::suspend_patch(suspend)).await
}

/// Gives a CronJob another schedule. `None` on a dry run.
///
/// # Errors
/// The schedule cannot be read, the CronJob is not there, or the server refuses.
pub async fn schedule(lab: &Lab, name: &str, schedule: &str) -> Result<Option<CronChange>, LabError> {
    Schedule::parse(schedule).map_err(|error| LabError::Value(format!("{schedule:?} is no schedule: {error}")))?;
    patch(lab, name, &equivalent::schedule_patch(schedule)).await
}

async fn patch(lab: &Lab, name: &str, patch: &serde_json::Value) -> Result<Option<CronChange>, LabError> {
    let command = equivalent::patch_cronjob(&lab.cluster.namespace, name, patch);
    if !lab.announce(command) {
        return Ok(None);
    }
    let (changed, cronjob) = lab.cluster.patch_cronjob(name, patch).await?;
    let catch_up = if changed { cronjob.catch_up(Timestamp::now()) } else { None };
    Ok(Some(CronChange { changed, catch_up, cronjob }))
}
