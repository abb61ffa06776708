//! Lease: who holds something, and until when: leader election and node heartbeats.

use serde_json::Value;

use super::columns::{AGE, NAME, age, column, name};
use super::value::{child, int, text};
use super::{Column, Context, Strategy};
use crate::sandbox::api::status::FieldError;

/// The rules of Leases.
pub(super) struct Lease;

const COLUMNS: &[Column] = &[
    NAME,
    column(
        "Holder",
        "holderIdentity contains the identity of the holder of a current lease. If Coordinated Leader Election is used, the holder identity must be equal to the elected LeaseCandidate.metadata.name field.",
    ),
    AGE,
];

impl Strategy for Lease {
    fn default(&self, object: &mut Value) {
        child(object, "spec");
    }

    fn validate(&self, object: &Value, _old: Option<&Value>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if let Some(seconds) = int(object, "/spec/leaseDurationSeconds").filter(|s| *s <= 0) {
            errors.push(FieldError::invalid("spec.leaseDurationSeconds", &seconds.into(), "must be greater than 0"));
        }
        if let Some(count) = int(object, "/spec/leaseTransitions").filter(|n| *n < 0) {
            let why = "must be greater than or equal to 0";
            errors.push(FieldError::invalid("spec.leaseTransitions", &count.into(), why));
        }
        errors
    }

    fn has_generation(&self) -> bool {
        false
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn cells(&self, object: &Value, context: &Context) -> Vec<Value> {
        vec![name(object), text(object, "/spec/holderIdentity").into(), age(object, context.now)]
    }
}
