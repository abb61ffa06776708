//! ConfigMap: named texts and files that pods take as environment or as a folder.

use serde_json::{Value, json};

use super::check::{Errors, complain, too_long};
use super::columns::{AGE, NAME, age, column, name};
use super::value::{absent, drop_empty, entries, flag};
use super::{Column, Context, Strategy, names};
use crate::sandbox::api::status::FieldError;

/// The rules of ConfigMaps.
pub(super) struct ConfigMap;

const COLUMNS: &[Column] = &[
    NAME,
    column(
        "Data",
        "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', '_' or '.'. Values with non-UTF-8 byte sequences must use the BinaryData field. The keys stored in Data must not overlap with the keys in the BinaryData field, this is enforced during validation process.",
    ),
    AGE,
];

impl Strategy for ConfigMap {
    fn default(&self, object: &mut Value) {
        drop_empty(object, &["data", "binaryData"]);
    }

    fn validate(&self, object: &Value, old: Option<&Value>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        data_keys(&mut errors, object);
        if let Some(old) = old {
            frozen(&mut errors, object, old, &["data", "binaryData"]);
        }
        errors
    }

    fn has_generation(&self) -> bool {
        false
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn cells(&self, object: &Value, context: &Context) -> Vec<Value> {
        let keys = entries(object, "/data").count() + entries(object, "/binaryData").count();
        vec![name(object), json!(keys), age(object, context.now)]
    }
}

/// What a ConfigMap or a Secret may hold: 1 MiB.
pub(super) const SIZE_LIMIT: usize = 1024 * 1024;

fn data_keys(errors: &mut Errors, object: &Value) {
    let mut size = 0;
    for list in ["data", "binaryData"] {
        for (key, value) in entries(object, &format!("/{list}")) {
            let path = format!("{list}[{key}]");
            complain(errors, &path, key.as_str(), names::config_key(key));
            if list == "data" && !absent(object, &format!("/binaryData/{}", key.replace('~', "~0").replace('/', "~1")))
            {
                errors.push(FieldError::invalid(path, &key.as_str().into(), "duplicate of key present in binaryData"));
            }
            size += value.as_str().map_or(0, str::len);
        }
    }
    if size > SIZE_LIMIT {
        errors.push(too_long("", SIZE_LIMIT));
    }
}

/// `immutable: true` freezes the content, and itself.
pub(super) fn frozen(errors: &mut Errors, object: &Value, old: &Value, content: &[&str]) {
    if !flag(old, "/immutable") {
        return;
    }
    let why = "field is immutable when `immutable` is set";
    if !flag(object, "/immutable") {
        errors.push(FieldError::forbidden("immutable", why));
    }
    for key in content {
        if object.get(*key) != old.get(*key) {
            errors.push(FieldError::forbidden(*key, why));
        }
    }
}
