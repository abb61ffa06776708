//! `up`: an explained plan of idempotent steps. Run again, it resumes; on a lab that is up it changes
//! nothing and says so; active faults are kept and named.

mod plan;
mod steps;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use tokio::time::Instant;

use super::manifests::Parts;
use super::{Lab, LabError, lock};
use crate::config::LabRecord;
use crate::content::manifests::Stage;
use crate::domain::fault::FaultRow;
use crate::domain::step::{Event, Progress, Step, StepState};
use crate::provider::Provider;

pub use plan::STEPS;

/// How `up` is wanted.
#[derive(Clone, Debug)]
pub struct UpOptions {
    /// The stage of the tutorial that ships with the program.
    pub stage: Stage,
    /// A folder of manifests instead.
    pub manifests: Option<PathBuf>,
    /// Stop after this step.
    pub until: Option<String>,
    /// Make the plan, change nothing.
    pub dry_run: bool,
    /// Where records and the lock lie.
    pub data: PathBuf,
    /// What to remember for the other verbs.
    pub record: LabRecord,
    /// The longest that one step may wait.
    pub patience: Duration,
}

/// What `up` did.
#[derive(Clone, Debug, Serialize)]
pub struct UpReport {
    /// True when something was changed.
    pub changed: bool,
    /// The provider.
    pub provider: &'static str,
    /// The kubeconfig, for `export KUBECONFIG=…`.
    pub kubeconfig: Option<String>,
    /// Where S3 and DynamoDB answer.
    pub aws_endpoint: Option<String>,
    /// Faults that were active before and still are.
    pub faults: Vec<FaultRow>,
    /// True where something writes reports: the tutorial's first stage has no such part.
    pub has_batch: bool,
    /// The steps as they ended.
    pub steps: Vec<Step>,
}

/// What the steps find out and hand on to later ones.
pub(super) struct Run {
    provider: Arc<dyn Provider>,
    progress: Arc<dyn Progress>,
    options: UpOptions,
    parts: Parts,
    place: Option<crate::provider::Place>,
    lab: Option<Lab>,
    endpoint: Option<String>,
    faults: Vec<FaultRow>,
}

/// Brings the lab up.
///
/// # Errors
/// The manifests cannot be read, no step has the name in `until`, or a step failed: then which and why.
pub async fn up(
    provider: Arc<dyn Provider>,
    progress: Arc<dyn Progress>,
    options: UpOptions,
) -> Result<UpReport, LabError> {
    let last = last_step(options.until.as_deref())?;
    let parts = Parts::load(options.stage, options.manifests.as_deref())?;
    let mut steps = plan::plan(provider.as_ref(), &options, &parts);
    for step in &mut steps[last + 1..] {
        step.state = StepState::Skipped;
        step.detail = Some("not reached: --until".to_owned());
    }
    progress.event(Event::Plan(steps.clone()));
    let mut run =
        Run { provider, progress, options, parts, place: None, lab: None, endpoint: None, faults: Vec::new() };
    if run.options.dry_run {
        return Ok(run.report(steps));
    }
    let lock = {
        let progress = run.progress.clone();
        lock::take(&run.options.data, run.options.patience, move |text| progress.event(Event::Note(text))).await
    };
    let _lock = match lock {
        Ok(lock) => lock,
        // An unwritable data folder is told with the preflight's words, which say more.
        Err(error @ LabError::Files { .. }) => return Err(run.unwritable(error).await),
        Err(error) => return Err(error),
    };
    for step in &mut steps[..=last] {
        run.take(step).await?;
    }
    Ok(run.report(steps))
}

fn last_step(until: Option<&str>) -> Result<usize, LabError> {
    let Some(until) = until else { return Ok(STEPS.len() - 1) };
    let found = STEPS.iter().position(|step| *step == until);
    found.ok_or_else(|| LabError::NoStep { step: until.to_owned(), known: STEPS.to_vec() })
}

impl Run {
    /// Takes one step and tells how it went.
    async fn take(&mut self, step: &mut Step) -> Result<(), LabError> {
        if step.state == StepState::Skipped {
            return Ok(());
        }
        self.progress.event(Event::Began { id: step.id });
        let begun = Instant::now();
        let result = Box::pin(self.work(step.id)).await;
        match result {
            Ok(done) => {
                step.changes = done.changes;
                step.end(done.state, Some(done.detail).filter(|d| !d.is_empty()), begun.elapsed());
                self.progress.event(Event::Ended { step: Box::new(step.clone()) });
                Ok(())
            }
            Err(source) => {
                step.end(StepState::Failed, Some(source.to_string()), begun.elapsed());
                self.progress.event(Event::Ended { step: Box::new(step.clone()) });
                Err(LabError::Step { step: step.id, source: Box::new(source) })
            }
        }
    }

    async fn unwritable(&self, error: LabError) -> LabError {
        match self.preflight().await {
            Err(found) => LabError::Step { step: "preflight", source: Box::new(found) },
            Ok(_) => error,
        }
    }

    fn report(self, steps: Vec<Step>) -> UpReport {
        let kubeconfig = self.place.as_ref().and_then(|place| place.target.kubeconfig.clone());
        UpReport {
            changed: steps.iter().any(|step| step.state == StepState::Done),
            provider: self.provider.name(),
            kubeconfig: kubeconfig.map(|path| path.display().to_string()),
            aws_endpoint: self.endpoint,
            faults: self.faults,
            has_batch: self.parts.has_batch(),
            steps,
        }
    }

    /// Faults past their time are cleared by whoever comes by next.
    async fn sweep(&self, lab: &Lab) -> Result<(), LabError> {
        for cleared in super::faults::clear_overdue(lab, Timestamp::now()).await? {
            lab.note(format!("fault {} on {} was overdue and is cleared", cleared.fault.fault, cleared.fault.target));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn until_names_a_step() {
        assert_eq!(last_step(None).unwrap(), STEPS.len() - 1);
        assert_eq!(last_step(Some("preflight")).unwrap(), 0);
        let error = last_step(Some("lunch")).unwrap_err();
        assert!(error.to_string().contains("there is no step \"lunch\"; the steps are preflight, cluster"), "{error}");
    }
}
