//! Server-side apply: the server merges the manifest's fields into the object and writes down who owns
//! which field (Kubernetes documentation, "Server-Side Apply"). An apply that changes nothing leaves the
//! resourceVersion alone, and that is how "unchanged" is told here.

use kube::api::{DeleteParams, DynamicObject, Patch, PatchParams, ValidationDirective};
use kube::{Api, ResourceExt};
use serde_json::{Map, Value, json};

use super::{Cluster, ClusterError, kinds, wait};
use crate::domain::change::{ObjectChange, Outcome};

/// The name under which the lab owns fields.
pub const FIELD_MANAGER: &str = "k8s-tutor";
/// The label on everything that `up` makes, and by which `down` finds it.
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// Its value.
pub const MANAGED_BY_VALUE: &str = "k8s-tutor";

impl Cluster {
    /// Applies one manifest, adding the lab's label. The object as it is afterwards comes back too.
    ///
    /// # Errors
    /// The server's refusal, or a manifest without apiVersion, kind or name.
    pub async fn apply(&self, manifest: &Value) -> Result<(ObjectChange, Value), ClusterError> {
        let mut wanted = manifest.clone();
        label(&mut wanted);
        let (api, kind, name) = self.api_of(&wanted).await?;
        let object = object_name(&kind, &name);
        let before = api.get_opt(&name).await.map_err(|e| ClusterError::of("read", &object, e))?;
        let after = match patch(&api, &name, &wanted).await {
            Ok(after) => after,
            Err(kube::Error::Api(status)) if before.is_some() && immutable(&kind, &status) => {
                return self.recreate(&api, &kind, &name, &wanted).await;
            }
            Err(error) => return Err(ClusterError::of("apply", object, error)),
        };
        let same_version = before.as_ref().is_some_and(|old| old.resource_version() == after.resource_version());
        let after = value_of(&after);
        let detail = match &before {
            Some(old) if !same_version => Some(differences(&value_of(old), &after)).filter(|d| !d.is_empty()),
            _ => None,
        };
        // A new resourceVersion without a difference is the server's bookkeeping: who owns which field.
        let outcome = match &before {
            None => Outcome::Created,
            Some(_) if same_version || detail.is_none() => Outcome::Unchanged,
            Some(_) => Outcome::Configured,
        };
        Ok((ObjectChange { kind, name, outcome, detail }, after))
    }

    /// Lets the server check a manifest without writing anything; `place` is where it stands, `file:line`.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn check(&self, manifest: &Value, place: &str) -> Result<(), ClusterError> {
        let (api, kind, name) = self.api_of(manifest).await?;
        let mut params = PatchParams::apply(FIELD_MANAGER).force().dry_run();
        params.field_validation = Some(ValidationDirective::Strict);
        match api.patch(&name, &params, &Patch::Apply(manifest)).await {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(status)) if immutable(&kind, &status) => Ok(()),
            Err(error) => Err(ClusterError::of("check", format!("{} ({place})", object_name(&kind, &name)), error)),
        }
    }

    /// A Job's template is immutable (so is a Deployment's selector): the only way is to make it anew.
    async fn recreate(
        &self,
        api: &Api<DynamicObject>,
        kind: &str,
        name: &str,
        wanted: &Value,
    ) -> Result<(ObjectChange, Value), ClusterError> {
        let object = object_name(kind, name);
        let failed = |error| ClusterError::of("recreate", &object, error);
        api.delete(name, &DeleteParams::background()).await.map_err(failed)?;
        wait::until_gone(api.clone(), name).await?;
        let after = patch(api, name, wanted).await.map_err(failed)?;
        let change = ObjectChange {
            kind: kind.to_owned(),
            name: name.to_owned(),
            outcome: Outcome::Recreated,
            detail: Some("an immutable field differs, so it was deleted and made anew".into()),
        };
        Ok((change, value_of(&after)))
    }

    /// The API handle, kind and name for a manifest.
    pub(crate) async fn api_of(&self, manifest: &Value) -> Result<(Api<DynamicObject>, String, String), ClusterError> {
        let word = |path: &str| manifest.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (api_version, kind, name) = (word("/apiVersion"), word("/kind"), word("/metadata/name"));
        for (value, field) in [(&api_version, "apiVersion"), (&kind, "kind"), (&name, "metadata.name")] {
            if value.is_empty() {
                let object = object_name(if kind.is_empty() { "object" } else { &kind }, &name);
                return Err(ClusterError::Manifest { object, why: format!("{field} is missing") });
            }
        }
        let (resource, namespaced) = kinds::resource(&self.client, &api_version, &kind).await?;
        let namespace = match word("/metadata/namespace") {
            own if own.is_empty() => self.namespace.clone(),
            own => own,
        };
        let api = if namespaced {
            Api::namespaced_with(self.client.clone(), &namespace, &resource)
        } else {
            Api::all_with(self.client.clone(), &resource)
        };
        Ok((api, kind, name))
    }
}

async fn patch(api: &Api<DynamicObject>, name: &str, wanted: &Value) -> Result<DynamicObject, kube::Error> {
    let mut params = PatchParams::apply(FIELD_MANAGER).force();
    params.field_validation = Some(ValidationDirective::Strict);
    api.patch(name, &params, &Patch::Apply(wanted)).await
}

fn immutable(kind: &str, status: &kube::core::Status) -> bool {
    status.code == 422 && status.message.contains("field is immutable") && matches!(kind, "Job" | "Deployment")
}

/// An object as people write it: `cronjob/task-reporter`.
pub(crate) fn object_name(kind: &str, name: &str) -> String {
    format!("{}/{name}", kind.to_lowercase())
}

fn value_of(object: &DynamicObject) -> Value {
    serde_json::to_value(object).unwrap_or(Value::Null)
}

fn label(manifest: &mut Value) {
    let Some(object) = manifest.as_object_mut() else { return };
    let metadata = object.entry("metadata").or_insert_with(|| Value::Object(Map::new()));
    let Some(metadata) = metadata.as_object_mut() else { return };
    let labels = metadata.entry("labels").or_insert_with(|| json!({}));
    if let Some(labels) = labels.as_object_mut() {
        labels.insert(MANAGED_BY.into(), MANAGED_BY_VALUE.into());
    }
}

/// The paths that differ between two states of an object, but for what the server writes by itself.
fn differences(before: &Value, after: &Value) -> String {
    let mut paths = Vec::new();
    let fields = |object: &Value| object.as_object().cloned().unwrap_or_default();
    let (old, new) = (fields(before), fields(after));
    let added = new.keys().filter(|key| !old.contains_key(*key));
    for key in old.keys().chain(added).filter(|key| !matches!(key.as_str(), "metadata" | "status")) {
        compare(key, old.get(key), new.get(key), &mut paths);
    }
    for field in ["labels", "annotations"] {
        let path = format!("/metadata/{field}");
        compare(&path[1..].replace('/', "."), before.pointer(&path), after.pointer(&path), &mut paths);
    }
    paths.join(", ")
}

fn compare(path: &str, before: Option<&Value>, after: Option<&Value>, paths: &mut Vec<String>) {
    match (before, after) {
        (a, b) if a == b => {}
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let extra = b.keys().filter(|k| !a.contains_key(*k));
            for key in a.keys().chain(extra) {
                compare(&format!("{path}.{key}"), a.get(key), b.get(key), paths);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) if a.len() == b.len() => {
            for (i, (x, y)) in a.iter().zip(b).enumerate() {
                compare(&format!("{path}[{i}]"), Some(x), Some(y), paths);
            }
        }
        _ => paths.push(path.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_is_added_beside_others() {
        let mut manifest = json!({"metadata": {"name": "x", "labels": {"app": "a"}}});
        label(&mut manifest);
        assert_eq!(manifest["metadata"]["labels"], json!({"app": "a", MANAGED_BY: "k8s-tutor"}));
        let mut bare = json!({});
        label(&mut bare);
        assert_eq!(bare["metadata"]["labels"][MANAGED_BY], "k8s-tutor");
    }

    #[test]
    fn differences_name_the_fields_that_changed() {
        let before = json!({"spec": {"schedule": "a", "list": [{"port": 1}]}, "metadata": {"resourceVersion": "1"}});
        let after = json!({"spec": {"schedule": "b", "list": [{"port": 2}]}, "metadata": {"resourceVersion": "2"}});
        assert_eq!(differences(&before, &after), "spec.schedule, spec.list[0].port");
    }
}
