//! The life of a namespace: what may be created in it, and how it ends.
//!
//! Deleting a Namespace only marks it `Terminating`; the namespace controller empties it and takes
//! the finalizer `kubernetes` off `spec` through `/finalize`, and then it goes.

use serde_json::{Value, json};

use crate::sandbox::resources::{self, Resource};

use super::request::Target;
use super::status::ApiError;
use super::{Api, object};

/// Nobody may delete these.
const IMMORTAL: &[&str] = &["default", "kube-system", "kube-public"];

pub(super) fn is_namespace(resource: &Resource) -> bool {
    resource.group.is_empty() && resource.kind == "Namespace"
}

/// Something can be created in a namespace that is there and is not going away.
pub(super) fn admit_create(api: &Api, target: &Target, name: &str) -> Result<(), ApiError> {
    if !target.resource.namespaced {
        return Ok(());
    }
    let namespace = target.namespace.as_str();
    let Some(kind) = resources::by_kind("v1", "Namespace") else { return Ok(()) };
    let Some(live) = api.store.get(&object::key(kind, "", namespace)) else {
        return Err(ApiError::not_found(object::about(kind, namespace)));
    };
    if !object::is_deleting(&live.value) {
        return Ok(());
    }
    let why = format!("unable to create new content in namespace {namespace} because it is being terminated");
    let mut error = ApiError::forbidden(object::about(target.resource, name), &why);
    error.details["causes"] = json!([{
        "reason": "NamespaceTerminating",
        "message": format!("namespace {namespace} is being terminated"),
        "field": "metadata.namespace",
    }]);
    Err(error)
}

/// Refuses to delete what a cluster cannot do without.
pub(super) fn admit_delete(target: &Target) -> Result<(), ApiError> {
    if is_namespace(target.resource) && IMMORTAL.contains(&target.name.as_str()) {
        let about = object::about(target.resource, &target.name);
        return Err(ApiError::forbidden(about, "this namespace may not be deleted"));
    }
    Ok(())
}

/// True while the namespace controller has not emptied it.
pub(super) fn has_content(value: &Value) -> bool {
    !object::strings(&value["spec"]["finalizers"]).is_empty()
}
