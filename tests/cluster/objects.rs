//! Whole objects: as YAML, edited with all that can go wrong, described, deleted.

use k8s_tutor::cluster::{Edited, Named};
use k8s_tutor::domain::object::{Kind, ObjectRef};
use serde_json::{Value, json};

use crate::wire::Wire;

const PATH: &str = "/api/v1/namespaces/default/services/localstack";

async fn localstack() -> (Wire, ObjectRef) {
    let wire = Wire::open().await;
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "localstack",
        "annotations": {"answer": "yes"}}, "spec": {"ports": [{"name": "edge", "port": 4566}], "selector": {"app": "x"}}});
    let (code, answer) = wire.request("POST", "/api/v1/namespaces/default/services", &service).await;
    assert_eq!(code, 201, "{answer}");
    (wire, ObjectRef::new(Kind::Service, "localstack"))
}

async fn stored(wire: &Wire) -> Value {
    wire.request("GET", PATH, &Value::Null).await.1
}

#[tokio::test]
async fn an_edit_changes_what_differs_and_nothing_else() {
    let (wire, service) = localstack().await;
    let before = wire.cluster.object_yaml(&service).await.unwrap();
    assert!(before.starts_with("apiVersion: v1\nkind: Service\nmetadata:\n"), "{before}");
    assert!(before.contains("    answer: \"yes\"\n") && !before.contains("managedFields"), "{before}");
    assert_eq!(wire.cluster.apply_edited(&service, &before, &before).await.unwrap(), Edited::Unchanged);
    let touched = format!("# a comment\n{before}\n");
    assert_eq!(wire.cluster.apply_edited(&service, &before, &touched).await.unwrap(), Edited::Unchanged);
    assert_eq!(wire.cluster.apply_edited(&service, &before, "\n# all gone\n").await.unwrap(), Edited::Unchanged);
    let after = before.replace("port: 4566", "port: 4567").replace("    answer: \"yes\"\n", "    other: z\n");
    assert_eq!(wire.cluster.apply_edited(&service, &before, &after).await.unwrap(), Edited::Changed);
    let now = stored(&wire).await;
    assert_eq!(now["spec"]["ports"][0]["port"], 4567);
    assert_eq!(now["metadata"]["annotations"], json!({"other": "z"}));
}

#[tokio::test]
async fn an_edit_of_what_someone_else_changed_meanwhile_is_a_conflict() {
    let (wire, service) = localstack().await;
    let before = wire.cluster.object_yaml(&service).await.unwrap();
    wire.request("PATCH", PATH, &json!({"metadata": {"labels": {"by": "another"}}})).await;
    let after = before.replace("4566", "4567");
    let error = wire.cluster.apply_edited(&service, &before, &after).await.unwrap_err();
    assert!(error.is_conflict(), "{error}");
    assert!(error.to_string().contains("the object has been modified"), "{error}");
    assert_eq!(stored(&wire).await["spec"]["ports"][0]["port"], 4566);
}

#[tokio::test]
async fn what_the_server_refuses_is_told_in_its_words() {
    let (wire, service) = localstack().await;
    let before = wire.cluster.object_yaml(&service).await.unwrap();
    let edit =
        async |after: String| wire.cluster.apply_edited(&service, &before, &after).await.unwrap_err().to_string();
    let invalid = edit(before.replace("port: 4566", "port: 456700")).await;
    assert!(invalid.starts_with("edit service/localstack: Service \"localstack\" is invalid: "), "{invalid}");
    assert!(invalid.contains("must be between 1 and 65535, inclusive"), "{invalid}");
    let unknown = edit(before.replace("  selector:\n", "  selektor: 1\n  selector:\n")).await;
    assert!(unknown.contains("unknown field \"spec.selektor\""), "{unknown}");
    let broken = edit(before.replace("spec:\n", "spec: [\n")).await;
    assert!(broken.starts_with("service/localstack: line "), "{broken}");
    let renamed = edit(before.replace("name: localstack", "name: other")).await;
    assert!(renamed.contains("metadata.name cannot be edited"), "{renamed}");
    let two = edit(format!("{before}---\n{before}")).await;
    assert!(two.contains("2 documents"), "{two}");
    assert_eq!(stored(&wire).await["spec"]["ports"][0]["port"], 4566);
}

#[tokio::test]
async fn objects_of_any_kind_are_described_and_deleted() {
    let (wire, service) = localstack().await;
    let uid = stored(&wire).await["metadata"]["uid"].clone();
    let event = json!({"apiVersion": "v1", "kind": "Event", "metadata": {"name": "e"}, "reason": "Looked", "type": "Normal",
        "message": "it was there", "source": {"component": "test"},
        "involvedObject": {"kind": "Service", "name": "localstack", "namespace": "default", "uid": uid}});
    assert_eq!(wire.request("POST", "/api/v1/namespaces/default/events", &event).await.0, 201);
    let text = wire.cluster.describe(&service).await.unwrap();
    assert!(text.starts_with("Name:") && text.contains("localstack\n"), "{text}");
    assert!(text.contains("  Normal  Looked  ") && text.contains("it was there"), "{text}");

    let lease = Named { api_version: "coordination.k8s.io/v1", kind: "Lease", name: "l" };
    let object = json!({"apiVersion": lease.api_version, "kind": "Lease", "metadata": {"name": "l"},
        "spec": {"holderIdentity": "me"}});
    let path = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
    assert_eq!(wire.request("POST", path, &object).await.0, 201);
    let text = wire.cluster.describe(lease).await.unwrap();
    assert!(text.contains("Holder Identity:  me\n"), "{text}");
    assert!(wire.cluster.object_yaml(lease).await.unwrap().contains("holderIdentity: me\n"));

    wire.cluster.delete_object(&service).await.unwrap();
    assert!(wire.cluster.delete_object(&service).await.unwrap_err().is_not_found());
    assert!(wire.cluster.object_yaml(&service).await.unwrap_err().is_not_found());
    assert_eq!(wire.cluster.namespaces().await.unwrap(), ["default", "kube-node-lease", "kube-public", "kube-system"]);
}
