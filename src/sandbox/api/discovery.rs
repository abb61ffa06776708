//! Placeholder until the kinds are merged.

use serde_json::{Value, json};

/// `/api`.
pub fn core_versions(address: &str) -> Value {
    json!({"kind": "APIVersions", "serverAddressByClientCIDRs": [{"serverAddress": address}]})
}

/// `/apis`.
pub fn groups() -> Value {
    json!({})
}

/// `/apis/{group}`.
pub fn group(_group: &str) -> Option<Value> {
    None
}

/// `/apis/{group}/{version}`.
pub fn resources(_group: &str, _version: &str) -> Option<Value> {
    None
}

/// Aggregated `/api`.
pub fn aggregated_core(_version: &str) -> Value {
    json!({})
}

/// Aggregated `/apis`.
pub fn aggregated_groups(_version: &str) -> Value {
    json!({})
}
