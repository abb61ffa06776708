//! Placeholder until the kinds are merged.

use serde_json::Value;

/// An answered review.
pub fn answer(_kind: &str, object: Value, _user: &str) -> Value {
    object
}

/// An answered TokenReview.
pub fn token_review(object: Value, _valid: bool, _user: &str) -> Value {
    object
}
