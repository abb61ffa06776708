//! Placeholder until the patches are merged.

use serde_json::Value;

use super::status::ApiError;

/// RFC 6902.
pub fn json_patch(live: &Value, _patch: &Value) -> Result<Value, ApiError> {
    Ok(live.clone())
}

/// RFC 7386.
pub fn merge_patch(live: &Value, patch: &Value) -> Value {
    let mut merged = live.clone();
    json_patch::merge(&mut merged, patch);
    merged
}
