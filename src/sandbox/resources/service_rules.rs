//! What makes a Service invalid. Called by `service.rs`; whether an address or a NodePort is
//! still free is for the API to say, which hands them out.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::check::{Errors, complain, labels, named, one_of, port_or_name};
use super::names;
use super::value::{int, items, text};
use crate::sandbox::api::status::FieldError;

/// Where NodePorts lie, as on any cluster that nobody configured otherwise.
const NODE_PORTS: std::ops::RangeInclusive<i64> = 30_000..=32_767;

/// What is wrong with a Service.
pub(super) fn check(object: &Value, old: Option<&Value>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let spec = &object["spec"];
    let kind = text(spec, "/type");
    let list = items(spec, "/ports");
    if list.is_empty() && kind != "ExternalName" && text(spec, "/clusterIP") != "None" {
        errors.push(FieldError::required("spec.ports", ""));
    }
    if kind == "ExternalName" {
        external_name(&mut errors, spec);
    }
    ports(&mut errors, spec);
    labels(&mut errors, "spec.selector", spec, "/selector");
    one_of(&mut errors, "spec.sessionAffinity", text(spec, "/sessionAffinity"), &["ClientIP", "None"]);
    for (index, ip) in items(spec, "/externalIPs").iter().enumerate() {
        if ip.as_str().is_none_or(|ip| ip.parse::<std::net::IpAddr>().is_err()) {
            let why = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
            errors.push(FieldError::invalid(format!("spec.externalIPs[{index}]"), ip, why));
        }
    }
    one_of(&mut errors, "spec.type", kind, &["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]);
    node_ports(&mut errors, spec);
    duplicates(&mut errors, spec);
    for key in ["externalTrafficPolicy", "internalTrafficPolicy"] {
        one_of(&mut errors, &format!("spec.{key}"), text(spec, &format!("/{key}")), &["Cluster", "Local"]);
    }
    if let Some(old) = old {
        steady_address(&mut errors, spec, &old["spec"]);
    }
    errors
}

fn external_name(errors: &mut Errors, spec: &Value) {
    if !text(spec, "/clusterIP").is_empty() {
        errors.push(FieldError::forbidden("spec.clusterIPs", "may not be set for ExternalName services"));
    }
    let name = text(spec, "/externalName");
    named(errors, "spec.externalName", name.strip_suffix('.').unwrap_or(name), names::dns_subdomain);
}

fn ports(errors: &mut Errors, spec: &Value) {
    let list = items(spec, "/ports");
    let mut taken = BTreeSet::new();
    for (index, port) in list.iter().enumerate() {
        let path = format!("spec.ports[{index}]");
        let name = text(port, "/name");
        if name.is_empty() {
            // One port needs no name; of several each does.
            if list.len() > 1 {
                errors.push(FieldError::required(format!("{path}.name"), ""));
            }
        } else {
            complain(errors, &format!("{path}.name"), name, names::dns_label(name));
            if !taken.insert(name) {
                errors.push(FieldError::duplicate(format!("{path}.name"), &name.into()));
            }
        }
        let number = int(port, "/port").unwrap_or_default();
        complain(errors, &format!("{path}.port"), number, names::port_number(number));
        one_of(errors, &format!("{path}.protocol"), text(port, "/protocol"), &["SCTP", "TCP", "UDP"]);
        port_or_name(errors, &format!("{path}.targetPort"), port.get("targetPort"));
    }
}

fn node_ports(errors: &mut Errors, spec: &Value) {
    let kind = text(spec, "/type");
    let mut taken = BTreeSet::new();
    for (index, port) in items(spec, "/ports").iter().enumerate() {
        let Some(number) = int(port, "/nodePort").filter(|n| *n != 0) else { continue };
        let path = format!("spec.ports[{index}].nodePort");
        if !matches!(kind, "NodePort" | "LoadBalancer") {
            let why = format!("may not be used when `type` is '{kind}'");
            errors.push(FieldError::forbidden(path, &why));
        } else if !NODE_PORTS.contains(&number) {
            let (first, last) = (NODE_PORTS.start(), NODE_PORTS.end());
            let why = format!("provided port is not in the valid range. The range of valid ports is {first}-{last}");
            errors.push(FieldError::invalid(path, &number.into(), why));
        } else if !taken.insert((text(port, "/protocol"), number)) {
            errors.push(FieldError::duplicate(path, &number.into()));
        }
    }
}

fn duplicates(errors: &mut Errors, spec: &Value) {
    let mut taken = BTreeSet::new();
    for (index, port) in items(spec, "/ports").iter().enumerate() {
        let (protocol, number) = (text(port, "/protocol"), int(port, "/port").unwrap_or_default());
        if !taken.insert((protocol, number)) {
            // The key as Go prints it.
            let key = json!({
                "Name": "", "Protocol": protocol, "AppProtocol": null, "Port": number, "TargetPort": 0, "NodePort": 0,
            });
            errors.push(FieldError::duplicate(format!("spec.ports[{index}]"), &key));
        }
    }
}

/// Clients remember the address: it stays for the Service's life.
fn steady_address(errors: &mut Errors, spec: &Value, old: &Value) {
    let (new_ip, old_ip) = (text(spec, "/clusterIP"), text(old, "/clusterIP"));
    let leaves = text(spec, "/type") == "ExternalName" || text(old, "/type") == "ExternalName";
    if !old_ip.is_empty() && new_ip != old_ip && !leaves {
        let why = "may not change once set";
        errors.push(FieldError::invalid("spec.clusterIPs[0]", &json!([new_ip]), why));
    }
}
