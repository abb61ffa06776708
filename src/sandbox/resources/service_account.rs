//! ServiceAccount: who a pod is towards the API server. Each namespace has one named `default`.

use serde_json::Value;

use super::columns::{AGE, NAME, age, name};
use super::value::drop_empty;
use super::{Column, Context, Strategy};

/// The rules of ServiceAccounts.
pub(super) struct ServiceAccount;

impl Strategy for ServiceAccount {
    fn default(&self, object: &mut Value) {
        drop_empty(object, &["secrets", "imagePullSecrets"]);
    }

    fn has_generation(&self) -> bool {
        false
    }

    fn columns(&self) -> &'static [Column] {
        &[NAME, AGE]
    }

    fn cells(&self, object: &Value, context: &Context) -> Vec<Value> {
        vec![name(object), age(object, context.now)]
    }
}
