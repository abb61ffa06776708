//! Removing what `up` made: found by its label, deleted, and its pods waited for.

use std::collections::BTreeSet;
use std::time::Duration;

use k8s_openapi::api::apps::v1::ReplicaSet;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::Pod;
use kube::api::{Api, DeleteParams, DynamicObject, ListParams};
use kube::runtime::watcher;

use super::{Cluster, ClusterError, MANAGED_BY, MANAGED_BY_VALUE, apply, kinds, rows, wait};
use crate::domain::change::{ObjectChange, Outcome};

/// An object that `down` would remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    api_version: &'static str,
    /// Its kind.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    uid: String,
    /// True where its owner's deletion takes it along.
    pub by_owner: bool,
}

impl Cluster {
    /// Everything in the namespace that `up` made: by its label, and the Jobs of its CronJobs.
    ///
    /// # Errors
    /// The server cannot be asked.
    pub async fn owned(&self) -> Result<Vec<Owned>, ClusterError> {
        let label = ListParams::default().labels(&format!("{MANAGED_BY}={MANAGED_BY_VALUE}"));
        let lists = kinds::REMOVED.iter().map(|(api_version, kind)| {
            let label = label.clone();
            async move {
                let Some(api) = self.dynamic(api_version, kind) else { return Ok(Vec::new()) };
                let list = api.list(&label).await.map_err(|e| ClusterError::of("list", *kind, e))?;
                let own = list.items.into_iter().map(|object| Owned {
                    api_version,
                    kind,
                    name: rows::name(&object.metadata),
                    uid: object.metadata.uid.unwrap_or_default(),
                    by_owner: false,
                });
                Ok::<_, ClusterError>(own.collect::<Vec<_>>())
            }
        });
        let mut owned: Vec<Owned> = futures::future::try_join_all(lists).await?.into_iter().flatten().collect();
        let jobs = self.api::<Job>().list(&ListParams::default()).await;
        let jobs = jobs.map_err(|e| ClusterError::of("list", "jobs", e))?;
        let uids: BTreeSet<String> = owned.iter().map(|o| o.uid.clone()).collect();
        for job in jobs.items {
            let owners = job.metadata.owner_references.iter().flatten();
            let uid = job.metadata.uid.clone().unwrap_or_default();
            if owners.into_iter().any(|owner| uids.contains(&owner.uid)) && !uids.contains(&uid) {
                let name = rows::name(&job.metadata);
                owned.push(Owned { api_version: "batch/v1", kind: "Job", name, uid, by_owner: true });
            }
        }
        Ok(owned)
    }

    /// Deletes what [`Cluster::owned`] found, and waits up to `patience` for its pods to end.
    ///
    /// # Errors
    /// The server refuses a deletion; what is gone already is fine.
    pub async fn delete_owned(&self, owned: &[Owned], patience: Duration) -> Result<Vec<ObjectChange>, ClusterError> {
        let pods = self.pods_under(owned).await?;
        let deletions = owned.iter().map(|object| async move {
            let Some(api) = self.dynamic(object.api_version, object.kind) else { return Ok(()) };
            match api.delete(&object.name, &DeleteParams::background()).await {
                Ok(_) => Ok(()),
                Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
                Err(error) => {
                    let name = apply::object_name(object.kind, &object.name);
                    Err(ClusterError::of("delete", name, error))
                }
            }
        });
        futures::future::try_join_all(deletions).await?;
        let all_gone = |left: &[Pod]| {
            let still = left.iter().any(|pod| pod.metadata.uid.as_ref().is_some_and(|uid| pods.contains(uid)));
            (!still).then_some(())
        };
        if !pods.is_empty() {
            let waiting = wait::first_of_set(self.api::<Pod>(), watcher::Config::default(), all_gone);
            // Pods that take longer than that end by themselves: their owners are gone.
            if let Ok(ended) = tokio::time::timeout(patience, waiting).await {
                ended?;
            }
        }
        let gone = owned.iter().map(|object| ObjectChange {
            kind: object.kind.to_owned(),
            name: object.name.clone(),
            outcome: Outcome::Deleted,
            detail: None,
        });
        Ok(gone.collect())
    }

    /// The uids of the pods that hang on these objects, over ReplicaSets and Jobs.
    async fn pods_under(&self, owned: &[Owned]) -> Result<BTreeSet<String>, ClusterError> {
        let all = ListParams::default();
        let (sets, pods) = (self.api::<ReplicaSet>(), self.api::<Pod>());
        let (sets, pods) = tokio::try_join!(async { sets.list(&all).await }, async { pods.list(&all).await })
            .map_err(|e| ClusterError::of("list", "pods", e))?;
        let mut owners: BTreeSet<&str> = owned.iter().map(|o| o.uid.as_str()).collect();
        for set in &sets.items {
            let mut above = set.metadata.owner_references.iter().flatten();
            if above.any(|owner| owners.contains(owner.uid.as_str())) {
                owners.extend(set.metadata.uid.as_deref());
            }
        }
        let under = pods.items.iter().filter(|pod| {
            let mut above = pod.metadata.owner_references.iter().flatten();
            above.any(|owner| owners.contains(owner.uid.as_str()))
        });
        Ok(under.filter_map(|pod| pod.metadata.uid.clone()).collect())
    }

    fn dynamic(&self, api_version: &str, kind: &str) -> Option<Api<DynamicObject>> {
        let (resource, _) = kinds::known(api_version, kind)?;
        Some(Api::namespaced_with(self.client.clone(), &self.namespace, &resource))
    }
}
