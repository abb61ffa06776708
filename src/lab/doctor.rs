//! `doctor`: looks at everything the lab needs, and says what to do about what is not right.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{LOCALSTACK, Lab, LabError, REPORTER, faults, localstack};
use crate::cluster::{Rollout, rollout_of};
use crate::domain::check::Check;
use crate::domain::step::{Progress, Silent};
use crate::provider::Provider;

/// What the caller knows and the lab may not look up: it is the environment.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Where `kubectl` and `aws` were found.
    pub tools: Vec<(&'static str, Option<PathBuf>)>,
    /// The folders of records and settings.
    pub data: PathBuf,
    /// Warnings about the settings file.
    pub settings: Vec<String>,
}

/// All checks, those that need no cluster first.
pub async fn doctor(provider: Arc<dyn Provider>, surroundings: &Surroundings) -> Vec<Check> {
    let mut checks: Vec<Check> =
        surroundings.tools.iter().map(|(tool, path)| tool_check(tool, path.as_deref())).collect();
    checks.extend(
        surroundings
            .settings
            .iter()
            .map(|warning| Check::warn("settings", warning.clone(), "docs/cli.md lists the settings")),
    );
    checks.extend(provider.preflight().await);
    let silent: Arc<dyn Progress> = Arc::new(Silent);
    match Lab::attach(provider, silent, false).await {
        Err(error @ LabError::NotUp { .. }) => {
            checks.push(Check::warn("cluster", error.to_string(), "k8s-tutor up"));
        }
        Err(error) => {
            let fix = error.next().unwrap_or_else(|| "k8s-tutor up".to_owned());
            checks.push(Check::fail("cluster", error.to_string(), fix));
        }
        Ok(lab) => of_lab(&lab, &mut checks).await,
    }
    checks
}

async fn of_lab(lab: &Lab, checks: &mut Vec<Check>) {
    let cluster = &lab.cluster;
    checks.push(Check::ok("cluster", format!("{} answers, {}", cluster.url, cluster.version)));
    checks.push(deployments(lab).await);
    checks.push(match lab.aws_endpoint().await {
        Err(error) => Check::fail("localstack", error.to_string(), "k8s-tutor up"),
        Ok(endpoint) => {
            match localstack::ready(&endpoint, has_batch(lab).await, std::time::Duration::ZERO, &|_| {}).await {
                Ok(words) => Check::ok("localstack", format!("{endpoint}: {words}")),
                Err(error) => {
                    Check::fail("localstack", error.to_string(), format!("k8s-tutor logs {LOCALSTACK}; k8s-tutor up"))
                }
            }
        }
    });
    checks.push(match faults::list(lab, true).await {
        Err(error) => Check::fail("faults", error.to_string(), "k8s-tutor status"),
        Ok(active) => match active.first() {
            None => Check::ok("faults", "none"),
            Some(row) => Check::warn(
                "faults",
                format!("{} on {}: port {} is {}", row.fault, row.target, row.original, row.current),
                "k8s-tutor fault clear",
            ),
        },
    });
}

/// Whether anything here writes reports. A cluster that does not answer is told of elsewhere.
async fn has_batch(lab: &Lab) -> bool {
    use k8s_openapi::api::batch::v1::CronJob;
    lab.cluster.api::<CronJob>().get_metadata_opt(REPORTER).await.is_ok_and(|found| found.is_some())
}

async fn deployments(lab: &Lab) -> Check {
    use k8s_openapi::api::apps::v1::Deployment;
    let list = lab.cluster.api::<Deployment>().list(&kube::api::ListParams::default()).await;
    let list = match list {
        Ok(list) => list.items,
        Err(error) => return Check::fail("deployments", error.to_string(), "k8s-tutor up"),
    };
    let late = list.iter().find_map(|deployment| match rollout_of(deployment) {
        Rollout::Done => None,
        Rollout::Waiting(words) | Rollout::Failed(words) => {
            Some(format!("{}: {words}", deployment.metadata.name.clone().unwrap_or_default()))
        }
    });
    match late {
        Some(words) => Check::fail("deployments", words, "kubectl get pod; kubectl get events"),
        None if list.is_empty() => Check::warn("deployments", "none", "k8s-tutor up"),
        None => Check::ok("deployments", format!("{} rolled out", list.len())),
    }
}

fn tool_check(tool: &str, path: Option<&Path>) -> Check {
    match path {
        Some(path) => Check::ok(tool, path.display().to_string()),
        None => Check::warn(
            tool,
            format!("{tool} is not on PATH"),
            format!(
                "the lab works without; the tutorial's {tool} commands do not. scripts/test fetches one into target/"
            ),
        ),
    }
}
