//! Protobuf bodies against the same objects in JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::*;
use crate::sandbox::api::testing::{protobuf_bodies, text};

fn decoded(recorded: &Value) -> Value {
    let body = STANDARD.decode(text(recorded, "/body")).unwrap();
    decode(&body).unwrap_or_else(|error| panic!("{}: {error}", text(recorded, "/from")))
}

/// The server told these objects both ways: our reading of its protobuf is its JSON.
#[test]
fn objects_read_as_the_server_writes_them_in_json() {
    let mut seen = 0;
    for recorded in protobuf_bodies() {
        let Some(json) = recorded.get("json").filter(|json| !json.is_null()) else { continue };
        assert_eq!(&decoded(&recorded), json, "{}", text(&recorded, "/from"));
        seen += 1;
    }
    assert!(seen >= 6, "{seen}");
}

/// What kubectl posts, read by both versions of kubectl alike.
#[test]
fn requests_of_kubectl_are_read() {
    let find = |from: &str| {
        let bodies = protobuf_bodies();
        let found = bodies.iter().find(|b| text(b, "/from").starts_with(from) && b["json"].is_null());
        decoded(found.unwrap_or_else(|| panic!("{from}")))
    };
    for kubectl in ["a", "a-kubectl-1.32"] {
        let name = if kubectl == "a" { "demo" } else { "demo32" };
        assert_eq!(
            find(&format!("{kubectl}/05-create-ns")),
            json!({"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": name}, "spec": {}, "status": {}})
        );
        let review = find(&format!("{kubectl}/80-auth-can-i"));
        assert_eq!(review["kind"], "SelfSubjectAccessReview");
        assert_eq!(review["spec"]["resourceAttributes"]["verb"], "create");
        assert_eq!(find(&format!("{kubectl}/100-delete-ns"))["kind"], "ConfigMap");
        let job = find(&format!("{kubectl}/54-watch"));
        assert_eq!(job["metadata"]["annotations"], json!({"cronjob.kubernetes.io/instantiate": "manual"}));
        assert_eq!(job["metadata"]["ownerReferences"][0]["controller"], true);
        assert_eq!(
            job["spec"]["template"]["spec"],
            json!({
                "containers": [{
                    "name": "reporter", "image": "busybox:1.36", "command": ["sh", "-c", "sleep 2; exit 0"],
                    "envFrom": [{"configMapRef": {"name": "app-config"}}], "resources": {},
                    "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
                    "imagePullPolicy": "IfNotPresent",
                }],
                "restartPolicy": "Never", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
                "securityContext": {}, "schedulerName": "default-scheduler",
            })
        );
        assert_eq!(job["spec"]["template"]["metadata"], json!({"labels": {"app": "task-reporter"}}));
    }
}

#[test]
fn foreign_bytes_are_refused() {
    assert_eq!(decode(b"{}").unwrap_err().code, 400);
    let body = STANDARD.decode(text(&protobuf_bodies()[1], "/body")).unwrap();
    for length in 4..body.len() {
        // Cut anywhere: an error or less of the object, never a panic.
        let _ = decode(&body[..length]);
    }
    let mut unknown = MAGIC.to_vec();
    unknown.extend(b"\x0a\x0a\x0a\x02v1\x12\x04Flux");
    assert_eq!(decode(&unknown).unwrap_err().code, 415);
}
