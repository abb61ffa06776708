//! Whether an applied configuration fits the schema, in the words of `structured-merge-diff`.

use serde_json::Value;

use super::conflict::shown_step;
use super::topology::Parts;
use crate::sandbox::api::schema::{Field, Shape, Struct, StructId};

/// Checks a configuration.
///
/// # Errors
/// `.spec.foo: field not declared in schema`; several are put in lines.
pub(super) fn validate(id: StructId, config: &Value) -> Result<(), String> {
    let mut walk = Walk { errors: Vec::new(), path: String::new() };
    walk.structure(id.get(), config);
    match walk.errors.as_slice() {
        [] => Ok(()),
        [only] => Err(only.clone()),
        several => Err(several.iter().fold("errors:".to_owned(), |text, error| format!("{text}\n  {error}"))),
    }
}

struct Walk {
    errors: Vec<String>,
    path: String,
}

impl Walk {
    fn fail(&mut self, message: &str) {
        let error = if self.path.is_empty() { message.to_owned() } else { format!("{}: {message}", self.path) };
        self.errors.push(error);
    }

    fn at(&mut self, step: &str, inner: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push_str(step);
        inner(self);
        self.path.truncate(length);
    }

    fn structure(&mut self, schema: &'static Struct, value: &Value) {
        let Value::Object(map) = value else {
            if !value.is_null() {
                self.fail(&format!("expected map, got &{{{}}}", plain(value)));
            }
            return;
        };
        for (name, inner) in map {
            match schema.field(name) {
                None => self.at(&format!(".{name}"), |walk| walk.fail("field not declared in schema")),
                Some(field) => self.at(&format!(".{name}"), |walk| walk.field(field, inner)),
            }
        }
    }

    fn field(&mut self, field: &'static Field, value: &Value) {
        match &field.shape {
            Shape::List(element) => self.list(Parts::of_field(field), &element.shape, value),
            shape => self.value(shape, value),
        }
    }

    fn list(&mut self, parts: Parts, element: &'static Shape, value: &Value) {
        let Value::Array(items) = value else {
            if !value.is_null() {
                self.fail(&format!("expected list, got &{{{}}}", plain(value)));
            }
            return;
        };
        let mut seen = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let step = match parts {
                Parts::Whole => format!("[{index}]"),
                _ => match parts.step(item) {
                    Ok(step) => shown_step(&step),
                    Err(key) => {
                        let reason = "has an element that omits key field";
                        let tail = "(and doesn't have default value)";
                        self.fail(&format!("element {index}: associative list with keys {reason} {key:?} {tail}"));
                        return;
                    }
                },
            };
            if !matches!(parts, Parts::Whole) {
                if seen.contains(&step) {
                    self.fail(&format!("duplicate entries for key {step}"));
                }
                seen.push(step.clone());
            }
            self.at(&step, |walk| walk.value(element, item));
        }
    }

    fn value(&mut self, shape: &'static Shape, value: &Value) {
        if value.is_null() {
            return;
        }
        match shape {
            Shape::Struct(id) => self.structure(id.get(), value),
            Shape::List(element) => self.list(Parts::Whole, &element.shape, value),
            Shape::Map(element) => match value {
                Value::Object(map) => {
                    for (name, inner) in map {
                        self.at(&format!(".{name}"), |walk| walk.value(&element.shape, inner));
                    }
                }
                other => self.fail(&format!("expected map, got &{{{}}}", plain(other))),
            },
            Shape::String | Shape::Bytes if !value.is_string() => {
                self.fail(&format!("expected string, got &value.valueUnstructured{{Value:{}}}", typed(value)));
            }
            Shape::Bool if !value.is_boolean() => {
                self.fail(&format!("expected boolean, got &{{{}}}", plain(value)));
            }
            Shape::Int32 | Shape::Int64 | Shape::Float if !value.is_number() => {
                self.fail(&format!("expected numeric (int or float), got {}", go_type(value)));
            }
            Shape::Quantity | Shape::IntOrString | Shape::Time | Shape::MicroTime | Shape::Duration
                if value.is_object() || value.is_array() =>
            {
                self.fail(&format!("expected any scalar, got &{{{}}}", plain(value)));
            }
            _ => {}
        }
    }
}

/// A value as Go's `%v` prints it, as far as errors show it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "<nil>".to_owned(),
        Value::Array(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(" ")),
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().map(|(k, v)| format!("{k}:{}", plain(v))).collect();
            entries.sort();
            format!("map[{}]", entries.join(" "))
        }
        other => other.to_string(),
    }
}

/// A value as Go's `%#v` prints it.
fn typed(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            format!("[]interface {{}}{{{}}}", items.iter().map(typed).collect::<Vec<_>>().join(", "))
        }
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().map(|(k, v)| format!("{k:?}:{}", typed(v))).collect();
            entries.sort();
            format!("map[string]interface {{}}{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
}

fn go_type(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "string",
        Value::Bool(_) => "bool",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
        Value::Number(_) => "int64",
        Value::Null => "<nil>",
    }
}
