//! Sizes alone: surge, unavailability, proportions. Whole rollouts run in `tests/controllers/rollout.rs`.

use std::sync::Arc;

use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use serde_json::{Value, json};

use super::revision::{annotations, new_set};
use super::scale::{max_surge, max_unavailable, new_size, shrink, spread};

fn deployment(replicas: i32, rolling: Value) -> Deployment {
    let strategy = json!({"type": "RollingUpdate", "rollingUpdate": rolling});
    let deployment = json!({
        "metadata": {"name": "web", "annotations": {"note": "x", "deployment.kubernetes.io/revision": "2"}},
        "spec": {"replicas": replicas, "selector": {}, "strategy": strategy, "template": {"metadata": {"labels": {"app": "web"}}}},
    });
    serde_json::from_value(deployment).expect("a deployment")
}

fn set(name: &str, replicas: i32, available: i32) -> Arc<ReplicaSet> {
    let created = format!("2026-11-23T13:00:{:02}Z", name.len());
    let set = json!({
        "metadata": {"name": name, "creationTimestamp": created,
            "annotations": {"deployment.kubernetes.io/max-replicas": "5"}},
        "spec": {"replicas": replicas, "selector": {}}, "status": {"replicas": replicas, "availableReplicas": available},
    });
    Arc::new(serde_json::from_value(set).expect("a set"))
}

fn sizes(resized: &[(Arc<ReplicaSet>, i32)]) -> Vec<(&str, i32)> {
    resized.iter().map(|(set, size)| (set.metadata.name.as_deref().unwrap_or_default(), *size)).collect()
}

#[test]
fn surge_is_rounded_up_and_unavailability_down() {
    let fences = |replicas: i32, surge: Value, unavailable: Value| {
        let deployment = deployment(replicas, json!({"maxSurge": surge, "maxUnavailable": unavailable}));
        (max_surge(&deployment), max_unavailable(&deployment))
    };
    assert_eq!(fences(2, json!("25%"), json!("25%")), (1, 0));
    assert_eq!(fences(10, json!("25%"), json!("25%")), (3, 2));
    assert_eq!(fences(3, json!(0), json!(0)), (0, 1), "both zero would stand still");
    assert_eq!(fences(1, json!(0), json!(5)), (0, 1));
    assert_eq!(fences(0, json!("25%"), json!("25%")), (0, 0));
}

#[test]
fn one_up_one_down() {
    let two = deployment(2, json!({}));
    let (old, new) = (set("old", 2, 2), set("newer", 1, 1));
    assert_eq!(new_size(&two, std::slice::from_ref(&old), 0), 1);
    assert_eq!(
        sizes(&shrink(&two, std::slice::from_ref(&old), &set("newer", 1, 0))),
        [],
        "the new pod is not there yet"
    );
    assert_eq!(sizes(&shrink(&two, std::slice::from_ref(&old), &new)), [("old", 1)]);
    assert_eq!(new_size(&two, &[set("old", 1, 1), new.clone()], 1), 2);
}

#[test]
fn sick_old_pods_do_not_block() {
    let three = deployment(3, json!({"maxSurge": 1, "maxUnavailable": 1}));
    // Two of the old three never became available.
    assert_eq!(sizes(&shrink(&three, &[set("old", 3, 1)], &set("newer", 1, 1))), [("old", 1)]);
}

#[test]
fn scaling_in_the_middle_of_a_rollout_is_shared() {
    let ten = deployment(10, json!({"maxSurge": 0, "maxUnavailable": 2}));
    let spread = spread(&ten, Some(&set("newer", 2, 2)), &[set("old", 3, 3)]);
    let total: i32 = spread.iter().map(|(_, size)| size).sum();
    assert_eq!(total, 10);
    assert_eq!(sizes(&spread), [("old", 6), ("newer", 4)]);
}

#[test]
fn an_undo_keeps_the_earlier_revision_in_the_history() {
    let two = deployment(2, json!({}));
    let known = [("deployment.kubernetes.io/revision".to_owned(), "1".to_owned())].into();
    let after = annotations(&two, Some(&known), 3);
    assert_eq!(after["deployment.kubernetes.io/revision"], "3");
    assert_eq!(after["deployment.kubernetes.io/revision-history"], "1");
    assert_eq!((after["note"].as_str(), after.get("deployment.kubernetes.io/max-replicas")), ("x", None));
    assert_eq!(annotations(&two, None, 1)["deployment.kubernetes.io/max-replicas"], "3");
}

#[test]
fn the_new_set_has_the_same_template_but_for_the_hash() {
    let two = deployment(2, json!({}));
    let labelled = |labels: Value| {
        let set = json!({"metadata": {"name": "web-x"}, "spec": {"selector": {}, "template": {"metadata": {"labels": labels}}}});
        Arc::new(serde_json::from_value::<ReplicaSet>(set).expect("a set"))
    };
    let same = [labelled(json!({"app": "web", "pod-template-hash": "x"}))];
    assert!(new_set(&two, &same).is_some());
    assert!(new_set(&two, &[labelled(json!({"app": "web", "tier": "x"}))]).is_none());
}
