//! Service links: the variables by which Kubernetes told pods of Services before it had DNS
//! (`TASK_SERVICE_SERVICE_HOST`, `TASK_SERVICE_PORT=tcp://…`), and still does.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Service;

/// The namespace and name of the API server's own Service, of which every pod is told.
const MASTER: (&str, &str) = ("default", "kubernetes");

/// The variables for a pod of `namespace`; without `all` only those of the API server.
pub(super) fn variables(services: &[Service], namespace: &str, all: bool) -> BTreeMap<String, String> {
    let mut result = BTreeMap::new();
    let of = |service: &Service, namespace: &str| service.metadata.namespace.as_deref() == Some(namespace);
    let is_master = |service: &Service| of(service, MASTER.0) && service.metadata.name.as_deref() == Some(MASTER.1);
    for service in services.iter().filter(|s| is_master(s)) {
        add(&mut result, service);
    }
    // A Service of the pod's own namespace goes before the API server's of the same name.
    for service in services.iter().filter(|s| all && of(s, namespace)) {
        add(&mut result, service);
    }
    result
}

fn add(result: &mut BTreeMap<String, String>, service: &Service) {
    let Some(spec) = &service.spec else { return };
    let (Some(name), Some(ip)) = (&service.metadata.name, &spec.cluster_ip) else { return };
    let ports = spec.ports.as_deref().unwrap_or_default();
    if ip.is_empty() || ip == "None" || ports.is_empty() {
        return;
    }
    let name = upper(name);
    result.insert(format!("{name}_SERVICE_HOST"), ip.clone());
    result.insert(format!("{name}_SERVICE_PORT"), ports[0].port.to_string());
    for port in ports {
        if let Some(port_name) = port.name.as_ref().filter(|n| !n.is_empty()) {
            result.insert(format!("{name}_SERVICE_PORT_{}", upper(port_name)), port.port.to_string());
        }
    }
    for (i, port) in ports.iter().enumerate() {
        let protocol = port.protocol.as_deref().unwrap_or("TCP");
        let url = format!("{}://{ip}:{}", protocol.to_lowercase(), port.port);
        if i == 0 {
            result.insert(format!("{name}_PORT"), url.clone());
        }
        let prefix = format!("{name}_PORT_{}_{protocol}", port.port);
        result.insert(format!("{prefix}_PROTO"), protocol.to_lowercase());
        result.insert(format!("{prefix}_PORT"), port.port.to_string());
        result.insert(format!("{prefix}_ADDR"), ip.clone());
        result.insert(prefix, url);
    }
}

fn upper(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(namespace: &str, name: &str, ip: &str, port: i32) -> Service {
        serde_json::from_value(serde_json::json!({
            "metadata": {"namespace": namespace, "name": name},
            "spec": {"clusterIP": ip, "ports": [{"name": "http", "port": port}]},
        }))
        .expect("a Service")
    }

    #[test]
    fn the_variables_a_kubelet_sets() {
        let services = [
            service("default", "kubernetes", "127.65.0.1", 443),
            service("lab", "task-service", "127.65.0.9", 3000),
            service("lab", "headless", "None", 80),
            service("other", "x", "127.65.0.10", 1),
        ];
        let got = variables(&services, "lab", true);
        let expected = [
            ("KUBERNETES_SERVICE_HOST", "127.65.0.1"),
            ("KUBERNETES_SERVICE_PORT", "443"),
            ("KUBERNETES_SERVICE_PORT_HTTP", "443"),
            ("KUBERNETES_PORT", "tcp://127.65.0.1:443"),
            ("KUBERNETES_PORT_443_TCP", "tcp://127.65.0.1:443"),
            ("KUBERNETES_PORT_443_TCP_PROTO", "tcp"),
            ("KUBERNETES_PORT_443_TCP_PORT", "443"),
            ("KUBERNETES_PORT_443_TCP_ADDR", "127.65.0.1"),
            ("TASK_SERVICE_SERVICE_HOST", "127.65.0.9"),
            ("TASK_SERVICE_SERVICE_PORT", "3000"),
            ("TASK_SERVICE_SERVICE_PORT_HTTP", "3000"),
            ("TASK_SERVICE_PORT", "tcp://127.65.0.9:3000"),
            ("TASK_SERVICE_PORT_3000_TCP", "tcp://127.65.0.9:3000"),
            ("TASK_SERVICE_PORT_3000_TCP_PROTO", "tcp"),
            ("TASK_SERVICE_PORT_3000_TCP_PORT", "3000"),
            ("TASK_SERVICE_PORT_3000_TCP_ADDR", "127.65.0.9"),
        ];
        let expected: BTreeMap<_, _> = expected.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        assert_eq!(got, expected);
        assert_eq!(variables(&services, "lab", false).len(), 8);
    }
}
