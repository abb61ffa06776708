//! The create-only kinds (`SelfSubjectAccessReview` & co.): nothing of them is stored. What they
//! are answered stands in `sandbox::api::reviews`.

use serde_json::Value;

use super::columns::{self, CREATED_AT, NAME};
use super::{Column, Context, Strategy};

/// The rules of every review.
pub(super) struct Review;

impl Strategy for Review {
    fn has_generation(&self) -> bool {
        false
    }

    fn columns(&self) -> &'static [Column] {
        &[NAME, CREATED_AT]
    }

    fn cells(&self, object: &Value, _context: &Context) -> Vec<Value> {
        vec![columns::name(object), object.pointer("/metadata/creationTimestamp").cloned().unwrap_or_default()]
    }
}
