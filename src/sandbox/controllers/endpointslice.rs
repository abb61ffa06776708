//! The EndpointSlice controller: the pods behind a Service, ready or not, with those on their way out.
//!
//! One slice (`SERVICE-xxxxx`) for each set of ports; a Service without pods has one empty slice. The sandbox's node
//! agent and kube-proxy read these. A Service of more than 1000 pods is beyond this sandbox.
//! Source: recording d-deploy (measured).

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::discovery::v1::{Endpoint, EndpointConditions, EndpointPort, EndpointSlice};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::cluster::Cluster;
use super::controller::{Controller, spawn};
use super::error::SyncError;
use super::objects::{Key, created, is_controlled_by, is_deleting, name, owner_reference, uid, whole};
use super::service::{Backend, HEADLESS, Port, TRIGGER, backends, enqueue, is_headless, publishes_not_ready};

const MANAGED: &str = "endpointslice.kubernetes.io/managed-by";
const MANAGER: &str = "endpointslice-controller.k8s.io";
const SERVICE: &str = "kubernetes.io/service-name";

struct EndpointSliceController {
    cluster: Arc<Cluster>,
}

/// Wires and starts the controller.
pub(super) fn start(cluster: &Arc<Cluster>, tasks: &mut JoinSet<()>, cancel: &CancellationToken) {
    let queue = cluster.queue();
    enqueue(cluster, &queue);
    spawn(EndpointSliceController { cluster: cluster.clone() }, queue, cluster, tasks, cancel);
}

/// One write.
#[derive(Debug)]
enum Operation {
    Create(Box<EndpointSlice>),
    Update(Box<EndpointSlice>),
    Delete(Arc<EndpointSlice>),
}

/// The writes that turn the slices there are into those that should be.
fn plan(service: &Service, backends: &[Backend], slices: &[Arc<EndpointSlice>]) -> Vec<Operation> {
    let mut left: Vec<Arc<EndpointSlice>> = slices.to_vec();
    let mut operations = Vec::new();
    for (ports, endpoints) in wanted(service, backends) {
        let ports = ports.map(|ports| ports.iter().map(port).collect::<Vec<_>>());
        // A slice keeps its ports; an empty one takes any.
        let same = |slice: &Arc<EndpointSlice>| slice.ports == ports;
        let empty = |slice: &Arc<EndpointSlice>| slice.ports.as_ref().is_none_or(Vec::is_empty);
        let found = left.iter().position(same).or_else(|| left.iter().position(empty));
        // Nothing but one slice of other ports: it is rewritten rather than replaced.
        let found = found.or_else(|| (left.len() == 1 && operations.is_empty()).then_some(0));
        let old = found.map(|index| left.remove(index));
        let trigger = trigger(service, backends, old.as_deref());
        let new = slice(service, old.as_deref(), ports, endpoints, trigger);
        match old {
            None => operations.push(Operation::Create(Box::new(new))),
            Some(old) if differs(&old, &new) => operations.push(Operation::Update(Box::new(new))),
            Some(_) => {}
        }
    }
    operations.extend(left.into_iter().map(Operation::Delete));
    operations
}

/// Ports and endpoints of each slice; ports are unknown where there is no pod.
fn wanted<'a>(service: &Service, backends: &'a [Backend]) -> Vec<(Option<&'a [Port]>, Vec<Endpoint>)> {
    let mut by_ports: BTreeMap<&[Port], Vec<Endpoint>> = BTreeMap::new();
    for backend in backends {
        by_ports.entry(&backend.ports).or_default().push(endpoint(service, backend));
    }
    if by_ports.is_empty() {
        return vec![(None, Vec::new())];
    }
    by_ports.into_iter().map(|(ports, endpoints)| (Some(ports), endpoints)).collect()
}

fn endpoint(service: &Service, backend: &Backend) -> Endpoint {
    let ready = publishes_not_ready(service) || backend.ready && !backend.terminating;
    Endpoint {
        addresses: vec![backend.ip.clone()],
        conditions: Some(EndpointConditions {
            ready: Some(ready),
            serving: Some(backend.ready),
            terminating: Some(backend.terminating),
        }),
        hostname: backend.hostname.clone(),
        node_name: backend.node.clone(),
        target_ref: Some(backend.target.clone()),
        ..Endpoint::default()
    }
}

fn port(port: &Port) -> EndpointPort {
    EndpointPort {
        name: Some(port.name.clone()),
        port: Some(port.port),
        protocol: Some(port.protocol.clone()),
        app_protocol: port.app_protocol.clone(),
    }
}

/// Since when the change is due: the Service's creation, or when the first new pod became ready.
fn trigger(service: &Service, backends: &[Backend], old: Option<&EndpointSlice>) -> Option<Timestamp> {
    let Some(old) = old else { return created(service) };
    let known = |backend: &&Backend| {
        let endpoints = old.endpoints.as_deref().unwrap_or_default();
        endpoints.iter().any(|endpoint| endpoint.addresses.contains(&backend.ip))
    };
    backends.iter().filter(|backend| backend.ready && !known(backend)).filter_map(|backend| backend.since).min()
}

fn slice(
    service: &Service,
    old: Option<&EndpointSlice>,
    ports: Option<Vec<EndpointPort>>,
    endpoints: Vec<Endpoint>,
    trigger: Option<Timestamp>,
) -> EndpointSlice {
    let mut labels = service.metadata.labels.clone().unwrap_or_default();
    labels.insert(MANAGED.to_owned(), MANAGER.to_owned());
    labels.insert(SERVICE.to_owned(), name(service).to_owned());
    if is_headless(service) {
        labels.insert(HEADLESS.to_owned(), String::new());
    }
    let mut metadata = match old {
        Some(old) => old.metadata.clone(),
        None => ObjectMeta {
            generate_name: Some(format!("{}-", name(service))),
            namespace: service.metadata.namespace.clone(),
            owner_references: Some(vec![owner_reference(service)]),
            ..ObjectMeta::default()
        },
    };
    metadata.labels = Some(labels);
    let annotations = metadata.annotations.get_or_insert_default();
    annotations.remove(TRIGGER);
    annotations.extend(trigger.map(|at| (TRIGGER.to_owned(), whole(at).to_string())));
    metadata.annotations = metadata.annotations.take().filter(|annotations| !annotations.is_empty());
    let six = endpoints.iter().flat_map(|endpoint| &endpoint.addresses).any(|address| address.contains(':'));
    EndpointSlice {
        address_type: if six { "IPv6" } else { "IPv4" }.to_owned(),
        endpoints: (!endpoints.is_empty()).then_some(endpoints),
        metadata,
        ports,
    }
}

/// Whether a write would change anything but the trigger time.
fn differs(old: &EndpointSlice, new: &EndpointSlice) -> bool {
    let endpoints = |slice: &EndpointSlice| slice.endpoints.clone().unwrap_or_default();
    let ports = |slice: &EndpointSlice| slice.ports.clone().unwrap_or_default();
    endpoints(old) != endpoints(new) || ports(old) != ports(new) || old.metadata.labels != new.metadata.labels
}

impl Controller for EndpointSliceController {
    const NAME: &'static str = "endpointslice-controller";

    async fn sync(&self, key: &Key) -> Result<Option<Timestamp>, SyncError> {
        // The slices of a Service that is gone are the garbage collector's.
        let Some(service) = self.cluster.services.get(key) else { return Ok(None) };
        if is_deleting(service.as_ref()) {
            return Ok(None);
        }
        let pods = self.cluster.pods.in_namespace(&key.namespace);
        let Some(backends) = backends(&service, &pods) else { return Ok(None) };
        let ours = |slice: &Arc<EndpointSlice>| is_controlled_by(&slice.metadata, uid(service.as_ref()));
        let mut slices = self.cluster.slices.in_namespace(&key.namespace);
        slices.retain(|slice| ours(slice) && !is_deleting(slice.as_ref()));
        for operation in plan(&service, &backends, &slices) {
            match operation {
                Operation::Create(slice) => self.cluster.slices.create(&key.namespace, &slice).await.map(drop)?,
                Operation::Update(slice) => self.cluster.slices.update(&slice).await.map(drop)?,
                Operation::Delete(slice) => self.cluster.slices.delete(slice.as_ref(), None).await.map(drop)?,
            }
        }
        Ok(None)
    }
}
