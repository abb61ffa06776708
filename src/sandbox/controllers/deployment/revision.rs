//! Revisions of a Deployment: annotations of its ReplicaSets, and which set is the new one. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::scale::max_surge;
use crate::sandbox::controllers::objects::{created, name};

pub(super) const REVISION: &str = "deployment.kubernetes.io/revision";
const HISTORY: &str = "deployment.kubernetes.io/revision-history";
const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
pub(super) const MOST: &str = "deployment.kubernetes.io/max-replicas";
/// The label that tells the pods of one template from those of another.
pub(super) const HASH_LABEL: &str = "pod-template-hash";
/// Never copied from a Deployment to its ReplicaSets.
const OWN: [&str; 6] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION,
    HISTORY,
    DESIRED,
    MOST,
    "deprecated.deployment.rollback.to",
];

type Annotations = BTreeMap<String, String>;

/// An object's revision, if it has one.
pub(super) fn of(meta: &ObjectMeta) -> Option<i64> {
    meta.annotations.as_ref()?.get(REVISION)?.parse().ok()
}

/// The replicas that the Deployment wanted when it last scaled this set.
pub(super) fn desired(set: &ReplicaSet) -> Option<i32> {
    set.metadata.annotations.as_ref()?.get(DESIRED)?.parse().ok()
}

/// The set of the Deployment's present template; the oldest, should there be two.
pub(super) fn new_set<'a>(deployment: &Deployment, sets: &'a [Arc<ReplicaSet>]) -> Option<&'a Arc<ReplicaSet>> {
    let template = without_hash(&deployment.spec.template);
    let same = |set: &&Arc<ReplicaSet>| set.spec.template.as_ref().is_some_and(|other| without_hash(other) == template);
    sets.iter().filter(same).min_by_key(|set| (created(set.as_ref()), name(set.as_ref()).to_owned()))
}

fn without_hash(template: &PodTemplateSpec) -> PodTemplateSpec {
    let mut template = template.clone();
    let meta = template.metadata.get_or_insert_default();
    if let Some(labels) = &mut meta.labels {
        labels.remove(HASH_LABEL);
    }
    meta.labels = meta.labels.take().filter(|labels| !labels.is_empty());
    meta.annotations = meta.annotations.take().filter(|annotations| !annotations.is_empty());
    meta.creation_timestamp = None;
    template
}

/// The annotations the new set should carry, given those it has (`None`: it is about to be made).
pub(super) fn annotations(deployment: &Deployment, old: Option<&Annotations>, revision: i64) -> Annotations {
    let mut new = old.cloned().unwrap_or_default();
    for (key, value) in deployment.metadata.annotations.iter().flatten() {
        if !OWN.contains(&key.as_str()) {
            new.insert(key.clone(), value.clone());
        }
    }
    let known = new.get(REVISION).cloned();
    let known_number = known.as_deref().map_or(0, |known| known.parse().unwrap_or(0));
    if known_number < revision {
        new.insert(REVISION.to_owned(), revision.to_string());
        if let Some(known) = known {
            // Rolled back to: the earlier number stays in its history.
            let history = match new.get(HISTORY).filter(|history| !history.is_empty()) {
                Some(history) => format!("{history},{known}"),
                None => known,
            };
            new.insert(HISTORY.to_owned(), history);
        }
    }
    if old.is_none() {
        new.extend(replicas(deployment));
    }
    new
}

/// How many replicas are wanted and how many may be there at most.
pub(super) fn replicas(deployment: &Deployment) -> [(String, String); 2] {
    let wanted = super::scale::wanted(deployment);
    let most = wanted + max_surge(deployment);
    [(DESIRED.to_owned(), wanted.to_string()), (MOST.to_owned(), most.to_string())]
}
