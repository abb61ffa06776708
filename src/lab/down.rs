//! `down`: removes exactly what `up` made, lists it, and stops the cluster where it is ours.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::kubeconfig::{self, Unmerged};
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
    /// The user's own kubeconfig, out of which purging takes the context that `kubeconfig --merge` put there.
    pub kubeconfig: Option<PathBuf>,
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
    // Before its pattern goes with the sandbox's folder.
    let own = options.kubeconfig.as_deref().filter(|_| options.purge);
    let forgotten = own.and_then(|own| forget_context(provider.as_ref(), progress.as_ref(), own, options.dry_run));
    if options.dry_run {
        return Ok(report);
    }
    report.cluster.extend(forgotten);
    report.cluster.extend(provider.stop(options.purge).await?);
    if options.purge {
        LabRecord::forget(&options.data)?;
    } else if provider.name() == "sandbox" {
        report.kept =
            Some("tasks and reports are kept for the next up; k8s-tutor down --purge removes them".to_owned());
    }
    Ok(report)
}

/// Takes the lab's context out of the user's own kubeconfig; says so where it did.
fn forget_context(provider: &dyn Provider, progress: &dyn Progress, own: &Path, dry_run: bool) -> Option<String> {
    let ours = provider.own_kubeconfig()?;
    match kubeconfig::unmerge_files(own, &ours, dry_run) {
        Ok(Unmerged::Absent) => None,
        Ok(Unmerged::Removed(context)) => {
            for what in ["context", "cluster", "user"] {
                let command = ShellCommand::line("kubectl config").arg(format!("delete-{what}")).arg(&context);
                progress.event(Event::Command(command.arg("--kubeconfig").arg(own.display().to_string())));
            }
            Some(format!("context {context} removed from {}", own.display()))
        }
        Ok(Unmerged::Foreign(context)) => {
            let why = "it is not as k8s-tutor wrote it";
            progress.event(Event::Note(format!("context {context} stays in {}: {why}", own.display())));
            None
        }
        // The lab goes down all the same: the file is the user's.
        Err(error) => {
            progress.event(Event::Note(error.to_string()));
            None
        }
    }
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
