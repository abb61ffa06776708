//! The writes of the controllers: each one request, its answer put into the cache, its error told with the object.

use std::fmt::Debug;
use std::sync::Arc;

use k8s_openapi::NamespaceResourceScope;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams, Preconditions, PropagationPolicy};
use kube::{Api, Resource};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::SyncError;
use super::kind::Kind;
use super::objects::{Key, name, namespace, uid};

/// Who writes, in `metadata.managedFields`: the real controllers all share one program's name.
const MANAGER: &str = "kube-controller-manager";

/// Parameters of a create or update.
pub(super) fn post() -> PostParams {
    PostParams { field_manager: Some(MANAGER.to_owned()), ..PostParams::default() }
}

/// Parameters of a patch.
pub(super) fn patch() -> PatchParams {
    PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() }
}

impl<K> Kind<K>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
        + Clone
        + Debug
        + Serialize
        + DeserializeOwned
        + Send
        + Sync
        + 'static,
{
    pub(super) fn in_api(&self, namespace: &str) -> Api<K> {
        Api::namespaced(self.client.clone(), namespace)
    }

    /// Reads past the cache.
    pub(super) async fn fetch(&self, key: &Key) -> Result<Option<Arc<K>>, SyncError> {
        let answer = self.in_api(&key.namespace).get_opt(&key.name).await;
        Ok(answer.map_err(|error| Self::failed("get", &key.name, error))?.map(Arc::new))
    }

    pub(super) async fn create(&self, namespace: &str, object: &K) -> Result<Arc<K>, SyncError> {
        let answer = self.in_api(namespace).create(&post(), object).await;
        let meta = object.meta();
        let what = meta.name.as_deref().or(meta.generate_name.as_deref()).unwrap_or_default();
        answer.map(|made| self.written(made)).map_err(|error| Self::failed("create", what, error))
    }

    /// Replaces the whole object; a conflict means that someone was faster.
    pub(super) async fn update(&self, object: &K) -> Result<Arc<K>, SyncError> {
        let answer = self.in_api(namespace(object)).replace(name(object), &post(), object).await;
        answer.map(|made| self.written(made)).map_err(|error| Self::failed("update", name(object), error))
    }

    /// Replaces the status; a conflict means that someone was faster.
    pub(super) async fn update_status(&self, object: &K) -> Result<Arc<K>, SyncError> {
        let answer = self.in_api(namespace(object)).replace_subresource("status", name(object), &post(), object).await;
        answer.map(|made| self.written(made)).map_err(|error| Self::failed("update the status of", name(object), error))
    }

    pub(super) async fn merge_patch(&self, key: &Key, change: Value) -> Result<Arc<K>, SyncError> {
        let answer = self.in_api(&key.namespace).patch(&key.name, &patch(), &Patch::Merge(change)).await;
        answer.map(|made| self.written(made)).map_err(|error| Self::failed("patch", &key.name, error))
    }

    pub(super) async fn strategic_patch(&self, key: &Key, change: Value) -> Result<Arc<K>, SyncError> {
        let answer = self.in_api(&key.namespace).patch(&key.name, &patch(), &Patch::Strategic(change)).await;
        answer.map(|made| self.written(made)).map_err(|error| Self::failed("patch", &key.name, error))
    }

    pub(super) async fn patch_status(&self, key: &Key, change: Value) -> Result<Arc<K>, SyncError> {
        let api = self.in_api(&key.namespace);
        let answer = api.patch_subresource("status", &key.name, &patch(), &Patch::Strategic(change)).await;
        answer.map(|made| self.written(made)).map_err(|error| Self::failed("patch the status of", &key.name, error))
    }

    /// Deletes exactly this object, not a namesake made since. That it is gone already is no error: then `false`.
    pub(super) async fn delete(&self, object: &K, how: Option<PropagationPolicy>) -> Result<bool, SyncError> {
        let preconditions = Preconditions { uid: Some(uid(object).to_owned()), resource_version: None };
        let options =
            DeleteParams { propagation_policy: how, preconditions: Some(preconditions), ..DeleteParams::default() };
        match self.in_api(namespace(object)).delete(name(object), &options).await {
            Ok(answer) => {
                // Still there, on its way out: let the cache know before the watch says so.
                if let Some(left) = answer.left()
                    && left.meta().deletion_timestamp.is_some()
                    && (left.meta().deletion_grace_period_seconds.is_some_and(|seconds| seconds > 0)
                        || left.meta().finalizers.as_ref().is_some_and(|finalizers| !finalizers.is_empty()))
                {
                    self.written(left);
                }
                Ok(true)
            }
            Err(error) => {
                let error = Self::failed("delete", name(object), error);
                // 409: another object bears the name now, so ours is gone.
                if !error.is_not_found() && !error.is_conflict() {
                    return Err(error);
                }
                self.lost(object);
                Ok(false)
            }
        }
    }

    /// Takes one finalizer off, as the real controllers do. An object that is gone has none.
    pub(super) async fn drop_finalizer(&self, object: &K, finalizer: &str) -> Result<(), SyncError> {
        let change = serde_json::json!({"metadata": {"$deleteFromPrimitiveList/finalizers": [finalizer]}});
        match self.strategic_patch(&Key::of(object), change).await {
            Err(error) if error.is_not_found() => self.lost(object),
            Err(error) => return Err(error),
            Ok(_) => {}
        }
        Ok(())
    }

    fn failed(verb: &'static str, name: &str, error: kube::Error) -> SyncError {
        SyncError::request(verb, format!("{} {name}", K::kind(&())), error)
    }
}
