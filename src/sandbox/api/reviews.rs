//! The review kinds: questions that a client asks by a create, answered at once, never stored.
//!
//! The sandbox has one user, in the group `system:masters`, who may do everything, as in a fresh
//! cluster. Called by the API's create handler.

use serde_json::{Value, json};

const ADMIN_GROUPS: [&str; 2] = ["system:masters", "system:authenticated"];

/// Fills in the `status` of a review that `user` posted.
pub fn answer(kind: &str, mut object: Value, user: &str) -> Value {
    let status = match kind {
        "SelfSubjectReview" => json!({"userInfo": user_info(user)}),
        "SelfSubjectAccessReview" => json!({"allowed": true}),
        "SubjectAccessReview" | "LocalSubjectAccessReview" => json!({"allowed": allowed(&object, user)}),
        "SelfSubjectRulesReview" => json!({
            "resourceRules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}],
            "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}],
            "incomplete": false,
        }),
        // The token is the server's own matter and is not handed to this module.
        "TokenReview" => json!({"user": {}, "error": "invalid bearer token"}),
        _ => json!({}),
    };
    for key in ["metadata", "spec"] {
        if object[key].is_null() && (key == "metadata" || kind != "SelfSubjectReview") {
            object[key] = json!({});
        }
    }
    object["status"] = status;
    object
}

/// The answer to a TokenReview whose token is `valid` for `user`.
pub fn token_review(mut object: Value, valid: bool, user: &str) -> Value {
    if object["metadata"].is_null() {
        object["metadata"] = json!({});
    }
    object["status"] = if valid {
        json!({"authenticated": true, "user": user_info(user), "audiences": ["https://kubernetes.default.svc.cluster.local"]})
    } else {
        json!({"user": {}, "error": "invalid bearer token"})
    };
    object
}

fn user_info(user: &str) -> Value {
    json!({"username": user, "groups": ADMIN_GROUPS})
}

/// Others than the one user exist only in questions about them; only the admins' group may do all.
fn allowed(object: &Value, user: &str) -> bool {
    let named = object.pointer("/spec/user").and_then(Value::as_str) == Some(user);
    let groups = object.pointer("/spec/groups").and_then(Value::as_array);
    named || groups.is_some_and(|groups| groups.iter().any(|g| g == "system:masters"))
}
