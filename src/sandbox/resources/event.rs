//! Event: what happened to an object, kept for an hour. Stored as core `v1`; `events.k8s.io/v1`
//! is a second view of the same objects under newer field names.

use serde_json::{Value, json};

use super::columns::{NAME_DESCRIPTION, column, since, wide};
use super::value::{absent, child, drop_empty, fill, int, remove, set, text};
use super::{Column, Context, StoredAs, Strategy};
use crate::sandbox::api::status::FieldError;

/// The rules of Events.
pub(super) struct Event;

/// `events.k8s.io/v1` on top of the stored `v1`.
pub(super) const AS_CORE: StoredAs =
    StoredAs { group: "", version: "v1", plural: "events", to_stored: to_core, from_stored: from_core };

const COLUMNS: &[Column] = &[
    column("Last Seen", "The time at which the most recent occurrence of this event was recorded."),
    column("Type", "Type of this event (Normal, Warning), new types could be added in the future"),
    column(
        "Reason",
        "This should be a short, machine understandable string that gives the reason for the transition into the object's current status.",
    ),
    column("Object", "The object that this event is about."),
    wide(
        "Subobject",
        "If referring to a piece of an object instead of an entire object, this string should contain a valid JSON/Go field access statement, such as desiredState.manifest.containers[2]. For example, if the object reference is to a container within a pod, this would take on a value like: \"spec.containers{name}\" (where \"name\" refers to the name of the container that triggered the event) or if no container name is specified \"spec.containers[2]\" (container with index 2 in this pod). This syntax is chosen only to have some well-defined way of referencing a part of an object.",
    ),
    wide("Source", "The component reporting this event. Should be a short machine understandable string."),
    column("Message", "A human-readable description of the status of this operation."),
    wide("First Seen", "The time at which the event was first recorded. (Time of server receipt is in TypeMeta.)"),
    wide("Count", "The number of times this event has occurred."),
    Column { format: "name", ..wide("Name", NAME_DESCRIPTION) },
];

/// The members that have another name in `events.k8s.io/v1`: (core, events).
const RENAMED: &[(&str, &str)] = &[
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"),
    ("reportingComponent", "reportingController"),
];

fn rename(object: &mut Value, from: &str, to: &str) {
    if let Some(member) = object.as_object_mut().and_then(|o| o.shift_remove(from)) {
        set(object, to, member);
    }
}

fn to_core(object: &mut Value) {
    for (core, events) in RENAMED {
        rename(object, events, core);
    }
    set(object, "apiVersion", "v1");
}

fn from_core(object: &mut Value) {
    for (core, events) in RENAMED {
        rename(object, core, events);
    }
    for key in ["reportingController", "reportingInstance"] {
        drop_empty(object, &[key]);
    }
    set(object, "apiVersion", "events.k8s.io/v1");
}

impl Strategy for Event {
    fn default(&self, object: &mut Value) {
        child(object, "involvedObject");
        child(object, "source");
        for key in ["reason", "message", "type"] {
            drop_empty(object, &[key]);
        }
        for key in ["firstTimestamp", "lastTimestamp", "eventTime"] {
            if absent(object, &format!("/{key}")) {
                remove(object, key);
                set(object, key, Value::Null);
            }
        }
        fill(object, "reportingComponent", "");
        fill(object, "reportingInstance", "");
    }

    fn validate(&self, object: &Value, _old: Option<&Value>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let (own, about) = (text(object, "/metadata/namespace"), text(object, "/involvedObject/namespace"));
        // Events about what has no namespace, as nodes, are kept in `default`.
        if own != about && !(about.is_empty() && own == "default") {
            let why = "does not match event.namespace";
            errors.push(FieldError::invalid("involvedObject.namespace", &about.into(), why));
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
        let first = if absent(object, "/firstTimestamp") {
            since(object, "/eventTime", context.now)
        } else {
            since(object, "/firstTimestamp", context.now)
        };
        let series = !absent(object, "/series");
        let last = match () {
            () if series => since(object, "/series/lastObservedTime", context.now),
            () if absent(object, "/lastTimestamp") => first.clone(),
            () => since(object, "/lastTimestamp", context.now),
        };
        let count =
            int(object, if series { "/series/count" } else { "/count" }).filter(|n| series || *n != 0).unwrap_or(1);
        vec![
            last.into(),
            text(object, "/type").into(),
            text(object, "/reason").into(),
            target(object).into(),
            text(object, "/involvedObject/fieldPath").into(),
            source(object).into(),
            text(object, "/message").trim().into(),
            first.into(),
            json!(count),
            text(object, "/metadata/name").into(),
        ]
    }

    fn fields(&self, object: &Value) -> Vec<(&'static str, String)> {
        let at = |pointer: &str| text(object, pointer).to_owned();
        let source = first_of(at("/source/component"), at("/reportingComponent"));
        let mut fields = vec![
            ("reason", at("/reason")),
            ("reportingComponent", at("/reportingComponent")),
            ("reportingController", at("/reportingComponent")),
            ("source", source),
            ("type", at("/type")),
        ];
        for (old, new, pointer) in OBJECT_FIELDS {
            fields.push((old, at(pointer)));
            fields.push((new, at(pointer)));
        }
        fields
    }

    fn unknown_field(&self, label: &str) -> String {
        format!("field label not supported: {label}")
    }
}

/// Selectable members of the object that an event is about, under both groups' names.
const OBJECT_FIELDS: &[(&str, &str, &str)] = &[
    ("involvedObject.kind", "regarding.kind", "/involvedObject/kind"),
    ("involvedObject.namespace", "regarding.namespace", "/involvedObject/namespace"),
    ("involvedObject.name", "regarding.name", "/involvedObject/name"),
    ("involvedObject.uid", "regarding.uid", "/involvedObject/uid"),
    ("involvedObject.apiVersion", "regarding.apiVersion", "/involvedObject/apiVersion"),
    ("involvedObject.resourceVersion", "regarding.resourceVersion", "/involvedObject/resourceVersion"),
    ("involvedObject.fieldPath", "regarding.fieldPath", "/involvedObject/fieldPath"),
];

fn first_of(a: String, b: String) -> String {
    if a.is_empty() { b } else { a }
}

fn target(object: &Value) -> String {
    let kind = text(object, "/involvedObject/kind").to_lowercase();
    match text(object, "/involvedObject/name") {
        "" => kind,
        name => format!("{kind}/{name}"),
    }
}

fn source(object: &Value) -> String {
    let at = |pointer: &str| text(object, pointer).to_owned();
    let component = first_of(at("/source/component"), at("/reportingComponent"));
    let instance = first_of(at("/source/host"), at("/reportingInstance"));
    if instance.is_empty() { component } else { format!("{component}, {instance}") }
}
