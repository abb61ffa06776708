//! The documents: references, and what kubectl looks for.

use super::*;
use crate::sandbox::resources::{Column, Context, Strategy, Subresource};

struct Plain;

impl Strategy for Plain {
    fn columns(&self) -> &'static [Column] {
        &[]
    }

    fn cells(&self, _object: &Value, _context: &Context) -> Vec<Value> {
        Vec::new()
    }
}

fn resource(group: &'static str, kind: &'static str, plural: &'static str) -> Resource {
    let subresources =
        if kind == "Deployment" { &[Subresource::Status, Subresource::Scale][..] } else { &[Subresource::Status] };
    Resource {
        group,
        version: "v1",
        kind,
        plural,
        singular: "",
        short_names: &[],
        categories: &[],
        namespaced: kind != "Node",
        stored: !kind.ends_with("Review"),
        subresources,
        stored_as: None,
        strategy: &Plain,
    }
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get("$ref") {
                found.push(reference.clone());
                assert_eq!(map.len(), 1, "nothing may stand beside a reference: {value}");
            }
            map.values().for_each(|inner| references(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_to_a_schema() {
    for (group, kind) in known_kinds().iter().filter(|(group, _)| *group != "meta.k8s.io") {
        let resources = [resource(group, kind, "things")];
        let document = build(&path_of(&resources[0]), &resources);
        let mut found = Vec::new();
        references(&document, &mut found);
        for reference in found {
            let name = reference.strip_prefix("#/components/schemas/").unwrap();
            assert!(document["components"]["schemas"].get(name).is_some(), "{kind}: {name}");
        }
    }
}

/// kubectl looks for a PATCH of the kind that takes `fieldValidation`.
#[test]
fn a_kind_has_what_kubectl_looks_for() {
    let resources = [resource("apps", "Deployment", "deployments"), resource("", "Node", "nodes")];
    let document = build("apis/apps/v1", &resources);
    assert!(document["paths"].get("/api/v1/nodes").is_none());
    let patch = &document["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]["patch"];
    assert_eq!(patch["operationId"], "patchAppsV1NamespacedDeployment");
    assert_eq!(patch["x-kubernetes-action"], "patch");
    let gvk = json!({"group": "apps", "version": "v1", "kind": "Deployment"});
    assert_eq!(patch["x-kubernetes-group-version-kind"], gvk);
    let names: Vec<_> = patch["parameters"].as_array().unwrap().iter().map(|p| p["name"].clone()).collect();
    assert_eq!(names, ["dryRun", "fieldManager", "fieldValidation", "force"]);
    let scale = &document["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale"]["get"];
    assert_eq!(scale["x-kubernetes-group-version-kind"]["kind"], "Scale");
    let schemas = &document["components"]["schemas"];
    let kind = &schemas["io.k8s.api.apps.v1.Deployment"];
    assert_eq!(kind["x-kubernetes-group-version-kind"][0], gvk);
    assert!(kind["properties"]["spec"]["allOf"][0]["$ref"].as_str().unwrap().ends_with("DeploymentSpec"));
    assert!(schemas["io.k8s.api.apps.v1.DeploymentList"]["properties"]["items"].is_object());
    let containers = &schemas["io.k8s.api.core.v1.PodSpec"]["properties"]["containers"];
    assert_eq!(containers["x-kubernetes-patch-merge-key"], "name");
    assert!(containers["description"].as_str().unwrap().starts_with("List of containers"));
}

#[test]
fn the_index_and_the_documents_share_their_hashes() {
    for (path, entry) in index()["paths"].as_object().unwrap() {
        let served = document(path).unwrap();
        let hash = served.etag.trim_matches('"');
        assert_eq!(entry["serverRelativeURL"], format!("/openapi/v3/{path}?hash={hash}"));
        assert!(std::ptr::eq(served, document(&format!("/openapi/v3/{path}")).unwrap()));
    }
    assert!(document("apis/nosuch/v1").is_none());
}
