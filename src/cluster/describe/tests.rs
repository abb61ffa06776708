//! Descriptions compared with what kubectl 1.37 said of the same objects (tests/fixtures/cluster).

use serde_json::{Value, json};

use super::{Around, page};
use crate::text::yaml;

fn recorded(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../../../tests/fixtures/cluster/described.json")).unwrap();
    all[name].clone()
}

fn described(kind: &str, case: &Value) -> String {
    let list = |field: &str| case[field].as_array().cloned().unwrap_or_default();
    let around = Around { events: list("events"), related: list("related") };
    page(kind, &case["object"], &around, "2026-11-23T14:03:40Z".parse().unwrap())
}

/// Compares line by line, so that a failure shows where.
fn same(kind: &str, name: &str) {
    let case = recorded(name);
    let (ours, theirs) = (described(kind, &case), case["text"].as_str().unwrap().to_owned());
    for (number, (ours, theirs)) in ours.lines().zip(theirs.lines()).enumerate() {
        assert_eq!(ours, theirs, "line {} of {name}", number + 1);
    }
    assert_eq!(ours.lines().count(), theirs.lines().count(), "{ours}");
}

#[test]
fn cronjobs_are_described_as_kubectl_does() {
    same("CronJob", "cronjob");
    same("CronJob", "cronjob_event");
}

#[test]
fn jobs_are_described_as_kubectl_does() {
    same("Job", "job");
}

#[test]
fn pods_are_described_as_kubectl_does() {
    same("Pod", "pod");
}

#[test]
fn deployments_are_described_as_kubectl_does() {
    same("Deployment", "deployment");
}

#[test]
fn an_object_is_the_yaml_that_kubectl_shows() {
    let case = recorded("cronjob_yaml");
    let mut object = case["object"].clone();
    object["metadata"].as_object_mut().unwrap().remove("managedFields");
    let text = yaml::write(&crate::cluster::objects::sorted(object));
    assert_eq!(text, case["text"].as_str().unwrap());
}

#[test]
fn a_service_tells_who_answers() {
    let service = json!({"metadata": {"name": "localstack", "namespace": "lab"}, "spec": {"type": "NodePort",
        "selector": {"app": "localstack"}, "clusterIP": "10.96.0.7", "clusterIPs": ["10.96.0.7"],
        "ports": [{"name": "edge", "port": 4567, "targetPort": 4566, "nodePort": 30566, "protocol": "TCP"}],
        "sessionAffinity": "None", "internalTrafficPolicy": "Cluster"}});
    let slice = json!({"ports": [{"name": "edge", "port": 4566}], "endpoints": [
        {"addresses": ["10.1.0.1"], "conditions": {"ready": true}},
        {"addresses": ["10.1.0.2"], "conditions": {"ready": false}}]});
    let text = described("Service", &json!({"object": service, "related": [slice]}));
    for line in [
        "Selector:                 app=localstack",
        "Port:                     edge  4567/TCP",
        "TargetPort:               4566/TCP",
        "NodePort:                 edge  30566/TCP",
        "Endpoints:                10.1.0.1:4566",
        "Internal Traffic Policy:  Cluster",
        "Events:                   <none>",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
}

#[test]
fn a_config_map_shows_its_data_and_foreign_tabs_move_no_column() {
    let map = json!({"metadata": {"name": "m", "namespace": "lab"}, "data": {"b": "x\ty", "a": "1\n2"},
        "binaryData": {"raw": "AAEC"}});
    let text = described("ConfigMap", &json!({ "object": map }));
    assert!(text.contains("\nData\n====\na:\n----\n1\n2\n\nb:\n----\nx    y\n\n"), "{text}");
    assert!(text.contains("BinaryData\n====\nraw: 3 bytes\n"), "{text}");
}

#[test]
fn other_kinds_are_told_field_by_field_and_secrets_are_kept() {
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "uid": "u"},
        "data": {"password": "aHVudGVyMg=="}, "type": "Opaque"});
    let text = described("Secret", &json!({ "object": secret }));
    assert!(text.contains("API Version:") && text.contains("UID:"), "{text}");
    assert!(text.contains("password:  12 characters") || text.contains("Password:  12 characters"), "{text}");
    assert!(!text.contains("aHVudGVyMg"), "{text}");
}
