//! Pods: rows by label selector.

use k8s_openapi::api::core::v1::Pod;
use kube::api::ListParams;

use super::{Cluster, ClusterError, rows};
use crate::domain::pod::PodRow;

impl Cluster {
    /// The pods that match a label selector (empty: all), oldest first.
    ///
    /// # Errors
    /// The server cannot be asked.
    pub async fn pods(&self, selector: &str) -> Result<Vec<PodRow>, ClusterError> {
        let list = self.api::<Pod>().list(&ListParams::default().labels(selector)).await;
        let list = list.map_err(|e| ClusterError::of("list", "pods", e))?;
        let mut rows: Vec<PodRow> = list.items.iter().map(rows::pod_row).collect();
        rows.sort_by(|a, b| (a.started_at, a.created_at, &a.name).cmp(&(b.started_at, b.created_at, &b.name)));
        Ok(rows)
    }
}
