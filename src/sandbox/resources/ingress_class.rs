//! IngressClass: which controller serves an Ingress. The sandbox runs none.

use serde_json::Value;

use super::check::immutable;
use super::columns::{AGE, NAME, NONE, age, column, name};
use super::value::{absent, child, fill, text};
use super::{Column, Context, Strategy, names};
use crate::sandbox::api::status::FieldError;

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

    fn validate(&self, object: &Value, old: Option<&Value>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let controller = text(object, "/spec/controller");
        if controller.is_empty() {
            errors.push(FieldError::required("spec.controller", ""));
        } else if !controller
            .split_once('/')
            .is_some_and(|(domain, path)| names::dns_subdomain(domain).is_empty() && !path.is_empty())
        {
            let why = "must be a domain-prefixed path (such as \"acme.io/foo\")";
            errors.push(FieldError::invalid("spec.controller", &controller.into(), why));
        }
        if let Some(old) = old {
            immutable(&mut errors, "spec.controller", object, old, "/spec/controller");
        }
        errors
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
