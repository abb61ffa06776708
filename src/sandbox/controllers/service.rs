//! Which pods stand behind a Service, and on which ports. Pure; used by `endpoints` and `endpointslice`.

use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{ObjectReference, Pod, Service, ServicePort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::cluster::Cluster;
use super::labels::contains;
use super::objects::{Key, is_deleting, name, namespace, uid};
use super::pods::{condition, is_finished, is_ready};
use super::queue::Queue;

/// The annotation that tells since when the change was due.
pub(super) const TRIGGER: &str = "endpoints.kubernetes.io/last-change-trigger-time";
/// The label of what belongs to a headless Service.
pub(super) const HEADLESS: &str = "service.kubernetes.io/headless";

/// A pod behind a Service.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Backend {
    pub(super) ip: String,
    pub(super) node: Option<String>,
    pub(super) hostname: Option<String>,
    pub(super) target: ObjectReference,
    pub(super) ready: bool,
    pub(super) terminating: bool,
    /// Since when it is (or is not) ready.
    pub(super) since: Option<Timestamp>,
    pub(super) ports: Vec<Port>,
}

/// A port of a pod as a Service means it; the name is empty if the Service does not name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Port {
    pub(super) name: String,
    pub(super) port: i32,
    pub(super) protocol: String,
    pub(super) app_protocol: Option<String>,
}

/// The pods behind a Service in the order of their addresses; `None` if its endpoints are not ours to write.
pub(super) fn backends(service: &Service, pods: &[Arc<Pod>]) -> Option<Vec<Backend>> {
    let spec = service.spec.as_ref()?;
    let selector = spec.selector.as_ref().filter(|selector| !selector.is_empty())?;
    if spec.type_.as_deref() == Some("ExternalName") {
        return None;
    }
    let chosen = pods.iter().filter(|pod| contains(pod.metadata.labels.as_ref(), selector) && !is_finished(pod));
    let mut backends: Vec<Backend> = chosen.filter_map(|pod| backend(service, pod)).collect();
    backends.sort_by_key(|backend| (backend.ip.parse::<std::net::IpAddr>().ok(), backend.target.name.clone()));
    Some(backends)
}

fn backend(service: &Service, pod: &Pod) -> Option<Backend> {
    let ip = pod.status.as_ref()?.pod_ip.clone().filter(|ip| !ip.is_empty())?;
    let spec = pod.spec.as_ref()?;
    let ports = service.spec.as_ref()?.ports.iter().flatten();
    let in_service = spec.subdomain.as_deref() == Some(name(service));
    Some(Backend {
        ip,
        node: spec.node_name.clone(),
        hostname: spec.hostname.clone().filter(|_| in_service),
        target: ObjectReference {
            kind: Some("Pod".to_owned()),
            namespace: Some(namespace(pod).to_owned()),
            name: Some(name(pod).to_owned()),
            uid: Some(uid(pod).to_owned()),
            ..ObjectReference::default()
        },
        ready: is_ready(pod),
        terminating: is_deleting(pod),
        since: condition(pod, "Ready").and_then(|ready| ready.last_transition_time.as_ref()).map(|time| time.0),
        ports: ports.filter_map(|port| resolve(port, pod)).collect(),
    })
}

/// The pod's own number for a Service's port; `None` if the pod has no port of that name.
fn resolve(port: &ServicePort, pod: &Pod) -> Option<Port> {
    let protocol = port.protocol.clone().unwrap_or_else(|| "TCP".to_owned());
    let number = match &port.target_port {
        None => port.port,
        Some(IntOrString::Int(number)) if *number > 0 => *number,
        Some(IntOrString::Int(_)) => port.port,
        Some(IntOrString::String(wanted)) => {
            let containers = &pod.spec.as_ref()?.containers;
            let mut ports = containers.iter().flat_map(|container| container.ports.iter().flatten());
            let fits = ports.find(|one| {
                one.name.as_deref() == Some(wanted) && one.protocol.as_deref().unwrap_or("TCP") == protocol
            });
            fits?.container_port
        }
    };
    Some(Port {
        name: port.name.clone().unwrap_or_default(),
        port: number,
        protocol,
        app_protocol: port.app_protocol.clone(),
    })
}

pub(super) fn is_headless(service: &Service) -> bool {
    service.spec.as_ref().and_then(|spec| spec.cluster_ip.as_deref()) == Some("None")
}

pub(super) fn publishes_not_ready(service: &Service) -> bool {
    service.spec.as_ref().and_then(|spec| spec.publish_not_ready_addresses) == Some(true)
}

/// Queues a Service when it or a pod that it selects (or did select) has changed.
pub(super) fn enqueue(cluster: &Arc<Cluster>, queue: &Arc<Queue>) {
    cluster.services.on_change({
        let queue = queue.clone();
        move |change| {
            if let Some(service) = change.latest() {
                queue.add(Key::of(service));
            }
        }
    });
    cluster.pods.on_change({
        let (queue, services) = (queue.clone(), cluster.services.clone());
        move |change| {
            let Some(pod) = change.latest() else { return };
            for service in services.in_namespace(namespace(pod)) {
                let selector = service.spec.as_ref().and_then(|spec| spec.selector.as_ref());
                let selects = |selector| change.both().any(|pod| contains(pod.metadata.labels.as_ref(), selector));
                if selector.is_some_and(selects) {
                    queue.add(Key::of(service.as_ref()));
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(port: serde_json::Value) -> Service {
        serde_json::from_value(serde_json::json!({
            "metadata": {"name": "web", "namespace": "n"}, "spec": {"selector": {"app": "web"}, "ports": [port]},
        }))
        .expect("a service")
    }

    fn pod(phase: &str, ip: &str) -> Arc<Pod> {
        let pod = serde_json::json!({
            "metadata": {"name": format!("web-{ip}"), "namespace": "n", "labels": {"app": "web", "x": "y"}},
            "spec": {"containers": [{"name": "c", "ports": [{"name": "http", "containerPort": 80}]}]},
            "status": {"phase": phase, "podIP": ip},
        });
        Arc::new(serde_json::from_value(pod).expect("a pod"))
    }

    #[test]
    fn named_ports_are_looked_up_and_ended_pods_left_out() {
        let pods =
            [pod("Running", "127.1.0.10"), pod("Running", "127.1.0.9"), pod("Failed", "127.1.0.3"), pod("Pending", "")];
        let named = service(serde_json::json!({"name": "h", "port": 4566, "targetPort": "http"}));
        let found = backends(&named, &pods).expect("ours");
        assert_eq!(found.iter().map(|backend| backend.ip.as_str()).collect::<Vec<_>>(), ["127.1.0.9", "127.1.0.10"]);
        assert_eq!((found[0].ports[0].name.as_str(), found[0].ports[0].port), ("h", 80));
        let unknown = service(serde_json::json!({"port": 4566, "targetPort": "grpc"}));
        assert!(backends(&unknown, &pods).expect("ours").iter().all(|backend| backend.ports.is_empty()));
        let numbered = service(serde_json::json!({"port": 4567}));
        assert_eq!(backends(&numbered, &pods).expect("ours")[0].ports[0].port, 4567);
    }

    #[test]
    fn a_service_without_selector_is_left_alone() {
        let service: Service = serde_json::from_value(
            serde_json::json!({"metadata": {"name": "kubernetes"}, "spec": {"ports": [{"port": 443}]}}),
        )
        .expect("a service");
        assert_eq!(backends(&service, &[]), None);
    }
}
