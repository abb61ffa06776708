//! From files to objects, with errors that point at the line.
//!
//! Called before anything is applied, so that a mistake in the last file leaves the cluster as it was. Field names
//! are the API server's to check; here only what makes a document an object is looked at.

use std::collections::HashMap;

use serde_json::Value;

use super::ManifestFile;
use crate::content::ContentError;
use crate::text::yaml;

/// One object of a manifest file.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The file's path, as in [`ManifestFile`].
    pub file: String,
    /// The line, from 1, on which the object's document begins.
    pub line: usize,
    /// The object, with `apiVersion`, `kind` and `metadata.name`.
    pub value: Value,
}

/// Every object of `files`, in order; the items of a `kind: List` one by one.
///
/// # Errors
/// The first file that is no YAML, has a key twice, is empty, or holds something else than an object; an object that
/// stands in two places.
pub fn parse(files: &[ManifestFile]) -> Result<Vec<Manifest>, ContentError> {
    let mut found: Vec<Manifest> = Vec::new();
    let mut seen: HashMap<String, String> = HashMap::new();
    for file in files {
        for manifest in read(file)? {
            let place = format!("{}:{}", manifest.file, manifest.line);
            if let Some(first) = seen.insert(identity(&manifest.value), place) {
                let object = format!("{}/{}", text(&manifest.value, "/kind"), text(&manifest.value, "/metadata/name"));
                return Err(ContentError::Twice { file: manifest.file, line: manifest.line, object, first });
            }
            found.push(manifest);
        }
    }
    Ok(found)
}

fn read(file: &ManifestFile) -> Result<Vec<Manifest>, ContentError> {
    let documents = yaml::documents(&file.text).map_err(|error| ContentError::Syntax {
        file: file.path.clone(),
        line: error.line,
        column: error.column,
        message: error.message,
    })?;
    let mut found = Vec::new();
    for document in documents.into_iter().filter(|document| !document.value.is_null()) {
        for value in objects(document.value) {
            if let Some(what) = lacks(&value) {
                return Err(ContentError::NotAnObject { file: file.path.clone(), line: document.line, what });
            }
            found.push(Manifest { file: file.path.clone(), line: document.line, value });
        }
    }
    if found.is_empty() { Err(ContentError::Empty { file: file.path.clone() }) } else { Ok(found) }
}

/// `kind: List` is kubectl's envelope (`kubectl get -o yaml`), not a kind of the cluster.
fn objects(mut value: Value) -> Vec<Value> {
    if value["kind"] == "List"
        && let Some(Value::Array(items)) = value.get_mut("items").map(Value::take)
    {
        return items;
    }
    vec![value]
}

/// What keeps `value` from being an object of the cluster.
fn lacks(value: &Value) -> Option<String> {
    let Some(object) = value.as_object() else {
        let found = match value {
            Value::Array(_) => "a list",
            Value::String(_) => "a text",
            _ => "a single value",
        };
        return Some(format!("{found}, where an object (key: value lines) is wanted"));
    };
    for name in ["apiVersion", "kind"] {
        match object.get(name) {
            Some(Value::String(text)) if !text.is_empty() => {}
            Some(_) => return Some(format!("{name} is not a text")),
            None => return Some(format!("{name} is missing")),
        }
    }
    match value.pointer("/metadata/name") {
        Some(Value::String(name)) if !name.is_empty() => None,
        Some(_) => Some("metadata.name is not a text".to_owned()),
        None => Some("metadata.name is missing".to_owned()),
    }
}

fn identity(value: &Value) -> String {
    let group = text(value, "/apiVersion").rsplit_once('/').map_or("", |(group, _)| group);
    let parts = [group, text(value, "/kind"), text(value, "/metadata/namespace"), text(value, "/metadata/name")];
    parts.join("\u{0}")
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::content::manifests::ManifestFile;

    fn file(path: &str, text: &str) -> ManifestFile {
        ManifestFile { path: path.into(), text: text.to_owned().into() }
    }

    fn error(text: &str) -> String {
        parse(&[file("x.yaml", text)]).unwrap_err().to_string()
    }

    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n";

    #[test]
    fn documents_and_lists_become_objects_with_their_lines() {
        let list = format!(
            "# two\n---\n{POD}---\napiVersion: v1\nkind: List\nitems:\n- {{apiVersion: v1, kind: Pod, metadata: {{name: b}}}}\n---\n"
        );
        let found = parse(&[file("x.yaml", &list)]).unwrap();
        let names: Vec<_> = found.iter().map(|m| (m.line, m.value["metadata"]["name"].as_str().unwrap())).collect();
        assert_eq!(names, [(3, "a"), (8, "b")]);
    }

    #[test]
    fn mistakes_name_file_line_and_cause() {
        assert!(error("kind: Pod\n  apiVersion: v1\n").starts_with("x.yaml:2:"));
        assert!(error("apiVersion: v1\nkind: Pod\nkind: Job\n").contains("\"kind\""));
        assert!(error("- a\n- b\n").contains("a list, where an object"));
        assert!(error("apiVersion: v1\n").contains("x.yaml:1: kind is missing"));
        assert!(error("kind: Pod\n").contains("apiVersion is missing"));
        assert!(error("apiVersion: v1\nkind: Pod\nmetadata: {}\n").contains("metadata.name is missing"));
        assert!(error("# nothing\n").contains("x.yaml is empty"));
        assert!(error("").contains("x.yaml is empty"));
    }

    #[test]
    fn one_object_in_two_files_is_refused() {
        let error = parse(&[file("a.yaml", POD), file("b.yaml", POD)]).unwrap_err().to_string();
        assert!(error.starts_with("b.yaml:1: Pod/a is in a.yaml:1 already"), "{error}");
    }
}
