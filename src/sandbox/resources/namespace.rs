//! Namespace: a room for names. Deleting one ends everything in it.

use serde_json::{Value, json};

use super::columns::{AGE, NAME, age, column, name};
use super::value::{child, fill_text, set, text};
use super::{Column, Context, NameRule, Strategy};

/// The rules of Namespaces.
pub(super) struct Namespace;

const COLUMNS: &[Column] = &[NAME, column("Status", "The status of the namespace"), AGE];

impl Strategy for Namespace {
    fn default(&self, object: &mut Value) {
        child(object, "spec");
        fill_text(child(object, "status"), "phase", "Active");
        // The label lets selectors name a namespace; it cannot be changed or taken away.
        let own_name = text(object, "/metadata/name").to_owned();
        if !own_name.is_empty() {
            set(child(child(object, "metadata"), "labels"), "kubernetes.io/metadata.name", own_name);
        }
    }

    fn prepare_create(&self, object: &mut Value, _context: &Context) {
        set(object, "status", json!({"phase": "Active"}));
        let finalizers = child(child(object, "spec"), "finalizers");
        match finalizers.as_array_mut() {
            Some(list) if list.iter().any(|f| f == "kubernetes") => {}
            Some(list) => list.push("kubernetes".into()),
            None => *finalizers = json!(["kubernetes"]),
        }
    }

    fn prepare_update(&self, object: &mut Value, old: &Value, _context: &Context) {
        // Only `/finalize` takes the namespace's own finalizers away.
        set(child(object, "spec"), "finalizers", old.pointer("/spec/finalizers").cloned().unwrap_or_default());
    }

    fn name_rule(&self) -> NameRule {
        NameRule::Label
    }

    fn has_generation(&self) -> bool {
        false
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn cells(&self, object: &Value, context: &Context) -> Vec<Value> {
        vec![name(object), text(object, "/status/phase").into(), age(object, context.now)]
    }

    fn fields(&self, object: &Value) -> Vec<(&'static str, String)> {
        vec![
            ("status.phase", text(object, "/status/phase").to_owned()),
            ("name", text(object, "/metadata/name").to_owned()),
        ]
    }

    fn unknown_field(&self, label: &str) -> String {
        format!("field label not supported: {label}")
    }
}
