//! ConfigMap: named texts and files that pods take as environment or as a folder.

use serde_json::{Value, json};

use super::columns::{AGE, NAME, age, column, name};
use super::value::{drop_empty, entries};
use super::{Column, Context, Strategy};

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
