//! ReplicaSet: keeps a number of alike pods running; a Deployment makes one for each template.

use serde_json::{Value, json};

use super::check::{Errors, immutable, label_selector, not_negative, selects};
use super::columns::{AGE, NAME, age, column, containers, name, selector, wide};
use super::pod_rules;
use super::pod_template::default_template;
use super::value::{absent, child, entries, fill, int, items, set, text};
use super::{Column, Context, Strategy};
use crate::sandbox::api::status::FieldError;

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

    fn validate(&self, object: &Value, old: Option<&Value>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        not_negative(&mut errors, "spec", &object["spec"], "replicas");
        not_negative(&mut errors, "spec", &object["spec"], "minReadySeconds");
        validate_selected_template(&mut errors, object, "replicaset");
        if let Some(old) = old {
            immutable(&mut errors, "spec.selector", object, old, "/spec/selector");
        }
        errors
    }

    fn warnings(&self, object: &Value) -> Vec<String> {
        pod_rules::warnings(object, "/spec/template/spec", "spec.template.spec")
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

/// A selector that picks the template's pods, and a template whose pods run for ever. `kind` is
/// the word for the owner in messages.
pub(super) fn validate_selected_template(errors: &mut Errors, object: &Value, kind: &str) {
    let spec = &object["spec"];
    let selector = &spec["selector"];
    let empty = entries(selector, "/matchLabels").next().is_none() && items(selector, "/matchExpressions").is_empty();
    if selector.is_null() {
        errors.push(FieldError::required("spec.selector", ""));
    } else {
        label_selector(errors, "spec.selector", selector);
        if empty {
            let why = format!("empty selector is invalid for {kind}");
            errors.push(FieldError::invalid("spec.selector", selector, why));
        }
    }
    let template = &spec["template"];
    let labels = template.pointer("/metadata/labels");
    if !empty && !selects(selector, labels) {
        let shown = labels.cloned().unwrap_or_default();
        let why = "`selector` does not match template `labels`";
        errors.push(FieldError::invalid("spec.template.metadata.labels", &shown, why));
    }
    pod_rules::template(errors, template, "spec.template");
    let policy = text(template, "/spec/restartPolicy");
    if policy != "Always" {
        errors.push(FieldError::not_supported("spec.template.spec.restartPolicy", &policy.into(), &["Always"]));
    }
    if !absent(template, "/spec/activeDeadlineSeconds") {
        let why = "activeDeadlineSeconds in ReplicaSet is not Supported";
        errors.push(FieldError::forbidden("spec.template.spec.activeDeadlineSeconds", why));
    }
}
