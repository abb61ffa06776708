//! JSON with Python's spacing, which LocalStack's answers and the real CLI's tokens have.

use serde_json::{Value, json};

/// Python's spacing (`"completed": true`): readiness probes in the wild grep for exactly that.
pub(crate) fn to_text(value: &Value) -> String {
    match value {
        Value::Array(list) => format!("[{}]", list.iter().map(to_text).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let members = map.iter().map(|(name, inner)| format!("{}: {}", json!(name), to_text(inner)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_spaced_as_python_spaces_it() {
        let value = json!({"completed": true, "scripts": [{"stage": "READY", "state": "ERROR"}, 1]});
        assert_eq!(to_text(&value), r#"{"completed": true, "scripts": [{"stage": "READY", "state": "ERROR"}, 1]}"#);
    }
}
