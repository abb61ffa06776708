//! ReplicaSet: keeps a number of alike pods running; a Deployment makes one for each template.

use serde_json::{Value, json};

use super::columns::{AGE, NAME, age, column, containers, name, selector, wide};
use super::pod_template::default_template;
use super::value::{child, fill, int, set};
use super::{Column, Context, Strategy};

/// The rules of ReplicaSets.
pub(super) struct ReplicaSet;

const COLUMNS: &[Column] = &[
    NAME,
    column("Desired", "Replicas is the number of desired pods. This is a pointer to distinguish between explicit zero and unspecified. Defaults to 1. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset").of("integer"),
    column("Current", "Replicas is the most recently observed number of non-terminating pods. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset").of("integer"),
    column("Ready", "The number of non-terminating pods targeted by this ReplicaSet with a Ready Condition.").of("integer"),
    AGE,
    wide("Containers", "Names of each container in the template."),
    wide("Images", "Images referenced by each container in the template."),
    wide("Selector", "Selector is a label query over pods that should match the replica count. Label keys and values that must match in order to be controlled by this replica set. It must match the pod template's labels. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors"),
];

impl Strategy for ReplicaSet {
    fn default(&self, object: &mut Value) {
        let spec = child(object, "spec");
        fill(spec, "replicas", 1);
        default_template(child(spec, "template"));
        fill(child(object, "status"), "replicas", 0);
    }

    fn prepare_create(&self, object: &mut Value, _context: &Context) {
        set(object, "status", json!({"replicas": 0}));
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn cells(&self, object: &Value, context: &Context) -> Vec<Value> {
        let number = |pointer: &str| Value::from(int(object, pointer).unwrap_or_default());
        let [names, images] = containers(object, "/spec/template/spec/containers");
        vec![
            name(object),
            number("/spec/replicas"),
            number("/status/replicas"),
            number("/status/readyReplicas"),
            age(object, context.now),
            names,
            images,
            selector(object.pointer("/spec/selector")).into(),
        ]
    }

    fn fields(&self, object: &Value) -> Vec<(&'static str, String)> {
        vec![("status.replicas", int(object, "/status/replicas").unwrap_or_default().to_string())]
    }

    fn unknown_field(&self, label: &str) -> String {
        format!("field label not supported: {label}")
    }
}
