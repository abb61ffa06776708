//! Which pods (or ReplicaSets) belong to an owner: Kubernetes' rule of adoption and release. Pure decision and driver.
//!
//! An object without a managing owner whose labels fit the selector is adopted; one that is owned but whose labels no
//! longer fit is let go (`kubectl label pod … app=other` takes a pod out of service that way).

use std::sync::Arc;

use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, OwnerReference};
use kube::Resource;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::SyncError;
use super::kind::Kind;
use super::labels::matches;
use super::objects::{Key, controller, is_deleting, uid};

/// What to do with one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    Keep,
    Adopt,
    Release,
    Ignore,
}

/// Decides for one object. An owner that is being deleted neither adopts nor releases.
pub(super) fn claim<K: Resource>(object: &K, owner_uid: &str, owner_deleting: bool, selector: &LabelSelector) -> Claim {
    let fits = matches(selector, object.meta().labels.as_ref());
    match controller(object.meta()) {
        Some(owner) if owner.uid == owner_uid && fits => Claim::Keep,
        Some(owner) if owner.uid == owner_uid && !owner_deleting => Claim::Release,
        None if fits && !owner_deleting && !is_deleting(object) => Claim::Adopt,
        _ => Claim::Ignore,
    }
}

/// The objects of `owner`, after adopting and releasing.
pub(super) async fn claimed<K, O>(
    kind: &Kind<K>,
    owner: &O,
    reference: OwnerReference,
    selector: &LabelSelector,
    finalizer: Option<&str>,
) -> Result<Vec<Arc<K>>, SyncError>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
        + Clone
        + std::fmt::Debug
        + Serialize
        + DeserializeOwned
        + Send
        + Sync
        + 'static,
    O: Resource,
{
    let namespace = owner.meta().namespace.as_deref().unwrap_or_default();
    let (owner_uid, deleting) = (uid(owner), is_deleting(owner));
    let mut ours = Vec::new();
    for object in kind.in_namespace(namespace) {
        match claim(object.as_ref(), owner_uid, deleting, selector) {
            Claim::Ignore => {}
            Claim::Keep => ours.push(object),
            Claim::Adopt => {
                let mut metadata = serde_json::json!({"ownerReferences": [reference], "uid": uid(object.as_ref())});
                if let Some(finalizer) = finalizer {
                    metadata["finalizers"] = serde_json::json!([finalizer]);
                }
                let change = serde_json::json!({"metadata": metadata});
                match kind.strategic_patch(&Key::of(object.as_ref()), change).await {
                    Ok(adopted) => ours.push(adopted),
                    Err(error) if error.is_not_found() || error.code() == 422 => {}
                    Err(error) => return Err(error),
                }
            }
            Claim::Release => {
                let mut metadata = serde_json::json!({
                    "ownerReferences": [{"$patch": "delete", "uid": owner_uid}], "uid": uid(object.as_ref()),
                });
                if let Some(finalizer) = finalizer {
                    metadata["$deleteFromPrimitiveList/finalizers"] = serde_json::json!([finalizer]);
                }
                let change = serde_json::json!({"metadata": metadata});
                match kind.strategic_patch(&Key::of(object.as_ref()), change).await {
                    Err(error) if !error.is_not_found() && error.code() != 422 => return Err(error),
                    _ => {}
                }
            }
        }
    }
    Ok(ours)
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::Pod;

    use super::*;

    fn decide(labels: serde_json::Value, owners: serde_json::Value, owner_deleting: bool) -> Claim {
        let pod: Pod =
            serde_json::from_value(serde_json::json!({"metadata": {"labels": labels, "ownerReferences": owners}}))
                .expect("a pod");
        let selector = serde_json::from_value(serde_json::json!({"matchLabels": {"app": "web"}})).expect("a selector");
        claim(&pod, "me", owner_deleting, &selector)
    }

    #[test]
    fn labels_and_owner_decide() {
        let owner = |uid: &str| serde_json::json!([{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "r", "uid": uid, "controller": true}]);
        let fits = || serde_json::json!({"app": "web"});
        let other = || serde_json::json!({"app": "debug"});
        assert_eq!(decide(fits(), owner("me"), false), Claim::Keep);
        assert_eq!(decide(other(), owner("me"), false), Claim::Release);
        assert_eq!(decide(fits(), serde_json::json!([]), false), Claim::Adopt);
        assert_eq!(decide(fits(), owner("other"), false), Claim::Ignore);
        assert_eq!(decide(fits(), serde_json::json!([]), true), Claim::Ignore);
        assert_eq!(decide(other(), owner("me"), true), Claim::Ignore);
    }
}
