//! Placeholder until the kinds are merged.

use serde_json::Value;

use crate::sandbox::api::status::ApiError;
use crate::sandbox::resources::Resource;

/// A label selector.
pub struct LabelSelector;

impl LabelSelector {
    /// Parses.
    pub fn parse(_text: &str) -> Result<Self, ApiError> {
        Ok(Self)
    }
    /// Matches.
    pub fn matches(&self, _object: &Value) -> bool {
        true
    }
    /// Everything?
    pub fn is_empty(&self) -> bool {
        true
    }
}

/// A field selector.
pub struct FieldSelector;

impl FieldSelector {
    /// Parses.
    pub fn parse(_text: &str, _resource: &Resource) -> Result<Self, ApiError> {
        Ok(Self)
    }
    /// Matches.
    pub fn matches(&self, _resource: &Resource, _object: &Value) -> bool {
        true
    }
    /// Everything?
    pub fn is_empty(&self) -> bool {
        true
    }
}
