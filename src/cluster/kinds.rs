//! Where objects of a kind live: the REST path of every kind that a lab manifest is likely to hold.
//!
//! A table saves the discovery requests; a kind that is not in it is looked up on the server.

use kube::Client;
use kube::core::{ApiResource, GroupVersionKind};
use kube::discovery::{self, Scope};

use super::ClusterError;

/// Group, version, kind, plural, namespaced.
type Row = (&'static str, &'static str, &'static str, &'static str, bool);

const KINDS: &[Row] = &[
    ("", "v1", "ConfigMap", "configmaps", true),
    ("", "v1", "Secret", "secrets", true),
    ("", "v1", "Service", "services", true),
    ("", "v1", "ServiceAccount", "serviceaccounts", true),
    ("", "v1", "Pod", "pods", true),
    ("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", true),
    ("", "v1", "Event", "events", true),
    ("", "v1", "Namespace", "namespaces", false),
    ("", "v1", "Node", "nodes", false),
    ("apps", "v1", "Deployment", "deployments", true),
    ("apps", "v1", "ReplicaSet", "replicasets", true),
    ("apps", "v1", "StatefulSet", "statefulsets", true),
    ("apps", "v1", "DaemonSet", "daemonsets", true),
    ("batch", "v1", "Job", "jobs", true),
    ("batch", "v1", "CronJob", "cronjobs", true),
    ("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", true),
    ("networking.k8s.io", "v1", "Ingress", "ingresses", true),
    ("networking.k8s.io", "v1", "IngressClass", "ingressclasses", false),
    ("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", true),
    ("rbac.authorization.k8s.io", "v1", "Role", "roles", true),
    ("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", true),
];

/// The kinds that `down` looks through for what `up` made, in the order of removal.
pub(crate) const REMOVED: &[(&str, &str)] = &[
    ("batch/v1", "CronJob"),
    ("batch/v1", "Job"),
    ("networking.k8s.io/v1", "Ingress"),
    ("apps/v1", "Deployment"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
];

/// The resource behind an apiVersion and kind, and whether it lives in a namespace.
pub(crate) async fn resource(
    client: &Client,
    api_version: &str,
    kind: &str,
) -> Result<(ApiResource, bool), ClusterError> {
    if let Some(found) = known(api_version, kind) {
        return Ok(found);
    }
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let gvk = GroupVersionKind::gvk(group, version, kind);
    let (resource, capabilities) = discovery::pinned_kind(client, &gvk).await.map_err(|e| match e {
        kube::Error::Discovery(_) => ClusterError::Manifest {
            object: format!("kind {kind} of {api_version}"),
            why: "the server knows no such kind; kubectl api-resources lists those it knows".to_owned(),
        },
        e => ClusterError::of("look up", format!("kind {kind} in {api_version}"), e),
    })?;
    Ok((resource, capabilities.scope == Scope::Namespaced))
}

/// The same out of the table alone.
pub(crate) fn known(api_version: &str, kind: &str) -> Option<(ApiResource, bool)> {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let row = KINDS.iter().find(|row| (row.0, row.1, row.2) == (group, version, kind))?;
    let gvk = GroupVersionKind::gvk(row.0, row.1, row.2);
    Some((ApiResource::from_gvk_with_plural(&gvk, row.3), row.4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_that_down_removes_is_in_the_table() {
        for (api_version, kind) in REMOVED {
            assert!(known(api_version, kind).is_some(), "{kind}");
        }
        assert_eq!(known("batch/v1", "CronJob").unwrap().0.plural, "cronjobs");
        assert!(known("example.com/v1", "Widget").is_none());
    }
}
