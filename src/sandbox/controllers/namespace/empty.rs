//! Emptying a namespace: deletes what is in it kind by kind, says what is left, and lets the namespace go at last.

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{Namespace, NamespaceCondition, NamespaceSpec, NamespaceStatus};
use kube::api::{ApiResource, DeleteParams, DynamicObject, ListParams};
use kube::discovery::{Scope, verbs};
use kube::{Api, Discovery};

use crate::sandbox::controllers::cluster::Cluster;
use crate::sandbox::controllers::error::{SyncError, code};
use crate::sandbox::controllers::objects::{name, plus, time};
use crate::sandbox::controllers::write::post;

/// What is left of one kind.
struct Left {
    plural: String,
    number: usize,
    finalizers: Vec<String>,
}

/// One round: deletes everything, and finishes the namespace if nothing is left. Else says when to look again.
pub(super) async fn step(cluster: &Cluster, namespace: &Namespace) -> Result<Option<Timestamp>, SyncError> {
    let finalizers = namespace.spec.as_ref().and_then(|spec| spec.finalizers.as_deref()).unwrap_or_default();
    if !finalizers.iter().any(|finalizer| finalizer == "kubernetes") {
        return Ok(None);
    }
    let mut left = Vec::new();
    for resource in namespaced(cluster).await? {
        if let Some(remaining) = Box::pin(clear(cluster, name(namespace), &resource)).await? {
            left.push(remaining);
        }
    }
    Box::pin(write_status(cluster, namespace, &left)).await?;
    if left.is_empty() {
        return Box::pin(finalize(cluster, namespace)).await.map(|()| None);
    }
    Ok(Some(plus(cluster.now(), 1)))
}

/// Every namespaced kind that can be listed and deleted.
async fn namespaced(cluster: &Cluster) -> Result<Vec<ApiResource>, SyncError> {
    let discovery = Box::pin(Discovery::new(cluster.client.clone()).run()).await;
    let discovery = discovery.map_err(|error| SyncError::request("discover", "all kinds", error))?;
    let all = discovery.groups().flat_map(|group| group.recommended_resources());
    let fits = all.filter(|(_, can)| {
        can.scope == Scope::Namespaced && can.supports_operation(verbs::LIST) && can.supports_operation(verbs::DELETE)
    });
    Ok(fits.map(|(resource, _)| resource).collect())
}

/// Deletes all objects of a kind; says what is still there.
async fn clear(cluster: &Cluster, namespace: &str, resource: &ApiResource) -> Result<Option<Left>, SyncError> {
    let api: Api<DynamicObject> = Api::namespaced_with(cluster.client.clone(), namespace, resource);
    let failed = |verb: &'static str| move |error| SyncError::request(verb, resource.plural.clone(), error);
    let objects = api.list(&ListParams::default()).await.map_err(failed("list"))?;
    if objects.items.is_empty() {
        return Ok(None);
    }
    for object in &objects.items {
        if object.metadata.deletion_timestamp.is_some() {
            continue;
        }
        match api.delete(name(object), &DeleteParams::background()).await {
            Err(error) if code(&error) != 404 => return Err(failed("delete")(error)),
            _ => {}
        }
    }
    let left = api.list(&ListParams::default()).await.map_err(failed("list"))?.items;
    let mut finalizers: Vec<String> =
        left.iter().flat_map(|object| object.metadata.finalizers.clone()).flatten().collect();
    finalizers.sort();
    Ok((!left.is_empty()).then(|| Left { plural: resource.plural.clone(), number: left.len(), finalizers }))
}

/// The namespace's conditions, in the real controller's words.
fn conditions(left: &[Left], now: Timestamp) -> Vec<NamespaceCondition> {
    let condition = |kind: &str, status: bool, reason: &str, message: String| NamespaceCondition {
        type_: kind.to_owned(),
        status: if status { "True" } else { "False" }.to_owned(),
        reason: Some(reason.to_owned()),
        message: Some(message),
        last_transition_time: Some(time(now)),
    };
    let of = |one: &Left| format!("{}. has {} resource instances", one.plural, one.number);
    let remaining = left.iter().map(of).collect::<Vec<_>>().join(", ");
    let mut finalizers: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for finalizer in left.iter().flat_map(|one| &one.finalizers) {
        *finalizers.entry(finalizer).or_default() += 1;
    }
    let held: Vec<String> =
        finalizers.iter().map(|(name, number)| format!("{name} in {number} resource instances")).collect();
    let none = |text: &str| text.to_owned();
    vec![
        condition(
            "NamespaceDeletionDiscoveryFailure",
            false,
            "ResourcesDiscovered",
            none("All resources successfully discovered"),
        ),
        condition(
            "NamespaceDeletionGroupVersionParsingFailure",
            false,
            "ParsedGroupVersions",
            none("All legacy kube types successfully parsed"),
        ),
        condition(
            "NamespaceDeletionContentFailure",
            false,
            "ContentDeleted",
            none("All content successfully deleted, may be waiting on finalization"),
        ),
        match left.is_empty() {
            true => condition(
                "NamespaceContentRemaining",
                false,
                "ContentRemoved",
                none("All content successfully removed"),
            ),
            false => {
                let message = format!("Some resources are remaining: {remaining}");
                condition("NamespaceContentRemaining", true, "SomeResourcesRemain", message)
            }
        },
        match held.is_empty() {
            true => condition(
                "NamespaceFinalizersRemaining",
                false,
                "ContentHasNoFinalizers",
                none("All content-preserving finalizers finished"),
            ),
            false => {
                let message = format!("Some content in the namespace has finalizers remaining: {}", held.join(", "));
                condition("NamespaceFinalizersRemaining", true, "SomeFinalizersRemain", message)
            }
        },
    ]
}

async fn write_status(cluster: &Cluster, namespace: &Namespace, left: &[Left]) -> Result<(), SyncError> {
    let mut new = conditions(left, cluster.now());
    let old = namespace.status.as_ref().and_then(|status| status.conditions.clone()).unwrap_or_default();
    for condition in &mut new {
        let known = old.iter().find(|known| known.type_ == condition.type_ && known.status == condition.status);
        if let Some(known) = known {
            condition.last_transition_time = known.last_transition_time.clone();
        }
    }
    if new == old {
        return Ok(());
    }
    let phase = namespace.status.as_ref().and_then(|status| status.phase.clone());
    let status = NamespaceStatus { conditions: Some(new), phase };
    let change = serde_json::json!({"status": status});
    let api: Api<Namespace> = Api::all(cluster.client.clone());
    let patch = kube::api::Patch::Merge(change);
    let answer = api.patch_subresource("status", name(namespace), &super::super::write::patch(), &patch).await;
    answer.map(drop).or_else(|error| ignore_gone("patch", namespace, error))
}

/// Takes the finalizer off: the API server then removes the namespace.
async fn finalize(cluster: &Cluster, namespace: &Namespace) -> Result<(), SyncError> {
    let api: Api<Namespace> = Api::all(cluster.client.clone());
    let mut namespace = namespace.clone();
    // Our own status write has made a newer version; nothing else of the namespace is written here.
    namespace.metadata.resource_version = None;
    let NamespaceSpec { finalizers } = namespace.spec.take().unwrap_or_default();
    let left = finalizers.unwrap_or_default().into_iter().filter(|finalizer| finalizer != "kubernetes").collect();
    namespace.spec = Some(NamespaceSpec { finalizers: Some(left) });
    let answer = api.replace_subresource("finalize", name(&namespace), &post(), &namespace).await;
    answer.map(drop).or_else(|error| ignore_gone("finalize", &namespace, error))
}

fn ignore_gone(verb: &'static str, namespace: &Namespace, error: kube::Error) -> Result<(), SyncError> {
    if code(&error) == 404 {
        Ok(())
    } else {
        Err(SyncError::request(verb, format!("Namespace {}", name(namespace)), error))
    }
}
