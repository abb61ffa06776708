//! `metadata`: what the server fills in, what a writer may not change. Called by `lifecycle`.

use serde_json::{Value, json};

use crate::sandbox::resources::Resource;

use super::status::FieldError;
use super::{names, object};

/// The fields of a create that only the server sets.
const SERVER_ONLY: &[&str] =
    &["uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"];
/// The fields that an update keeps from the live object.
const KEPT: &[&str] =
    &["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"];

/// Sets uid, creationTimestamp, namespace, generated name, generation.
pub(super) fn fill(value: &mut Value, resource: &Resource, namespace: &str, now: jiff::Timestamp) {
    let generate = object::meta(value, "generateName").to_owned();
    let meta = object::meta_mut(value);
    for field in SERVER_ONLY {
        meta.shift_remove(*field);
    }
    if resource.namespaced {
        meta.insert("namespace".into(), namespace.into());
    } else {
        meta.shift_remove("namespace");
    }
    let unnamed = meta.get("name").and_then(Value::as_str).unwrap_or_default().is_empty();
    if unnamed && !generate.is_empty() {
        meta.insert("name".into(), names::generate(&generate).into());
    }
    meta.insert("uid".into(), uuid::Uuid::new_v4().to_string().into());
    meta.insert("creationTimestamp".into(), object::time(now).into());
    if resource.strategy.has_generation() {
        meta.insert("generation".into(), json!(1));
    }
}

/// Carries over what an update may not touch, and tells what it tried to.
pub(super) fn carry_over(value: &mut Value, old: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let created = &value["metadata"]["creationTimestamp"];
    if created.is_string() && *created != old["metadata"]["creationTimestamp"] {
        errors.push(FieldError::invalid("metadata.creationTimestamp", created, "field is immutable"));
    }
    let meta = object::meta_mut(value);
    for field in KEPT {
        match old["metadata"].get(*field) {
            Some(kept) => meta.insert((*field).to_owned(), kept.clone()),
            None => meta.shift_remove(*field),
        };
    }
    let revision = old["metadata"]["resourceVersion"].clone();
    meta.insert("resourceVersion".into(), revision);
    if let Some(base) = old["metadata"].get("generateName") {
        meta.insert("generateName".into(), base.clone());
    }
    errors.extend(new_finalizers(value, old));
    errors
}

/// An object that is being deleted takes no new finalizers.
fn new_finalizers(value: &Value, old: &Value) -> Option<FieldError> {
    if !object::is_deleting(old) {
        return None;
    }
    let before = object::finalizers(old);
    let added: Vec<_> = object::finalizers(value).into_iter().filter(|f| !before.contains(f)).collect();
    let why = format!("no new finalizers can be added if the object is being deleted, found new finalizers {added:?}");
    (!added.is_empty()).then(|| FieldError::forbidden("metadata.finalizers", &why))
}
