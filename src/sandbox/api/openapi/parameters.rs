//! The query and path parameters that operations share.

use serde_json::{Value, json};

/// Parameters of every operation on an object.
pub(super) const NAME: (&str, &str, &str) = ("name", "string", "name of the object");
/// Parameters of every operation in a namespace.
pub(super) const NAMESPACE: (&str, &str, &str) =
    ("namespace", "string", "object name and auth scope, such as for teams and projects");
/// `pretty`, which every path takes.
const PRETTY: (&str, &str, &str) = ("pretty", "string", "If 'true', then the output is pretty printed.");

const DRY_RUN: (&str, &str, &str) = (
    "dryRun",
    "string",
    "When present, indicates that modifications should not be persisted. Valid values are: - All: all dry run stages will be processed",
);
const FIELD_MANAGER: (&str, &str, &str) = (
    "fieldManager",
    "string",
    "fieldManager is a name associated with the actor or entity that is making these changes. It is required for apply requests (application/apply-patch).",
);
const FIELD_VALIDATION: (&str, &str, &str) = (
    "fieldValidation",
    "string",
    "fieldValidation instructs the server on how to handle objects in the request (POST/PUT/PATCH) containing unknown or duplicate fields: Ignore, Warn or Strict.",
);
const FORCE: (&str, &str, &str) = (
    "force",
    "boolean",
    "Force is going to \"force\" Apply requests. It means user will re-acquire conflicting fields owned by other people.",
);

/// What POST and PUT take.
pub(super) fn write() -> Vec<Value> {
    [DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION].into_iter().map(query).collect()
}

/// What PATCH takes.
pub(super) fn patch() -> Vec<Value> {
    [DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION, FORCE].into_iter().map(query).collect()
}

/// What DELETE takes.
pub(super) fn delete() -> Vec<Value> {
    let own = [
        ("gracePeriodSeconds", "integer", "The duration in seconds before the object should be deleted."),
        ("orphanDependents", "boolean", "Deprecated: please use the PropagationPolicy."),
        (
            "propagationPolicy",
            "string",
            "Whether and how garbage collection will be performed: Orphan, Background or Foreground.",
        ),
    ];
    std::iter::once(DRY_RUN).chain(own).map(query).collect()
}

/// What a GET of a collection takes.
pub(super) fn list() -> Vec<Value> {
    [
        ("allowWatchBookmarks", "boolean", "allowWatchBookmarks requests watch events with type \"BOOKMARK\"."),
        ("continue", "string", "The continue option should be set when retrieving more results from the server."),
        (
            "fieldSelector",
            "string",
            "A selector to restrict the list of returned objects by their fields. Defaults to everything.",
        ),
        (
            "labelSelector",
            "string",
            "A selector to restrict the list of returned objects by their labels. Defaults to everything.",
        ),
        ("limit", "integer", "limit is a maximum number of responses to return for a list call."),
        (
            "resourceVersion",
            "string",
            "resourceVersion sets a constraint on what resource versions a request may be served from.",
        ),
        (
            "resourceVersionMatch",
            "string",
            "resourceVersionMatch determines how resourceVersion is applied to list calls.",
        ),
        ("sendInitialEvents", "boolean", "`sendInitialEvents=true` may be set together with `watch=true`."),
        ("timeoutSeconds", "integer", "Timeout for the list/watch call."),
        ("watch", "boolean", "Watch for changes to the described resources and return them as a stream."),
    ]
    .into_iter()
    .map(query)
    .collect()
}

/// What every operation of a path takes.
pub(super) fn of_path(names: &[(&str, &str, &str)]) -> Vec<Value> {
    let in_path = |(name, kind, text): &(&str, &str, &str)| {
        json!({"name": name, "in": "path", "description": text, "required": true,
               "schema": {"type": kind, "uniqueItems": true}})
    };
    names.iter().map(in_path).chain(std::iter::once(query(PRETTY))).collect()
}

fn query((name, kind, text): (&str, &str, &str)) -> Value {
    json!({"name": name, "in": "query", "description": text, "schema": {"type": kind, "uniqueItems": true}})
}
