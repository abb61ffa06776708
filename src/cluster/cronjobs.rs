//! CronJobs: rows, suspend, resume, schedule, and a Job made out of one by hand.

use jiff::Timestamp;
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use kube::api::{ListParams, Patch, PatchParams};
use serde_json::Value;

use super::{Cluster, ClusterError, FIELD_MANAGER, rows};
use crate::domain::cronjob::{CronJobRow, NextRun};

impl Cluster {
    /// All CronJobs, by name.
    ///
    /// # Errors
    /// The server cannot be asked.
    pub async fn cronjobs(&self) -> Result<Vec<CronJobRow>, ClusterError> {
        let list = self.api::<CronJob>().list(&ListParams::default()).await;
        let list = list.map_err(|e| ClusterError::of("list", "cronjobs", e))?;
        let now = Timestamp::now();
        Ok(list.items.iter().map(|cronjob| rows::cronjob_row(cronjob, now)).collect())
    }

    /// One CronJob.
    ///
    /// # Errors
    /// It is not there, or the server cannot be asked.
    pub async fn cronjob(&self, name: &str) -> Result<CronJob, ClusterError> {
        let found = self.api::<CronJob>().get_opt(name).await;
        let found = found.map_err(|e| ClusterError::of("read", format!("cronjob/{name}"), e))?;
        found.ok_or_else(|| self.not_found(format!("cronjob/{name}")))
    }

    /// The next runs of a CronJob.
    ///
    /// # Errors
    /// It is not there, or its schedule cannot be read.
    pub async fn next_runs(&self, name: &str, n: usize) -> Result<Vec<NextRun>, ClusterError> {
        let cronjob = self.cronjob(name).await?;
        rows::next_runs(&cronjob, Timestamp::now(), n)
            .map_err(|why| ClusterError::Manifest { object: format!("cronjob/{name}"), why })
    }

    /// Patches a CronJob's spec, as `kubectl patch cj NAME --patch` does. True when it changed.
    ///
    /// # Errors
    /// It is not there, or the server refuses the new spec.
    pub async fn patch_cronjob(&self, name: &str, patch: &Value) -> Result<(bool, CronJobRow), ClusterError> {
        let before = self.cronjob(name).await?;
        let params = PatchParams { field_manager: Some(FIELD_MANAGER.into()), ..PatchParams::default() };
        let after = self.api::<CronJob>().patch(name, &params, &Patch::Strategic(patch)).await;
        let after = after.map_err(|e| ClusterError::of("patch", format!("cronjob/{name}"), e))?;
        let changed = before.metadata.resource_version != after.metadata.resource_version;
        Ok((changed, rows::cronjob_row(&after, Timestamp::now())))
    }
}

/// A Job out of a CronJob's template, exactly as `kubectl create job NAME --from=cronjob/…` makes it: the
/// template's labels, its annotations plus `instantiate: manual`, and the CronJob as controller, but
/// without blockOwnerDeletion (a person may lack the right to set that).
pub fn job_from_cronjob(cronjob: &CronJob, name: &str) -> Job {
    let template = cronjob.spec.job_template.clone();
    let metadata = template.metadata.unwrap_or_default();
    let mut annotations = metadata.annotations.unwrap_or_default();
    annotations.insert(rows::INSTANTIATE.into(), "manual".into());
    let owner = OwnerReference {
        api_version: "batch/v1".into(),
        kind: "CronJob".into(),
        name: rows::name(&cronjob.metadata),
        uid: cronjob.metadata.uid.clone().unwrap_or_default(),
        controller: Some(true),
        block_owner_deletion: None,
    };
    Job {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            namespace: cronjob.metadata.namespace.clone(),
            labels: metadata.labels,
            annotations: Some(annotations),
            owner_references: Some(vec![owner]),
            ..ObjectMeta::default()
        },
        spec: template.spec,
        ..Job::default()
    }
}
