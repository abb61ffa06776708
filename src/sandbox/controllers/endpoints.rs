//! The Endpoints controller: the older, one-object list of the pods behind a Service.
//!
//! Ready pods are addresses, others notReadyAddresses; a pod on its way out is in neither (unlike in EndpointSlices).
//! Source: recording d-deploy (measured).

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{EndpointAddress, EndpointPort, EndpointSubset, Endpoints, Service};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::cluster::Cluster;
use super::controller::{Controller, spawn};
use super::error::SyncError;
use super::objects::{Key, created, whole};
use super::service::{Backend, HEADLESS, Port, TRIGGER, backends, enqueue, is_headless, publishes_not_ready};

const MANAGED: &str = "endpoints.kubernetes.io/managed-by";
const MANAGER: &str = "endpoint-controller";

struct EndpointsController {
    cluster: Arc<Cluster>,
}

/// Wires and starts the controller.
pub(super) fn start(cluster: &Arc<Cluster>, tasks: &mut JoinSet<()>, cancel: &CancellationToken) {
    let queue = cluster.queue();
    enqueue(cluster, &queue);
    spawn(EndpointsController { cluster: cluster.clone() }, queue, cluster, tasks, cancel);
}

/// The Endpoints that a Service should have.
fn plan(service: &Service, backends: &[Backend], old: Option<&Endpoints>) -> Endpoints {
    let subsets = subsets(service, backends);
    let mut labels = service.metadata.labels.clone().unwrap_or_default();
    labels.insert(MANAGED.to_owned(), MANAGER.to_owned());
    if is_headless(service) {
        labels.insert(HEADLESS.to_owned(), String::new());
    }
    let known: Vec<&str> = old.iter().flat_map(|old| addresses(old.subsets.as_deref().unwrap_or_default())).collect();
    let fresh = backends.iter().filter(|backend| backend.ready && !known.contains(&backend.ip.as_str()));
    let trigger = match old {
        None => created(service),
        Some(_) => fresh.filter_map(|backend| backend.since).min(),
    };
    let mut metadata = match old {
        Some(old) => old.metadata.clone(),
        None => ObjectMeta {
            name: service.metadata.name.clone(),
            namespace: service.metadata.namespace.clone(),
            ..ObjectMeta::default()
        },
    };
    metadata.labels = Some(labels);
    let annotations = metadata.annotations.get_or_insert_default();
    annotations.remove(TRIGGER);
    annotations.extend(trigger.map(|at| (TRIGGER.to_owned(), whole(at).to_string())));
    metadata.annotations = metadata.annotations.take().filter(|annotations| !annotations.is_empty());
    Endpoints { metadata, subsets: (!subsets.is_empty()).then_some(subsets) }
}

fn addresses(subsets: &[EndpointSubset]) -> impl Iterator<Item = &str> {
    subsets.iter().flat_map(|subset| subset.addresses.iter().flatten()).map(|address| address.ip.as_str())
}

/// One subset for each set of ports.
fn subsets(service: &Service, backends: &[Backend]) -> Vec<EndpointSubset> {
    let mut by_ports: BTreeMap<&[Port], (Vec<EndpointAddress>, Vec<EndpointAddress>)> = BTreeMap::new();
    let anyway = publishes_not_ready(service);
    for backend in backends.iter().filter(|backend| !backend.terminating || anyway) {
        let (ready, waiting) = by_ports.entry(&backend.ports).or_default();
        let address = EndpointAddress {
            ip: backend.ip.clone(),
            hostname: backend.hostname.clone(),
            node_name: backend.node.clone(),
            target_ref: Some(backend.target.clone()),
        };
        if backend.ready || anyway { ready.push(address) } else { waiting.push(address) }
    }
    let headless = is_headless(service);
    let served = by_ports.into_iter().filter(|(ports, _)| !ports.is_empty() || headless);
    let subset = |(ports, (ready, waiting)): (&[Port], (Vec<EndpointAddress>, Vec<EndpointAddress>))| EndpointSubset {
        addresses: (!ready.is_empty()).then_some(ready),
        not_ready_addresses: (!waiting.is_empty()).then_some(waiting),
        ports: (!ports.is_empty()).then(|| ports.iter().map(port).collect()),
    };
    served.map(subset).collect()
}

fn port(port: &Port) -> EndpointPort {
    EndpointPort {
        name: Some(port.name.clone()).filter(|name| !name.is_empty()),
        port: port.port,
        protocol: Some(port.protocol.clone()),
        app_protocol: port.app_protocol.clone(),
    }
}

/// Whether a write would change anything but the trigger time.
fn differs(old: &Endpoints, new: &Endpoints) -> bool {
    old.subsets != new.subsets || old.metadata.labels != new.metadata.labels
}

impl Controller for EndpointsController {
    const NAME: &'static str = "endpoint-controller";

    async fn sync(&self, key: &Key) -> Result<Option<Timestamp>, SyncError> {
        let old = self.cluster.endpoints.get(key);
        let Some(service) = self.cluster.services.get(key) else {
            // Endpoints written by hand stay.
            let ours =
                |old: &Arc<Endpoints>| old.metadata.labels.as_ref().is_some_and(|labels| labels.contains_key(MANAGED));
            if let Some(old) = old.filter(ours) {
                self.cluster.endpoints.delete(old.as_ref(), None).await?;
            }
            return Ok(None);
        };
        let pods = self.cluster.pods.in_namespace(&key.namespace);
        let Some(backends) = backends(&service, &pods) else { return Ok(None) };
        let new = plan(&service, &backends, old.as_deref());
        match old {
            None => self.cluster.endpoints.create(&key.namespace, &new).await.map(drop)?,
            Some(old) if differs(&old, &new) => self.cluster.endpoints.update(&new).await.map(drop)?,
            Some(_) => {}
        }
        Ok(None)
    }
}
