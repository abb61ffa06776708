//! Secret: named values kept apart from ConfigMaps; base64 on the wire, not encrypted.

use serde_json::{Value, json};

use super::check::{Errors, complain, immutable, too_long};
use super::columns::{AGE, NAME, age, column, name};
use super::config_map::{SIZE_LIMIT, frozen};
use super::value::{child, drop_empty, entries, fill_text, set, text};
use super::{Column, Context, Strategy, names};
use crate::sandbox::api::status::FieldError;

/// The rules of Secrets.
pub(super) struct Secret;

const COLUMNS: &[Column] = &[
    NAME,
    column(
        "Type",
        "Used to facilitate programmatic handling of secret data. More info: https://kubernetes.io/docs/concepts/configuration/secret/#secret-types",
    ),
    column(
        "Data",
        "Data contains the secret data. Each key must consist of alphanumeric characters, '-', '_' or '.'. The serialized form of the secret data is a base64 encoded string, representing the arbitrary (possibly non-string) data value here. Described in https://tools.ietf.org/html/rfc4648#section-4",
    ),
    AGE,
];

impl Strategy for Secret {
    fn default(&self, object: &mut Value) {
        fold_string_data(object);
        drop_empty(object, &["data"]);
        fill_text(object, "type", "Opaque");
    }

    fn validate(&self, object: &Value, old: Option<&Value>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let mut size = 0;
        for (key, value) in entries(object, "/data") {
            complain(&mut errors, &format!("data[{key}]"), key.as_str(), names::config_key(key));
            size += value.as_str().map_or(0, |encoded| encoded.len() / 4 * 3);
        }
        if size > SIZE_LIMIT {
            errors.push(too_long("data", SIZE_LIMIT));
        }
        required_keys(&mut errors, object);
        if let Some(old) = old {
            immutable(&mut errors, "type", object, old, "/type");
            frozen(&mut errors, object, old, &["data"]);
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
        let keys = entries(object, "/data").count();
        vec![name(object), text(object, "/type").into(), json!(keys), age(object, context.now)]
    }

    fn fields(&self, object: &Value) -> Vec<(&'static str, String)> {
        vec![("type", text(object, "/type").to_owned())]
    }

    fn unknown_field(&self, label: &str) -> String {
        format!("field label not supported: {label}")
    }
}

/// `stringData` is for writers only: its texts go into `data`, encoded.
fn fold_string_data(object: &mut Value) {
    use base64::Engine as _;
    let Some(Value::Object(plain)) = object.as_object_mut().and_then(|o| o.shift_remove("stringData")) else { return };
    let data = child(object, "data");
    for (key, value) in plain {
        let encoded = base64::engine::general_purpose::STANDARD.encode(value.as_str().unwrap_or_default());
        set(data, &key, encoded);
    }
}

/// Some types are a promise of certain keys.
fn required_keys(errors: &mut Errors, object: &Value) {
    let keys: &[&str] = match text(object, "/type") {
        "kubernetes.io/dockercfg" => &[".dockercfg"],
        "kubernetes.io/dockerconfigjson" => &[".dockerconfigjson"],
        "kubernetes.io/ssh-auth" => &["ssh-privatekey"],
        "kubernetes.io/tls" => &["tls.crt", "tls.key"],
        _ => &[],
    };
    for key in keys {
        if object.pointer("/data").and_then(|data| data.get(*key)).is_none() {
            errors.push(FieldError::required(format!("data[{key}]"), ""));
        }
    }
}
