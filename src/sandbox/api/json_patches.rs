//! JSON patches (RFC 6902) and merge patches (RFC 7386), with the answers of a real API server.
//!
//! Called by the PATCH handler, which then passes the result through `strict::typed`.

use serde_json::{Value, json};

use super::status::ApiError;

/// More operations than this are refused, as by a real server.
const MAX_OPERATIONS: usize = 10_000;

/// Applies a JSON patch.
///
/// # Errors
/// 400 for what is no patch; 413 for too many operations; 422 where an operation (or a `test`) fails. The real 422
/// does not say what failed, and neither does this one.
pub fn json_patch(live: &Value, patch: &Value) -> Result<Value, ApiError> {
    let Value::Array(operations) = patch else {
        let word = match patch {
            Value::Object(_) => "object",
            Value::String(_) => "string",
            Value::Number(_) => "number",
            Value::Bool(_) => "bool",
            Value::Null | Value::Array(_) => return Ok(live.clone()),
        };
        let message = format!("json: cannot unmarshal {word} into Go value of type jsonpatch.Patch");
        return Err(ApiError::bad_request(message));
    };
    if operations.len() > MAX_OPERATIONS {
        let message =
            format!("The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {}", operations.len());
        return Err(ApiError::new(413, "RequestEntityTooLarge", message));
    }
    let patch: json_patch::Patch = serde_json::from_value(patch.clone()).map_err(|_| unprocessable())?;
    let mut patched = live.clone();
    json_patch::patch(&mut patched, &patch).map_err(|_| unprocessable())?;
    Ok(patched)
}

/// Applies a merge patch: objects are merged, null deletes, everything else replaces.
pub fn merge_patch(live: &Value, patch: &Value) -> Value {
    let mut merged = live.clone();
    json_patch::merge(&mut merged, patch);
    merged
}

/// The 422 of a real server for a patch that does not fit the object.
pub(super) fn unprocessable() -> ApiError {
    let message = "the server rejected our request due to an error in our request";
    ApiError { details: json!({}), ..ApiError::new(422, "Invalid", message) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_patch_is_all_or_nothing() {
        let live = json!({"spec": {"a": 1, "list": [1, 2]}});
        let patch = json!([{"op": "replace", "path": "/spec/a", "value": 2}, {"op": "add", "path": "/spec/list/-", "value": 3}]);
        assert_eq!(json_patch(&live, &patch).unwrap(), json!({"spec": {"a": 2, "list": [1, 2, 3]}}));
        let test =
            json!([{"op": "replace", "path": "/spec/a", "value": 2}, {"op": "test", "path": "/spec/a", "value": 1}]);
        let error = json_patch(&live, &test).unwrap_err();
        assert_eq!((error.code, error.reason), (422, "Invalid"));
        assert_eq!(error.message, "the server rejected our request due to an error in our request");
        for broken in [
            json!([{"op": "remove", "path": "/spec/none"}]),
            json!([{"op": "fly", "path": "/spec"}]),
            json!([{"op": "add", "path": "/none/x", "value": 1}]),
        ] {
            assert_eq!(json_patch(&live, &broken).unwrap_err().code, 422, "{broken}");
        }
        let error = json_patch(&live, &json!({"spec": 1})).unwrap_err();
        assert_eq!(error.message, "json: cannot unmarshal object into Go value of type jsonpatch.Patch");
    }

    #[test]
    fn a_merge_patch_deletes_with_null() {
        let live = json!({"spec": {"keep": 1, "gone": 2}, "list": [1]});
        let patch = json!({"spec": {"gone": null, "new": {"a": null, "b": 1}}, "list": [2]});
        assert_eq!(merge_patch(&live, &patch), json!({"spec": {"keep": 1, "new": {"b": 1}}, "list": [2]}));
    }
}
