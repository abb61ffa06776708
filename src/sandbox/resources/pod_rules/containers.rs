//! Containers of a pod spec: names, images, ports, mounts.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::check::{Errors, complain, named, not_found, one_of};
use super::super::names;
use super::super::value::{absent, int, items, text};
use super::{environment, probes, resources};
use crate::sandbox::api::status::FieldError;

/// All containers of a pod spec: at least one, no two of a name.
pub(super) fn check(errors: &mut Errors, spec: &Value, path: &str, volumes: &BTreeSet<&str>) {
    let containers = items(spec, "/containers");
    if containers.is_empty() {
        errors.push(FieldError::required(format!("{path}.containers"), ""));
    }
    let mut taken = BTreeSet::new();
    let lists = [("containers", containers), ("initContainers", items(spec, "/initContainers"))];
    for (list, members) in lists {
        for (index, container) in members.iter().enumerate() {
            let path = format!("{path}.{list}[{index}]");
            one(errors, container, &path, volumes);
            let name = text(container, "/name");
            if !name.is_empty() && !taken.insert(name) {
                errors.push(FieldError::duplicate(format!("{path}.name"), &name.into()));
            }
            if list == "containers" {
                probes::lifecycle(errors, container, &path);
                probes::check(errors, container, &path);
            } else {
                init_only(errors, container, &path);
            }
        }
    }
}

/// An init container ends before the others start: there is nothing to probe, unless it is a
/// sidecar (restartPolicy Always).
fn init_only(errors: &mut Errors, container: &Value, path: &str) {
    one_of(errors, &format!("{path}.restartPolicy"), text(container, "/restartPolicy"), &["Always"]);
    if text(container, "/restartPolicy") == "Always" {
        probes::lifecycle(errors, container, path);
        probes::check(errors, container, path);
        return;
    }
    for key in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
        if !absent(container, &format!("/{key}")) {
            let why = "may not be set for init containers without restartPolicy=Always";
            errors.push(FieldError::forbidden(format!("{path}.{key}"), why));
        }
    }
}

fn one(errors: &mut Errors, container: &Value, path: &str, volumes: &BTreeSet<&str>) {
    named(errors, &format!("{path}.name"), text(container, "/name"), names::dns_label);
    let image = text(container, "/image");
    if image.is_empty() {
        errors.push(FieldError::required(format!("{path}.image"), ""));
    } else if image.trim() != image {
        let why = "must not have leading or trailing whitespace";
        errors.push(FieldError::invalid(format!("{path}.image"), &image.into(), why));
    }
    one_of(
        errors,
        &format!("{path}.terminationMessagePolicy"),
        text(container, "/terminationMessagePolicy"),
        &["FallbackToLogsOnError", "File"],
    );
    ports(errors, container, path);
    environment::variables(errors, container, path);
    environment::sources(errors, container, path);
    mounts(errors, container, path, volumes);
    let policies = ["Always", "IfNotPresent", "Never"];
    one_of(errors, &format!("{path}.imagePullPolicy"), text(container, "/imagePullPolicy"), &policies);
    resources::check(errors, container, &format!("{path}.resources"));
}

fn ports(errors: &mut Errors, container: &Value, path: &str) {
    let mut taken = BTreeSet::new();
    for (index, port) in items(container, "/ports").iter().enumerate() {
        let path = format!("{path}.ports[{index}]");
        let name = text(port, "/name");
        if !name.is_empty() {
            let complaints = names::port_name(name);
            if complaints.is_empty() && !taken.insert(name) {
                errors.push(FieldError::duplicate(format!("{path}.name"), &name.into()));
            }
            complain(errors, &format!("{path}.name"), name, complaints);
        }
        match int(port, "/containerPort").unwrap_or_default() {
            0 => errors.push(FieldError::required(format!("{path}.containerPort"), "")),
            number => complain(errors, &format!("{path}.containerPort"), number, names::port_number(number)),
        }
        if let Some(number) = int(port, "/hostPort").filter(|n| *n != 0) {
            complain(errors, &format!("{path}.hostPort"), number, names::port_number(number));
        }
        one_of(errors, &format!("{path}.protocol"), text(port, "/protocol"), &["SCTP", "TCP", "UDP"]);
    }
}

fn mounts(errors: &mut Errors, container: &Value, path: &str, volumes: &BTreeSet<&str>) {
    let mut taken = BTreeSet::new();
    for (index, mount) in items(container, "/volumeMounts").iter().enumerate() {
        let path = format!("{path}.volumeMounts[{index}]");
        let name = text(mount, "/name");
        if name.is_empty() {
            errors.push(FieldError::required(format!("{path}.name"), ""));
        } else if !volumes.contains(name) {
            errors.push(not_found(format!("{path}.name"), name));
        }
        let folder = text(mount, "/mountPath");
        if folder.is_empty() {
            errors.push(FieldError::required(format!("{path}.mountPath"), ""));
        } else if !taken.insert(folder) {
            errors.push(FieldError::invalid(format!("{path}.mountPath"), &folder.into(), "must be unique"));
        }
        for key in ["subPath", "subPathExpr"] {
            local_path(errors, &format!("{path}.{key}"), text(mount, &format!("/{key}")));
        }
        if !text(mount, "/subPath").is_empty() && !text(mount, "/subPathExpr").is_empty() {
            let why = "subPathExpr and subPath are mutually exclusive";
            errors.push(FieldError::invalid(format!("{path}.subPathExpr"), &text(mount, "/subPathExpr").into(), why));
        }
    }
}

/// A path that stays below the folder it starts from.
pub(super) fn local_path(errors: &mut Errors, path: &str, value: &str) {
    if value.starts_with('/') {
        errors.push(FieldError::invalid(path, &value.into(), "must be a relative path"));
    }
    if value.split('/').any(|part| part == "..") {
        errors.push(FieldError::invalid(path, &value.into(), "must not contain '..'"));
    }
}
