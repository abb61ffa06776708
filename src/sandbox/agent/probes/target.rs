//! What a probe or hook asks: an HTTP request, a TCP connection, a command.

use std::net::{Ipv4Addr, SocketAddr};

use k8s_openapi::api::core::v1::{Container, HTTPGetAction, Probe};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::http::Request;

/// What to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sandbox::agent) enum Target {
    /// GET, any status from 200 to 399 is good.
    Http(Request),
    /// A connection is good.
    Tcp(SocketAddr),
    /// Exit code 0 is good.
    Exec(Vec<String>),
    /// Cannot be asked; why.
    None(String),
}

impl Target {
    /// What a probe asks.
    pub(super) fn of(probe: &Probe, container: &Container, pod_ip: Ipv4Addr) -> Self {
        if let Some(action) = &probe.http_get {
            return Self::http(action, container, pod_ip);
        }
        if let Some(action) = &probe.exec {
            return Self::Exec(action.command.clone().unwrap_or_default());
        }
        if let Some(action) = &probe.tcp_socket {
            let host = action.host.as_deref().and_then(|h| h.parse().ok()).unwrap_or(pod_ip);
            return match port(&action.port, container) {
                Some(port) => Self::Tcp(SocketAddr::from((host, port))),
                None => Self::None(format!("couldn't find port: {:?}", action.port)),
            };
        }
        Self::None("the sandbox has httpGet, tcpSocket and exec probes only".into())
    }

    /// What an httpGet asks.
    pub(in crate::sandbox::agent) fn http(action: &HTTPGetAction, container: &Container, pod_ip: Ipv4Addr) -> Self {
        let Some(port) = port(&action.port, container) else {
            return Self::None(format!("couldn't find port: {:?}", action.port));
        };
        let scheme = action.scheme.as_deref().unwrap_or("HTTP").to_lowercase();
        if scheme == "https" {
            return Self::None("the sandbox probes over plain HTTP only".into());
        }
        let host = action.host.clone().filter(|h| !h.is_empty()).unwrap_or_else(|| pod_ip.to_string());
        let path = action.path.clone().filter(|p| !p.is_empty()).unwrap_or_else(|| "/".into());
        let path = if path.starts_with('/') { path } else { format!("/{path}") };
        let headers = action.http_headers.iter().flatten().map(|h| (h.name.clone(), h.value.clone())).collect();
        Self::Http(Request { host, port, path, headers })
    }
}

/// A port given by number or by its name in the container's spec.
fn port(port: &IntOrString, container: &Container) -> Option<u16> {
    match port {
        IntOrString::Int(n) => u16::try_from(*n).ok(),
        IntOrString::String(name) => named_port(container, name).or_else(|| name.parse().ok()),
    }
}

/// The number of a container's named port.
fn named_port(container: &Container, name: &str) -> Option<u16> {
    let ports = container.ports.iter().flatten();
    ports.filter(|p| p.name.as_deref() == Some(name)).find_map(|p| u16::try_from(p.container_port).ok())
}
