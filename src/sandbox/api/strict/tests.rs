//! Decoding against recorded answers of a real server.

use serde_json::json;

use super::*;
use crate::sandbox::api::testing::{text, writes};

fn refused(body: &str) -> String {
    json(body.as_bytes(), "batch/v1", "Job").unwrap_err().message
}

/// Recorded: `85-raw-400-bad-json`.
#[test]
fn bodies_that_are_no_object_of_the_kind() {
    let head =
        "the object provided is unrecognized (must be of type Job): couldn't get version/kind; json parse error: ";
    assert_eq!(refused(r#"{"kind":"Job","#), format!("{head}unexpected end of JSON input ({{\"kind\":\"Job\",)"));
    assert_eq!(refused(""), format!("{head}unexpected end of JSON input (<empty>)"));
    assert_eq!(
        refused(r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"}}"#),
        "Pod in version \"v1\" cannot be handled as a Job: converting (v1.Pod) to (batch.Job): unknown conversion"
    );
    assert!(refused("[1]").starts_with(&format!("{head}json: cannot unmarshal array into Go value of type struct")));
    let (value, warnings) = json(br#"{"a":1}"#, "batch/v1", "Job").unwrap();
    assert_eq!(warnings, ["unknown field \"a\""]);
    assert_eq!((&value["kind"], &value["apiVersion"]), (&json!("Job"), &json!("batch/v1")));
}

/// Recorded: `68-…`, `69-…`, `71-…`.
#[test]
fn recorded_field_errors() {
    let cron =
        |spec: Value| json!({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "x"}, "spec": spec});
    let body = cron(json!({
        "jobTemplate": {"spec": {"template": {"spec": {"containers": [{"comand": ["x"], "name": "c"}]}}}},
        "schedule": "0 0 * * *", "shedule": "oops",
    }));
    let (_, warnings) = json(body.to_string().as_bytes(), "batch/v1", "CronJob").unwrap();
    assert_eq!(
        strict_error(&warnings, "batch/v1", "CronJob").message,
        "CronJob in version \"v1\" cannot be handled as a CronJob: strict decoding error: unknown field \
         \"spec.jobTemplate.spec.template.spec.containers[0].comand\", unknown field \"spec.shedule\""
    );
    let body = cron(json!({"schedule": "0 0 * * *", "successfulJobsHistoryLimit": "three"}));
    assert_eq!(
        json(body.to_string().as_bytes(), "batch/v1", "CronJob").unwrap_err().message,
        "CronJob in version \"v1\" cannot be handled as a CronJob: json: cannot unmarshal string into Go struct field \
         CronJobSpec.spec.successfulJobsHistoryLimit of type int32"
    );
    let body = json!({"apiVersion": "apps/v1", "kind": "Deployment",
                      "spec": {"template": {"metadata": {"labels": {"app": true}}, "spec": {"containers": []}}}});
    assert_eq!(
        json(body.to_string().as_bytes(), "apps/v1", "Deployment").unwrap_err().message,
        "Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot unmarshal bool into Go struct \
         field ObjectMeta.spec.template.metadata.labels of type string"
    );
}

#[test]
fn other_wrong_types_read_as_in_go() {
    for (spec, tail) in [
        (json!("x"), "json: cannot unmarshal string into Go struct field Job.spec of type v1.JobSpec"),
        (
            json!({"parallelism": 1.5}),
            "json: cannot unmarshal number 1.5 into Go struct field JobSpec.spec.parallelism of type int32",
        ),
        (
            json!({"parallelism": 3_000_000_000_u64}),
            "json: cannot unmarshal number 3000000000 into Go struct field JobSpec.spec.parallelism of type int32",
        ),
        (
            json!({"suspend": "no"}),
            "json: cannot unmarshal string into Go struct field JobSpec.spec.suspend of type bool",
        ),
        (
            json!({"template": {"spec": {"containers": {"name": "c"}}}}),
            "json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container",
        ),
        (
            json!({"template": {"spec": {"containers": [{"imagePullPolicy": 1}]}}}),
            "json: cannot unmarshal number into Go struct field Container.spec.template.spec.containers.imagePullPolicy of type v1.PullPolicy",
        ),
        (
            json!({"template": {"spec": {"containers": [{"resources": {"limits": {"cpu": "lots"}}}]}}}),
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
    ] {
        let body = json!({"apiVersion": "batch/v1", "kind": "Job", "spec": spec}).to_string();
        assert_eq!(refused(&body), format!("Job in version \"v1\" cannot be handled as a Job: {tail}"));
    }
}

/// The order of Go's own tests of field validation.
#[test]
fn unknown_and_duplicate_fields_come_in_the_order_of_the_text() {
    let body = br#"{"spec": {"unknown1": 1, "unknownDupe": 1, "unknownDupe": 2, "suspend": true, "suspend": false,
        "template": {"spec": {"containers": [{"name": "a", "unknownNested": 1, "image": "x", "image": "y"}]}}}}"#;
    let (value, warnings) = json(body, "batch/v1", "Job").unwrap();
    assert_eq!(
        warnings,
        [
            "unknown field \"spec.unknown1\"",
            "unknown field \"spec.unknownDupe\"",
            "duplicate field \"spec.suspend\"",
            "unknown field \"spec.template.spec.containers[0].unknownNested\"",
            "duplicate field \"spec.template.spec.containers[0].image\"",
        ]
    );
    assert_eq!(value["spec"]["template"]["spec"]["containers"][0]["image"], "y");
    assert_eq!(value["spec"]["suspend"], false);
}

#[test]
fn yaml_bodies_report_their_lines() {
    let body = b"kind: ConfigMap\napiVersion: v1\ndata:\n  a: x\n  a: z\nnosuch: 1\n";
    let (value, warnings) = yaml(body, "v1", "ConfigMap").unwrap();
    assert_eq!(value["data"]["a"], "z");
    assert_eq!(
        warnings,
        ["yaml: unmarshal errors:\n  line 5: key \"a\" already set in map", "unknown field \"nosuch\""]
    );
    let error = yaml(b"kind: ConfigMap\ndata:\n  a: true\n", "v1", "ConfigMap").unwrap_err();
    assert_eq!(
        error.message,
        "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal bool into Go struct field ConfigMap.data of type string"
    );
    assert_eq!(yaml(b"a: b: c\n", "v1", "ConfigMap").unwrap_err().code, 400);
}

/// What a real server stored is left as it is: in its order, nothing more, nothing less.
#[test]
fn stored_objects_pass_unchanged() {
    let mut seen = 0;
    for write in writes() {
        for object in [&write["before"], &write["after"]] {
            if object.is_null() {
                continue;
            }
            let (value, warnings) = typed(object, text(object, "/apiVersion"), text(object, "/kind")).unwrap();
            assert!(warnings.is_empty(), "{warnings:?}");
            assert_eq!(value, *object, "{}", text(&write, "/from"));
            assert_eq!(value["spec"].to_string(), object["spec"].to_string(), "{}", text(&write, "/from"));
            seen += 1;
        }
    }
    assert!(seen > 50);
}

#[test]
fn empty_optional_fields_vanish_and_pointers_stay() {
    let object = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "x", "namespace": "", "labels": {}, "uid": null},
        "spec": {"suspend": false, "backoffLimit": 0, "managedBy": null,
                 "template": {"spec": {"hostNetwork": false, "containers": [{"name": "c", "image": "", "env": [], "args": [""]}]}}}});
    let (value, _) = typed(&object, "batch/v1", "Job").unwrap();
    assert_eq!(
        value,
        json!({"kind": "Job", "apiVersion": "batch/v1", "metadata": {"name": "x"},
               "spec": {"suspend": false, "backoffLimit": 0,
                        "template": {"metadata": {}, "spec": {"containers": [{"name": "c", "args": [""], "resources": {}}]}}},
               "status": {}})
    );
}
