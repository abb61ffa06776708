//! Service: one steady address and name for a changing set of pods.

use serde_json::{Value, json};

use super::columns::{AGE, NAME, NONE, age, column, labels, name, or_none, wide};
use super::value::{absent, child, drop_empty, fill, fill_text, flag, int, items, items_mut, remove, set, text};
use super::{Column, Context, NameRule, Strategy, service_rules};
use crate::sandbox::api::status::FieldError;

/// The rules of Services.
pub(super) struct Service;

const COLUMNS: &[Column] = &[
    NAME,
    column(
        "Type",
        "type determines how the Service is exposed. Defaults to ClusterIP. Valid options are ExternalName, ClusterIP, NodePort, and LoadBalancer. \"ClusterIP\" allocates a cluster-internal IP address for load-balancing to endpoints. Endpoints are determined by the selector or if that is not specified, by manual construction of an Endpoints object or EndpointSlice objects. If clusterIP is \"None\", no virtual IP is allocated and the endpoints are published as a set of endpoints rather than a virtual IP. \"NodePort\" builds on ClusterIP and allocates a port on every node which routes to the same endpoints as the clusterIP. \"LoadBalancer\" builds on NodePort and creates an external load-balancer (if supported in the current cloud) which routes to the same endpoints as the clusterIP. \"ExternalName\" aliases this service to the specified externalName. Several other fields do not apply to ExternalName services. More info: https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types",
    ),
    column(
        "Cluster-IP",
        "clusterIP is the IP address of the service and is usually assigned randomly. If an address is specified manually, is in-range (as per system configuration), and is not in use, it will be allocated to the service; otherwise creation of the service will fail. This field may not be changed through updates unless the type field is also being changed to ExternalName (which requires this field to be blank) or the type field is being changed from ExternalName (in which case this field may optionally be specified, as describe above).  Valid values are \"None\", empty string (\"\"), or a valid IP address. Setting this to \"None\" makes a \"headless service\" (no virtual IP), which is useful when direct endpoint connections are preferred and proxying is not required.  Only applies to types ClusterIP, NodePort, and LoadBalancer. If this field is specified when creating a Service of type ExternalName, creation will fail. This field will be wiped when updating a Service to type ExternalName. More info: https://kubernetes.io/docs/concepts/services-networking/service/#virtual-ips-and-service-proxies",
    ),
    column(
        "External-IP",
        "externalIPs is a list of IP addresses for which nodes in the cluster will also accept traffic for this service.  These IPs are not managed by Kubernetes.  The user is responsible for ensuring that traffic arrives at a node with this IP.  A common example is external load-balancers that are not part of the Kubernetes system.",
    ),
    column(
        "Port(s)",
        "The list of ports that are exposed by this service. More info: https://kubernetes.io/docs/concepts/services-networking/service/#virtual-ips-and-service-proxies",
    ),
    AGE,
    wide(
        "Selector",
        "Route service traffic to pods with label keys and values matching this selector. If empty or not present, the service is assumed to have an external process managing its endpoints, which Kubernetes will not modify. Only applies to types ClusterIP, NodePort, and LoadBalancer. Ignored if type is ExternalName. More info: https://kubernetes.io/docs/concepts/services-networking/service/",
    ),
];

impl Strategy for Service {
    fn default(&self, object: &mut Value) {
        let spec = child(object, "spec");
        drop_empty(
            spec,
            &["selector", "ports", "clusterIP", "clusterIPs", "externalIPs", "externalName", "ipFamilies"],
        );
        drop_empty(spec, &["loadBalancerIP", "loadBalancerSourceRanges"]);
        if !flag(spec, "/publishNotReadyAddresses") {
            remove(spec, "publishNotReadyAddresses");
        }
        for port in items_mut(spec, "/ports") {
            default_port(port);
        }
        fill_text(spec, "type", "ClusterIP");
        fill_text(spec, "sessionAffinity", "None");
        if text(spec, "/sessionAffinity") == "ClientIP" {
            fill(child(child(spec, "sessionAffinityConfig"), "clientIP"), "timeoutSeconds", 10_800);
        }
        let kind = text(spec, "/type").to_owned();
        if matches!(kind.as_str(), "NodePort" | "LoadBalancer") {
            fill_text(spec, "externalTrafficPolicy", "Cluster");
        }
        if kind != "ExternalName" {
            fill_text(spec, "internalTrafficPolicy", "Cluster");
        }
        if kind == "LoadBalancer" {
            fill(spec, "allocateLoadBalancerNodePorts", true);
        }
        child(child(object, "status"), "loadBalancer");
    }

    fn prepare_create(&self, object: &mut Value, _context: &Context) {
        set(object, "status", json!({"loadBalancer": {}}));
        complete_addresses(child(object, "spec"));
    }

    fn prepare_update(&self, object: &mut Value, old: &Value, _context: &Context) {
        let spec = child(object, "spec");
        let Some(old) = old.get("spec") else { return };
        carry_over(spec, old);
        complete_addresses(spec);
    }

    fn validate(&self, object: &Value, old: Option<&Value>) -> Vec<FieldError> {
        service_rules::check(object, old)
    }

    fn name_rule(&self) -> NameRule {
        NameRule::Label
    }

    fn has_generation(&self) -> bool {
        false
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn cells(&self, object: &Value, context: &Context) -> Vec<Value> {
        vec![
            name(object),
            text(object, "/spec/type").into(),
            or_none(text(object, "/spec/clusterIP")).into(),
            external(object).into(),
            ports(object).into(),
            age(object, context.now),
            labels(object.pointer("/spec/selector")).into(),
        ]
    }

    fn fields(&self, object: &Value) -> Vec<(&'static str, String)> {
        vec![
            ("spec.clusterIP", text(object, "/spec/clusterIP").to_owned()),
            ("spec.type", text(object, "/spec/type").to_owned()),
        ]
    }

    fn unknown_field(&self, label: &str) -> String {
        format!("field label not supported: {label}")
    }
}

fn has_node_ports(spec: &Value) -> bool {
    match text(spec, "/type") {
        "NodePort" => true,
        "LoadBalancer" => flag(spec, "/allocateLoadBalancerNodePorts"),
        _ => false,
    }
}

fn default_port(port: &mut Value) {
    drop_empty(port, &["name", "targetPort", "appProtocol"]);
    fill_text(port, "protocol", "TCP");
    if int(port, "/targetPort") == Some(0) {
        remove(port, "targetPort");
    }
    if int(port, "/nodePort") == Some(0) {
        remove(port, "nodePort");
    }
    if let Some(number) = int(port, "/port") {
        fill(port, "targetPort", number);
    }
}

/// One address family only: the sandbox's addresses are IPv4.
fn complete_addresses(spec: &mut Value) {
    if text(spec, "/type") == "ExternalName" {
        for key in ["ipFamilies", "ipFamilyPolicy", "clusterIPs"] {
            remove(spec, key);
        }
        return;
    }
    let address = text(spec, "/clusterIP").to_owned();
    if !address.is_empty() {
        fill(spec, "clusterIPs", json!([address]));
    } else if let Some(first) = spec.pointer("/clusterIPs/0").cloned() {
        fill(spec, "clusterIP", first);
    }
    fill(spec, "ipFamilies", json!(["IPv4"]));
    fill(spec, "ipFamilyPolicy", "SingleStack");
}

/// A writer need not know what was handed out: address and NodePorts stay where they are left out.
fn carry_over(spec: &mut Value, old: &Value) {
    let addressed = |spec: &Value| text(spec, "/type") != "ExternalName";
    if addressed(spec) && addressed(old) {
        if absent(spec, "/clusterIP") && absent(spec, "/clusterIPs") {
            for key in ["clusterIP", "clusterIPs"] {
                if let Some(kept) = old.get(key) {
                    set(spec, key, kept.clone());
                }
            }
        }
        for key in ["ipFamilies", "ipFamilyPolicy"] {
            if let Some(kept) = old.get(key) {
                fill(spec, key, kept.clone());
            }
        }
    } else if !addressed(spec) && spec.get("clusterIP") == old.get("clusterIP") {
        remove(spec, "clusterIP");
        remove(spec, "clusterIPs");
    }
    let node_ports = has_node_ports(spec);
    for port in items_mut(spec, "/ports") {
        let before = items(old, "/ports")
            .iter()
            .find(|p| int(p, "/port") == int(port, "/port") && text(p, "/protocol") == text(port, "/protocol"));
        let Some(number) = before.and_then(|p| int(p, "/nodePort")) else { continue };
        if node_ports {
            fill(port, "nodePort", number);
        } else if int(port, "/nodePort") == Some(number) {
            remove(port, "nodePort");
        }
    }
    if !matches!(text(spec, "/type"), "NodePort" | "LoadBalancer")
        && spec.get("externalTrafficPolicy") == old.get("externalTrafficPolicy")
    {
        remove(spec, "externalTrafficPolicy");
    }
}

fn external(object: &Value) -> String {
    let extra = || items(object, "/spec/externalIPs").iter().filter_map(Value::as_str).collect::<Vec<_>>();
    match text(object, "/spec/type") {
        "ExternalName" => text(object, "/spec/externalName").to_owned(),
        "LoadBalancer" => {
            let given = items(object, "/status/loadBalancer/ingress")
                .iter()
                .map(|point| if text(point, "/ip").is_empty() { text(point, "/hostname") } else { text(point, "/ip") });
            let all: Vec<_> = given.chain(extra()).collect();
            if all.is_empty() { "<pending>".to_owned() } else { all.join(",") }
        }
        _ => or_none(&extra().join(",")).to_owned(),
    }
}

fn ports(object: &Value) -> String {
    let list: Vec<_> = items(object, "/spec/ports")
        .iter()
        .map(|port| {
            let number = int(port, "/port").unwrap_or_default();
            let protocol = text(port, "/protocol");
            match int(port, "/nodePort").filter(|n| *n != 0) {
                Some(node_port) => format!("{number}:{node_port}/{protocol}"),
                None => format!("{number}/{protocol}"),
            }
        })
        .collect();
    if list.is_empty() { NONE.to_owned() } else { list.join(",") }
}
