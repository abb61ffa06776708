//! "Why is this Job so?": the Job with its live surroundings, diagnosed.

use futures::future::try_join_all;
use jiff::Timestamp;

use super::{LOCALSTACK, Lab, LabError, faults};
use crate::domain::attempt::AttemptState;
use crate::domain::diagnosis::{Finding, Subject, Surroundings, diagnose};
use crate::domain::job::JobRow;

/// With more pods than this that wait or run, the first ones tell enough.
const PODS: usize = 5;

/// A Job and why it is as it is.
#[derive(Clone, Debug, serde::Serialize)]
pub struct JobWhy {
    /// The Job.
    pub job: JobRow,
    /// Why, the most important first.
    pub findings: Vec<Finding>,
}

/// Diagnoses a Job.
///
/// # Errors
/// It is not there, or the server cannot be asked.
pub async fn job(lab: &Lab, name: &str) -> Result<JobWhy, LabError> {
    let cluster = &lab.cluster;
    let selector = format!("batch.kubernetes.io/job-name={name}");
    let (job, pods, service, endpoints) = tokio::try_join!(
        cluster.job(name),
        cluster.pods(&selector),
        cluster.service(LOCALSTACK),
        cluster.endpoints(LOCALSTACK),
    )?;
    let alive = job.attempts.iter().filter(|a| matches!(a.state, AttemptState::Pending | AttemptState::Running));
    let events = alive.take(PODS).map(|attempt| cluster.events("Pod", &attempt.pod));
    let events = try_join_all(events).await?.concat();
    let faults = faults::list(lab, true).await?;
    let surroundings = Surroundings {
        namespace: &cluster.namespace,
        jobs: std::slice::from_ref(&job),
        pods: &pods,
        faults: &faults,
        services: service.as_slice(),
        endpoints: &endpoints,
        events: &events,
        ..Surroundings::at(Timestamp::now())
    };
    let findings = diagnose(Subject::Job(&job), &surroundings);
    Ok(JobWhy { job, findings })
}
