//! Who answers behind a Service: its EndpointSlices as rows.

use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::api::ListParams;

use super::{Cluster, ClusterError, rows};
use crate::domain::service::EndpointsRow;

/// The label by which a slice names its Service.
const SERVICE: &str = "kubernetes.io/service-name";

impl Cluster {
    /// The EndpointSlices of a Service.
    ///
    /// # Errors
    /// The server cannot be asked.
    pub async fn endpoints(&self, service: &str) -> Result<Vec<EndpointsRow>, ClusterError> {
        let params = ListParams::default().labels(&format!("{SERVICE}={service}"));
        let list = self.api::<EndpointSlice>().list(&params).await;
        let list = list.map_err(|e| ClusterError::of("list", "endpointslices", e))?;
        Ok(list.items.iter().map(endpoints_row).collect())
    }
}

/// An EndpointSlice's row. An endpoint that is terminating is not ready.
pub fn endpoints_row(slice: &EndpointSlice) -> EndpointsRow {
    let endpoints = || slice.endpoints.iter().flatten();
    // Kubernetes' rule: an unknown readiness counts as ready.
    let ready = |conditions: Option<bool>| conditions.unwrap_or(true);
    let is_ready = |e: &&k8s_openapi::api::discovery::v1::Endpoint| {
        ready(e.conditions.as_ref().and_then(|conditions| conditions.ready))
    };
    let service = slice.metadata.labels.as_ref().and_then(|labels| labels.get(SERVICE));
    let ports = slice.ports.iter().flatten().filter_map(|port| u16::try_from(port.port?).ok());
    EndpointsRow {
        uid: rows::uid(&slice.metadata),
        name: rows::name(&slice.metadata),
        service: service.cloned().unwrap_or_default(),
        ports: ports.collect(),
        ready: endpoints().filter(is_ready).flat_map(|e| e.addresses.clone()).collect(),
        not_ready: u32::try_from(endpoints().filter(|e| !is_ready(e)).count()).unwrap_or(u32::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_terminating_endpoint_is_not_ready_and_an_unknown_one_is() {
        let slice = json!({"addressType": "IPv4",
            "metadata": {"name": "localstack-x7b2q", "labels": {SERVICE: "localstack"}},
            "ports": [{"name": "edge", "port": 4566, "protocol": "TCP"}],
            "endpoints": [
                {"addresses": ["10.0.0.1"], "conditions": {"ready": false, "serving": true, "terminating": true}},
                {"addresses": ["10.0.0.2"], "conditions": {"ready": true}},
                {"addresses": ["10.0.0.3"]}]});
        let row = endpoints_row(&serde_json::from_value(slice).unwrap());
        assert_eq!((row.service.as_str(), row.not_ready, row.ports), ("localstack", 1, vec![4566]));
        assert_eq!(row.ready, ["10.0.0.2", "10.0.0.3"]);
    }
}
