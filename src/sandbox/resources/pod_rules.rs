//! What makes a pod spec invalid: shared by Pod and by every kind that carries a pod template.
//!
//! Follows `k8s.io/kubernetes/pkg/apis/core/validation/validation.go`. Called by the kinds'
//! `validate`; looks at nothing but the spec.

mod containers;
mod environment;
mod probes;
mod resources;
mod volumes;

use std::collections::BTreeSet;

use serde_json::Value;

use super::check::{Errors, complain, labels, one_of};
use super::value::{absent, int, items, text};
use super::{meta, names};
use crate::sandbox::api::status::FieldError;

/// A `PodTemplateSpec`: its labels and annotations, then the pod spec.
pub(super) fn template(errors: &mut Errors, template: &Value, path: &str) {
    labels(errors, &format!("{path}.labels"), template, "/metadata/labels");
    meta::annotations(errors, template, "/metadata/annotations", &format!("{path}.annotations"));
    spec(errors, template.get("spec").unwrap_or(&Value::Null), &format!("{path}.spec"));
    if !items(template, "/spec/ephemeralContainers").is_empty() {
        let why = "ephemeral containers not allowed in pod template";
        errors.push(FieldError::forbidden(format!("{path}.spec.ephemeralContainers"), why));
    }
}

/// A `PodSpec`.
pub(super) fn spec(errors: &mut Errors, spec: &Value, path: &str) {
    let volumes: BTreeSet<_> = volumes::check(errors, spec, &format!("{path}.volumes"));
    containers::check(errors, spec, path, &volumes);
    restart_policy(errors, spec, path);
    one_of(
        errors,
        &format!("{path}.dnsPolicy"),
        text(spec, "/dnsPolicy"),
        &["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"],
    );
    labels(errors, &format!("{path}.nodeSelector"), spec, "/nodeSelector");
    for key in ["serviceAccountName", "nodeName", "priorityClassName"] {
        named_if_there(errors, path, spec, key, names::dns_subdomain);
    }
    for key in ["hostname", "subdomain"] {
        named_if_there(errors, path, spec, key, names::dns_label);
    }
    if let Some(seconds) = int(spec, "/activeDeadlineSeconds").filter(|s| !(1..=i64::from(i32::MAX)).contains(s)) {
        let why = "must be between 1 and 2147483647, inclusive";
        errors.push(FieldError::invalid(format!("{path}.activeDeadlineSeconds"), &seconds.into(), why));
    }
    if let Some(seconds) = int(spec, "/terminationGracePeriodSeconds").filter(|s| *s < 0) {
        let why = "must be greater than or equal to 0";
        errors.push(FieldError::invalid(format!("{path}.terminationGracePeriodSeconds"), &seconds.into(), why));
    }
    tolerations(errors, spec, path);
    host_aliases(errors, spec, path);
}

fn named_if_there(errors: &mut Errors, path: &str, spec: &Value, key: &str, rule: fn(&str) -> names::Complaints) {
    let value = text(spec, &format!("/{key}"));
    if !value.is_empty() {
        complain(errors, &format!("{path}.{key}"), value, rule(value));
    }
}

fn restart_policy(errors: &mut Errors, spec: &Value, path: &str) {
    let path = format!("{path}.restartPolicy");
    match text(spec, "/restartPolicy") {
        "" => errors.push(FieldError::required(path, "")),
        policy => one_of(errors, &path, policy, &["Always", "OnFailure", "Never"]),
    }
}

fn tolerations(errors: &mut Errors, spec: &Value, path: &str) {
    for (index, toleration) in items(spec, "/tolerations").iter().enumerate() {
        let path = format!("{path}.tolerations[{index}]");
        let (key, operator) = (text(toleration, "/key"), text(toleration, "/operator"));
        if key.is_empty() {
            if operator != "Exists" {
                let why = "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
                errors.push(FieldError::invalid(format!("{path}.operator"), &operator.into(), why));
            }
        } else {
            complain(errors, &format!("{path}.key"), key, names::qualified_name(key));
        }
        if !absent(toleration, "/tolerationSeconds") && text(toleration, "/effect") != "NoExecute" {
            let why = "effect must be 'NoExecute' when `tolerationSeconds` is set";
            errors.push(FieldError::invalid(format!("{path}.effect"), &text(toleration, "/effect").into(), why));
        }
        if operator == "Exists" && !text(toleration, "/value").is_empty() {
            let why = "value must be empty when `operator` is 'Exists'";
            errors.push(FieldError::invalid(format!("{path}.operator"), &text(toleration, "/value").into(), why));
        }
        one_of(errors, &format!("{path}.operator"), operator, &["Equal", "Exists"]);
        let effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];
        one_of(errors, &format!("{path}.effect"), text(toleration, "/effect"), &effects);
    }
}

fn host_aliases(errors: &mut Errors, spec: &Value, path: &str) {
    for (index, alias) in items(spec, "/hostAliases").iter().enumerate() {
        let path = format!("{path}.hostAliases[{index}]");
        let ip = text(alias, "/ip");
        if ip.parse::<std::net::IpAddr>().is_err() {
            let why = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
            errors.push(FieldError::invalid(format!("{path}.ip"), &ip.into(), why));
        }
        for (i, name) in items(alias, "/hostnames").iter().filter_map(Value::as_str).enumerate() {
            complain(errors, &format!("{path}.hostnames[{i}]"), name, names::dns_subdomain(name));
        }
    }
}
