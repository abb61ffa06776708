//! Probes and lifecycle hooks of a container.

use serde_json::Value;

use super::super::check::{Errors, complain, not_negative, one_of, port_or_name};
use super::super::names;
use super::super::value::{absent, int, items, text};
use crate::sandbox::api::status::FieldError;

const HANDLERS: [&str; 4] = ["exec", "httpGet", "tcpSocket", "grpc"];
const HOOKS: [&str; 4] = ["exec", "httpGet", "tcpSocket", "sleep"];

/// The three probes.
pub(super) fn check(errors: &mut Errors, container: &Value, path: &str) {
    for key in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let Some(probe) = container.get(key).filter(|p| !p.is_null()) else { continue };
        let path = format!("{path}.{key}");
        handler(errors, probe, &path, &HANDLERS);
        for field in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"]
        {
            not_negative(errors, &path, probe, field);
        }
        // Only readiness comes and goes; the other two decide once.
        let threshold = int(probe, "/successThreshold").unwrap_or(1);
        if key != "readinessProbe" && threshold != 1 {
            errors.push(FieldError::invalid(format!("{path}.successThreshold"), &threshold.into(), "must be 1"));
        }
        if let Some(seconds) = int(probe, "/terminationGracePeriodSeconds") {
            let path = format!("{path}.terminationGracePeriodSeconds");
            if key == "readinessProbe" {
                errors.push(FieldError::invalid(path, &seconds.into(), "must not be set for readinessProbes"));
            } else if seconds <= 0 {
                errors.push(FieldError::invalid(path, &seconds.into(), "must be greater than 0"));
            }
        }
    }
}

/// `postStart` and `preStop`.
pub(super) fn lifecycle(errors: &mut Errors, container: &Value, path: &str) {
    for key in ["postStart", "preStop"] {
        if let Some(hook) = container.pointer(&format!("/lifecycle/{key}")).filter(|h| !h.is_null()) {
            handler(errors, hook, &format!("{path}.lifecycle.{key}"), &HOOKS);
        }
    }
}

fn handler(errors: &mut Errors, action: &Value, path: &str, kinds: &[&str]) {
    let mut found = 0;
    for key in kinds.iter().filter(|key| !absent(action, &format!("/{key}"))) {
        found += 1;
        let path = format!("{path}.{key}");
        if found > 1 {
            errors.push(FieldError::forbidden(path, "may not specify more than 1 handler type"));
            continue;
        }
        one(errors, &action[*key], key, &path);
    }
    if found == 0 {
        errors.push(FieldError::required(path, "must specify a handler type"));
    }
}

fn one(errors: &mut Errors, action: &Value, key: &str, path: &str) {
    match key {
        "exec" if items(action, "/command").is_empty() => {
            errors.push(FieldError::required(format!("{path}.command"), ""));
        }
        "httpGet" => {
            if text(action, "/path").is_empty() {
                errors.push(FieldError::required(format!("{path}.path"), ""));
            }
            port_or_name(errors, &format!("{path}.port"), action.get("port"));
            one_of(errors, &format!("{path}.scheme"), text(action, "/scheme"), &["HTTP", "HTTPS"]);
        }
        "tcpSocket" => port_or_name(errors, &format!("{path}.port"), action.get("port")),
        "grpc" => {
            let number = int(action, "/port").unwrap_or_default();
            complain(errors, &format!("{path}.port"), number, names::port_number(number));
        }
        _ => {}
    }
}
