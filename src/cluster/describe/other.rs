//! ConfigMaps, and every kind that has no file of its own: field by field.

use serde_json::{Map, Value};

use super::page::Page;
use super::parts::{annotations, head, labels, text};

pub(super) fn config_map(page: &mut Page, object: &Value) {
    head(page, object);
    labels(page, 0, object, "/metadata/labels");
    annotations(page, 0, object, "/metadata/annotations");
    page.text(0, "\nData\n====");
    for (key, value) in entries(object, "/data") {
        page.text(0, &format!("{key}:\n----\n{}\n", value.as_str().unwrap_or_default()));
    }
    page.text(0, "\nBinaryData\n====");
    for (key, value) in entries(object, "/binaryData") {
        let encoded = value.as_str().unwrap_or_default();
        let bytes = encoded.len() / 4 * 3 - encoded.bytes().rev().take_while(|byte| *byte == b'=').count();
        page.text(0, &format!("{key}: {bytes} bytes"));
    }
    page.line(0, "");
}

/// A Secret's values are counted, not shown.
const SECRET: &[&str] = &["data", "stringData"];
/// What stands at the head already, or is nobody's reading.
const TOLD: &[&str] = &["name", "namespace", "labels", "annotations", "managedFields"];

pub(super) fn generic(page: &mut Page, object: &Value) {
    head(page, object);
    labels(page, 0, object, "/metadata/labels");
    annotations(page, 0, object, "/metadata/annotations");
    let mut object = object.clone();
    if let Some(metadata) = object.pointer_mut("/metadata").and_then(Value::as_object_mut) {
        metadata.retain(|key, _| !TOLD.contains(&key.as_str()));
    }
    if text(&object, "/kind") == "Secret" {
        for field in SECRET {
            let values = object.get_mut(*field).and_then(Value::as_object_mut);
            values.into_iter().flatten().for_each(|(_, value)| hide(value));
        }
    }
    if let Some(fields) = object.as_object() {
        tree(page, 0, fields);
    }
}

fn hide(value: &mut Value) {
    *value = Value::from(format!("{} characters", value.as_str().unwrap_or_default().len()));
}

fn tree(page: &mut Page, level: usize, fields: &Map<String, Value>) {
    let mut sorted: Vec<(&String, &Value)> = fields.iter().collect();
    sorted.sort_by_key(|(key, _)| *key);
    for (key, value) in sorted {
        match value {
            Value::Object(inner) => {
                page.line(level, format!("{}:", title(key)));
                tree(page, level + 1, inner);
            }
            Value::Array(items) => {
                page.line(level, format!("{}:", title(key)));
                items.iter().for_each(|item| match item {
                    Value::Object(inner) => tree(page, level + 1, inner),
                    other => page.text(level + 1, &plain(other)),
                });
            }
            other => page.field(level, &title(key), plain(other)),
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.replace('\n', "\\n"),
        Value::Null => "<nil>".to_owned(),
        other => other.to_string(),
    }
}

/// `apiVersion` as `API Version`; keys that are no words stay as they are.
fn title(key: &str) -> String {
    if key.chars().any(|c| !c.is_alphabetic() && c != '-') {
        return key.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in key.chars() {
        match words.last_mut() {
            Some(word) if !(c.is_uppercase() && before.is_lowercase()) => word.push(c),
            _ => words.push(c.to_string()),
        }
        before = c;
    }
    let word = |word: String| {
        let upper = word.to_uppercase();
        if matches!(upper.as_str(), "API" | "URL" | "UID" | "OSB" | "GUID") {
            return upper;
        }
        let mut letters = word.chars();
        letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
    };
    words.into_iter().map(word).collect::<Vec<_>>().join(" ")
}

fn entries<'a>(object: &'a Value, pointer: &str) -> Vec<(&'a String, &'a Value)> {
    let mut entries: Vec<_> = object.pointer(pointer).and_then(Value::as_object).into_iter().flatten().collect();
    entries.sort_by_key(|(key, _)| *key);
    entries
}
