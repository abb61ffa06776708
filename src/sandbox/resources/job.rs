//! Job: pods that run to their end, again and again until enough of them succeeded.

use serde_json::{Value, json};

use super::check::{Errors, immutable, label_selector, not_negative, one_of, selects};
use super::columns::{AGE, NAME, age, column, containers, name, selector, wide};
use super::pod_template::default_template;
use super::time::human_duration;
use super::value::{absent, child, fill, fill_text, flag, int, items, set, text};
use super::{Column, Context, Strategy, go_shape, names, pod_rules};
use crate::sandbox::api::status::FieldError;

/// The rules of Jobs.
pub(super) struct Job;

const COLUMNS: &[Column] = &[
    NAME,
    column("Status", "Status of the job."),
    column(
        "Completions",
        "The number of pods which reached phase Succeeded. The value increases monotonically for a given spec. However, it may decrease in reaction to scale down of elastic indexed jobs.",
    ),
    column("Duration", "Time required to complete the job."),
    AGE,
    wide("Containers", "Names of each container in the template."),
    wide("Images", "Images referenced by each container in the template."),
    wide(
        "Selector",
        "A label query over pods that should match the pod count. Normally, the system sets this field for you. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
    ),
];

impl Strategy for Job {
    fn default(&self, object: &mut Value) {
        let spec = child(object, "spec");
        // Without a number of completions, one success ends a Job of several pods.
        if absent(spec, "/completions") && absent(spec, "/parallelism") {
            fill(spec, "completions", 1);
        }
        fill(spec, "parallelism", 1);
        let limit = if absent(spec, "/backoffLimitPerIndex") { 6 } else { i32::MAX };
        fill(spec, "backoffLimit", limit);
        default_template(child(spec, "template"));
        fill(spec, "manualSelector", false);
        fill_text(spec, "completionMode", "NonIndexed");
        fill(spec, "suspend", false);
        let replacement = if absent(spec, "/podFailurePolicy") { "TerminatingOrFailed" } else { "Failed" };
        fill_text(spec, "podReplacementPolicy", replacement);
        for rule in super::value::items_mut(spec, "/podFailurePolicy/rules") {
            for condition in super::value::items_mut(rule, "/onPodConditions") {
                fill_text(condition, "status", "True");
            }
        }
        child(object, "status");
        // On create this waits for the generated labels, which the Job's own are to include.
        if !absent(object, "/spec/selector") {
            take_template_labels(object);
        }
    }

    fn prepare_create(&self, object: &mut Value, _context: &Context) {
        set(object, "status", json!({}));
        let takes_labels = absent(object, "/metadata/labels") && !absent(object, "/spec/template/metadata/labels");
        if !flag(object, "/spec/manualSelector") {
            generate_selector(object);
        }
        if takes_labels {
            take_template_labels(object);
        }
    }

    fn validate(&self, object: &Value, old: Option<&Value>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let spec = &object["spec"];
        validate_spec(&mut errors, spec, "spec");
        if spec["selector"].is_null() {
            errors.push(FieldError::required("spec.selector", ""));
        } else {
            label_selector(&mut errors, "spec.selector", &spec["selector"]);
            let labels = spec.pointer("/template/metadata/labels");
            if !selects(&spec["selector"], labels) {
                let why = "`selector` does not match template `labels`";
                let shown = labels.cloned().unwrap_or_default();
                errors.push(FieldError::invalid("spec.template.metadata.labels", &shown, why));
            }
        }
        validate_host_names(&mut errors, object);
        if let Some(old) = old {
            validate_update(&mut errors, object, old);
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
        let [names, images] = containers(object, "/spec/template/spec/containers");
        vec![
            name(object),
            status(object).into(),
            completions(object).into(),
            duration(object, context).into(),
            age(object, context.now),
            names,
            images,
            selector(object.pointer("/spec/selector")).into(),
        ]
    }

    fn fields(&self, object: &Value) -> Vec<(&'static str, String)> {
        vec![("status.successful", int(object, "/status/succeeded").unwrap_or_default().to_string())]
    }

    fn unknown_field(&self, label: &str) -> String {
        format!("field label {label:?} not supported for Job")
    }
}

fn take_template_labels(object: &mut Value) {
    if absent(object, "/metadata/labels")
        && let Some(labels) = object.pointer("/spec/template/metadata/labels").cloned()
    {
        set(child(object, "metadata"), "labels", labels);
    }
}

/// A Job finds its pods by its own uid, so that no two Jobs can share a pod. The labels without
/// a prefix are the older names, still written.
fn generate_selector(object: &mut Value) {
    let uid = text(object, "/metadata/uid").to_owned();
    let name = text(object, "/metadata/name").to_owned();
    let spec = child(object, "spec");
    let labels = child(child(child(spec, "template"), "metadata"), "labels");
    for (key, value) in [
        ("batch.kubernetes.io/controller-uid", &uid),
        ("batch.kubernetes.io/job-name", &name),
        ("controller-uid", &uid),
        ("job-name", &name),
    ] {
        set(labels, key, value.as_str());
    }
    set(child(child(spec, "selector"), "matchLabels"), "batch.kubernetes.io/controller-uid", uid);
}

fn has(object: &Value, condition: &str) -> bool {
    items(object, "/status/conditions").iter().any(|c| text(c, "/type") == condition && text(c, "/status") == "True")
}

fn status(object: &Value) -> &'static str {
    match () {
        () if has(object, "Complete") => "Complete",
        () if has(object, "Failed") => "Failed",
        () if !absent(object, "/metadata/deletionTimestamp") => "Terminating",
        () if has(object, "Suspended") => "Suspended",
        () if has(object, "FailureTarget") => "FailureTarget",
        () if has(object, "SuccessCriteriaMet") => "SuccessCriteriaMet",
        () => "Running",
    }
}

fn completions(object: &Value) -> String {
    let done = int(object, "/status/succeeded").unwrap_or_default();
    match (int(object, "/spec/completions"), int(object, "/spec/parallelism").unwrap_or_default()) {
        (Some(wanted), _) => format!("{done}/{wanted}"),
        (None, at_once) if at_once > 1 => format!("{done}/1 of {at_once}"),
        (None, _) => format!("{done}/1"),
    }
}

/// From the start to the end, or to now while the Job runs.
fn duration(object: &Value, context: &Context) -> String {
    let at = |pointer: &str| text(object, pointer).parse::<jiff::Timestamp>().ok();
    let Some(start) = at("/status/startTime") else { return String::new() };
    let end = at("/status/completionTime").unwrap_or(context.now);
    human_duration(end.duration_since(start).as_secs())
}

/// A `JobSpec`, in a Job or in a CronJob's template.
pub(super) fn validate_spec(errors: &mut Errors, spec: &Value, path: &str) {
    for key in [
        "parallelism",
        "completions",
        "activeDeadlineSeconds",
        "backoffLimit",
        "ttlSecondsAfterFinished",
        "backoffLimitPerIndex",
        "maxFailedIndexes",
    ] {
        not_negative(errors, path, spec, key);
    }
    let mode = text(spec, "/completionMode");
    one_of(errors, &format!("{path}.completionMode"), mode, &["NonIndexed", "Indexed"]);
    if mode == "Indexed" && absent(spec, "/completions") {
        errors.push(FieldError::required(format!("{path}.completions"), "when completion mode is Indexed"));
    }
    if mode != "Indexed" && !absent(spec, "/backoffLimitPerIndex") {
        let number = &spec["backoffLimitPerIndex"];
        let why = "requires indexed completion mode";
        errors.push(FieldError::invalid(format!("{path}.backoffLimitPerIndex"), number, why));
    }
    let replacement = text(spec, "/podReplacementPolicy");
    if absent(spec, "/podFailurePolicy") {
        one_of(errors, &format!("{path}.podReplacementPolicy"), replacement, &["Failed", "TerminatingOrFailed"]);
    } else {
        one_of(errors, &format!("{path}.podReplacementPolicy"), replacement, &["Failed"]);
    }
    let template = format!("{path}.template");
    pod_rules::template(errors, &spec["template"], &template);
    if !matches!(text(spec, "/template/spec/restartPolicy"), "OnFailure" | "Never") {
        let why = "valid values: \"OnFailure\", \"Never\"";
        errors.push(FieldError::required(format!("{template}.spec.restartPolicy"), why));
    } else if !absent(spec, "/podFailurePolicy") && text(spec, "/template/spec/restartPolicy") != "Never" {
        let policy = text(spec, "/template/spec/restartPolicy");
        let why = "only \"Never\" is supported when podFailurePolicy is specified";
        errors.push(FieldError::invalid(format!("{template}.spec.restartPolicy"), &policy.into(), why));
    }
}

/// An Indexed Job's pods are hosts named by it: the last one's name has to be a DNS label.
fn validate_host_names(errors: &mut Errors, object: &Value) {
    let count = int(object, "/spec/completions").unwrap_or_default();
    if text(object, "/spec/completionMode") != "Indexed" || count == 0 {
        return;
    }
    let name = text(object, "/metadata/name");
    let last = format!("{name}-{}", count - 1);
    if !names::dns_label(&last).is_empty() {
        let why = format!("will not able to create pod with invalid DNS label: {last}");
        errors.push(FieldError::invalid("metadata.name", &name.into(), why));
    }
}

/// What a Job does is settled when it is made; only how it is run may change.
fn validate_update(errors: &mut Errors, object: &Value, old: &Value) {
    let number = |object: &Value, key: &str| int(object, &format!("/spec/{key}"));
    if number(object, "completions") != number(old, "completions") {
        let new = &object["spec"]["completions"];
        if text(object, "/spec/completionMode") != "Indexed" {
            errors.push(FieldError::invalid("spec.completions", new, "field is immutable"));
        } else if number(object, "completions") != number(object, "parallelism") {
            let why = "can only be modified in tandem with spec.parallelism";
            errors.push(FieldError::invalid("spec.completions", new, why));
        }
    }
    immutable(errors, "spec.selector", object, old, "/spec/selector");
    let (new_template, old_template) = (&object["spec"]["template"], &old["spec"]["template"]);
    // A Job that is suspended and has not run yet may still be placed elsewhere.
    let idle = flag(old, "/spec/suspend") && absent(old, "/status/startTime");
    if settled(new_template, idle) != settled(old_template, idle) {
        let shown = go_shape::template(new_template);
        errors.push(FieldError::invalid("spec.template", &shown, "field is immutable"));
    }
    for key in ["completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy"] {
        immutable(errors, &format!("spec.{key}"), object, old, &format!("/spec/{key}"));
    }
}

/// The part of a template that may not change.
fn settled(template: &Value, idle: bool) -> Value {
    let mut template = template.clone();
    if !idle {
        return template;
    }
    super::value::remove(&mut template, "metadata");
    for key in ["nodeSelector", "tolerations", "affinity", "schedulingGates"] {
        super::value::remove(&mut template["spec"], key);
    }
    for list in ["/spec/containers", "/spec/initContainers"] {
        for container in super::value::items_mut(&mut template, list) {
            super::value::remove(container, "resources");
        }
    }
    template
}
