//! The environment of a container's process: clean, then the image's, Services', envFrom, env.
//!
//! Called by `launch`. Values are never logged: they may be secrets.

mod expand;
mod fields;
mod links;
mod refs;
mod resources;
pub(super) mod rewrite;

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Container, Pod, Service};

pub(super) use expand::expand;
pub(super) use fields::field;
pub(super) use resources::{quantity, value as resource_field};

use super::sources::{Kind, Sources};

/// Why an environment cannot be put together. The texts are a kubelet's, shown with
/// `CreateContainerConfigError`.
#[derive(Debug, thiserror::Error)]
pub(super) enum EnvError {
    /// The object is not there.
    #[error("{} \"{name}\" not found", kind.lower())]
    NoObject {
        /// ConfigMap or Secret.
        kind: Kind,
        /// Its name.
        name: String,
    },
    /// The object has no such key.
    #[error("couldn't find key {key} in {} {namespace}/{name}", kind.camel())]
    NoKey {
        /// The key.
        key: String,
        /// ConfigMap or Secret.
        kind: Kind,
        /// The pod's namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// The downward API has no such field.
    #[error("unsupported fieldPath: {0}")]
    Field(String),
    /// The API server did not answer.
    #[error("failed to read {what}: {source}")]
    Api {
        /// What was read.
        what: String,
        /// Why not.
        source: Box<kube::Error>,
    },
}

/// What the values of a container's environment depend on.
pub(super) struct Context<'a> {
    pub(super) pod: &'a Pod,
    pub(super) container: &'a Container,
    pub(super) sources: &'a Sources,
    pub(super) services: &'a [Service],
    pub(super) pod_ip: &'a str,
    pub(super) host_ip: &'a str,
}

/// The variables that the manifest asks for, with Service links, before service names and mount
/// paths are replaced. `$(VAR)` is expanded as a kubelet does it: from what stands before.
pub(super) async fn of_container(context: &Context<'_>) -> Result<BTreeMap<String, String>, EnvError> {
    let namespace = context.pod.metadata.namespace.as_deref().unwrap_or("default");
    let spec = context.pod.spec.as_ref();
    let all_links = spec.and_then(|s| s.enable_service_links).unwrap_or(true);
    let links = links::variables(context.services, namespace, all_links);
    let mut result = refs::from_objects(context, namespace).await?;
    for variable in context.container.env.as_deref().unwrap_or_default() {
        let value = match (&variable.value, &variable.value_from) {
            (_, Some(from)) => match refs::value_from(context, namespace, from).await? {
                Some(value) => value,
                None => continue,
            },
            (Some(raw), None) => expand(raw, |name| result.get(name).or_else(|| links.get(name)).map(String::as_str)),
            (None, None) => String::new(),
        };
        result.insert(variable.name.clone(), value);
    }
    for (name, value) in links {
        result.entry(name).or_insert(value);
    }
    Ok(result)
}
