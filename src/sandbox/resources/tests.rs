//! The kinds against recordings of a real 1.36: what was sent and what was stored, what was
//! stored and what `kubectl get` was told.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Context, Resource, all, apply_defaults, by_kind, by_path, validate_metadata, value};
use crate::sandbox::api::status::{About, ApiError};
use crate::sandbox::api::table::{self, IncludeObject};

fn fixture(text: &str) -> Vec<Value> {
    serde_json::from_str(text).expect("a fixture")
}

fn kind_of(object: &Value) -> &'static Resource {
    let kind = value::text(object, "/kind");
    by_kind(value::text(object, "/apiVersion"), kind).unwrap_or_else(|| panic!("no kind {kind}"))
}

/// What the caller of a strategy does on a create, with the recorded name, uid and address.
fn create(mut object: Value, recorded: &Value) -> Value {
    if let Some(view) = kind_of(&object).stored_as {
        (view.to_stored)(&mut object);
    }
    let resource = kind_of(&object);
    for key in ["name", "namespace", "uid", "creationTimestamp"] {
        object["metadata"][key] = recorded["metadata"][key].clone();
    }
    if resource.strategy.has_generation() {
        object["metadata"]["generation"] = json!(1);
    }
    apply_defaults(resource, &mut object);
    resource.strategy.prepare_create(&mut object, &Context { now: Timestamp::UNIX_EPOCH });
    if resource.kind == "Service" {
        for key in ["clusterIP", "clusterIPs"] {
            object["spec"][key] = recorded["spec"][key].clone();
        }
    }
    object
}

/// Every place where two values differ.
fn differences(path: &str, ours: &Value, theirs: &Value, out: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<_> = a.keys().chain(b.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                match (a.get(key), b.get(key)) {
                    (Some(x), Some(y)) => differences(&format!("{path}.{key}"), x, y, out),
                    (x, y) => out.push(format!("{path}.{key}: ours {x:?}, theirs {y:?}")),
                }
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (index, (x, y)) in a.iter().zip(b).enumerate() {
                differences(&format!("{path}[{index}]"), x, y, out);
            }
        }
        (a, b) if a != b => out.push(format!("{path}: ours {a}, theirs {b}")),
        _ => {}
    }
}

#[test]
fn what_is_stored_is_what_a_real_server_stores() {
    let mut out = Vec::new();
    for case in fixture(include_str!("../../../tests/fixtures/kinds/creates.json")) {
        let mut recorded = case["stored"].clone();
        value::remove(&mut recorded["metadata"], "resourceVersion");
        let ours = create(case["sent"].clone(), &recorded);
        let resource = kind_of(&ours);
        assert_eq!(resource.strategy.validate(&ours, None), [], "{}", case["from"]);
        differences(&format!("{} {}", case["from"], resource.kind), &ours, &recorded, &mut out);
    }
    assert!(out.is_empty(), "{}", out.join("\n"));
}

#[test]
fn defaults_leave_a_stored_object_as_it_is() {
    let mut out = Vec::new();
    let creates = fixture(include_str!("../../../tests/fixtures/kinds/creates.json"));
    let tables = fixture(include_str!("../../../tests/fixtures/kinds/tables.json"));
    let rows = tables.iter().flat_map(|table| value::items(table, "/rows")).map(|row| &row["object"]);
    for stored in creates.iter().map(|case| &case["stored"]).chain(rows) {
        let mut ours = stored.clone();
        apply_defaults(kind_of(stored), &mut ours);
        differences(value::text(stored, "/metadata/name"), &ours, stored, &mut out);
    }
    assert!(out.is_empty(), "{}", out.join("\n"));
}

#[test]
fn tables_are_those_of_a_real_server_cell_by_cell() {
    let mut out = Vec::new();
    for recorded in fixture(include_str!("../../../tests/fixtures/kinds/tables.json")) {
        let api_version = value::text(&recorded, "/apiVersion");
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let plural = value::text(&recorded, "/plural");
        let resource = by_path(group, version, plural).unwrap_or_else(|| panic!("no {plural}"));
        let empty =
            table::render(resource, &[], &json!({}), IncludeObject::None, &Context { now: Timestamp::UNIX_EPOCH });
        differences(plural, &empty["columnDefinitions"], &recorded["columns"], &mut out);
        for row in value::items(&recorded, "/rows") {
            let now = value::text(row, "/at").parse().expect("a time");
            let list = json!({"resourceVersion": "1"});
            let objects = std::slice::from_ref(&row["object"]);
            let ours = table::render(resource, objects, &list, IncludeObject::Metadata, &Context { now });
            differences(plural, &ours["rows"][0]["cells"], &row["cells"], &mut out);
            assert_eq!(ours["rows"][0].get("conditions"), row.get("conditions"), "{plural}");
            assert_eq!(ours["rows"][0]["object"]["metadata"]["name"], row["cells"][0]);
        }
    }
    assert!(out.is_empty(), "{}", out.join("\n"));
}

#[test]
fn every_kind_has_as_many_cells_as_columns() {
    for resource in all() {
        let object = json!({"metadata": {"name": "x", "creationTimestamp": "2026-11-23T14:00:00Z"}});
        let cells = resource.strategy.cells(&object, &Context { now: Timestamp::UNIX_EPOCH });
        assert_eq!(cells.len(), resource.strategy.columns().len(), "{}", resource.kind);
        assert_eq!(by_kind(&format_version(resource), resource.kind).map(|r| r.plural), Some(resource.plural));
    }
}

fn format_version(resource: &Resource) -> String {
    if resource.group.is_empty() { "v1".to_owned() } else { format!("{}/{}", resource.group, resource.version) }
}

/// The refusal of a write, as the caller of a strategy puts it together.
fn refusal(case: &Value) -> ApiError {
    let context = Context { now: Timestamp::UNIX_EPOCH };
    let mut object = case["sent"].clone();
    let resource = kind_of(&object);
    let old = case.get("old");
    if old.is_none() {
        object["metadata"]["uid"] = json!("68f8c43d-c5f9-43d9-956d-69fd1350fde6");
    }
    apply_defaults(resource, &mut object);
    match old {
        Some(old) => resource.strategy.prepare_update(&mut object, old, &context),
        None => resource.strategy.prepare_create(&mut object, &context),
    }
    let mut errors = validate_metadata(resource, &object);
    errors.extend(resource.strategy.validate(&object, old));
    let name = value::text(&object, "/metadata/name");
    ApiError::invalid(About { group: resource.group, kind: resource.kind, name }, &errors)
}

#[test]
fn what_is_invalid_is_refused_in_a_real_servers_words() {
    for case in fixture(include_str!("../../../tests/fixtures/kinds/refusals.json")) {
        let ours = refusal(&case);
        assert_eq!(ours.message, value::text(&case, "/message"), "{}", case["from"]);
        assert_eq!(ours.details["causes"], case["causes"], "{}", case["from"]);
    }
}

/// An update of `old` by `change`, defaulted and prepared, with what is wrong with it.
fn update(old: &Value, change: impl Fn(&mut Value)) -> (Value, Vec<String>) {
    let resource = kind_of(old);
    let mut object = old.clone();
    change(&mut object);
    apply_defaults(resource, &mut object);
    resource.strategy.prepare_update(&mut object, old, &Context { now: Timestamp::UNIX_EPOCH });
    let errors = resource.strategy.validate(&object, Some(old));
    (object, errors.into_iter().map(|e| format!("{}: {}", e.field, e.message)).collect())
}

fn recorded(kind: &str, name: &str) -> Value {
    let cases = fixture(include_str!("../../../tests/fixtures/kinds/creates.json"));
    let found = cases
        .into_iter()
        .map(|case| case["stored"].clone())
        .find(|stored| stored["kind"] == kind && (name.is_empty() || stored["metadata"]["name"] == name));
    found.unwrap_or_else(|| panic!("no {kind} {name}"))
}

#[test]
fn a_service_keeps_what_was_handed_out() {
    let mut old = recorded("Service", "web");
    let (kept, errors) = update(&old, |service| {
        service["spec"] =
            json!({"selector": {"app": "web"}, "ports": [{"name": "http", "port": 4566, "targetPort": "http"}]});
    });
    assert_eq!((&kept["spec"], errors), (&old["spec"], vec![]));
    let (_, errors) = update(&old, |service| service["spec"]["clusterIP"] = "10.96.0.9".into());
    assert_eq!(errors, ["spec.clusterIPs[0]: Invalid value: [\"10.96.0.9\"]: may not change once set"]);

    old["spec"]["type"] = "NodePort".into();
    old["spec"]["ports"][0]["nodePort"] = json!(30_000);
    let (kept, errors) = update(&old, |service| value::remove(&mut service["spec"]["ports"][0], "nodePort"));
    assert_eq!((&kept["spec"]["ports"][0]["nodePort"], errors), (&json!(30_000), vec![]));
    let (gone, errors) = update(&old, |service| service["spec"]["type"] = "ClusterIP".into());
    assert_eq!((gone["spec"]["ports"][0].get("nodePort"), errors), (None, vec![]));
    let (_, errors) = update(&old, |service| service["spec"]["ports"][0]["nodePort"] = json!(80));
    assert_eq!(
        errors,
        [
            "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports \
          is 30000-32767"
        ]
    );
}

#[test]
fn what_is_settled_cannot_be_changed() {
    let pod = recorded("Pod", "");
    let (_, errors) = update(&pod, |pod| pod["spec"]["containers"][0]["image"] = "other:1".into());
    assert_eq!(errors, Vec::<String>::new());
    let (_, errors) = update(&pod, |pod| pod["spec"]["containers"][0]["command"] = json!(["true"]));
    assert!(errors[0].starts_with("spec: Forbidden: pod updates may not change fields other than"), "{errors:?}");

    let deployment = recorded("Deployment", "web");
    let (_, errors) = update(&deployment, |d| {
        d["spec"]["selector"]["matchLabels"] = json!({"app": "x"});
        d["spec"]["template"]["metadata"]["labels"] = json!({"app": "x"});
    });
    assert_eq!(errors, ["spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"x\"}}: field is immutable"]);

    let mut job = recorded("Job", "plain");
    let (_, errors) = update(&job, |job| job["spec"]["completions"] = json!(3));
    assert_eq!(errors, ["spec.completions: Invalid value: 3: field is immutable"]);
    let (_, errors) = update(&job, |job| job["spec"]["parallelism"] = json!(3));
    assert_eq!(errors, Vec::<String>::new());
    let place = |job: &mut Value| job["spec"]["template"]["spec"]["nodeSelector"] = json!({"disk": "ssd"});
    assert_eq!(update(&job, place).1.len(), 1);
    job["spec"]["suspend"] = json!(true);
    assert_eq!(update(&job, place).1, Vec::<String>::new());
}

#[test]
fn a_job_with_labels_of_its_own_keeps_to_them() {
    let mut job = json!({
        "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j", "uid": "u", "labels": {"mine": "1"}},
        "spec": {"template": {"metadata": {"labels": {"app": "x"}}, "spec": {
            "restartPolicy": "Never", "containers": [{"name": "c", "image": "x"}],
        }}},
    });
    let resource = kind_of(&job);
    apply_defaults(resource, &mut job);
    resource.strategy.prepare_create(&mut job, &Context { now: Timestamp::UNIX_EPOCH });
    assert_eq!(job["metadata"]["labels"], json!({"mine": "1"}));
    assert_eq!(job["spec"]["template"]["metadata"]["labels"]["app"], "x");
    assert_eq!(job["spec"]["template"]["metadata"]["labels"]["job-name"], "j");
    assert_eq!(job["spec"]["selector"]["matchLabels"], json!({"batch.kubernetes.io/controller-uid": "u"}));
}

#[test]
fn secrets_take_plain_texts_and_keep_them_encoded() {
    let mut secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"},
        "data": {"a": "MQ=="}, "stringData": {"b": "two"},
    });
    let resource = kind_of(&secret);
    apply_defaults(resource, &mut secret);
    assert_eq!(secret["data"], json!({"a": "MQ==", "b": "dHdv"}));
    assert_eq!((secret.get("stringData"), &secret["type"]), (None, &json!("Opaque")));
    secret["type"] = "kubernetes.io/tls".into();
    secret["data"]["a/b"] = "".into();
    let fields: Vec<_> = resource.strategy.validate(&secret, None).into_iter().map(|e| e.field).collect();
    assert_eq!(fields, ["data[a/b]", "data[tls.crt]", "data[tls.key]"]);
}

#[test]
fn one_event_is_seen_through_two_groups() {
    let core = recorded("Event", "");
    let view = by_path("events.k8s.io", "v1", "events").and_then(|r| r.stored_as).expect("a view");
    let mut other = core.clone();
    (view.from_stored)(&mut other);
    assert_eq!((&other["regarding"], &other["note"]), (&core["involvedObject"], &core["message"]));
    assert_eq!(other["deprecatedCount"], core["count"]);
    (view.to_stored)(&mut other);
    apply_defaults(kind_of(&core), &mut other);
    assert_eq!(other, core);
}

#[test]
fn rows_of_kinds_that_were_not_recorded() {
    let context = Context { now: "2026-11-23T14:00:00Z".parse().expect("a time") };
    let metadata = json!({"name": "x", "creationTimestamp": "2026-11-23T13:59:00Z"});
    for (api_version, kind, rest, expected) in [
        ("v1", "ConfigMap", json!({"data": {"a": "1"}, "binaryData": {"b": ""}}), json!(["x", 2, "60s"])),
        ("v1", "Secret", json!({"type": "Opaque", "data": {"a": ""}}), json!(["x", "Opaque", 1, "60s"])),
        (
            "v1",
            "Endpoints",
            json!({"subsets": [{"addresses": [{"ip": "1.1.1.1"}, {"ip": "1.1.1.2"}], "ports": [{"port": 1}, {"port": 2}]}]}),
            json!(["x", "1.1.1.1:1,1.1.1.2:1,1.1.1.1:2 + 1 more...", "60s"]),
        ),
        (
            "discovery.k8s.io/v1",
            "EndpointSlice",
            json!({"addressType": "IPv4", "endpoints": [{"addresses": ["1.1.1.1"]}], "ports": null}),
            json!(["x", "IPv4", "<unset>", "1.1.1.1", "60s"]),
        ),
        (
            "networking.k8s.io/v1",
            "Ingress",
            json!({"spec": {"rules": [{"host": "a.test"}], "tls": [{}]}}),
            json!(["x", "<none>", "a.test", "", "80, 443", "60s"]),
        ),
        (
            "networking.k8s.io/v1",
            "IngressClass",
            json!({"spec": {"controller": "a.test/b", "parameters": {"apiGroup": "g", "kind": "K", "name": "n"}}}),
            json!(["x", "a.test/b", "K.g/n", "60s"]),
        ),
        ("coordination.k8s.io/v1", "Lease", json!({"spec": {"holderIdentity": "me"}}), json!(["x", "me", "60s"])),
        (
            "v1",
            "Node",
            json!({
                "spec": {"unschedulable": true},
                "status": {
                    "conditions": [{"type": "Ready", "status": "True"}], "nodeInfo": {"kubeletVersion": "v1"},
                    "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
                },
            }),
            json!([
                "x",
                "Ready,SchedulingDisabled",
                "<none>",
                "60s",
                "v1",
                "127.0.0.1",
                "<none>",
                "<unknown>",
                "<unknown>",
                "<unknown>"
            ]),
        ),
        (
            "v1",
            "Service",
            json!({"spec": {"type": "LoadBalancer", "clusterIP": "None", "ports": [{"port": 80, "nodePort": 30_000, "protocol": "TCP"}]}}),
            json!(["x", "LoadBalancer", "None", "<pending>", "80:30000/TCP", "60s", "<none>"]),
        ),
        (
            "v1",
            "Event",
            json!({
                "eventTime": "2026-11-23T13:59:30.5Z", "type": "Normal", "reason": "Scheduled", "message": "Assigned \n",
                "involvedObject": {"kind": "Pod", "name": "p"}, "reportingComponent": "default-scheduler",
            }),
            json!(["29s", "Normal", "Scheduled", "pod/p", "", "default-scheduler", "Assigned", "29s", 1, "x"]),
        ),
    ] {
        let resource = by_kind(api_version, kind).expect(kind);
        let mut object = rest;
        object["metadata"] = metadata.clone();
        assert_eq!(Value::from(resource.strategy.cells(&object, &context)), expected, "{kind}");
    }
}

/// Every place in a value, the value itself left out.
fn places(value: &Value, path: &str, out: &mut Vec<String>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(k, v)| (k.replace('~', "~0").replace('/', "~1"), v)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        _ => return,
    };
    for (key, member) in members {
        let path = format!("{path}/{key}");
        places(member, &path, out);
        out.push(path);
    }
}

/// Type errors are another module's to refuse; here they must do no harm.
#[test]
fn nothing_that_a_client_sends_stops_the_server() {
    let context = Context { now: Timestamp::UNIX_EPOCH };
    let mut runs = 0;
    let mut seen = Vec::new();
    for case in fixture(include_str!("../../../tests/fixtures/kinds/creates.json")) {
        let stored = &case["stored"];
        let resource = kind_of(stored);
        if seen.contains(&resource.kind) {
            continue;
        }
        seen.push(resource.kind);
        let mut all = Vec::new();
        places(stored, "", &mut all);
        for place in all.iter().filter(|p| !matches!(p.as_str(), "/kind" | "/apiVersion")) {
            for wrong in [Value::Null, json!(-1), json!("a/b"), json!([7]), json!({"x": "y"}), json!([{}])] {
                let mut object = stored.clone();
                *object.pointer_mut(place).expect("a place") = wrong;
                apply_defaults(resource, &mut object);
                let mut created = object.clone();
                resource.strategy.prepare_create(&mut created, &context);
                resource.strategy.prepare_update(&mut object, stored, &context);
                let cells = resource.strategy.cells(&object, &context);
                assert_eq!(cells.len(), resource.strategy.columns().len());
                validate_metadata(resource, &object);
                resource.strategy.validate(&created, None);
                resource.strategy.validate(&object, Some(stored));
                resource.strategy.warnings(&object);
                resource.strategy.fields(&object);
                runs += 1;
            }
        }
    }
    assert!(runs > 1000, "{runs}");
}
