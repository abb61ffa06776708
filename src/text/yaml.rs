//! YAML as kubectl reads it: documents in, JSON values out.
//!
//! Called by `content` and by the API server. Duplicate keys are refused.

use serde::Deserialize;
use serde_json::Value;

/// One document of a YAML text.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// What it says.
    pub value: Value,
    /// The line, from 1, on which it begins.
    pub line: usize,
}

/// Why a text is no YAML.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct YamlError {
    /// From 1; 0 where it is not known.
    pub line: usize,
    /// From 1; 0 where it is not known.
    pub column: usize,
    /// What is wrong there.
    pub message: String,
}

/// Reads every document of `text`; an empty document is `Value::Null`.
///
/// # Errors
/// The first place that is no YAML, or a key that stands twice in one mapping.
pub fn documents(text: &str) -> Result<Vec<Document>, YamlError> {
    let starts = starts(text);
    let mut found = Vec::new();
    for (index, document) in serde_yaml::Deserializer::from_str(text).enumerate() {
        let value = serde_yaml::Value::deserialize(document).map_err(|error| fault(&error))?;
        let line = starts.get(index).copied().unwrap_or(1);
        let value = json(value).map_err(|message| YamlError { line, column: 0, message })?;
        found.push(Document { value, line });
    }
    Ok(found)
}

fn fault(error: &serde_yaml::Error) -> YamlError {
    let (line, column) = error.location().map_or((0, 0), |at| (at.line(), at.column()));
    YamlError { line, column, message: error.to_string() }
}

/// The first line with content of each document.
fn starts(text: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut open = false;
    for (index, line) in text.lines().enumerate() {
        if line == "---" || line.starts_with("--- ") {
            if !open && !starts.is_empty() {
                starts.push(index + 1);
            }
            open = false;
        } else if !open && !line.trim().is_empty() && !line.trim_start().starts_with('#') {
            starts.push(index + 1);
            open = true;
        }
    }
    starts
}

fn json(value: serde_yaml::Value) -> Result<Value, String> {
    Ok(match value {
        serde_yaml::Value::Null => Value::Null,
        serde_yaml::Value::Bool(flag) => Value::Bool(flag),
        serde_yaml::Value::Number(number) => serde_json::to_value(number).map_err(|error| error.to_string())?,
        serde_yaml::Value::String(text) => text_or_octal(text),
        serde_yaml::Value::Sequence(items) => Value::Array(items.into_iter().map(json).collect::<Result<_, _>>()?),
        serde_yaml::Value::Mapping(entries) => {
            let mut object = serde_json::Map::new();
            for (key, value) in entries {
                let Value::String(key) = json(key)? else { return Err("a key is not a string".to_owned()) };
                object.insert(key, json(value)?);
            }
            Value::Object(object)
        }
        serde_yaml::Value::Tagged(tagged) => json(tagged.value)?,
    })
}

/// YAML 1.1 writes octal numbers with a leading 0, as in `defaultMode: 0755`.
fn text_or_octal(text: String) -> Value {
    let octal = text.len() > 1 && text.starts_with('0') && text.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
    match i64::from_str_radix(&text, 8) {
        Ok(number) if octal => Value::from(number),
        _ => Value::String(text),
    }
}
