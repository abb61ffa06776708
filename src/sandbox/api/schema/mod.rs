//! The type graph of every served kind: fields, Go types, protobuf numbers, list types, merge keys.
//!
//! Everything that must know what a field *is* asks here: strict decoding, the strategic patch, server-side apply,
//! the protobuf decoder and the OpenAPI extensions. The graph is read once from `fields.txt`, which
//! `scripts/schema-fields` writes; a test holds it against `k8s-openapi`'s schemas and a real server's OpenAPI.
//! Must not know anything of requests or objects.

mod parse;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::{Map, Value};

static GRAPH: LazyLock<Graph> = LazyLock::new(|| parse::graph(include_str!("fields.txt")));

/// All types, by index and by name.
pub(super) struct Graph {
    structs: Vec<Struct>,
    by_name: HashMap<String, StructId>,
    by_kind: HashMap<(&'static str, &'static str), StructId>,
}

/// A struct's place in the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StructId(usize);

impl StructId {
    /// The struct itself.
    pub fn get(self) -> &'static Struct {
        &GRAPH.structs[self.0]
    }
}

/// A Go struct as JSON and protobuf show it.
#[derive(Debug)]
pub struct Struct {
    /// `io.k8s.api.batch.v1.JobSpec`.
    pub name: String,
    /// `JobSpec`.
    pub short: &'static str,
    /// Server-side apply treats the whole struct as one value.
    pub atomic: bool,
    /// The JSON fields in the order in which Go writes them; inlined structs are spread out.
    pub fields: Vec<Field>,
    /// Structs that JSON spreads out but protobuf nests: field number and type.
    pub inlined: Vec<(u32, StructId)>,
    by_name: HashMap<&'static str, usize>,
    by_number: HashMap<u32, usize>,
}

impl Struct {
    /// The field that JSON calls `name`.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.by_name.get(name).map(|index| &self.fields[*index])
    }

    /// The field that protobuf numbers `number` (not those of inlined structs).
    pub fn numbered(&self, number: u32) -> Option<&Field> {
        self.by_number.get(&number).map(|index| &self.fields[*index])
    }
}

/// A field of a struct.
#[derive(Clone, Debug)]
pub struct Field {
    /// The JSON name.
    pub name: &'static str,
    /// The protobuf number; 0 where protobuf does not carry the field.
    pub number: u32,
    /// What it holds.
    pub shape: Shape,
    /// The Go type as error messages spell it, without a leading `*`: `v1.PullPolicy`, `[]v1.Container`.
    pub go: String,
    /// Absent and zero differ.
    pub pointer: bool,
    /// Go leaves the field out when it is empty. A struct is never empty to Go.
    pub omitempty: bool,
    /// Go leaves the field out even where it is an empty struct.
    pub omitzero: bool,
    /// How a strategic patch treats it.
    pub patch: Patch,
    /// How server-side apply treats it.
    pub topology: Topology,
    /// The default in the schema, as JSON text; used for missing list keys.
    pub default: Option<&'static str>,
}

/// What a field or an element holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A nested struct.
    Struct(StructId),
    /// A list of the same shape throughout.
    List(Box<Element>),
    /// A map from strings.
    Map(Box<Element>),
    /// Text.
    String,
    /// True or false.
    Bool,
    /// A 32 bit integer.
    Int32,
    /// A 64 bit integer.
    Int64,
    /// A floating point number.
    Float,
    /// Bytes: base64 in JSON.
    Bytes,
    /// A point in time, to the second.
    Time,
    /// A point in time, to the microsecond.
    MicroTime,
    /// `1h30m`.
    Duration,
    /// `500m`, `1Gi`.
    Quantity,
    /// A port: number or name.
    IntOrString,
    /// The set of a field manager.
    FieldsV1,
    /// Any JSON.
    Raw,
}

/// The element of a list or a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// What it holds.
    pub shape: Shape,
    /// The Go type as error messages spell it.
    pub go: String,
}

/// How a strategic merge patch treats a field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch {
    /// Lists are merged, not replaced.
    pub merge: bool,
    /// The patch may name the keys to retain (`$retainKeys`).
    pub retain_keys: bool,
    /// The key by which elements of a merged list are found.
    pub key: Option<&'static str>,
}

/// How server-side apply treats a field.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Topology {
    /// The shape's own way: maps and structs by key, lists as one value.
    #[default]
    Plain,
    /// One value, whatever is inside.
    Atomic,
    /// A list without duplicates, each element owned for itself.
    Set,
    /// A list of structs, found by these keys.
    Map(Vec<&'static str>),
}

/// The struct behind an object's `apiVersion` and `kind`.
pub fn kind(api_version: &str, kind: &str) -> Option<StructId> {
    if matches!(kind, "DeleteOptions" | "Status") {
        return named(&format!("io.k8s.apimachinery.pkg.apis.meta.v1.{kind}"));
    }
    GRAPH.by_kind.get(&(api_version, kind) as &(&str, &str)).copied()
}

/// The struct with an OpenAPI name.
pub fn named(name: &str) -> Option<StructId> {
    GRAPH.by_name.get(name).copied()
}

/// An empty object of a struct as Go writes it: nothing of what may be left out, zero values, nested structs.
pub fn zero(id: StructId) -> Value {
    let mut map = Map::new();
    for field in &id.get().fields {
        let nested = match &field.shape {
            Shape::Struct(inner) if !field.pointer => Some(*inner),
            _ => None,
        };
        let time = matches!(field.shape, Shape::Time | Shape::MicroTime) && !field.pointer;
        if field.omitzero || (field.omitempty && nested.is_none() && !time) {
            continue;
        }
        let value = match (&field.shape, nested) {
            (_, Some(inner)) => zero(inner),
            _ if field.pointer => Value::Null,
            (Shape::String, _) => "".into(),
            (Shape::Bool, _) => false.into(),
            (Shape::Int32 | Shape::Int64 | Shape::IntOrString, _) => 0.into(),
            _ => Value::Null,
        };
        map.insert(field.name.to_owned(), value);
    }
    Value::Object(map)
}

/// Every struct, sorted by name.
pub fn all() -> &'static [Struct] {
    &GRAPH.structs
}
