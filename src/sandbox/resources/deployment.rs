//! Deployment: a number of alike pods, replaced step by step when their template changes.

use serde_json::{Value, json};

use super::check::{Errors, immutable, not_negative, one_of};
use super::columns::{AGE, NAME, age, column, containers, name, selector, wide};
use super::pod_rules;
use super::pod_template::default_template;
use super::value::{absent, child, drop_empty, fill, fill_text, int, set, text};
use super::{Column, Context, Strategy, replica_set};
use crate::sandbox::api::status::FieldError;

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

    fn validate(&self, object: &Value, old: Option<&Value>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let spec = &object["spec"];
        not_negative(&mut errors, "spec", spec, "replicas");
        replica_set::validate_selected_template(&mut errors, object, "deployment");
        validate_strategy(&mut errors, &spec["strategy"]);
        for key in ["minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"] {
            not_negative(&mut errors, "spec", spec, key);
        }
        let ready = int(spec, "/minReadySeconds").unwrap_or_default();
        if let Some(deadline) = int(spec, "/progressDeadlineSeconds").filter(|d| *d <= ready) {
            let why = "must be greater than minReadySeconds";
            errors.push(FieldError::invalid("spec.progressDeadlineSeconds", &deadline.into(), why));
        }
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

fn validate_strategy(errors: &mut Errors, strategy: &Value) {
    match text(strategy, "/type") {
        "Recreate" if !absent(strategy, "/rollingUpdate") => {
            let why = "may not be specified when strategy `type` is 'Recreate'";
            errors.push(FieldError::forbidden("spec.strategy.rollingUpdate", why));
        }
        "RollingUpdate" => validate_rolling_update(errors, &strategy["rollingUpdate"]),
        kind => one_of(errors, "spec.strategy.type", kind, &["Recreate", "RollingUpdate"]),
    }
}

fn validate_rolling_update(errors: &mut Errors, rolling: &Value) {
    for key in ["maxUnavailable", "maxSurge"] {
        let path = format!("spec.strategy.rollingUpdate.{key}");
        match rolling.get(key) {
            Some(Value::String(share)) if percent(share).is_none() => {
                let why = "a valid percent string must be a numeric followed by an ending '%' (e.g. '1%',  or '93%', \
                           regex used for validation is '[0-9]+%')";
                errors.push(FieldError::invalid(path, &share.as_str().into(), why));
            }
            Some(Value::String(share)) if key == "maxUnavailable" && percent(share) > Some(100) => {
                errors.push(FieldError::invalid(path, &share.as_str().into(), "must not be greater than 100%"));
            }
            Some(number) if number.as_i64().is_some_and(|n| n < 0) => {
                errors.push(FieldError::invalid(path, number, "must be greater than or equal to 0"));
            }
            _ => {}
        }
    }
    let is_zero = |key: &str| match rolling.get(key) {
        Some(Value::String(share)) => percent(share) == Some(0),
        Some(number) => number.as_i64() == Some(0),
        None => true,
    };
    if is_zero("maxUnavailable") && is_zero("maxSurge") {
        let why = "may not be 0 when `maxSurge` is 0";
        errors.push(FieldError::invalid("spec.strategy.rollingUpdate.maxUnavailable", &rolling["maxUnavailable"], why));
    }
}

fn percent(share: &str) -> Option<u32> {
    share.strip_suffix('%').and_then(|digits| digits.parse().ok())
}
