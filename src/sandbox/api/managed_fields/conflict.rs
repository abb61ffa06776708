//! Conflicts of an apply, in the words of a real server, which kubectl prints as they are.

use serde_json::{Value, json};

use super::entries::{Entries, Entry, Operation};
use super::set::Set;
use crate::sandbox::api::status::ApiError;
use crate::sandbox::api::strict::written_time;

/// One field that another manager owns.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Conflict {
    /// `"kubectl" using v1 at 2026-11-23T14:04:13Z`
    manager: String,
    path: Vec<String>,
}

/// What of `taken` others own.
pub(super) fn find(others: &Entries, taken: &Set) -> Vec<Conflict> {
    let mut found: Vec<Conflict> = others
        .iter()
        .flat_map(|entry| {
            let manager = described(entry);
            let paths = entry.fields.intersection(taken).paths();
            paths.into_iter().map(move |path| Conflict { manager: manager.clone(), path })
        })
        .collect();
    found.sort_by(|a, b| a.manager.cmp(&b.manager));
    found
}

/// The conflicts outside of a set.
pub(super) fn beyond(conflicts: Vec<Conflict>, allowed: &Set) -> Vec<Conflict> {
    let allowed = allowed.paths();
    conflicts.into_iter().filter(|conflict| !allowed.contains(&conflict.path)).collect()
}

/// The 409 for conflicts.
pub(super) fn answer(conflicts: &[Conflict]) -> ApiError {
    let causes: Vec<Value> = conflicts
        .iter()
        .map(|conflict| {
            json!({"reason": "FieldManagerConflict", "message": format!("conflict with {}", conflict.manager),
                   "field": shown(&conflict.path)})
        })
        .collect();
    let message = match conflicts {
        [only] => {
            format!("Apply failed with 1 conflict: conflict with {}: {}", only.manager, shown(&only.path))
        }
        several => {
            let mut lines = Vec::new();
            for (at, conflict) in several.iter().enumerate() {
                if at == 0 || several[at - 1].manager != conflict.manager {
                    lines.push(format!("conflicts with {}:", conflict.manager));
                }
                lines.push(format!("- {}", shown(&conflict.path)));
            }
            format!("Apply failed with {} conflicts: {}", several.len(), lines.join("\n"))
        }
    };
    ApiError { details: json!({"causes": causes}), ..ApiError::new(409, "Conflict", message) }
}

fn described(entry: &Entry) -> String {
    let mut text = format!("{:?}", entry.manager);
    if let Some(subresource) = &entry.subresource {
        text += &format!(" with subresource {subresource:?}");
    }
    if entry.operation == Operation::Update {
        text += &format!(" using {}", entry.api_version);
        if let Some(time) = entry.time {
            text += &format!(" at {}", written_time(time, false));
        }
    }
    text
}

/// A path as people read it: `.spec.template.spec.containers[name="web"].image`.
pub(super) fn shown(path: &[String]) -> String {
    path.iter().map(|step| shown_step(step)).collect()
}

/// One step of such a path.
pub(super) fn shown_step(step: &str) -> String {
    match step.split_once(':') {
        Some(("f", name)) => format!(".{name}"),
        Some(("v", value)) => format!("[={value}]"),
        Some(("k", keys)) => {
            let keys: serde_json::Map<String, Value> = serde_json::from_str(keys).unwrap_or_default();
            let keys: Vec<_> = keys.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("[{}]", keys.join(","))
        }
        Some(("i", index)) => format!("[{index}]"),
        _ => step.to_owned(),
    }
}
