//! Which address is to be proxied to which endpoints: pure, from Services and EndpointSlices.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};

use k8s_openapi::api::core::v1::{Service, ServicePort};
use k8s_openapi::api::discovery::v1::EndpointSlice;

/// Namespace and name.
pub(super) type Key = (String, String);

/// An address that somebody should listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    /// For which Service.
    pub(super) service: Key,
    /// Where connections go.
    pub(super) backends: Vec<SocketAddr>,
}

/// The listeners wanted. A port without usable endpoints is not among them.
pub(super) fn wishes<'a>(
    services: impl Iterator<Item = &'a Service>,
    slices: impl Iterator<Item = &'a EndpointSlice>,
    node_ip: Ipv4Addr,
) -> BTreeMap<SocketAddr, Wish> {
    let slices = by_service(slices);
    let mut wishes = BTreeMap::new();
    for service in services {
        let key = key(service);
        let Some(own) = slices.get(&key) else { continue };
        for port in tcp_ports(service) {
            let backends = backends(own, port);
            if backends.is_empty() {
                continue;
            }
            let wish = Wish { service: key.clone(), backends };
            if let (Some(ip), Ok(number)) = (cluster_ip(service), u16::try_from(port.port)) {
                wishes.insert(SocketAddr::from((ip, number)), wish.clone());
            }
            if let Some(number @ 1..) = port.node_port.and_then(|n| u16::try_from(n).ok()) {
                wishes.insert(SocketAddr::from((node_ip, number)), wish);
            }
        }
    }
    wishes
}

/// The ports that Services have, whether they have endpoints or not.
pub(super) fn ports<'a>(services: impl Iterator<Item = &'a Service>) -> BTreeSet<(Ipv4Addr, u16)> {
    let of = |service: &'a Service| {
        let ip = cluster_ip(service);
        tcp_ports(service).filter_map(move |port| Some((ip?, u16::try_from(port.port).ok()?)))
    };
    services.flat_map(of).collect()
}

fn key(service: &Service) -> Key {
    let meta = &service.metadata;
    (meta.namespace.clone().unwrap_or_default(), meta.name.clone().unwrap_or_default())
}

/// Slices belong to a Service by a label.
fn by_service<'a>(slices: impl Iterator<Item = &'a EndpointSlice>) -> BTreeMap<Key, Vec<&'a EndpointSlice>> {
    let mut result: BTreeMap<Key, Vec<&EndpointSlice>> = BTreeMap::new();
    for slice in slices {
        let name = slice.metadata.labels.as_ref().and_then(|l| l.get("kubernetes.io/service-name"));
        if let (Some(name), Some(namespace)) = (name, &slice.metadata.namespace) {
            result.entry((namespace.clone(), name.clone())).or_default().push(slice);
        }
    }
    result
}

fn cluster_ip(service: &Service) -> Option<Ipv4Addr> {
    service.spec.as_ref()?.cluster_ip.as_ref()?.parse().ok()
}

fn tcp_ports(service: &Service) -> impl Iterator<Item = &ServicePort> {
    let external = service.spec.as_ref().and_then(|s| s.type_.as_deref()) == Some("ExternalName");
    let ports = service.spec.iter().flat_map(|s| s.ports.iter().flatten());
    ports.filter(move |p| !external && matches!(p.protocol.as_deref(), None | Some("TCP")))
}

/// The endpoints of a port: the ready ones; if there is none, those that still serve while they
/// terminate (Kubernetes: ProxyTerminatingEndpoints).
fn backends(slices: &[&EndpointSlice], port: &ServicePort) -> Vec<SocketAddr> {
    let mut ready = Vec::new();
    let mut leaving = Vec::new();
    let name = port.name.as_deref().unwrap_or_default();
    for slice in slices {
        let own = slice.ports.iter().flatten().find(|p| p.name.as_deref().unwrap_or_default() == name);
        let Some(number) = own.and_then(|p| u16::try_from(p.port?).ok()) else { continue };
        for endpoint in slice.endpoints.iter().flatten() {
            let conditions = endpoint.conditions.clone().unwrap_or_default();
            let addresses = endpoint.addresses.iter().filter_map(|a| a.parse::<std::net::IpAddr>().ok());
            let addresses = addresses.map(|ip| SocketAddr::from((ip, number)));
            let is_ready = conditions.ready.unwrap_or(true);
            if is_ready {
                ready.extend(addresses);
            } else if conditions.serving == Some(true) && conditions.terminating == Some(true) {
                leaving.extend(addresses);
            }
        }
    }
    let mut result = if ready.is_empty() { leaving } else { ready };
    result.sort_unstable();
    result.dedup();
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(port: i32, node_port: i32) -> Service {
        serde_json::from_value(serde_json::json!({
            "metadata": {"namespace": "default", "name": "localstack"},
            "spec": {"clusterIP": "127.65.0.9", "type": "NodePort",
                     "ports": [{"name": "edge", "port": port, "targetPort": 4566, "nodePort": node_port}]},
        }))
        .expect("a Service")
    }

    fn slice(endpoints: serde_json::Value) -> EndpointSlice {
        serde_json::from_value(serde_json::json!({
            "metadata": {"namespace": "default", "name": "localstack-x",
                         "labels": {"kubernetes.io/service-name": "localstack"}},
            "addressType": "IPv4",
            "ports": [{"name": "edge", "port": 4566, "protocol": "TCP"}],
            "endpoints": endpoints,
        }))
        .expect("an EndpointSlice")
    }

    fn wishes_of(service: &Service, endpoints: serde_json::Value) -> BTreeMap<SocketAddr, Vec<SocketAddr>> {
        let slice = slice(endpoints);
        let all = wishes([service].into_iter(), [&slice].into_iter(), Ipv4Addr::LOCALHOST);
        all.into_iter().map(|(address, wish)| (address, wish.backends)).collect()
    }

    fn at(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_changed_port_moves_the_listener_and_keeps_the_node_port() {
        let ready = serde_json::json!([{"addresses": ["127.64.0.7"], "conditions": {"ready": true}}]);
        let got = wishes_of(&service(4566, 30000), ready.clone());
        let pod = vec![at("127.64.0.7:4566")];
        assert_eq!(got, [(at("127.0.0.1:30000"), pod.clone()), (at("127.65.0.9:4566"), pod.clone())].into());
        let got = wishes_of(&service(4567, 30000), ready);
        assert_eq!(got, [(at("127.0.0.1:30000"), pod.clone()), (at("127.65.0.9:4567"), pod)].into());
    }

    #[test]
    fn without_ready_endpoints_a_terminating_one_still_serves() {
        let leaving = serde_json::json!({"addresses": ["127.64.0.7"],
            "conditions": {"ready": false, "serving": true, "terminating": true}});
        let unready = serde_json::json!({"addresses": ["127.64.0.8"],
            "conditions": {"ready": false, "serving": false, "terminating": false}});
        let got = wishes_of(&service(4566, 0), serde_json::json!([leaving, unready]));
        assert_eq!(got, [(at("127.65.0.9:4566"), vec![at("127.64.0.7:4566")])].into());
        assert!(wishes_of(&service(4566, 30000), serde_json::json!([unready])).is_empty());
    }
}
