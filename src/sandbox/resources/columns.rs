//! Building blocks of tables: column descriptions and the texts that several kinds print.
//!
//! Called by the kinds' files. Cells follow Kubernetes' `pkg/printers/internalversion`: what
//! kubectl shows is decided on the server.

use jiff::Timestamp;
use serde_json::Value;

use super::Column;
use super::time::human_duration;
use super::value::{items, text};

/// The first column of nearly every kind.
pub(super) const NAME: Column =
    Column { name: "Name", kind: "string", format: "name", description: NAME_DESCRIPTION, priority: 0 };

/// What the API's documentation says of `metadata.name`.
pub(super) const NAME_DESCRIPTION: &str = "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names";

/// The age column.
pub(super) const AGE: Column = column("Age", CREATED_DESCRIPTION);

/// The only column besides the name of a kind without a printer.
pub(super) const CREATED_AT: Column = Column { kind: "date", ..column("Created At", CREATED_DESCRIPTION) };

const CREATED_DESCRIPTION: &str = "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";

/// A column of strings that is always shown.
pub(super) const fn column(name: &'static str, description: &'static str) -> Column {
    Column { name, kind: "string", format: "", description, priority: 0 }
}

/// A column of strings shown with `-o wide`.
pub(super) const fn wide(name: &'static str, description: &'static str) -> Column {
    Column { priority: 1, ..column(name, description) }
}

impl Column {
    /// The same column with another cell type.
    pub(super) const fn of(self, kind: &'static str) -> Self {
        Self { kind, ..self }
    }
}

/// What Kubernetes prints where there is nothing.
pub(super) const NONE: &str = "<none>";

/// The text, or `<none>`.
pub(super) fn or_none(value: &str) -> &str {
    if value.is_empty() { NONE } else { value }
}

/// How long ago the RFC 3339 text at `pointer` was; `<unknown>` where there is none.
pub(super) fn since(object: &Value, pointer: &str, now: Timestamp) -> String {
    text(object, pointer)
        .parse::<Timestamp>()
        .map_or_else(|_| "<unknown>".to_owned(), |then| human_duration(now.duration_since(then).as_secs()))
}

/// The age of the object.
pub(super) fn age(object: &Value, now: Timestamp) -> Value {
    since(object, "/metadata/creationTimestamp", now).into()
}

/// The object's name as a cell.
pub(super) fn name(object: &Value) -> Value {
    text(object, "/metadata/name").into()
}

/// Names and images of a template's containers, each joined with commas.
pub(super) fn containers(object: &Value, pointer: &str) -> [Value; 2] {
    let list = items(object, pointer);
    let joined = |key: &str| list.iter().map(|c| text(c, key)).collect::<Vec<_>>().join(",").into();
    [joined("/name"), joined("/image")]
}

/// A map of labels as `a=b,c=d`, sorted; `<none>` where it is empty.
pub(super) fn labels(map: Option<&Value>) -> String {
    let mut pairs: Vec<_> = map
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    pairs.sort();
    or_none(&pairs.join(",")).to_owned()
}

/// A `LabelSelector` object in the one-line form, `<none>` where it is empty.
pub(super) fn selector(selector: Option<&Value>) -> String {
    let Some(selector) = selector else { return NONE.to_owned() };
    let mut parts: Vec<(String, String)> = selector
        .get("matchLabels")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.clone(), format!("{key}={}", value.as_str().unwrap_or_default())))
        .collect();
    for expression in items(selector, "/matchExpressions") {
        let key = text(expression, "/key");
        let mut values: Vec<_> = items(expression, "/values").iter().filter_map(Value::as_str).collect();
        values.sort_unstable();
        let written = match text(expression, "/operator") {
            "In" => format!("{key} in ({})", values.join(",")),
            "NotIn" => format!("{key} notin ({})", values.join(",")),
            "Exists" => key.to_owned(),
            "DoesNotExist" => format!("!{key}"),
            _ => return "<error>".to_owned(),
        };
        parts.push((key.to_owned(), written));
    }
    parts.sort_by(|a, b| a.0.cmp(&b.0));
    or_none(&parts.into_iter().map(|(_, written)| written).collect::<Vec<_>>().join(",")).to_owned()
}

/// At most three of the list, then how many more there are.
pub(super) fn first_three(list: &[String]) -> String {
    match list.get(3..) {
        Some(rest) if !rest.is_empty() => format!("{} + {} more...", list[..3].join(","), rest.len()),
        _ => list.join(","),
    }
}
