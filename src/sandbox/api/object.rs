//! Small readers and writers of Kubernetes objects as JSON. Used all over `api`; pure.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::sandbox::resources::Resource;
use crate::sandbox::store::Item;

use super::status::About;

/// The store's stamp: a revision is shown as `metadata.resourceVersion`.
pub(super) fn stamp(object: &mut Value, revision: u64) {
    meta_mut(object).insert("resourceVersion".into(), revision.to_string().into());
}

/// `metadata`, made if it is not there.
pub(super) fn meta_mut(object: &mut Value) -> &mut Map<String, Value> {
    map_mut(object, "metadata")
}

/// The map at `key`; anything else there is replaced.
pub(super) fn map_mut<'a>(object: &'a mut Value, key: &str) -> &'a mut Map<String, Value> {
    let object = as_map(object);
    as_map(object.entry(key).or_insert(Value::Null))
}

fn as_map(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(map) => map,
        _ => unreachable!("made an object above"),
    }
}

/// A string of `metadata`, empty where there is none.
pub(super) fn meta<'a>(object: &'a Value, field: &str) -> &'a str {
    object["metadata"][field].as_str().unwrap_or_default()
}

/// `metadata.name`.
pub(super) fn name(object: &Value) -> &str {
    meta(object, "name")
}

/// `metadata.namespace`.
pub(super) fn namespace(object: &Value) -> &str {
    meta(object, "namespace")
}

/// `metadata.finalizers`.
pub(super) fn finalizers(object: &Value) -> Vec<String> {
    strings(&object["metadata"]["finalizers"])
}

/// The strings of an array.
pub(super) fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)).collect()
}

/// Sets `metadata.finalizers`; an empty list is left out, as Go's `omitempty` does.
pub(super) fn set_finalizers(object: &mut Value, finalizers: &[String]) {
    if finalizers.is_empty() {
        meta_mut(object).remove("finalizers");
    } else {
        meta_mut(object).insert("finalizers".into(), finalizers.into());
    }
}

/// True once a delete has been asked for.
pub(super) fn is_deleting(object: &Value) -> bool {
    object["metadata"]["deletionTimestamp"].is_string()
}

/// A time as `metav1.Time` writes it: whole seconds, UTC.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `batch/v1`, `v1`.
pub(super) fn api_version(resource: &Resource) -> String {
    if resource.group.is_empty() {
        resource.version.to_owned()
    } else {
        format!("{}/{}", resource.group, resource.version)
    }
}

/// The key of an object in the store.
pub(super) fn key(resource: &Resource, namespace: &str, name: &str) -> String {
    format!("{}{namespace}/{name}", prefix(resource, None))
}

/// The prefix of all objects of a kind, or of those in one namespace.
pub(super) fn prefix(resource: &Resource, namespace: Option<&str>) -> String {
    match namespace {
        Some(namespace) => format!("{}/{}/{namespace}/", resource.group, resource.plural),
        None => format!("{}/{}/", resource.group, resource.plural),
    }
}

/// What a 404 or 409 is about: `jobs.batch "x"`.
pub(super) fn about<'a>(resource: &Resource, name: &'a str) -> About<'a> {
    About { group: resource.group, kind: resource.plural, name }
}

/// What a 422 is about: `Job.batch "x"`.
pub(super) fn about_kind<'a>(resource: &Resource, name: &'a str) -> About<'a> {
    About { group: resource.group, kind: resource.kind, name }
}

/// The revision that an object carries; `None` where it carries none (`""` and `"0"` included).
pub(super) fn revision(object: &Value) -> Option<&str> {
    Some(meta(object, "resourceVersion")).filter(|text| !text.is_empty() && *text != "0")
}

/// Drops what Go would not write back of `metadata`: empty maps and lists. A null elsewhere is one
/// that Go writes (an Event's `eventTime`): a client's own were dropped before the defaults.
pub(super) fn tidy(object: &mut Value) {
    let meta = meta_mut(object);
    for field in ["labels", "annotations", "ownerReferences", "finalizers", "managedFields"] {
        let empty = meta.get(field).is_some_and(|v| match v {
            Value::Object(map) => map.is_empty(),
            Value::Array(list) => list.is_empty(),
            _ => false,
        });
        if empty {
            meta.shift_remove(field);
        }
    }
    meta.shift_remove("selfLink");
    order(object);
}

const TOP: &[&str] = &["kind", "apiVersion", "metadata", "spec", "data"];
const META: &[&str] = &[
    "name",
    "generateName",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "labels",
    "annotations",
    "ownerReferences",
    "finalizers",
    "managedFields",
];

/// Puts the fields into the order in which a Go server writes them.
fn order(object: &mut Value) {
    let status = object.as_object_mut().and_then(|map| map.shift_remove("status"));
    reorder(object, TOP);
    if let (Some(status), Some(map)) = (status, object.as_object_mut()) {
        map.insert("status".into(), status);
    }
    reorder(&mut object["metadata"], META);
}

fn reorder(value: &mut Value, first: &[&str]) {
    let Some(map) = value.as_object_mut() else { return };
    let mut old = std::mem::take(map);
    for key in first {
        if let Some(found) = old.shift_remove(*key) {
            map.insert((*key).to_owned(), found);
        }
    }
    map.extend(old);
}

/// The plain value of an item, to change a copy.
pub(super) fn copy(item: &Item) -> Value {
    (*item.value).clone()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tidy_writes_as_go_does() {
        let mut object = json!({
            "status": {}, "spec": {"a": null, "b": {}},
            "metadata": {"labels": {}, "name": "x", "annotations": {"k": "v"}},
            "apiVersion": "v1", "kind": "Pod",
        });
        tidy(&mut object);
        assert_eq!(
            object.to_string(),
            r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"x","annotations":{"k":"v"}},"spec":{"a":null,"b":{}},"status":{}}"#
        );
    }

    #[test]
    fn times_are_cut_to_the_second() {
        assert_eq!(time("2026-11-23T14:03:29.999Z".parse().expect("a time")), "2026-11-23T14:03:29Z");
    }
}
