//! Owners and applies against recorded writes.

use serde_json::json;

use super::*;
use crate::sandbox::api::testing::{text, writes};

fn query<'a>(write: &'a Value, key: &str) -> Option<&'a str> {
    text(write, "/query").split('&').filter_map(|pair| pair.split_once('=')).find(|(k, _)| *k == key).map(|(_, v)| v)
}

fn who(write: &Value) -> Manager {
    Manager {
        name: query(write, "fieldManager").unwrap().to_owned(),
        subresource: text(write, "/path").ends_with("/status").then(|| "status".to_owned()),
        api_version: text(write, "/after/apiVersion").to_owned(),
        kind: text(write, "/after/kind").to_owned(),
    }
}

fn latest(object: &Value) -> Timestamp {
    entries::read(object).iter().filter_map(|entry| entry.time).max().unwrap()
}

/// What the server itself fills in after managed fields were taken.
fn unfilled(object: &Value) -> Value {
    let kind = text(object, "/kind").to_owned();
    let mut object = object.clone();
    let mut drop = |pointer: &str, keys: &[&str]| {
        if let Some(map) = object.pointer_mut(pointer).and_then(Value::as_object_mut) {
            map.retain(|key, _| !keys.contains(&key.as_str()));
        }
    };
    match kind.as_str() {
        "Service" => drop("/spec", &["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]),
        "Job" => {
            let labels =
                ["batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name"];
            drop("/spec", &["selector"]);
            drop("/spec/template/metadata/labels", &labels);
            drop("/metadata/labels", &labels);
        }
        _ => {}
    }
    object
}

#[test]
fn recorded_writes_leave_the_recorded_owners() {
    let mut seen = 0;
    for write in writes() {
        let (after, from) = (&write["after"], text(&write, "/from"));
        if text(&write, "/type").contains("apply") {
            continue;
        }
        let before = Some(&write["before"]).filter(|before| !before.is_null());
        let mut new = if before.is_none() { unfilled(after) } else { after.clone() };
        entries::remove(&mut new);
        record(before, &mut new, &who(&write), latest(after));
        assert_eq!(new["metadata"]["managedFields"], after["metadata"]["managedFields"], "{from}");
        seen += 1;
    }
    assert!(seen >= 30, "{seen}");
}

#[test]
fn recorded_applies_leave_the_recorded_owners() {
    let mut seen = 0;
    for write in writes() {
        let (after, from) = (&write["after"], text(&write, "/from"));
        if !text(&write, "/type").contains("apply") {
            continue;
        }
        let force = query(&write, "force") == Some("true");
        // An apply again changes nothing, so what came back is what was there.
        let live = if from.contains("again") { after } else { &write["before"] };
        let live = Some(live).filter(|live| !live.is_null());
        let applied = apply(live, &write["request"], &who(&write), force, latest(after)).unwrap();
        // The status moved between the recordings; its owner is another entry.
        let appliers = |object: &Value| {
            let listed = object["metadata"]["managedFields"].as_array().unwrap().clone();
            listed.into_iter().filter(|entry| entry["operation"] == "Apply").collect::<Vec<_>>()
        };
        assert_eq!(appliers(&applied), appliers(after), "{from}");
        assert_eq!(applied["data"], after["data"], "{from}");
        seen += 1;
    }
    assert!(seen >= 7, "{seen}");
}

fn config_maps(name: &str) -> Manager {
    Manager { name: name.into(), subresource: None, api_version: "v1".into(), kind: "ConfigMap".into() }
}

fn config(data: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "demo"}, "data": data})
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

#[test]
fn an_apply_removes_what_it_no_longer_names_unless_others_own_it() {
    let one = apply(None, &config(json!({"a": "1", "b": "2", "c": "3"})), &config_maps("one"), false, at(1)).unwrap();
    let two = apply(Some(&one), &config(json!({"b": "2"})), &config_maps("two"), false, at(2)).unwrap();
    let last = apply(Some(&two), &config(json!({"a": "1"})), &config_maps("one"), false, at(3)).unwrap();
    assert_eq!(last["data"], json!({"a": "1", "b": "2"}));
    assert_eq!(
        entries::read(&last).iter().map(|e| (e.manager.as_str(), e.fields.paths().len())).collect::<Vec<_>>(),
        [("two", 1), ("one", 1)]
    );
}

#[test]
fn conflicts_are_told_and_can_be_forced() {
    let live = apply(None, &config(json!({"a": "1", "b": "2"})), &config_maps("kubectl"), false, at(1)).unwrap();
    let wanted = config(json!({"a": "9", "b": "8"}));
    let error = apply(Some(&live), &wanted, &config_maps("other"), false, at(2)).unwrap_err();
    assert_eq!((error.code, error.reason), (409, "Conflict"));
    assert_eq!(error.message, "Apply failed with 2 conflicts: conflicts with \"kubectl\":\n- .data.a\n- .data.b");
    assert_eq!(
        error.details["causes"][0],
        json!({"reason": "FieldManagerConflict", "message": "conflict with \"kubectl\"", "field": ".data.a"})
    );
    let single = config(json!({"a": "9"}));
    let error = apply(Some(&live), &single, &config_maps("other"), false, at(2)).unwrap_err();
    assert_eq!(error.message, "Apply failed with 1 conflict: conflict with \"kubectl\": .data.a");
    let forced = apply(Some(&live), &wanted, &config_maps("other"), true, at(2)).unwrap();
    assert_eq!(forced["data"], wanted["data"]);
    assert_eq!(entries::read(&forced).iter().map(|e| e.manager.as_str()).collect::<Vec<_>>(), ["other"]);
}

#[test]
fn an_apply_over_an_update_conflicts_with_its_time() {
    let mut live = config(json!({"a": "1"}));
    record(None, &mut live, &config_maps("curl"), "2026-11-23T14:04:13Z".parse().unwrap());
    let error = apply(Some(&live), &config(json!({"a": "2"})), &config_maps("me"), false, at(9)).unwrap_err();
    assert_eq!(
        error.message,
        "Apply failed with 1 conflict: conflict with \"curl\" using v1 at 2026-11-23T14:04:13Z: .data.a"
    );
}

/// `kubectl apply` and then `kubectl apply --server-side`: no conflict with one's own client-side past.
#[test]
fn kubectl_moves_from_client_side_to_server_side() {
    let last = serde_json::to_string(&config(json!({"a": "1"}))).unwrap();
    let mut live = config(json!({"a": "1"}));
    live["metadata"]["annotations"] = json!({"kubectl.kubernetes.io/last-applied-configuration": last});
    record(None, &mut live, &config_maps("kubectl-client-side-apply"), at(1));
    let wanted = config(json!({"a": "2"}));
    let error = apply(Some(&live), &wanted, &config_maps("someone"), false, at(2)).unwrap_err();
    assert_eq!(error.code, 409);
    let object = apply(Some(&live), &wanted, &config_maps("kubectl"), false, at(2)).unwrap();
    assert_eq!(object["data"]["a"], "2");
    let annotation = &object["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"];
    assert!(annotation.as_str().unwrap().contains("\"a\":\"2\""), "{annotation}");
}

#[test]
fn a_configuration_that_does_not_fit_is_refused_in_the_real_words() {
    let pods = |spec: Value| json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "demo"}, "spec": spec});
    let who = Manager { name: "me".into(), subresource: None, api_version: "v1".into(), kind: "Pod".into() };
    let head = "failed to create typed patch object (demo/p; /v1, Kind=Pod): ";
    for (spec, tail) in [
        (json!({"nosuch": 1}), ".spec.nosuch: field not declared in schema"),
        (json!({"priority": "high"}), ".spec.priority: expected numeric (int or float), got string"),
        (
            json!({"containers": [{"name": "a"}, {"name": "a"}]}),
            ".spec.containers: duplicate entries for key [name=\"a\"]",
        ),
        (
            json!({"containers": [{"image": "x"}]}),
            ".spec.containers: element 0: associative list with keys has an element that omits key field \"name\" (and doesn't have default value)",
        ),
        (
            json!({"containers": [{"name": "a", "image": 3}], "nosuch": 1}),
            "errors:\n  .spec.containers[name=\"a\"].image: expected string, got &value.valueUnstructured{Value:3}\n  .spec.nosuch: field not declared in schema",
        ),
    ] {
        let error = apply(None, &pods(spec), &who, false, at(1)).unwrap_err();
        assert_eq!((error.code, error.message), (500, format!("{head}{tail}")));
    }
    let listed =
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "managedFields": []}, "nosuch": 1});
    let error = apply(None, &listed, &who, false, at(1)).unwrap_err();
    assert_eq!((error.code, error.message.as_str()), (400, "metadata.managedFields must be nil"));
}

#[test]
fn keyed_lists_merge_and_lose_elements() {
    let who =
        |name: &str| Manager { name: name.into(), subresource: None, api_version: "v1".into(), kind: "Service".into() };
    let service = |ports: Value| json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": ports}});
    let first = service(json!([{"port": 80, "targetPort": 8080}, {"port": 443, "targetPort": 8443}]));
    let live = apply(None, &first, &who("one"), false, at(1)).unwrap();
    let other = service(json!([{"port": 53, "protocol": "UDP", "targetPort": 53}]));
    let both = apply(Some(&live), &other, &who("two"), false, at(2)).unwrap();
    assert_eq!(both["spec"]["ports"].as_array().unwrap().len(), 3);
    let less = service(json!([{"port": 443, "targetPort": 8443}]));
    let last = apply(Some(&both), &less, &who("one"), false, at(3)).unwrap();
    let ports: Vec<_> = last["spec"]["ports"].as_array().unwrap().iter().map(|p| p["port"].clone()).collect();
    assert_eq!(ports, [json!(443), json!(53)]);
}

#[test]
fn managers_can_be_reset_and_are_capped() {
    let mut object = config(json!({"a": "0"}));
    record(None, &mut object, &config_maps("first"), at(1));
    for turn in 1..15 {
        let old = object.clone();
        object["data"][format!("k{turn}")] = "x".into();
        record(Some(&old), &mut object, &config_maps(&format!("m{turn:02}")), at(turn + 1));
    }
    let entries = entries::read(&object);
    assert_eq!(entries.iter().count(), 10);
    assert_eq!(entries.iter().next().unwrap().manager, "ancient-changes");
    let old = object.clone();
    object["metadata"]["managedFields"] = json!([{}]);
    record(Some(&old), &mut object, &config_maps("x"), at(99));
    assert!(object["metadata"].get("managedFields").is_none());
    let old = object.clone();
    object["data"]["z"] = "1".into();
    record(Some(&old), &mut object, &config_maps("x"), at(99));
    assert!(object["metadata"].get("managedFields").is_none());
}
