//! `down`: removes exactly what `up` made, lists it, and stops the cluster where it is ours.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::{Lab, LabError, lock};
use crate::config::LabRecord;
use crate::domain::change::{ObjectChange, Outcome};
use crate::domain::command::ShellCommand;
use crate::domain::step::{Event, Progress};
use crate::provider::Provider;

/// Pods get this long to end by themselves before their cluster is stopped; the sandbox grants each its
/// grace period in any case.
const PODS_END_WITHIN: Duration = Duration::from_secs(15);

/// How `down` is wanted.
#[derive(Clone, Debug)]
pub struct DownOptions {
    /// Remove state too: tasks, reports, the sandbox's folder.
    pub purge: bool,
    /// Tell what would be removed.
    pub dry_run: bool,
    /// Where records and the lock lie.
    pub data: PathBuf,
    /// How long another process at work is waited for.
    pub patience: Duration,
}

/// What `down` did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DownReport {
    /// The objects removed.
    pub removed: Vec<ObjectChange>,
    /// What happened to the cluster itself, in words.
    pub cluster: Vec<String>,
    /// What is kept, and how to be rid of it.
    pub kept: Option<String>,
}

/// Takes the lab down.
///
/// # Errors
/// The cluster answers and refuses, or does not stop.
pub async fn down(
    provider: Arc<dyn Provider>,
    progress: Arc<dyn Progress>,
    options: DownOptions,
) -> Result<DownReport, LabError> {
    let told = progress.clone();
    let _lock = lock::take(&options.data, options.patience, move |text| told.event(Event::Note(text))).await?;
    let mut report = DownReport::default();
    match Lab::attach(provider.clone(), progress.clone(), options.dry_run).await {
        Ok(lab) => report.removed = remove(&lab).await?,
        Err(LabError::NotUp { .. }) => {}
        // A sandbox that no longer answers is to be stopped all the same; a foreign cluster is not ours to touch.
        Err(error) if provider.name() == "sandbox" => progress.event(Event::Note(error.to_string())),
        Err(error) => return Err(error),
    }
    if provider.name() == "sandbox" {
        progress.event(Event::Command(ShellCommand::line("k8s-tutor sandbox stop")));
    }
    if options.dry_run {
        return Ok(report);
    }
    report.cluster = provider.stop(options.purge).await?;
    if options.purge {
        LabRecord::forget(&options.data)?;
    } else if provider.name() == "sandbox" {
        report.kept =
            Some("tasks and reports are kept for the next up; k8s-tutor down --purge removes them".to_owned());
    }
    Ok(report)
}

async fn remove(lab: &Lab) -> Result<Vec<ObjectChange>, LabError> {
    let owned = lab.cluster.owned().await?;
    for object in owned.iter().filter(|object| !object.by_owner) {
        let line = format!("delete {} {}", object.kind.to_lowercase(), object.name);
        lab.progress.event(Event::Command(lab.kubectl(&line)));
    }
    if lab.dry_run {
        let would = owned.iter().map(|object| ObjectChange {
            kind: object.kind.to_owned(),
            name: object.name.clone(),
            outcome: Outcome::Deleted,
            detail: Some("would be".to_owned()),
        });
        return Ok(would.collect());
    }
    Ok(lab.cluster.delete_owned(&owned, PODS_END_WITHIN).await?)
}
