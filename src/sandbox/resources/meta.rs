//! Metadata of every kind: names, labels, annotations, owners, finalizers.
//!
//! Follows `k8s.io/apimachinery/pkg/api/validation/objectmeta.go`; offered to the API's write path
//! as `resources::validate_metadata`.

use serde_json::Value;

use super::check::{Errors, complain, labels, too_long};
use super::value::{entries, flag, items, text};
use super::{NameRule, Resource, names};
use crate::sandbox::api::status::FieldError;

/// All annotations of an object together: 256 KiB.
const ANNOTATIONS_LIMIT: usize = 256 * 1024;

/// What is wrong with an object's metadata, name included.
pub fn validate_metadata(resource: &Resource, object: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let rule = resource.strategy.name_rule();
    let prefix = text(object, "/metadata/generateName");
    if !prefix.is_empty() {
        // Five random letters follow, so that a trailing dash is fine.
        complain(&mut errors, "metadata.generateName", prefix, follow(rule, prefix.trim_end_matches('-')));
    }
    match text(object, "/metadata/name") {
        "" if prefix.is_empty() => {
            errors.push(FieldError::required("metadata.name", "name or generateName is required"));
        }
        "" => {}
        name => complain(&mut errors, "metadata.name", name, follow(rule, name)),
    }
    owners(&mut errors, object);
    finalizers(&mut errors, object);
    labels(&mut errors, "metadata.labels", object, "/metadata/labels");
    annotations(&mut errors, object, "/metadata/annotations", "metadata.annotations");
    errors
}

/// Keys and total size of annotations; their values may be anything.
pub(super) fn annotations(errors: &mut Errors, object: &Value, pointer: &str, path: &str) {
    let mut size = 0;
    for (key, value) in entries(object, pointer) {
        complain(errors, path, key.as_str(), names::qualified_name(&key.to_lowercase()));
        size += key.len() + value.as_str().map_or(0, str::len);
    }
    if size > ANNOTATIONS_LIMIT {
        errors.push(too_long(path, ANNOTATIONS_LIMIT));
    }
}

fn follow(rule: NameRule, name: &str) -> names::Complaints {
    match rule {
        NameRule::Subdomain => names::dns_subdomain(name),
        NameRule::Label => names::dns_label(name),
        NameRule::PathSegment => names::path_segment(name),
    }
}

fn owners(errors: &mut Errors, object: &Value) {
    let owners = items(object, "/metadata/ownerReferences");
    let path = "metadata.ownerReferences";
    let mut controller: Option<&Value> = None;
    for (index, owner) in owners.iter().enumerate() {
        if text(owner, "/apiVersion").rsplit('/').next().is_none_or(str::is_empty) {
            let field = format!("{path}[{index}].apiVersion");
            errors.push(FieldError::invalid(field, &text(owner, "/apiVersion").into(), "version must not be empty"));
        }
        for key in ["kind", "name", "uid"] {
            if text(owner, &format!("/{key}")).is_empty() {
                let field = format!("{path}[{index}].{key}");
                errors.push(FieldError::invalid(field, &"".into(), format!("{key} must not be empty")));
            }
        }
        if !flag(owner, "/controller") {
            continue;
        }
        if let Some(first) = controller {
            let why = format!(
                "Only one reference can have Controller set to true. Found \"true\" in references for {} and {}",
                text(first, "/kind").to_owned() + "/" + text(first, "/name"),
                text(owner, "/kind").to_owned() + "/" + text(owner, "/name"),
            );
            errors.push(FieldError::invalid(path, &owners.into(), why));
        }
        controller = Some(owner);
    }
}

fn finalizers(errors: &mut Errors, object: &Value) {
    let list = items(object, "/metadata/finalizers");
    for finalizer in list.iter().filter_map(Value::as_str) {
        let complaints = names::qualified_name(finalizer);
        let unknown = !finalizer.contains('/') && !matches!(finalizer, "orphan" | "foregroundDeletion" | "kubernetes");
        let sound = complaints.is_empty();
        complain(errors, "metadata.finalizers", finalizer, complaints);
        if sound && unknown {
            let why = "name is neither a standard finalizer name nor is it fully qualified";
            errors.push(FieldError::invalid("metadata.finalizers", &finalizer.into(), why));
        }
    }
    let has = |name: &str| list.iter().any(|f| f == name);
    if has("orphan") && has("foregroundDeletion") {
        let why = "finalizer orphan and foregroundDeletion cannot be both set";
        errors.push(FieldError::invalid("metadata.finalizers", &list.into(), why));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sandbox::resources::by_kind;

    fn complaints(metadata: Value) -> Vec<String> {
        let resource = by_kind("v1", "ConfigMap").expect("a kind");
        let errors = validate_metadata(resource, &json!({"metadata": metadata}));
        errors.into_iter().map(|e| format!("{}: {}", e.field, e.message)).collect()
    }

    #[test]
    fn sound_metadata_passes() {
        let metadata = json!({
            "name": "a.b", "labels": {"app.kubernetes.io/name": "x", "e": ""}, "annotations": {"A/b": "any text"},
            "finalizers": ["example.com/x", "foregroundDeletion"],
            "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "u", "controller": true}],
        });
        assert_eq!(complaints(metadata), Vec::<String>::new());
        assert_eq!(complaints(json!({"generateName": "a-"})), Vec::<String>::new());
    }

    #[test]
    fn each_fault_is_named() {
        assert_eq!(complaints(json!({})), ["metadata.name: Required value: name or generateName is required"]);
        let faults = complaints(json!({
            "name": "a", "labels": {"app": "a b"}, "finalizers": ["mine"],
            "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": ""}],
        }));
        assert_eq!(faults[0], "metadata.ownerReferences[0].uid: Invalid value: \"\": uid must not be empty");
        assert!(
            faults[1].starts_with("metadata.finalizers: Invalid value: \"mine\": name is neither"),
            "{}",
            faults[1]
        );
        assert!(faults[2].starts_with("metadata.labels: Invalid value: \"a b\": a valid label must"), "{}", faults[2]);
        assert_eq!(faults.len(), 3);
        let large = complaints(json!({"name": "a", "annotations": {"a": "x".repeat(ANNOTATIONS_LIMIT)}}));
        assert_eq!(large, ["metadata.annotations: Too long: may not be more than 262144 bytes"]);
    }
}
