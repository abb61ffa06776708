//! Placeholder until the patches are merged.

use serde_json::Value;

use super::status::ApiError;

/// Decodes.
pub fn decode(_body: &[u8]) -> Result<Value, ApiError> {
    Err(ApiError::bad_request("not merged yet"))
}
