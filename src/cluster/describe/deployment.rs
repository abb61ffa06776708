//! Deployments.

use serde_json::Value;

use super::containers::template;
use super::page::Page;
use super::parts::{annotations, date, head, items, labels, selector, text, word, word_or};

const REVISION: &str = "/metadata/annotations/deployment.kubernetes.io~1revision";

/// `sets`: the ReplicaSets that its selector finds.
pub(super) fn deployment(page: &mut Page, object: &Value, sets: &[Value]) {
    head(page, object);
    page.field(0, "CreationTimestamp", date(object, "/metadata/creationTimestamp").unwrap_or_default());
    labels(page, 0, object, "/metadata/labels");
    annotations(page, 0, object, "/metadata/annotations");
    page.field(0, "Selector", selector(object, "/spec/selector"));
    page.field(0, "Replicas", replicas(object));
    page.field(0, "StrategyType", text(object, "/spec/strategy/type"));
    page.field(0, "MinReadySeconds", word_or(object, "/spec/minReadySeconds", "0"));
    if let Some(rolling) = object.pointer("/spec/strategy/rollingUpdate") {
        let (unavailable, surge) = (word_or(rolling, "/maxUnavailable", "0"), word_or(rolling, "/maxSurge", "0"));
        page.field(0, "RollingUpdateStrategy", format!("{unavailable} max unavailable, {surge} max surge"));
    }
    template(page, object.pointer("/spec/template").unwrap_or(&Value::Null));
    let conditions = items(object, "/status/conditions");
    if !conditions.is_empty() {
        page.line(0, "Conditions:");
        page.line(1, "Type\tStatus\tReason");
        page.line(1, "----\t------\t------");
        for condition in conditions {
            let [kind, status, reason] = ["/type", "/status", "/reason"].map(|pointer| text(condition, pointer));
            page.line(1, format!("{kind} \t{status}\t{reason}"));
        }
    }
    replica_sets(page, object, sets);
}

fn replicas(object: &Value) -> String {
    let count = |pointer: &str| word_or(object, pointer, "0");
    format!(
        "{} desired | {} updated | {} total | {} available | {} unavailable",
        count("/spec/replicas"),
        count("/status/updatedReplicas"),
        count("/status/replicas"),
        count("/status/availableReplicas"),
        count("/status/unavailableReplicas")
    )
}

fn replica_sets(page: &mut Page, object: &Value, sets: &[Value]) {
    let uid = text(object, "/metadata/uid");
    let owned = |set: &&Value| items(set, "/metadata/ownerReferences").iter().any(|owner| text(owner, "/uid") == uid);
    let mut own: Vec<&Value> = sets.iter().filter(owned).collect();
    own.sort_by_key(|set| word(set, REVISION).and_then(|n| n.parse::<u64>().ok()));
    let (new, old): (Vec<&Value>, Vec<&Value>) =
        own.into_iter().partition(|set| text(set, REVISION) == text(object, REVISION));
    let words = |sets: &[&Value]| {
        let set = |set: &&Value| {
            let (there, wanted) = (word_or(set, "/status/replicas", "0"), word_or(set, "/spec/replicas", "0"));
            format!("{} ({there}/{wanted} replicas created)", text(set, "/metadata/name"))
        };
        let words = sets.iter().map(set).collect::<Vec<_>>().join(", ");
        if words.is_empty() { "<none>".to_owned() } else { words }
    };
    page.field(0, "OldReplicaSets", words(&old));
    page.field(0, "NewReplicaSet", words(&new));
}
