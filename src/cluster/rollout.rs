//! Waiting for a Deployment to be rolled out, by the rule of `kubectl rollout status`: the controller has
//! seen this generation, every replica is of the new template, and all of them are available.

use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::api::ListParams;

use super::{Cluster, ClusterError, rows, wait};
use crate::domain::service::DeploymentRow;

/// How far a rollout is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rollout {
    /// All replicas are new and available.
    Done,
    /// In words: what it waits for.
    Waiting(String),
    /// The controller gave up (progressDeadlineSeconds).
    Failed(String),
}

/// How far a Deployment's rollout is.
pub fn rollout_of(deployment: &Deployment) -> Rollout {
    let wanted = deployment.spec.replicas.unwrap_or(1);
    let status = deployment.status.clone().unwrap_or_default();
    if status.observed_generation < deployment.metadata.generation {
        return Rollout::Waiting("its controller has not seen it yet".into());
    }
    let conditions = status.conditions.unwrap_or_default();
    let late = conditions.iter().find(|c| c.reason.as_deref() == Some("ProgressDeadlineExceeded"));
    if let Some(late) = late {
        return Rollout::Failed(late.message.clone().unwrap_or_else(|| "progress deadline exceeded".into()));
    }
    let updated = status.updated_replicas.unwrap_or(0);
    let available = status.available_replicas.unwrap_or(0);
    let old = status.replicas.unwrap_or(0) - updated;
    if updated < wanted {
        return Rollout::Waiting(format!("{updated} of {wanted} pods are of the new template"));
    }
    if old > 0 {
        return Rollout::Waiting(format!("{old} old pods are still there"));
    }
    if available < wanted {
        return Rollout::Waiting(format!("{available} of {wanted} pods are available"));
    }
    Rollout::Done
}

/// A Deployment's row.
pub fn deployment_row(deployment: &Deployment) -> DeploymentRow {
    let rollout = rollout_of(deployment);
    let ready = deployment.status.as_ref().and_then(|status| status.ready_replicas);
    DeploymentRow {
        uid: rows::uid(&deployment.metadata),
        name: rows::name(&deployment.metadata),
        wanted: rows::count(deployment.spec.replicas.or(Some(1))),
        ready: rows::count(ready),
        rolled_out: rollout == Rollout::Done,
        waiting: match rollout {
            Rollout::Done => None,
            Rollout::Waiting(words) | Rollout::Failed(words) => Some(words),
        },
    }
}

impl Cluster {
    /// Waits until a Deployment is rolled out, telling `waiting` of each change. Returns true when it
    /// had to wait.
    ///
    /// # Errors
    /// The rollout failed, the Deployment is gone, or `limit` has passed: then with the pods' own words.
    pub async fn wait_rollout(
        &self,
        name: &str,
        limit: Duration,
        waiting: &(dyn Fn(String) + Send + Sync),
    ) -> Result<bool, ClusterError> {
        let mut waited = false;
        let mut last = String::new();
        let decide = |deployment: Option<Deployment>| {
            let Some(deployment) = deployment else {
                return Some(Err(self.not_found(format!("deployment/{name}"))));
            };
            match rollout_of(&deployment) {
                Rollout::Done => Some(Ok(waited)),
                Rollout::Failed(why) => Some(Err(ClusterError::Exchange {
                    operation: "roll out",
                    object: format!("deployment/{name}"),
                    why,
                })),
                Rollout::Waiting(words) => {
                    waited = true;
                    waiting(format!("deployment/{name}: {words}"));
                    last = words;
                    None
                }
            }
        };
        match tokio::time::timeout(limit, wait::first(self.api::<Deployment>(), name, decide)).await {
            Ok(result) => result,
            Err(_) => {
                let state = self.trouble(name).await.unwrap_or(last);
                Err(ClusterError::Late { what: format!("deployment/{name}"), state, limit })
            }
        }
    }

    /// What a Deployment's pods say about why they are not ready.
    async fn trouble(&self, deployment: &str) -> Option<String> {
        let object = self.api::<Deployment>().get(deployment).await.ok()?;
        let labels = object.spec.selector.match_labels?;
        let selector = labels.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(",");
        let pods = self.api::<Pod>().list(&ListParams::default().labels(&selector)).await.ok()?;
        let rows = pods.items.iter().map(rows::pod_row);
        let words = rows.filter(|row| row.ready < row.containers).map(|row| match &row.message {
            Some(message) => format!("pod {} is {}: {message}", row.name, row.status),
            None => format!("pod {} is {}", row.name, row.status),
        });
        Some(words.collect::<Vec<_>>().join("; ")).filter(|words| !words.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn deployment(generation: i64, status: &Value) -> Deployment {
        let object = json!({"metadata": {"name": "d", "generation": generation},
            "spec": {"replicas": 2, "selector": {}, "template": {}}, "status": status});
        serde_json::from_value(object).unwrap()
    }

    #[test]
    fn an_unseen_generation_is_not_done() {
        let ready = json!({"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2});
        assert_eq!(rollout_of(&deployment(1, &ready)), Rollout::Done);
        assert!(matches!(rollout_of(&deployment(2, &ready)), Rollout::Waiting(_)));
    }

    #[test]
    fn old_and_unavailable_pods_are_waited_for() {
        let old = json!({"observedGeneration": 1, "replicas": 3, "updatedReplicas": 2, "availableReplicas": 3});
        assert_eq!(rollout_of(&deployment(1, &old)), Rollout::Waiting("1 old pods are still there".into()));
        let unready = json!({"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 1});
        assert_eq!(rollout_of(&deployment(1, &unready)), Rollout::Waiting("1 of 2 pods are available".into()));
    }
}
