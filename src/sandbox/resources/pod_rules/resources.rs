//! Resource requests and limits of a container.

use serde_json::Value;

use super::super::check::{Errors, complain};
use super::super::names;
use super::super::quantity::Quantity;
use super::super::value::entries;
use crate::sandbox::api::status::FieldError;

const STANDARD: [&str; 3] = ["cpu", "memory", "ephemeral-storage"];

/// Amounts are not negative, and nothing is requested beyond its limit.
pub(super) fn check(errors: &mut Errors, container: &Value, path: &str) {
    for list in ["limits", "requests"] {
        for (name, amount) in entries(container, &format!("/resources/{list}")) {
            let path = format!("{path}.{list}");
            resource_name(errors, name, &path);
            let Some(quantity) = Quantity::of(amount) else { continue };
            if quantity.nano() < 0 {
                let why = "must be greater than or equal to 0";
                errors.push(FieldError::invalid(format!("{path}[{name}]"), amount, why));
            }
        }
    }
    for (name, request) in entries(container, "/resources/requests") {
        let limit = container.pointer("/resources/limits").and_then(|limits| limits.get(name));
        if let (Some(asked), Some(most)) = (Quantity::of(request), limit.and_then(Quantity::of))
            && asked.nano() > most.nano()
        {
            let why = format!("must be less than or equal to {name} limit of {}", most.canonical());
            errors.push(FieldError::invalid(format!("{path}.requests"), &asked.canonical().into(), why));
        }
    }
}

fn resource_name(errors: &mut Errors, name: &str, path: &str) {
    let complaints = names::qualified_name(name);
    let sound = complaints.is_empty();
    complain(errors, path, name, complaints);
    if sound && !name.contains('/') && !STANDARD.contains(&name) && !name.starts_with("hugepages-") {
        let why = "must be a standard resource type or fully qualified";
        errors.push(FieldError::invalid(path, &name.into(), why));
        errors.push(FieldError::invalid(path, &name.into(), "must be a standard resource for containers"));
    }
}
