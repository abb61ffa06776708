//! Volumes of a pod spec: each with a name of its own and one source.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::check::{Errors, complain, one_of};
use super::super::names;
use super::super::quantity::Quantity;
use super::super::value::{int, items, text};
use super::containers::local_path;
use crate::sandbox::api::status::FieldError;

const HOST_PATH_TYPES: &[&str] =
    &["BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

/// Checks all volumes and returns their names.
pub(super) fn check<'a>(errors: &mut Errors, spec: &'a Value, path: &str) -> BTreeSet<&'a str> {
    let mut taken = BTreeSet::new();
    for (index, volume) in items(spec, "/volumes").iter().enumerate() {
        let path = format!("{path}[{index}]");
        let before = errors.len();
        source(errors, volume, &path);
        let name = text(volume, "/name");
        if name.is_empty() {
            errors.push(FieldError::required(format!("{path}.name"), ""));
        } else {
            complain(errors, &format!("{path}.name"), name, names::dns_label(name));
        }
        if taken.contains(name) {
            errors.push(FieldError::duplicate(format!("{path}.name"), &name.into()));
        }
        // A volume that is broken is none that a mount could name: so a real server sees it too.
        if errors.len() == before {
            taken.insert(name);
        }
    }
    taken
}

fn source(errors: &mut Errors, volume: &Value, path: &str) {
    let mut found = 0;
    let members = volume.as_object().into_iter().flatten().filter(|(key, value)| *key != "name" && !value.is_null());
    for (key, source) in members {
        found += 1;
        let path = format!("{path}.{key}");
        if found > 1 {
            errors.push(FieldError::forbidden(path, "may not specify more than 1 volume type"));
            continue;
        }
        match key.as_str() {
            "emptyDir" => empty_dir(errors, source, &path),
            "hostPath" => host_path(errors, source, &path),
            "secret" => files(errors, source, &path, "secretName"),
            "configMap" => files(errors, source, &path, "name"),
            "projected" => projected(errors, source, &path),
            "persistentVolumeClaim" if text(source, "/claimName").is_empty() => {
                errors.push(FieldError::required(format!("{path}.claimName"), ""));
            }
            _ => {}
        }
    }
    if found == 0 {
        errors.push(FieldError::required(path, "must specify a volume type"));
    }
}

fn empty_dir(errors: &mut Errors, source: &Value, path: &str) {
    if let Some(limit) = source.get("sizeLimit")
        && Quantity::of(limit).is_some_and(|q| q.nano() < 0)
    {
        let why = "SizeLimit field must be a valid resource quantity";
        errors.push(FieldError::forbidden(format!("{path}.sizeLimit"), why));
    }
}

fn host_path(errors: &mut Errors, source: &Value, path: &str) {
    let folder = text(source, "/path");
    if folder.is_empty() {
        errors.push(FieldError::required(format!("{path}.path"), ""));
    } else if folder.split('/').any(|part| part == "..") {
        errors.push(FieldError::invalid(format!("{path}.path"), &folder.into(), "must not contain '..'"));
    }
    one_of(errors, &format!("{path}.type"), text(source, "/type"), HOST_PATH_TYPES);
}

fn files(errors: &mut Errors, source: &Value, path: &str, name: &str) {
    if text(source, &format!("/{name}")).is_empty() {
        errors.push(FieldError::required(format!("{path}.{name}"), ""));
    }
    mode(errors, source, "defaultMode", path);
    for (index, item) in items(source, "/items").iter().enumerate() {
        let path = format!("{path}.items[{index}]");
        if text(item, "/key").is_empty() {
            errors.push(FieldError::required(format!("{path}.key"), ""));
        }
        if text(item, "/path").is_empty() {
            errors.push(FieldError::required(format!("{path}.path"), ""));
        }
        local_path(errors, &format!("{path}.path"), text(item, "/path"));
        mode(errors, item, "mode", &path);
    }
}

fn mode(errors: &mut Errors, source: &Value, key: &str, path: &str) {
    if let Some(mode) = int(source, &format!("/{key}")).filter(|mode| !(0..=0o777).contains(mode)) {
        let why = "must be a number between 0 and 0777 (octal), both inclusive";
        errors.push(FieldError::invalid(format!("{path}.{key}"), &mode.into(), why));
    }
}

fn projected(errors: &mut Errors, source: &Value, path: &str) {
    mode(errors, source, "defaultMode", path);
    for (index, part) in items(source, "/sources").iter().enumerate() {
        let path = format!("{path}.sources[{index}]");
        for key in ["secret", "configMap"] {
            if let Some(files_of) = part.get(key).filter(|p| !p.is_null()) {
                files(errors, files_of, &format!("{path}.{key}"), "name");
            }
        }
    }
}
