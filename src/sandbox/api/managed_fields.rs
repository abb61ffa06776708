//! Placeholder until the patches are merged.

use jiff::Timestamp;
use serde_json::Value;

use super::status::ApiError;

/// Who writes.
#[derive(Clone, Debug)]
pub struct Manager {
    /// The field manager.
    pub name: String,
    /// The subresource.
    pub subresource: Option<String>,
    /// Of the request.
    pub api_version: String,
    /// Of the request.
    pub kind: String,
}

/// Records.
pub fn record(_old: Option<&Value>, _new: &mut Value, _who: &Manager, _now: Timestamp) {}

/// Applies.
pub fn apply(
    live: Option<&Value>,
    applied: &Value,
    _who: &Manager,
    _force: bool,
    _now: Timestamp,
) -> Result<Value, ApiError> {
    Ok(live.map_or_else(|| applied.clone(), |live| super::json_patches::merge_patch(live, applied)))
}
