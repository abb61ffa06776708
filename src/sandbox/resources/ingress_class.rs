//! IngressClass: which controller serves an Ingress. The sandbox runs none.

use serde_json::Value;

use super::columns::{AGE, NAME, NONE, age, column, name};
use super::value::{absent, child, fill, text};
use super::{Column, Context, Strategy};

/// The rules of IngressClasses.
pub(super) struct IngressClass;

const COLUMNS: &[Column] = &[
    NAME,
    column("Controller", "Controller that is responsible for handling this class"),
    column("Parameters", "A reference to a resource with additional parameters"),
    AGE,
];

impl Strategy for IngressClass {
    fn default(&self, object: &mut Value) {
        let spec = child(object, "spec");
        if !absent(spec, "/parameters") {
            fill(child(spec, "parameters"), "scope", "Cluster");
        }
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn cells(&self, object: &Value, context: &Context) -> Vec<Value> {
        vec![name(object), text(object, "/spec/controller").into(), parameters(object).into(), age(object, context.now)]
    }
}

fn parameters(object: &Value) -> String {
    let Some(named) = object.pointer("/spec/parameters") else { return NONE.to_owned() };
    let group = match text(named, "/apiGroup") {
        "" => String::new(),
        group => format!(".{group}"),
    };
    format!("{}{group}/{}", text(named, "/kind"), text(named, "/name"))
}
