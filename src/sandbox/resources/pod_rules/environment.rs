//! Environment of a container: single variables and whole ConfigMaps or Secrets.

use serde_json::Value;

use super::super::check::{Errors, complain, named, one_of};
use super::super::names;
use super::super::value::{absent, items, text};
use crate::sandbox::api::status::FieldError;

const SOURCES: [&str; 5] = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];

/// What of a pod an environment variable can carry.
const FIELDS: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// `env`.
pub(super) fn variables(errors: &mut Errors, container: &Value, path: &str) {
    for (index, variable) in items(container, "/env").iter().enumerate() {
        let path = format!("{path}.env[{index}]");
        let name = text(variable, "/name");
        named(errors, &format!("{path}.name"), name, names::env_name);
        if let Some(from) = variable.get("valueFrom").filter(|f| !f.is_null()) {
            let has_value = !text(variable, "/value").is_empty();
            value_from(errors, from, &format!("{path}.valueFrom"), has_value);
        }
    }
}

fn value_from(errors: &mut Errors, from: &Value, path: &str, has_value: bool) {
    let there: Vec<_> = SOURCES.into_iter().filter(|key| !absent(from, &format!("/{key}"))).collect();
    for key in &there {
        one_source(errors, &from[*key], key, &format!("{path}.{key}"));
    }
    let why = match there.len() {
        0 => "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`",
        _ if has_value => "may not be specified when `value` is not empty",
        1 => return,
        _ => "may not have more than one field specified at a time",
    };
    errors.push(FieldError::invalid(path, &"".into(), why));
}

fn one_source(errors: &mut Errors, source: &Value, key: &str, path: &str) {
    match key {
        "configMapKeyRef" | "secretKeyRef" => {
            if text(source, "/name").is_empty() {
                errors.push(FieldError::required(format!("{path}.name"), ""));
            }
            named(errors, &format!("{path}.key"), text(source, "/key"), names::config_key);
        }
        "fieldRef" => {
            let field = text(source, "/fieldPath");
            let subscript = ["metadata.labels['", "metadata.annotations['"].iter().any(|p| field.starts_with(p));
            if field.is_empty() {
                errors.push(FieldError::required(format!("{path}.fieldPath"), ""));
            } else if !subscript {
                one_of(errors, &format!("{path}.fieldPath"), field, FIELDS);
            }
        }
        "resourceFieldRef" if text(source, "/resource").is_empty() => {
            errors.push(FieldError::required(format!("{path}.resource"), ""));
        }
        _ => {}
    }
}

/// `envFrom`.
pub(super) fn sources(errors: &mut Errors, container: &Value, path: &str) {
    for (index, source) in items(container, "/envFrom").iter().enumerate() {
        let path = format!("{path}.envFrom[{index}]");
        let prefix = text(source, "/prefix");
        if !prefix.is_empty() {
            complain(errors, &format!("{path}.prefix"), prefix, names::env_name(prefix));
        }
        let there: Vec<_> =
            ["configMapRef", "secretRef"].into_iter().filter(|key| !absent(source, &format!("/{key}"))).collect();
        for key in &there {
            if text(&source[*key], "/name").is_empty() {
                errors.push(FieldError::required(format!("{path}.{key}.name"), ""));
            }
        }
        let why = match there.len() {
            0 => "must specify one of: `configMapRef` or `secretRef`",
            1 => continue,
            _ => "may not have more than one field specified at a time",
        };
        errors.push(FieldError::invalid(path, &"".into(), why));
    }
}
