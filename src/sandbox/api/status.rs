//! `metav1.Status` errors: what the API server answers when it refuses.
//!
//! Shapes and words follow a real 1.36 (`tests/fixtures/recordings`): clients match on `reason`
//! and `details`, people read `message`.

use serde_json::{Map, Value, json};

/// A refusal, ready to be sent as a `Status` object.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// The HTTP status code.
    pub code: u16,
    /// The machine-readable word: `NotFound`, `Conflict`, `Invalid` …; empty where Kubernetes has none.
    pub reason: &'static str,
    /// What a person reads.
    pub message: String,
    /// `details` as sent; `Value::Null` leaves it out.
    pub details: Value,
    /// `Retry-After` in seconds, where the client is to come back.
    pub retry_after: Option<u32>,
}

/// One broken field of an object: `spec.schedule: Invalid value: "x": why`.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldError {
    /// The path: `spec.template.spec.containers[0].name`.
    pub field: String,
    /// The machine-readable word of the cause.
    pub reason: FieldReason,
    /// Everything behind the path, as Kubernetes writes it: `Invalid value: "x": why`.
    pub message: String,
}

/// The reasons of `metav1.StatusCause` for fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldReason {
    /// The value breaks a rule.
    Invalid,
    /// The value is not there.
    Required,
    /// The value is none of a closed set.
    NotSupported,
    /// The value is there twice.
    Duplicate,
    /// The field may not be set (here, or together with another).
    Forbidden,
    /// Longer than allowed.
    TooLong,
    /// More items than allowed.
    TooMany,
    /// What it names is not there.
    NotFound,
}

impl FieldError {
    /// `Invalid value: <value as Go's %#v of JSON>: <why>`.
    pub fn invalid(field: impl Into<String>, value: &Value, why: impl AsRef<str>) -> Self {
        let message = format!("Invalid value: {}: {}", shown(value), why.as_ref());
        Self { field: field.into(), reason: FieldReason::Invalid, message }
    }

    /// `Required value`, followed by `: <why>` where there is one.
    pub fn required(field: impl Into<String>, why: &str) -> Self {
        Self { field: field.into(), reason: FieldReason::Required, message: tail("Required value", why) }
    }

    /// `Forbidden: <why>`.
    pub fn forbidden(field: impl Into<String>, why: &str) -> Self {
        Self { field: field.into(), reason: FieldReason::Forbidden, message: tail("Forbidden", why) }
    }

    /// `Duplicate value: <value>`.
    pub fn duplicate(field: impl Into<String>, value: &Value) -> Self {
        let message = format!("Duplicate value: {}", shown(value));
        Self { field: field.into(), reason: FieldReason::Duplicate, message }
    }

    /// `Unsupported value: <value>: supported values: "a", "b"`.
    pub fn not_supported(field: impl Into<String>, value: &Value, allowed: &[&str]) -> Self {
        let list: Vec<_> = allowed.iter().map(|a| format!("{a:?}")).collect();
        let message = format!("Unsupported value: {}: supported values: {}", shown(value), list.join(", "));
        Self { field: field.into(), reason: FieldReason::NotSupported, message }
    }
}

fn tail(head: &str, why: &str) -> String {
    if why.is_empty() { head.to_owned() } else { format!("{head}: {why}") }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        other => other.to_string(),
    }
}

impl FieldReason {
    /// The word in `details.causes[].reason`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Invalid => "FieldValueInvalid",
            Self::Required => "FieldValueRequired",
            Self::NotSupported => "FieldValueNotSupported",
            Self::Duplicate => "FieldValueDuplicate",
            Self::Forbidden => "FieldValueForbidden",
            Self::TooLong => "FieldValueTooLong",
            Self::TooMany => "FieldValueTooMany",
            Self::NotFound => "FieldValueNotFound",
        }
    }
}

/// What an error is about: `jobs.batch "x"`.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The API group, empty for the core group.
    pub group: &'a str,
    /// The plural resource name, or the kind where Kubernetes says the kind (422).
    pub kind: &'a str,
    /// The object's name; may be empty.
    pub name: &'a str,
}

impl About<'_> {
    fn qualified(&self) -> String {
        if self.group.is_empty() { self.kind.to_owned() } else { format!("{}.{}", self.kind, self.group) }
    }

    fn details(&self) -> Map<String, Value> {
        let mut details = Map::new();
        for (key, value) in [("name", self.name), ("group", self.group), ("kind", self.kind)] {
            if !value.is_empty() {
                details.insert(key.into(), value.into());
            }
        }
        details
    }
}

impl ApiError {
    /// An error with neither details nor a wait.
    pub fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self { code, reason, message: message.into(), details: Value::Null, retry_after: None }
    }

    /// 400: the request cannot be understood.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    /// 404 `jobs.batch "x" not found`.
    pub fn not_found(about: About<'_>) -> Self {
        let message = format!("{} {:?} not found", about.qualified(), about.name);
        Self { details: about.details().into(), ..Self::new(404, "NotFound", message) }
    }

    /// 409 `jobs.batch "x" already exists`.
    pub fn already_exists(about: About<'_>) -> Self {
        let message = format!("{} {:?} already exists", about.qualified(), about.name);
        Self { details: about.details().into(), ..Self::new(409, "AlreadyExists", message) }
    }

    /// 409 `Operation cannot be fulfilled on cronjobs.batch "x": <why>`.
    pub fn conflict(about: About<'_>, why: &str) -> Self {
        let message = format!("Operation cannot be fulfilled on {} {:?}: {why}", about.qualified(), about.name);
        Self { details: about.details().into(), ..Self::new(409, "Conflict", message) }
    }

    /// 403 `pods "x" is forbidden: <why>`.
    pub fn forbidden(about: About<'_>, why: &str) -> Self {
        let message = format!("{} {:?} is forbidden: {why}", about.qualified(), about.name);
        Self { details: about.details().into(), ..Self::new(403, "Forbidden", message) }
    }

    /// 422 `Job.batch "x" is invalid: <field>: <message>`, several in brackets. `about.kind` is the Kind.
    pub fn invalid(about: About<'_>, errors: &[FieldError]) -> Self {
        let list: Vec<_> = errors.iter().map(|e| format!("{}: {}", e.field, e.message)).collect();
        let joined = if list.len() == 1 { list[0].clone() } else { format!("[{}]", list.join(", ")) };
        let message = format!("{} {:?} is invalid: {joined}", about.qualified(), about.name);
        let causes: Vec<_> =
            errors.iter().map(|e| json!({"reason": e.reason.word(), "message": e.message, "field": e.field})).collect();
        let mut details = about.details();
        details.insert("causes".into(), causes.into());
        Self { details: details.into(), ..Self::new(422, "Invalid", message) }
    }

    /// The body: a `v1.Status`.
    pub fn to_status(&self) -> Value {
        let mut status = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": self.message,
        });
        if !self.reason.is_empty() {
            status["reason"] = self.reason.into();
        }
        if !self.details.is_null() {
            status["details"] = self.details.clone();
        }
        if let Some(seconds) = self.retry_after {
            status["details"]["retryAfterSeconds"] = seconds.into();
        }
        status["code"] = self.code.into();
        status
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_field_reads_as_kubernetes_writes_it() {
        let error = FieldError::invalid(
            "spec.schedule",
            &"every minute".into(),
            "expected exactly 5 fields, found 2: [every minute]",
        );
        let about = About { group: "batch", kind: "CronJob", name: "badcron" };
        let error = ApiError::invalid(about, &[error]);
        assert_eq!(
            error.message,
            "CronJob.batch \"badcron\" is invalid: spec.schedule: Invalid value: \"every minute\": \
             expected exactly 5 fields, found 2: [every minute]"
        );
        assert_eq!(error.to_status()["details"]["causes"][0]["reason"], "FieldValueInvalid");
    }
}
