//! Whole objects for a person: as YAML, as kubectl shows them; changed by an edited text; deleted.
//!
//! Called by `runtime` and `lab`. The texts hold foreign strings: make them safe before they are drawn.

use k8s_openapi::api::core::v1::Namespace;
use kube::Api;
use kube::api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams, ValidationDirective};
use serde_json::{Map, Value};

use super::{Cluster, ClusterError, FIELD_MANAGER, apply, kinds};
use crate::domain::object::ObjectRef;
use crate::text::yaml;

/// An object of any kind that the server knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named<'a> {
    /// `batch/v1`.
    pub api_version: &'a str,
    /// `CronJob`.
    pub kind: &'a str,
    /// Its name.
    pub name: &'a str,
}

impl<'a> From<&'a ObjectRef> for Named<'a> {
    fn from(object: &'a ObjectRef) -> Self {
        Self { api_version: object.kind.api_version(), kind: object.kind.name(), name: &object.name }
    }
}

impl Named<'_> {
    /// As people write it: `cronjob/task-reporter`.
    pub(crate) fn words(&self) -> String {
        apply::object_name(self.kind, self.name)
    }
}

/// What an edit did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edited {
    /// Nothing: the text says what is there already.
    Unchanged,
    /// The object is changed.
    Changed,
}

impl Cluster {
    /// An object as `kubectl get -o yaml` shows it.
    ///
    /// # Errors
    /// It is not there, or the server cannot be asked.
    pub async fn object_yaml<'a>(&self, object: impl Into<Named<'a>>) -> Result<String, ClusterError> {
        Ok(yaml::write(&sorted(self.object(object.into()).await?)))
    }

    /// An object without its managedFields.
    pub(crate) async fn object(&self, object: Named<'_>) -> Result<Value, ClusterError> {
        let failed = |e| ClusterError::of("read", object.words(), e);
        let found = self.api_for(object).await?.get_opt(object.name).await.map_err(failed)?;
        let mut found = found.ok_or_else(|| self.not_found(object.words()))?;
        found.metadata.managed_fields = None;
        serde_json::to_value(&found).map_err(|e| failed(kube::Error::SerdeError(e)))
    }

    /// Changes an object as `kubectl edit` does: what differs between the two texts is sent, and only if nobody
    /// changed the object since `before` was read. Nothing is written when the server refuses; the caller still has
    /// the person's text.
    ///
    /// # Errors
    /// A text that is no YAML or names another object, a conflict ([`ClusterError::is_conflict`]), the server's
    /// refusal in its own words.
    pub async fn apply_edited<'a>(
        &self,
        object: impl Into<Named<'a>>,
        before_yaml: &str,
        after_yaml: &str,
    ) -> Result<Edited, ClusterError> {
        let object = object.into();
        let bad = |why: String| ClusterError::Manifest { object: object.words(), why };
        let before = single(before_yaml).map_err(bad)?;
        let after = single(after_yaml).map_err(bad)?;
        // An emptied text is kubectl's way to call an edit off.
        if after.is_null() || after == before {
            return Ok(Edited::Unchanged);
        }
        for path in ["/apiVersion", "/kind", "/metadata/name", "/metadata/namespace"] {
            if before.pointer(path) != after.pointer(path) {
                let field = path.trim_start_matches('/').replace('/', ".");
                return Err(bad(format!("{field} cannot be edited: that would be another object")));
            }
        }
        let mut patch = difference(&before, &after);
        let version = before.pointer("/metadata/resourceVersion").cloned().unwrap_or(Value::Null);
        patch["metadata"]["resourceVersion"] = version.clone();
        let params = PatchParams {
            field_manager: Some(FIELD_MANAGER.into()),
            field_validation: Some(ValidationDirective::Strict),
            ..PatchParams::default()
        };
        let patched = self.api_for(object).await?.patch(object.name, &params, &Patch::Merge(&patch)).await;
        let patched = patched.map_err(|e| ClusterError::of("edit", object.words(), e))?;
        let same = patched.metadata.resource_version.as_deref() == version.as_str();
        Ok(if same { Edited::Unchanged } else { Edited::Changed })
    }

    /// Deletes an object and what hangs on it, as `kubectl delete` does. It may take a while to be gone.
    ///
    /// # Errors
    /// It is not there, or the server refuses.
    pub async fn delete_object<'a>(&self, object: impl Into<Named<'a>>) -> Result<(), ClusterError> {
        let object = object.into();
        match self.api_for(object).await?.delete(object.name, &DeleteParams::background()).await {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(status)) if status.code == 404 => Err(self.not_found(object.words())),
            Err(error) => Err(ClusterError::of("delete", object.words(), error)),
        }
    }

    /// The names of all namespaces, sorted.
    ///
    /// # Errors
    /// The server cannot be asked, or does not let this user list them.
    pub async fn namespaces(&self) -> Result<Vec<String>, ClusterError> {
        let all: Api<Namespace> = Api::all(self.client.clone());
        let list = all.list_metadata(&ListParams::default()).await;
        let list = list.map_err(|e| ClusterError::of("list", "namespaces", e))?;
        let mut names: Vec<String> = list.items.into_iter().filter_map(|n| n.metadata.name).collect();
        names.sort();
        Ok(names)
    }

    async fn api_for(&self, object: Named<'_>) -> Result<Api<DynamicObject>, ClusterError> {
        let (resource, namespaced) = kinds::resource(&self.client, object.api_version, object.kind).await?;
        Ok(if namespaced {
            Api::namespaced_with(self.client.clone(), &self.namespace, &resource)
        } else {
            Api::all_with(self.client.clone(), &resource)
        })
    }
}

/// The one document of a text; null where there is none.
fn single(text: &str) -> Result<Value, String> {
    let mut documents = yaml::documents(text).map_err(|e| e.to_string())?;
    match documents.len() {
        0 => Ok(Value::Null),
        1 => Ok(documents.remove(0).value),
        n => Err(format!("the text holds {n} documents; an edit has one object")),
    }
}

/// The JSON merge patch (RFC 7386) from one value to another.
fn difference(before: &Value, after: &Value) -> Value {
    let (Value::Object(old), Value::Object(new)) = (before, after) else { return after.clone() };
    let gone = old.keys().filter(|key| !new.contains_key(*key)).map(|key| (key.clone(), Value::Null));
    let changed = new.iter().filter(|(key, value)| old.get(*key) != Some(value)).map(|(key, value)| {
        let patch = old.get(key).map_or_else(|| value.clone(), |before| difference(before, value));
        (key.clone(), patch)
    });
    Value::Object(gone.chain(changed).collect())
}

/// kubectl's order of keys is the alphabet's, at every depth.
pub(crate) fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<(String, Value)> = fields.into_iter().map(|(k, v)| (k, sorted(v))).collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(fields.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_difference_names_only_what_changed() {
        let before = json!({"a": 1, "b": {"c": [1, 2], "d": "x"}, "gone": {"x": 1}});
        let after = json!({"a": 1, "b": {"c": [1], "d": "x", "e": null}, "new": true});
        assert_eq!(difference(&before, &after), json!({"gone": null, "b": {"c": [1], "e": null}, "new": true}));
        assert_eq!(difference(&before, &before), json!({}));
    }
}
