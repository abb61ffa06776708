//! The type graph against a real server's OpenAPI and k8s-openapi's schemas.

use k8s_openapi::schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::*;
use crate::sandbox::api::testing::extensions;

/// What the recorded 1.36 has and 1.37 took back.
const GONE: [(&str, &str); 1] = [("io.k8s.api.core.v1.NodeAllocatableResourceClaimStatus", "resources")];

/// Types that Kubernetes 1.37 has and the recorded 1.36 lacks, or the other way round, are passed over.
#[test]
fn merge_keys_and_list_types_are_those_of_a_real_server() {
    let recorded = extensions();
    let mut checked = 0;
    for schema in all() {
        let Some(real) = recorded.get(&schema.name).and_then(Value::as_object) else { continue };
        assert_eq!(schema.atomic, real.contains_key(""), "{}", schema.name);
        for (property, extensions) in real.iter().filter(|(property, _)| !property.is_empty()) {
            if GONE.contains(&(schema.name.as_str(), property.as_str())) {
                continue;
            }
            let Some(field) = schema.field(property) else { panic!("{} lacks {property}", schema.name) };
            let ours = crate::sandbox::api::openapi::extensions(field);
            assert_eq!(&Value::Object(ours), extensions, "{}.{property}", schema.name);
            checked += 1;
        }
    }
    assert!(checked > 900, "{checked}");
}

/// Every struct has the fields, shapes and required fields of k8s-openapi's schema of the same name.
#[test]
fn the_table_agrees_with_the_schemas_of_k8s_openapi() {
    let mut generator = SchemaSettings::openapi3().into_generator();
    for (group, kind) in crate::sandbox::api::openapi::known_kinds() {
        assert!(crate::sandbox::api::openapi::add_kind(&mut generator, group, kind), "{group} {kind}");
    }
    let mut checked = 0;
    for (name, definition) in generator.take_definitions(true) {
        if name.contains(".v1alpha") {
            continue; // passed through unread
        }
        let Some(schema) = named(&name).map(StructId::get) else {
            assert!(definition.get("properties").is_none(), "{name} is not in the table");
            continue;
        };
        let empty = serde_json::Map::new();
        let properties = definition.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        let mut theirs: Vec<&str> = properties.keys().map(String::as_str).collect();
        let mut ours: Vec<&str> = schema.fields.iter().map(|field| field.name).collect();
        theirs.sort_unstable();
        ours.sort_unstable();
        assert_eq!(ours, theirs, "{name}");
        for (property, definition) in properties {
            let field = schema.field(property).unwrap();
            assert!(fits(&field.shape, definition), "{name}.{property}: {:?} {definition}", field.shape);
            checked += 1;
        }
    }
    assert!(checked > 1000, "{checked}");
}

fn fits(shape: &Shape, definition: &Value) -> bool {
    let kind = definition.get("type").and_then(Value::as_str).unwrap_or_default();
    let format = definition.get("format").and_then(Value::as_str).unwrap_or_default();
    let reference = definition.get("$ref").or_else(|| definition.pointer("/allOf/0/$ref"));
    let reference = reference.and_then(Value::as_str).unwrap_or_default();
    match shape {
        Shape::String | Shape::Duration => kind == "string",
        Shape::Bytes => (kind, format) == ("string", "byte"),
        Shape::Bool => kind == "boolean",
        Shape::Int32 => (kind, format) == ("integer", "int32"),
        Shape::Int64 => (kind, format) == ("integer", "int64"),
        Shape::Float => kind == "number",
        Shape::List(element) => kind == "array" && fits(&element.shape, &definition["items"]),
        Shape::Map(element) => kind == "object" && fits(&element.shape, &definition["additionalProperties"]),
        Shape::Struct(id) => reference.ends_with(&id.get().name),
        Shape::Time => reference.ends_with(".Time"),
        Shape::MicroTime => reference.ends_with(".MicroTime"),
        Shape::Quantity => reference.ends_with(".Quantity"),
        Shape::IntOrString => reference.ends_with(".IntOrString"),
        Shape::FieldsV1 => reference.ends_with(".FieldsV1"),
        Shape::Raw => true,
    }
}

#[test]
fn kinds_are_found_by_version_and_name() {
    assert_eq!(kind("batch/v1", "CronJob").unwrap().get().name, "io.k8s.api.batch.v1.CronJob");
    assert_eq!(kind("events.k8s.io/v1", "Event").unwrap().get().name, "io.k8s.api.events.v1.Event");
    assert_eq!(kind("apps/v1", "DeleteOptions"), kind("v1", "DeleteOptions"));
    assert!(kind("v1", "CronJob").is_none());
    let spec = named("io.k8s.api.core.v1.PodSpec").unwrap().get();
    assert_eq!(spec.field("volumes").unwrap().patch.key, Some("name"));
    assert!(spec.field("volumes").unwrap().patch.retain_keys);
    assert_eq!(spec.numbered(2).unwrap().name, "containers");
}

#[test]
fn an_empty_object_is_what_go_writes() {
    assert_eq!(
        zero(kind("batch/v1", "CronJob").unwrap()),
        json!({"metadata": {}, "status": {}, "spec": {"schedule": "", "jobTemplate": {
            "metadata": {}, "spec": {"template": {"metadata": {}, "spec": {"containers": null}}}}}})
    );
}
