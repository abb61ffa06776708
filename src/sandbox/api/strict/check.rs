//! The walk over a body by the schema: Go's decode and encode in one.

use serde_json::{Map, Value};

use super::Decoded;
use super::node::Node;
use super::scalars;
use crate::sandbox::api::schema::{Element, Field, Shape, Struct, StructId};

/// What Go reads and writes back, and the unknown and duplicate fields.
///
/// # Errors
/// Go's message for the first field of a wrong type.
pub(super) fn decode(node: &Node, id: StructId) -> Result<Decoded, String> {
    let mut walk = Walk { warnings: Vec::new(), path: String::new(), fields: Vec::new(), owner: "" };
    let value = walk.structure(node, id.get())?;
    let warnings = walk.warnings;
    Ok((value, warnings))
}

/// The word for a JSON value in Go's type errors.
pub(super) fn described(node: &Node) -> &'static str {
    match node {
        Node::Null => "null",
        Node::Bool(_) => "bool",
        Node::Number(_) => "number",
        Node::Text(_) => "string",
        Node::List(_) => "array",
        Node::Object(_) => "object",
    }
}

struct Walk {
    warnings: Vec<String>,
    /// Where we are for warnings: `spec.containers[0].name`.
    path: String,
    /// Where we are for type errors: names only.
    fields: Vec<&'static str>,
    /// The innermost struct, for type errors.
    owner: &'static str,
}

impl Walk {
    fn mismatch(&self, what: &str, go: &str) -> String {
        if self.fields.is_empty() {
            return format!("json: cannot unmarshal {what} into Go value of type {go}");
        }
        let path = self.fields.join(".");
        format!("json: cannot unmarshal {what} into Go struct field {}.{path} of type {go}", self.owner)
    }

    /// Runs `inner` one step deeper and comes back.
    fn at<T>(&mut self, step: &str, inner: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        if !step.starts_with('[') && length > 0 {
            self.path.push('.');
        }
        self.path.push_str(step);
        let result = inner(self);
        self.path.truncate(length);
        result
    }

    fn warn(&mut self, word: &str, step: &str) {
        let warning = self.at(step, |walk| format!("{word} field {:?}", walk.path));
        self.warnings.push(warning);
    }

    fn structure(&mut self, node: &Node, schema: &'static Struct) -> Result<Value, String> {
        let entries = match node {
            Node::Object(entries) => entries.as_slice(),
            Node::Null => &[],
            other => return Err(self.mismatch(described(other), &format!("v1.{}", schema.short))),
        };
        let (owner, depth) = (std::mem::replace(&mut self.owner, schema.short), self.fields.len());
        let mut seen: Vec<(&str, Value)> = Vec::with_capacity(entries.len());
        let mut unknown: Vec<&str> = Vec::new();
        for (key, node) in entries {
            let Some(field) = schema.field(key) else {
                if !unknown.contains(&key.as_str()) {
                    unknown.push(key);
                    self.warn("unknown", key);
                }
                continue;
            };
            if seen.iter().any(|(name, _)| name == key) {
                self.warn("duplicate", key);
                seen.retain(|(name, _)| name != key);
            }
            self.fields.push(field.name);
            let value = self.at(key, |walk| walk.value(node, &field.shape, &field.go))?;
            self.fields.truncate(depth);
            seen.push((field.name, value));
        }
        self.owner = owner;
        let in_spec = self.fields.first() == Some(&"spec");
        Ok(written(schema, seen, in_spec))
    }

    fn value(&mut self, node: &Node, shape: &Shape, go: &str) -> Result<Value, String> {
        match shape {
            Shape::Struct(id) => self.structure(node, id.get()),
            Shape::List(element) => self.list(node, element, go),
            Shape::Map(element) => self.map(node, element, go),
            Shape::Raw | Shape::FieldsV1 => Ok(node.clone().into_value()),
            scalar => match scalars::read(node, scalar) {
                Ok(value) => Ok(value),
                Err(scalars::Problem::Type(what)) => Err(self.mismatch(&what, go)),
                Err(scalars::Problem::Text(message)) => Err(message),
            },
        }
    }

    fn list(&mut self, node: &Node, element: &Element, go: &str) -> Result<Value, String> {
        let items = match node {
            Node::List(items) => items,
            Node::Null => return Ok(Value::Null),
            other => return Err(self.mismatch(described(other), go)),
        };
        let mut values = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let value = self.at(&format!("[{index}]"), |walk| walk.value(item, &element.shape, &element.go))?;
            values.push(zero_for_null(value, &element.shape));
        }
        Ok(Value::Array(values))
    }

    fn map(&mut self, node: &Node, element: &Element, go: &str) -> Result<Value, String> {
        let entries = match node {
            Node::Object(entries) => entries,
            Node::Null => return Ok(Value::Null),
            other => return Err(self.mismatch(described(other), go)),
        };
        let mut map = Map::new();
        for (key, item) in entries {
            if map.contains_key(key) {
                self.warn("duplicate", key);
            }
            let value = self.at(key, |walk| walk.value(item, &element.shape, &element.go))?;
            map.insert(key.clone(), zero_for_null(value, &element.shape));
        }
        Ok(Value::Object(map))
    }
}

/// In a list or a map, Go's zero value stands where the body says null.
fn zero_for_null(value: Value, shape: &Shape) -> Value {
    match (&value, shape) {
        (Value::Null, Shape::String) => "".into(),
        (Value::Null, Shape::Bool) => false.into(),
        (Value::Null, Shape::Int32 | Shape::Int64 | Shape::IntOrString) => 0.into(),
        (Value::Null, Shape::Quantity) => "0".into(),
        _ => value,
    }
}

/// The struct as Go writes it: in its order, empty optional fields left out, nested structs always there.
fn written(schema: &'static Struct, mut seen: Vec<(&str, Value)>, in_spec: bool) -> Value {
    let mut map = Map::new();
    for field in &schema.fields {
        let found = seen.iter().position(|(name, _)| *name == field.name);
        let value = match found.map(|at| seen.swap_remove(at).1) {
            Some(value) if kept(field, &value) => value,
            _ => match absent(field, in_spec || field.name == "spec") {
                Some(value) => value,
                None => continue,
            },
        };
        map.insert(field.name.to_owned(), value);
    }
    Value::Object(map)
}

/// Whether Go writes a value that the body holds.
fn kept(field: &Field, value: &Value) -> bool {
    if value.is_null() || (field.omitzero && matches!(value, Value::Object(map) if map.is_empty())) {
        return false;
    }
    if field.pointer || !field.omitempty {
        return true;
    }
    match value {
        Value::String(text) => !text.is_empty() || field.shape == Shape::IntOrString,
        Value::Bool(set) => *set,
        Value::Number(number) => number.as_f64() != Some(0.0) || field.shape == Shape::IntOrString,
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty() || !matches!(field.shape, Shape::Map(_)),
        Value::Null => false,
    }
}

/// What Go writes for a field that the body lacks. Scalars of a spec stay absent, so that defaulting and
/// validation can tell "not said" from "zero".
fn absent(field: &Field, in_spec: bool) -> Option<Value> {
    if field.pointer || field.omitzero {
        return None;
    }
    match &field.shape {
        Shape::Struct(id) => Some(written(id.get(), Vec::new(), in_spec)),
        Shape::Time | Shape::MicroTime => Some(Value::Null),
        _ if field.omitempty || in_spec => None,
        Shape::String => Some("".into()),
        Shape::Bool => Some(false.into()),
        Shape::Int32 | Shape::Int64 => Some(0.into()),
        _ => None,
    }
}
