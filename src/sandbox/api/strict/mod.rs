//! Placeholder until the patches are merged.

use serde_json::Value;

use super::status::ApiError;

/// A decoded body and its unknown fields.
pub type Decoded = (Value, Vec<String>);

/// JSON.
pub fn json(body: &[u8], _api_version: &str, _kind: &str) -> Result<Decoded, ApiError> {
    serde_json::from_slice(body).map(|v| (v, Vec::new())).map_err(|e| ApiError::bad_request(e.to_string()))
}

/// YAML.
pub fn yaml(body: &[u8], _api_version: &str, _kind: &str) -> Result<Decoded, ApiError> {
    serde_yaml::from_slice(body).map(|v| (v, Vec::new())).map_err(|e| ApiError::bad_request(e.to_string()))
}

/// A value as Go would write it.
pub fn typed(object: &Value, _api_version: &str, _kind: &str) -> Result<Decoded, ApiError> {
    Ok((object.clone(), Vec::new()))
}

/// The 400 of `fieldValidation=Strict`.
pub fn strict_error(warnings: &[String], _api_version: &str, _kind: &str) -> ApiError {
    ApiError::bad_request(warnings.join(", "))
}
