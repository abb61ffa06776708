//! Jobs: run one out of the CronJob, list, show, remove.

use jiff::Timestamp;

use super::{Lab, LabError};
use crate::cluster::{ClusterError, job_from_cronjob};
use crate::domain::change::{ObjectChange, Outcome};
use crate::domain::equivalent;
use crate::domain::event::EventRow;
use crate::domain::job::JobRow;
use crate::domain::object::{Kind, ObjectRef};

/// A label value, and so a Job's name, is at most this long.
const LONGEST: usize = 63;

/// A Job with the events about it.
#[derive(Clone, Debug, serde::Serialize)]
pub struct JobShow {
    /// The Job.
    #[serde(flatten)]
    pub job: JobRow,
    /// Its events, oldest first.
    pub events: Vec<EventRow>,
}

/// Creates a Job out of a CronJob, suspended or not, as `kubectl create job --from` does. `None` on a dry run.
///
/// # Errors
/// A name that Kubernetes would refuse, no such CronJob, or the name is taken.
pub async fn run(lab: &Lab, name: Option<&str>, cronjob: &str) -> Result<Option<JobRow>, LabError> {
    let name = match name {
        Some(name) => name.to_owned(),
        None => manual_name(cronjob, Timestamp::now()),
    };
    check_name("job", &name)?;
    let command = equivalent::run_job(&lab.cluster.namespace, &name, cronjob);
    if !lab.announce(command) {
        return Ok(None);
    }
    let from = lab.cluster.cronjob(cronjob).await?;
    lab.cluster.create_job(&job_from_cronjob(&from, &name)).await?;
    Ok(Some(lab.cluster.job(&name).await?))
}

/// Waits until a Job has completed or failed.
///
/// # Errors
/// It is gone, or the watch breaks.
pub async fn wait(lab: &Lab, name: &str, seen: impl FnMut(&JobRow)) -> Result<JobRow, LabError> {
    Ok(lab.cluster.wait_job(name, seen).await?)
}

/// All Jobs of the namespace.
///
/// # Errors
/// The server cannot be asked.
pub async fn list(lab: &Lab) -> Result<Vec<JobRow>, LabError> {
    Ok(lab.cluster.jobs("").await?)
}

/// One Job with its events.
///
/// # Errors
/// It is not there.
pub async fn show(lab: &Lab, name: &str) -> Result<JobShow, LabError> {
    let (job, events) = tokio::try_join!(lab.cluster.job(name), lab.cluster.events("Job", name))?;
    Ok(JobShow { job, events })
}

/// Removes Jobs and their pods, and returns what was removed: nothing on a dry run.
///
/// # Errors
/// One is not there.
pub async fn remove(lab: &Lab, names: &[String]) -> Result<Vec<ObjectChange>, LabError> {
    let mut removed = Vec::new();
    for name in names {
        if lab.announce(equivalent::delete(&lab.cluster.namespace, &ObjectRef::new(Kind::Job, name))) {
            lab.cluster.delete_job(name).await?;
            let (kind, name) = ("Job".to_owned(), name.clone());
            removed.push(ObjectChange { kind, name, outcome: Outcome::Deleted, detail: None });
        }
    }
    Ok(removed)
}

/// The newest Job's name.
///
/// # Errors
/// There is none.
pub async fn newest(lab: &Lab) -> Result<String, LabError> {
    let jobs = lab.cluster.jobs("").await?;
    let newest = jobs.into_iter().max_by_key(|job| job.started_at).map(|job| job.name);
    let namespace = lab.cluster.namespace.clone();
    newest.ok_or_else(|| ClusterError::NotFound { object: "job yet".to_owned(), namespace }.into())
}

/// A name for a Job run by hand: the CronJob's, then `manual` and the time in base 36.
fn manual_name(cronjob: &str, now: Timestamp) -> String {
    let suffix = format!("-manual-{}", base36(now.as_millisecond().unsigned_abs()));
    let mut stem = cronjob.to_owned();
    stem.truncate(LONGEST - suffix.len());
    format!("{}{suffix}", stem.trim_end_matches(['-', '.']))
}

fn base36(mut n: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit(u32::try_from(n % 36).unwrap_or(0), 36).unwrap_or('0'));
        n /= 36;
        if n == 0 {
            return digits.iter().rev().collect();
        }
    }
}

/// Kubernetes' rule for names, so far as a Job's pods need it: an RFC 1123 label of at most 63 characters.
fn check_name(what: &'static str, name: &str) -> Result<(), LabError> {
    let refuse = |why: &str| Err(LabError::Name { what, name: name.to_owned(), why: why.to_owned() });
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if name.is_empty() || name.len() > LONGEST {
        return refuse("it must have 1 to 63 characters");
    }
    if !name.chars().all(|c| plain(c) || c == '-' || c == '.') {
        return refuse("only lower case letters, digits, '-' and '.' are allowed");
    }
    if !name.starts_with(plain) || !name.ends_with(plain) {
        return refuse("it must begin and end with a letter or a digit");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manual_names_stay_within_63_and_are_valid() {
        let now = "2026-11-23T10:00:00Z".parse().unwrap();
        let name = manual_name("task-reporter", now);
        assert!(name.starts_with("task-reporter-manual-"), "{name}");
        for cronjob in ["a".repeat(52), format!("{}-", "b".repeat(46)), "c".repeat(200)] {
            let name = manual_name(&cronjob, now);
            assert!(name.len() <= 63, "{name}");
            check_name("job", &name).unwrap();
        }
    }

    #[test]
    fn names_that_kubernetes_refuses_are_told_why() {
        for (name, why) in [("Test1", "lower case"), ("-a", "begin"), ("a_b", "lower case"), ("", "1 to 63")] {
            assert!(check_name("job", name).unwrap_err().to_string().contains(why), "{name}");
        }
        check_name("job", "test1").unwrap();
    }
}
