//! Logs of the lab's parts, of pods, and of all attempts of a Job.

use super::{LOCALSTACK, Lab, LabError, REPORTER, SERVICE};
use crate::domain::job::JobRow;
use crate::domain::log::{LogLine, LogOptions};

/// The parts whose logs `k8s-tutor logs` knows, with their selectors.
pub const PARTS: [(&str, &str); 3] =
    [(LOCALSTACK, "app.kubernetes.io/name=localstack"), (SERVICE, "app=task-service"), (REPORTER, "app=task-reporter")];

/// Called for each line; returns false to stop.
pub type Each<'a> = &'a mut (dyn FnMut(LogLine) -> bool + Send);

/// The logs of one part, or of all.
///
/// # Errors
/// No such part, or the server cannot be asked.
pub async fn part(lab: &Lab, part: Option<&str>, options: &LogOptions, each: Each<'_>) -> Result<(), LabError> {
    let selector = match part {
        None => "app in (task-service,task-reporter)",
        Some(name) => {
            let known = PARTS.iter().find(|(part, _)| *part == name);
            known.ok_or_else(|| unknown(name))?.1
        }
    };
    if part.is_none() && !options.follow {
        lab.cluster.logs_by_label(PARTS[0].1, options, each).await?;
    }
    Ok(lab.cluster.logs_by_label(selector, options, each).await?)
}

/// The log of one pod.
///
/// # Errors
/// It is not there, or has not started.
pub async fn pod(lab: &Lab, pod: &str, options: &LogOptions, each: Each<'_>) -> Result<(), LabError> {
    Ok(lab.cluster.pod_log(pod, None, options, each).await?)
}

/// The logs of all attempts of a Job.
///
/// # Errors
/// It is not there.
pub async fn job(lab: &Lab, job: &str, options: &LogOptions, each: Each<'_>) -> Result<JobRow, LabError> {
    Ok(lab.cluster.job_log(job, options, each).await?)
}

fn unknown(name: &str) -> LabError {
    let known: Vec<&str> = PARTS.iter().map(|(part, _)| *part).collect();
    LabError::Value(format!("there is no part {name:?}; there are {}", known.join(", ")))
}
