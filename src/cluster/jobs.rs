//! Jobs: rows, running one from a CronJob, waiting for it, deleting it.

use std::collections::BTreeMap;
use std::fmt::Debug;

use futures::StreamExt;
use jiff::Timestamp;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::Pod;
use kube::Resource;
use kube::api::{DeleteParams, ListParams, PostParams};
use kube::runtime::watcher::{self, Event, watcher};
use serde::de::DeserializeOwned;

use super::{Cluster, ClusterError, FIELD_MANAGER, rows};
use crate::domain::job::JobRow;

impl Cluster {
    /// All Jobs that match a label selector (empty: all), oldest first, with their attempts.
    ///
    /// # Errors
    /// The server cannot be asked.
    pub async fn jobs(&self, selector: &str) -> Result<Vec<JobRow>, ClusterError> {
        let params = ListParams::default().labels(selector);
        // Every pod of a Job carries this label; others need not be read.
        let of_jobs = ListParams::default().labels("batch.kubernetes.io/job-name");
        let (jobs, pods) = (self.api::<Job>(), self.api::<Pod>());
        let (jobs, pods) = tokio::try_join!(jobs.list(&params), pods.list(&of_jobs))
            .map_err(|e| ClusterError::of("list", "jobs", e))?;
        let now = Timestamp::now();
        let mut rows: Vec<JobRow> = jobs.items.iter().map(|job| rows::job_row(job, &pods.items, now)).collect();
        rows.sort_by(|a, b| (a.started_at, &a.name).cmp(&(b.started_at, &b.name)));
        Ok(rows)
    }

    /// One Job with its attempts.
    ///
    /// # Errors
    /// It is not there, or the server cannot be asked.
    pub async fn job(&self, name: &str) -> Result<JobRow, ClusterError> {
        let of_job = ListParams::default().labels(&pods_of(name));
        let (jobs, pods) = (self.api::<Job>(), self.api::<Pod>());
        let (job, pods) = tokio::try_join!(jobs.get_opt(name), pods.list(&of_job))
            .map_err(|e| ClusterError::of("read", format!("job/{name}"), e))?;
        let job = job.ok_or_else(|| self.not_found(format!("job/{name}")))?;
        Ok(rows::job_row(&job, &pods.items, Timestamp::now()))
    }

    /// Creates a Job.
    ///
    /// # Errors
    /// The server's refusal: most often that the name is taken.
    pub async fn create_job(&self, job: &Job) -> Result<Job, ClusterError> {
        let params = PostParams { field_manager: Some(FIELD_MANAGER.into()), ..PostParams::default() };
        let object = format!("job/{}", rows::name(&job.metadata));
        self.api::<Job>().create(&params, job).await.map_err(|e| ClusterError::of("create", object, e))
    }

    /// Deletes a Job and its pods, as `kubectl delete job` does.
    ///
    /// # Errors
    /// It is not there, or the server refuses.
    pub async fn delete_job(&self, name: &str) -> Result<(), ClusterError> {
        match self.api::<Job>().delete(name, &DeleteParams::background()).await {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(status)) if status.code == 404 => Err(self.not_found(format!("job/{name}"))),
            Err(error) => Err(ClusterError::of("delete", format!("job/{name}"), error)),
        }
    }

    /// Watches a Job and its pods until it has completed or failed, telling `seen` of each new row.
    ///
    /// # Errors
    /// The Job is gone, or the watch breaks for good.
    pub async fn wait_job(&self, name: &str, mut seen: impl FnMut(&JobRow)) -> Result<JobRow, ClusterError> {
        let broken = |why: String| ClusterError::Exchange { operation: "watch", object: format!("job/{name}"), why };
        let by_name = watcher::Config::default().fields(&format!("metadata.name={name}"));
        let by_label = watcher::Config::default().labels(&pods_of(name));
        let mut jobs = Box::pin(watcher(self.api::<Job>(), by_name));
        let mut pods = Box::pin(watcher(self.api::<Pod>(), by_label));
        let (mut jobs_seen, mut pods_seen) = (Seen::default(), Seen::default());
        let mut last = None;
        loop {
            tokio::select! {
                Some(event) = jobs.next() => jobs_seen.take(event.map_err(|e| broken(e.to_string()))?),
                Some(event) = pods.next() => pods_seen.take(event.map_err(|e| broken(e.to_string()))?),
                else => return Err(broken("the watch ended".into())),
            }
            if !jobs_seen.ready || !pods_seen.ready {
                continue;
            }
            let Some(job) = jobs_seen.objects.values().next() else {
                return Err(self.not_found(format!("job/{name}")));
            };
            let own: Vec<Pod> = pods_seen.objects.values().cloned().collect();
            let row = rows::job_row(job, &own, Timestamp::now());
            if row.status.is_finished() {
                return Ok(row);
            }
            if last.as_ref() != Some(&row) {
                seen(&row);
                last = Some(row);
            }
        }
    }
}

/// The selector for the pods of one Job.
pub(crate) fn pods_of(job: &str) -> String {
    format!("batch.kubernetes.io/job-name={job}")
}

/// What a watch has shown so far.
struct Seen<K> {
    objects: BTreeMap<String, K>,
    fresh: BTreeMap<String, K>,
    ready: bool,
}

impl<K> Default for Seen<K> {
    fn default() -> Self {
        Self { objects: BTreeMap::new(), fresh: BTreeMap::new(), ready: false }
    }
}

impl<K: Resource + Clone + DeserializeOwned + Debug> Seen<K> {
    fn take(&mut self, event: Event<K>) {
        let key = |object: &K| object.meta().uid.clone().unwrap_or_default();
        match event {
            Event::Init => self.fresh.clear(),
            Event::InitApply(object) => drop(self.fresh.insert(key(&object), object)),
            Event::InitDone => {
                self.objects = std::mem::take(&mut self.fresh);
                self.ready = true;
            }
            Event::Apply(object) => drop(self.objects.insert(key(&object), object)),
            Event::Delete(object) => drop(self.objects.remove(&key(&object))),
        }
    }
}
