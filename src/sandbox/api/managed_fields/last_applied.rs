//! Moving from client-side to server-side apply: the annotation that kubectl keeps its last configuration in.

use serde_json::Value;

use super::set::Set;
use super::{Manager, compare, written};
use crate::sandbox::api::schema::StructId;

const ANNOTATION: &str = "kubectl.kubernetes.io/last-applied-configuration";

fn annotation(object: &Value) -> Option<&str> {
    object.get("metadata")?.get("annotations")?.get(ANNOTATION)?.as_str().filter(|text| !text.is_empty())
}

/// The fields that kubectl applied from the client and that still have that value: taking them over is no conflict.
pub(super) fn allowed(id: StructId, live: &Value, who: &Manager) -> Set {
    let Some(last) = annotation(live).and_then(|text| serde_json::from_str::<Value>(text).ok()) else {
        return Set::default();
    };
    let last = written(&last, who);
    let changes = compare::compare(id, &last, &written(live, who));
    let mut fields = compare::paths(id, &last);
    for set in [&changes.modified, &changes.added, &changes.removed] {
        fields.subtract(set);
    }
    fields
}

/// Where the object has the annotation, it follows the configuration just applied.
pub(super) fn refresh(object: &mut Value, applied: &Value) {
    if annotation(object).is_none() {
        return;
    }
    let mut config = applied.clone();
    if let Some(annotations) = config.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
        annotations.shift_remove(ANNOTATION);
    }
    config.sort_all_objects();
    object["metadata"]["annotations"][ANNOTATION] = format!("{config}\n").into();
}
