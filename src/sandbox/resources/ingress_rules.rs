//! What makes an Ingress invalid. Called by `ingress.rs`.

use serde_json::Value;

use super::check::{Errors, complain, named, one_of};
use super::names;
use super::value::{absent, int, items, text};
use crate::sandbox::api::status::FieldError;

/// Parts of a path that different servers read differently.
const UNCLEAR: [&str; 5] = ["//", "/./", "/../", "%2f", "%2F"];

/// What is wrong with an Ingress.
pub(super) fn check(object: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let spec = &object["spec"];
    let rules = items(spec, "/rules");
    if rules.is_empty() && absent(spec, "/defaultBackend") {
        let why = "either `defaultBackend` or `rules` must be specified";
        errors.push(FieldError::invalid("spec", &Value::Null, why));
    }
    if !absent(spec, "/defaultBackend") {
        backend(&mut errors, &spec["defaultBackend"], "spec.defaultBackend");
    }
    for (index, rule) in rules.iter().enumerate() {
        let path = format!("spec.rules[{index}]");
        host(&mut errors, text(rule, "/host"), &format!("{path}.host"));
        if !absent(rule, "/http") {
            paths(&mut errors, rule, &format!("{path}.http.paths"));
        }
    }
    for (index, tls) in items(spec, "/tls").iter().enumerate() {
        for (i, name) in items(tls, "/hosts").iter().filter_map(Value::as_str).enumerate() {
            host(&mut errors, name, &format!("spec.tls[{index}].hosts[{i}]"));
        }
    }
    let class = text(spec, "/ingressClassName");
    if !class.is_empty() {
        complain(&mut errors, "spec.ingressClassName", class, names::dns_subdomain(class));
    }
    errors
}

fn host(errors: &mut Errors, name: &str, path: &str) {
    if name.is_empty() {
        return;
    }
    if name.parse::<std::net::IpAddr>().is_ok() {
        errors.push(FieldError::invalid(path, &name.into(), "must be a DNS name, not an IP address"));
    }
    let rule = if name.contains('*') { names::wildcard_subdomain } else { names::dns_subdomain };
    complain(errors, path, name, rule(name));
}

fn paths(errors: &mut Errors, rule: &Value, path: &str) {
    let list = items(rule, "/http/paths");
    if list.is_empty() {
        errors.push(FieldError::required(path, ""));
    }
    for (index, entry) in list.iter().enumerate() {
        let path = format!("{path}[{index}]");
        one_path(errors, entry, &path);
        backend(errors, &entry["backend"], &format!("{path}.backend"));
    }
}

fn one_path(errors: &mut Errors, entry: &Value, path: &str) {
    let value = text(entry, "/path");
    let field = format!("{path}.path");
    match text(entry, "/pathType") {
        "" => errors.push(FieldError::required(format!("{path}.pathType"), "pathType must be specified")),
        "Exact" | "Prefix" => {
            if !value.starts_with('/') {
                errors.push(FieldError::invalid(&field, &value.into(), "must be an absolute path"));
            }
            for part in UNCLEAR.iter().filter(|part| value.contains(**part)) {
                errors.push(FieldError::invalid(&field, &value.into(), format!("must not contain '{part}'")));
            }
            for part in ["/..", "/."].iter().filter(|part| value.ends_with(**part)) {
                errors.push(FieldError::invalid(&field, &value.into(), format!("cannot end with '{part}'")));
            }
        }
        "ImplementationSpecific" => {
            if !value.is_empty() && !value.starts_with('/') {
                errors.push(FieldError::invalid(&field, &value.into(), "must be an absolute path"));
            }
        }
        other => {
            one_of(errors, &format!("{path}.pathType"), other, &["Exact", "ImplementationSpecific", "Prefix"]);
        }
    }
}

fn backend(errors: &mut Errors, backend: &Value, path: &str) {
    let (service, resource) = (!absent(backend, "/service"), !absent(backend, "/resource"));
    match (service, resource) {
        (true, true) => {
            errors.push(FieldError::invalid(path, &"".into(), "cannot set both resource and service backends"));
        }
        (false, false) => errors.push(FieldError::required(path, "resource or service backend is required")),
        (false, true) => {}
        (true, false) => service_backend(errors, &backend["service"], &format!("{path}.service")),
    }
}

fn service_backend(errors: &mut Errors, service: &Value, path: &str) {
    named(errors, &format!("{path}.name"), text(service, "/name"), names::dns_label);
    let name = text(service, "/port/name");
    match (name, int(service, "/port/number").unwrap_or_default()) {
        ("", 0) => errors.push(FieldError::required(path, "port name or number is required")),
        ("", number) => complain(errors, &format!("{path}.port.number"), number, names::port_number(number)),
        (name, 0) => complain(errors, &format!("{path}.port.name"), name, names::port_name(name)),
        _ => errors.push(FieldError::invalid(path, &"".into(), "cannot set both port name & port number")),
    }
}
