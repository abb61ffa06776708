//! Deployment: a number of alike pods, replaced step by step when their template changes.

use serde_json::{Value, json};

use super::columns::{AGE, NAME, age, column, containers, name, selector, wide};
use super::pod_template::default_template;
use super::value::{child, drop_empty, fill, fill_text, int, set, text};
use super::{Column, Context, Strategy};

/// The rules of Deployments.
pub(super) struct Deployment;

const COLUMNS: &[Column] = &[
    NAME,
    column("Ready", "Number of the pod with ready state"),
    column(
        "Up-to-date",
        "Total number of non-terminating pods targeted by this deployment that have the desired template spec.",
    ),
    column(
        "Available",
        "Total number of available non-terminating pods (ready for at least minReadySeconds) targeted by this deployment.",
    ),
    AGE,
    wide("Containers", "Names of each container in the template."),
    wide("Images", "Images referenced by each container in the template."),
    wide(
        "Selector",
        "Label selector for pods. Existing ReplicaSets whose pods are selected by this will be the ones affected by this deployment. It must match the pod template's labels.",
    ),
];

impl Strategy for Deployment {
    fn default(&self, object: &mut Value) {
        let spec = child(object, "spec");
        fill(spec, "replicas", 1);
        drop_empty(spec, &["minReadySeconds"]);
        default_template(child(spec, "template"));
        let strategy = child(spec, "strategy");
        fill_text(strategy, "type", "RollingUpdate");
        if text(strategy, "/type") == "RollingUpdate" {
            let rolling = child(strategy, "rollingUpdate");
            fill(rolling, "maxUnavailable", "25%");
            fill(rolling, "maxSurge", "25%");
        }
        fill(spec, "revisionHistoryLimit", 10);
        fill(spec, "progressDeadlineSeconds", 600);
        child(object, "status");
    }

    fn prepare_create(&self, object: &mut Value, _context: &Context) {
        set(object, "status", json!({}));
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn cells(&self, object: &Value, context: &Context) -> Vec<Value> {
        let status = |key: &str| int(object, &format!("/status/{key}")).unwrap_or_default();
        let [names, images] = containers(object, "/spec/template/spec/containers");
        vec![
            name(object),
            format!("{}/{}", status("readyReplicas"), int(object, "/spec/replicas").unwrap_or_default()).into(),
            status("updatedReplicas").into(),
            status("availableReplicas").into(),
            age(object, context.now),
            names,
            images,
            selector(object.pointer("/spec/selector")).into(),
        ]
    }
}
