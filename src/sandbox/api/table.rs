//! Placeholder until the kinds are merged.

use serde_json::{Value, json};

use crate::sandbox::resources::{Context, Resource};

/// What each row carries besides its cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IncludeObject {
    /// Nothing.
    None,
    /// Metadata.
    #[default]
    Metadata,
    /// The whole object.
    Object,
}

impl IncludeObject {
    /// Reads the query parameter.
    pub fn parse(_value: &str) -> Option<Self> {
        Some(Self::Metadata)
    }
}

/// A table.
pub fn render(_: &Resource, _: &[Value], _: &Value, _: IncludeObject, _: &Context) -> Value {
    json!({})
}

/// One frame of a watch.
pub fn watch_frame(_: &Resource, _: &Value, _first: bool, _: IncludeObject, _: &Context) -> Value {
    json!({})
}
