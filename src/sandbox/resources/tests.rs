//! The kinds against recordings of a real 1.36: what was sent and what was stored, what was
//! stored and what `kubectl get` was told.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Context, Resource, all, apply_defaults, by_kind, by_path, validate_metadata, value};
use crate::sandbox::api::status::{About, ApiError};
use crate::sandbox::api::table::{self, IncludeObject};

fn fixture(text: &str) -> Vec<Value> {
    serde_json::from_str(text).expect("a fixture")
}

fn kind_of(object: &Value) -> &'static Resource {
    let kind = value::text(object, "/kind");
    by_kind(value::text(object, "/apiVersion"), kind).unwrap_or_else(|| panic!("no kind {kind}"))
}

/// What the caller of a strategy does on a create, with the recorded name, uid and address.
fn create(mut object: Value, recorded: &Value) -> Value {
    if let Some(view) = kind_of(&object).stored_as {
        (view.to_stored)(&mut object);
    }
    let resource = kind_of(&object);
    for key in ["name", "namespace", "uid", "creationTimestamp"] {
        object["metadata"][key] = recorded["metadata"][key].clone();
    }
    if resource.strategy.has_generation() {
        object["metadata"]["generation"] = json!(1);
    }
    apply_defaults(resource, &mut object);
    resource.strategy.prepare_create(&mut object, &Context { now: Timestamp::UNIX_EPOCH });
    if resource.kind == "Service" {
        for key in ["clusterIP", "clusterIPs"] {
            object["spec"][key] = recorded["spec"][key].clone();
        }
    }
    object
}

/// Every place where two values differ.
fn differences(path: &str, ours: &Value, theirs: &Value, out: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<_> = a.keys().chain(b.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                match (a.get(key), b.get(key)) {
                    (Some(x), Some(y)) => differences(&format!("{path}.{key}"), x, y, out),
                    (x, y) => out.push(format!("{path}.{key}: ours {x:?}, theirs {y:?}")),
                }
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (x, y)) in a.iter().zip(b).enumerate() {
                differences(&format!("{path}[{index}]"), x, y, out);
            }
        }
        (a, b) if a != b => out.push(format!("{path}: ours {a}, theirs {b}")),
        _ => {}
    }
}

#[test]
fn what_is_stored_is_what_a_real_server_stores() {
    let mut out = Vec::new();
    for case in fixture(include_str!("../../../tests/fixtures/kinds/creates.json")) {
        let mut recorded = case["stored"].clone();
        value::remove(&mut recorded["metadata"], "resourceVersion");
        let ours = create(case["sent"].clone(), &recorded);
        let resource = kind_of(&ours);
        assert_eq!(resource.strategy.validate(&ours, None), [], "{}", case["from"]);
        differences(&format!("{} {}", case["from"], resource.kind), &ours, &recorded, &mut out);
    }
    assert!(out.is_empty(), "{}", out.join("\n"));
}

#[test]
fn defaults_leave_a_stored_object_as_it_is() {
    let mut out = Vec::new();
    let creates = fixture(include_str!("../../../tests/fixtures/kinds/creates.json"));
    let tables = fixture(include_str!("../../../tests/fixtures/kinds/tables.json"));
    let rows = tables.iter().flat_map(|table| value::items(table, "/rows")).map(|row| &row["object"]);
    for stored in creates.iter().map(|case| &case["stored"]).chain(rows) {
        let mut ours = stored.clone();
        apply_defaults(kind_of(stored), &mut ours);
        // Timestamps that are null are dropped by the test's caller-side clean-up only.
        let mut theirs = stored.clone();
        if stored["kind"] == "Pod" {
            value::drop_nulls(&mut theirs["status"]);
        }
        differences(value::text(stored, "/metadata/name"), &ours, &theirs, &mut out);
    }
    assert!(out.is_empty(), "{}", out.join("\n"));
}

#[test]
fn tables_are_those_of_a_real_server_cell_by_cell() {
    let mut out = Vec::new();
    for recorded in fixture(include_str!("../../../tests/fixtures/kinds/tables.json")) {
        let api_version = value::text(&recorded, "/apiVersion");
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let plural = value::text(&recorded, "/plural");
        let resource = by_path(group, version, plural).unwrap_or_else(|| panic!("no {plural}"));
        let empty =
            table::render(resource, &[], &json!({}), IncludeObject::None, &Context { now: Timestamp::UNIX_EPOCH });
        differences(plural, &empty["columnDefinitions"], &recorded["columns"], &mut out);
        for row in value::items(&recorded, "/rows") {
            let now = value::text(row, "/at").parse().expect("a time");
            let list = json!({"resourceVersion": "1"});
            let objects = std::slice::from_ref(&row["object"]);
            let ours = table::render(resource, objects, &list, IncludeObject::Metadata, &Context { now });
            differences(plural, &ours["rows"][0]["cells"], &row["cells"], &mut out);
            assert_eq!(ours["rows"][0].get("conditions"), row.get("conditions"), "{plural}");
            assert_eq!(ours["rows"][0]["object"]["metadata"]["name"], row["cells"][0]);
        }
    }
    assert!(out.is_empty(), "{}", out.join("\n"));
}

#[test]
fn every_kind_has_as_many_cells_as_columns() {
    for resource in all() {
        let object = json!({"metadata": {"name": "x", "creationTimestamp": "2026-11-23T14:00:00Z"}});
        let cells = resource.strategy.cells(&object, &Context { now: Timestamp::UNIX_EPOCH });
        assert_eq!(cells.len(), resource.strategy.columns().len(), "{}", resource.kind);
        assert_eq!(by_kind(&format_version(resource), resource.kind).map(|r| r.plural), Some(resource.plural));
    }
}

fn format_version(resource: &Resource) -> String {
    if resource.group.is_empty() { "v1".to_owned() } else { format!("{}/{}", resource.group, resource.version) }
}

/// The refusal of a write, as the caller of a strategy puts it together.
fn refusal(case: &Value) -> ApiError {
    let context = Context { now: Timestamp::UNIX_EPOCH };
    let mut object = case["sent"].clone();
    let resource = kind_of(&object);
    let old = case.get("old");
    if old.is_none() {
        object["metadata"]["uid"] = json!("68f8c43d-c5f9-43d9-956d-69fd1350fde6");
    }
    apply_defaults(resource, &mut object);
    match old {
        Some(old) => resource.strategy.prepare_update(&mut object, old, &context),
        None => resource.strategy.prepare_create(&mut object, &context),
    }
    let mut errors = validate_metadata(resource, &object);
    errors.extend(resource.strategy.validate(&object, old));
    let name = value::text(&object, "/metadata/name");
    ApiError::invalid(About { group: resource.group, kind: resource.kind, name }, &errors)
}

#[test]
fn what_is_invalid_is_refused_in_a_real_servers_words() {
    for case in fixture(include_str!("../../../tests/fixtures/kinds/refusals.json")) {
        let ours = refusal(&case);
        assert_eq!(ours.message, value::text(&case, "/message"), "{}", case["from"]);
        assert_eq!(ours.details["causes"], case["causes"], "{}", case["from"]);
    }
}
