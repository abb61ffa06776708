//! Strategic patches against recorded ones, and each directive.

use serde_json::json;

use super::*;
use crate::sandbox::api::testing::{text, writes};

fn deployment(live: Value, patch: Value) -> Result<Value, ApiError> {
    merge(&live, &patch, "apps/v1", "Deployment")
}

fn pod_spec(spec: Value) -> Value {
    json!({"spec": {"template": {"spec": spec}}})
}

/// Every strategic patch that kubectl sent in the recordings gives what the server stored.
#[test]
fn recorded_patches_give_the_recorded_objects() {
    let mut seen = 0;
    for write in writes() {
        if text(&write, "/type") != "application/strategic-merge-patch+json" {
            continue;
        }
        let (before, after) = (&write["before"], &write["after"]);
        let (api_version, kind) = (text(after, "/apiVersion"), text(after, "/kind"));
        let merged = merge(before, &write["request"], api_version, kind).unwrap();
        let (merged, warnings) = crate::sandbox::api::strict::typed(&merged, api_version, kind).unwrap();
        assert!(warnings.is_empty());
        let clean = |object: &Value| {
            let mut object = object.clone();
            for key in ["managedFields", "resourceVersion", "generation"] {
                object["metadata"].as_object_mut().unwrap().shift_remove(key);
            }
            object
        };
        assert_eq!(clean(&merged), clean(after), "{}", text(&write, "/from"));
        seen += 1;
    }
    assert!(seen >= 15, "{seen}");
}

#[test]
fn lists_merge_by_key_and_keep_the_order_set() {
    let live = pod_spec(
        json!({"containers": [{"name": "a", "image": "1", "env": [{"name": "X", "value": "1"}]}, {"name": "b"}]}),
    );
    let patch = pod_spec(json!({
        "$setElementOrder/containers": [{"name": "c"}, {"name": "a"}, {"name": "b"}],
        "containers": [{"name": "c", "image": "3"}, {"name": "a", "env": [{"name": "Y", "value": "2"}]}],
    }));
    assert_eq!(
        deployment(live, patch).unwrap(),
        pod_spec(json!({"containers": [
            {"name": "c", "image": "3"},
            {"name": "a", "image": "1", "env": [{"name": "Y", "value": "2"}, {"name": "X", "value": "1"}]},
            {"name": "b"},
        ]}))
    );
}

#[test]
fn directives_delete_replace_and_retain() {
    let live = json!({
        "metadata": {"labels": {"a": "1", "b": "2"}, "finalizers": ["x", "y", "z"]},
        "spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}},
                 "template": {"spec": {"containers": [{"name": "a"}, {"name": "b"}],
                                       "volumes": [{"name": "v", "emptyDir": {}}]}}},
    });
    let patch = json!({
        "metadata": {"labels": {"$patch": "replace", "c": "3"}, "$deleteFromPrimitiveList/finalizers": ["y"]},
        "spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"},
                 "template": {"spec": {"containers": [{"name": "a", "$patch": "delete"}],
                                       "volumes": [{"name": "v", "$retainKeys": ["name", "configMap"], "configMap": {"name": "c"}}]}}},
    });
    assert_eq!(
        deployment(live, patch).unwrap(),
        json!({
            "metadata": {"labels": {"c": "3"}, "finalizers": ["x", "z"]},
            "spec": {"strategy": {"type": "Recreate"},
                     "template": {"spec": {"containers": [{"name": "b"}],
                                           "volumes": [{"name": "v", "configMap": {"name": "c"}}]}}},
        })
    );
}

#[test]
fn nulls_delete_and_atomic_lists_are_replaced() {
    let live =
        json!({"spec": {"paused": true, "template": {"spec": {"containers": [{"name": "a", "args": ["1", "2"]}]}}}});
    let patch = json!({"spec": {"paused": null, "minReadySeconds": null,
                                "template": {"spec": {"containers": [{"name": "a", "args": ["3"], "tty": null}]}}}});
    assert_eq!(
        deployment(live, patch).unwrap(),
        json!({"spec": {"template": {"spec": {"containers": [{"name": "a", "args": ["3"]}]}}}})
    );
    // Nulls and directives in what is new do not stay behind.
    let patch = json!({"spec": {"template": {"spec": {"containers": [{"name": "x", "$patch": "delete"}, {"name": "y", "tty": null}]}}}});
    assert_eq!(
        deployment(json!({}), patch).unwrap(),
        json!({"spec": {"template": {"spec": {"containers": [{"name": "y"}]}}}})
    );
}

#[test]
fn finalizers_are_a_set() {
    let live = json!({"metadata": {"finalizers": ["x", "y"]}});
    let patch = json!({"metadata": {"$setElementOrder/finalizers": ["z", "x"], "finalizers": ["z"]}});
    assert_eq!(deployment(live, patch).unwrap()["metadata"]["finalizers"], json!(["z", "x", "y"]));
}

#[test]
fn errors_are_those_of_a_real_server() {
    let live = pod_spec(json!({"containers": [{"name": "a"}]}));
    for (patch, code, message) in [
        (
            pod_spec(json!({"containers": [{"image": "x"}]})),
            500,
            "map: map[image:x] does not contain declared merge key: name",
        ),
        (json!({"spec": {"$patch": "fly"}}), 500, "unknown patch type: fly in map: map[$patch:fly]"),
        (json!({"spec": {"$retainKeys": ["a"], "paused": true}}), 400, "invalid patch format of retainKeys"),
        (json!({"spec": {"$setElementOrder/x": 1}}), 400, "invalid patch format of setElementOrder list"),
        (json!([]), 400, "json: cannot unmarshal array into Go value of type map[string]interface {}"),
    ] {
        let live = if message.contains("fly") || message.contains("retain") {
            json!({"spec": {"paused": false}})
        } else {
            live.clone()
        };
        let error = deployment(live, patch).unwrap_err();
        assert_eq!((error.code, error.message.as_str()), (code, message));
    }
}
