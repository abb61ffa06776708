//! Small checks that many kinds share: each pushes a `FieldError` in Kubernetes' words.
//!
//! Called by the kinds' `validate`. Paths are written as Go writes them: `spec.ports[0].name`.

use serde_json::Value;

use super::names::{self, Complaints};
use super::value::{entries, int, items, text};
use crate::sandbox::api::status::{FieldError, FieldReason};

/// What is wrong so far.
pub(super) type Errors = Vec<FieldError>;

/// One error for each complaint about a value.
pub(super) fn complain(errors: &mut Errors, path: &str, value: impl Into<Value>, complaints: Complaints) {
    let value = value.into();
    errors.extend(complaints.into_iter().map(|why| FieldError::invalid(path, &value, why)));
}

/// A text that has to be there and to follow a rule.
pub(super) fn named(errors: &mut Errors, path: &str, value: &str, rule: fn(&str) -> Complaints) {
    if value.is_empty() {
        errors.push(FieldError::required(path, ""));
    } else {
        complain(errors, path, value, rule(value));
    }
}

/// A number that is zero or more where it is there.
pub(super) fn not_negative(errors: &mut Errors, path: &str, object: &Value, key: &str) {
    if let Some(number) = int(object, &format!("/{key}")).filter(|n| *n < 0) {
        let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        errors.push(FieldError::invalid(path, &number.into(), "must be greater than or equal to 0"));
    }
}

/// A text out of a closed set; missing is a matter for the caller.
pub(super) fn one_of(errors: &mut Errors, path: &str, value: &str, allowed: &[&str]) {
    if !value.is_empty() && !allowed.contains(&value) {
        errors.push(FieldError::not_supported(path, &value.into(), allowed));
    }
}

/// A port that is a number or the name of a container's port.
pub(super) fn port_or_name(errors: &mut Errors, path: &str, port: Option<&Value>) {
    match port {
        Some(Value::String(name)) => complain(errors, path, name.as_str(), names::port_name(name)),
        Some(number) => {
            complain(errors, path, number.clone(), names::port_number(number.as_i64().unwrap_or_default()));
        }
        None => complain(errors, path, 0, names::port_number(0)),
    }
}

/// Labels: their keys and values.
pub(super) fn labels(errors: &mut Errors, path: &str, object: &Value, pointer: &str) {
    for (key, value) in entries(object, pointer) {
        complain(errors, path, key.as_str(), names::qualified_name(key));
        let value = value.as_str().unwrap_or_default();
        complain(errors, path, value, names::label_value(value));
    }
}

/// A `LabelSelector`.
pub(super) fn label_selector(errors: &mut Errors, path: &str, selector: &Value) {
    labels(errors, &format!("{path}.matchLabels"), selector, "/matchLabels");
    for (index, expression) in items(selector, "/matchExpressions").iter().enumerate() {
        let path = format!("{path}.matchExpressions[{index}]");
        let values = items(expression, "/values");
        match text(expression, "/operator") {
            "In" | "NotIn" if values.is_empty() => errors.push(FieldError::required(
                format!("{path}.values"),
                "must be specified when `operator` is 'In' or 'NotIn'",
            )),
            "Exists" | "DoesNotExist" if !values.is_empty() => errors.push(FieldError::forbidden(
                format!("{path}.values"),
                "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
            )),
            "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
            other => {
                let why = "not a valid selector operator";
                errors.push(FieldError::invalid(format!("{path}.operator"), &other.into(), why));
            }
        }
        let key = text(expression, "/key");
        complain(errors, &format!("{path}.key"), key, names::qualified_name(key));
        for (i, value) in values.iter().filter_map(Value::as_str).enumerate() {
            complain(errors, &format!("{path}.values[{i}]"), value, names::label_value(value));
        }
    }
}

/// True where a `LabelSelector` picks an object with these labels.
pub(super) fn selects(selector: &Value, labels: Option<&Value>) -> bool {
    let label = |key: &str| labels.and_then(|map| map.get(key)).and_then(Value::as_str);
    let among = |e: &Value, value: &str| items(e, "/values").iter().any(|v| v == value);
    entries(selector, "/matchLabels").all(|(key, value)| label(key) == value.as_str())
        && items(selector, "/matchExpressions").iter().all(|expression| {
            let found = label(text(expression, "/key"));
            match text(expression, "/operator") {
                "In" => found.is_some_and(|v| among(expression, v)),
                "NotIn" => found.is_none_or(|v| !among(expression, v)),
                "Exists" => found.is_some(),
                "DoesNotExist" => found.is_none(),
                _ => false,
            }
        })
}

/// A member that may never change once it is there.
pub(super) fn immutable(errors: &mut Errors, path: &str, new: &Value, old: &Value, pointer: &str) {
    let (new, old) = (new.pointer(pointer).unwrap_or(&Value::Null), old.pointer(pointer).unwrap_or(&Value::Null));
    if new != old {
        errors.push(FieldError::invalid(path, new, "field is immutable"));
    }
}

/// `Not found: "x"`.
pub(super) fn not_found(path: String, value: &str) -> FieldError {
    FieldError { field: path, reason: FieldReason::NotFound, message: format!("Not found: {value:?}") }
}

/// `Too long: may not be more than N bytes`.
pub(super) fn too_long(path: &str, limit: usize) -> FieldError {
    let message = format!("Too long: may not be more than {limit} bytes");
    FieldError { field: path.to_owned(), reason: FieldReason::TooLong, message }
}
