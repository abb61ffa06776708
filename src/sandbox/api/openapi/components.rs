//! `components.schemas`: k8s-openapi's schemas in the form of a real server, with the merge extensions.

use k8s_openapi::schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

use super::kinds;
use crate::sandbox::api::schema::{self, Field, Shape, Struct, Topology};
use crate::sandbox::resources::{Resource, Subresource};

const META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1";
const API_VERSION: &str = "APIVersion defines the versioned schema of this representation of an object.";
const KIND: &str = "Kind is a string value representing the REST resource this object represents.";

/// Every schema that the kinds of one group-version reach.
pub(super) fn schemas(served: &[&Resource]) -> Value {
    let mut generator = generator();
    for resource in served {
        kinds::add(&mut generator, resource.group, resource.kind);
        for subresource in resource.subresources {
            match subresource {
                Subresource::Scale => kinds::add(&mut generator, "autoscaling", "Scale"),
                Subresource::Binding => kinds::add(&mut generator, "", "Binding"),
                Subresource::Eviction => kinds::add(&mut generator, "policy", "Eviction"),
                Subresource::Token => kinds::add(&mut generator, "authentication.k8s.io", "TokenRequest"),
                Subresource::Status | Subresource::Log | Subresource::Finalize => true,
            };
        }
    }
    for kind in ["DeleteOptions", "ListMeta", "Status"] {
        kinds::add(&mut generator, "meta.k8s.io", kind);
    }
    let mut schemas = finished(generator);
    for resource in served.iter().filter(|r| r.stored) {
        if let Some((name, schema)) = list_of(resource) {
            schemas.insert(name, schema);
        }
    }
    schemas.insert(
        format!("{META}.Patch"),
        json!({"description": "Patch is provided to give a concrete name and type to the Kubernetes PATCH request body.",
               "type": "object"}),
    );
    schemas.sort_keys();
    Value::Object(schemas)
}

/// The schema of `<Kind>List`, which k8s-openapi has no type for.
fn list_of(resource: &Resource) -> Option<(String, Value)> {
    let api_version = match resource.group {
        "" => resource.version.to_owned(),
        group => format!("{group}/{}", resource.version),
    };
    let item = &schema::kind(&api_version, resource.kind)?.get().name;
    let kind = format!("{}List", resource.kind);
    let schema = json!({
        "description": format!("{kind} is a list of {} objects.", resource.kind),
        "type": "object",
        "required": ["items"],
        "properties": {
            "apiVersion": {"type": "string", "description": API_VERSION},
            "items": {"type": "array", "description": "The objects.",
                      "items": {"$ref": format!("#/components/schemas/{item}")}},
            "kind": {"type": "string", "description": KIND},
            "metadata": {"description": "Standard list metadata.",
                         "allOf": [{"$ref": format!("#/components/schemas/{META}.ListMeta")}]},
        },
        "x-kubernetes-group-version-kind": [{"group": resource.group, "kind": kind, "version": resource.version}],
    });
    Some((format!("{item}List"), schema))
}

fn generator() -> SchemaGenerator {
    SchemaSettings::openapi3()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator()
}

fn finished(mut generator: SchemaGenerator) -> Map<String, Value> {
    let definitions = generator.take_definitions(true);
    definitions
        .into_iter()
        .map(|(name, mut schema)| {
            complete(&name, &mut schema);
            (name, schema)
        })
        .collect()
}

/// Brings one schema into a real server's form.
fn complete(name: &str, schema: &mut Value) {
    let Some(map) = schema.as_object_mut() else { return };
    if map.shift_remove("x-kubernetes-int-or-string").is_some() {
        map.insert("format".into(), "int-or-string".into());
        map.insert("oneOf".into(), json!([{"type": "integer"}, {"type": "string"}]));
    }
    if name.ends_with(".Quantity") {
        map.shift_remove("type");
        map.insert("oneOf".into(), json!([{"type": "string"}, {"type": "number"}]));
    }
    let known = schema::named(name).map(schema::StructId::get);
    if let Some(Value::Object(properties)) = map.get_mut("properties") {
        for (property, schema) in properties.iter_mut() {
            if let (Some(field), Some(schema)) = (known.and_then(|s| s.field(property)), schema.as_object_mut()) {
                extend(schema, field);
            }
        }
    }
    if known.is_some_and(|s| s.atomic) {
        map.insert("x-kubernetes-map-type".into(), "atomic".into());
    }
    if let Some(gvk) = group_version_kind(name, known) {
        map.insert("x-kubernetes-group-version-kind".into(), gvk);
    }
}

/// The extensions by which clients merge.
pub(in crate::sandbox::api) fn extensions(field: &Field) -> Map<String, Value> {
    let mut found = Map::new();
    let mut set = |name: &str, value: Value| found.insert(format!("x-kubernetes-{name}"), value);
    match (&field.topology, &field.shape) {
        (Topology::Map(keys), _) => {
            set("list-map-keys", json!(keys));
            set("list-type", "map".into());
        }
        (Topology::Set, _) => {
            set("list-type", "set".into());
        }
        (Topology::Atomic, Shape::List(_)) => {
            set("list-type", "atomic".into());
        }
        (Topology::Atomic, _) => {
            set("map-type", "atomic".into());
        }
        (Topology::Plain, _) => {}
    }
    if let Some(key) = field.patch.key {
        set("patch-merge-key", key.into());
    }
    let strategy: Vec<&str> = [(field.patch.merge, "merge"), (field.patch.retain_keys, "retainKeys")]
        .into_iter()
        .filter_map(|(is, word)| is.then_some(word))
        .collect();
    if !strategy.is_empty() {
        set("patch-strategy", strategy.join(",").into());
    }
    found
}

fn extend(schema: &mut Map<String, Value>, field: &Field) {
    schema.extend(extensions(field));
    if let Some(default) = field.default.and_then(|text| serde_json::from_str(text).ok()) {
        schema.insert("default".into(), default);
    }
}

fn group_version_kind(name: &str, known: Option<&'static Struct>) -> Option<Value> {
    let (package, kind) = name.rsplit_once('.')?;
    if package == META {
        let kind = matches!(kind, "DeleteOptions" | "Status").then_some(kind)?;
        return Some(json!([{"group": "", "kind": kind, "version": "v1"}]));
    }
    known?.field("apiVersion")?;
    let group = match package.strip_prefix("io.k8s.api.")?.strip_suffix(".v1")? {
        "core" => String::new(),
        plain @ ("apps" | "batch" | "autoscaling" | "policy") => plain.to_owned(),
        other => format!("{other}.k8s.io"),
    };
    Some(json!([{"group": group, "kind": kind, "version": "v1"}]))
}
