//! Stories of a kube client: what the controllers and the agent do.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Pod};
use kube::api::{Api as Kube, DeleteParams, ListParams, Patch, PatchParams, PostParams};
use serde_json::json;

use super::harness::api;

fn config_map(name: &str, value: &str) -> ConfigMap {
    serde_json::from_value(json!({"metadata": {"name": name}, "data": {"a": value}})).expect("a ConfigMap")
}

#[tokio::test]
async fn a_config_map_lives_and_dies() {
    let api = api().await;
    let maps: Kube<ConfigMap> = Kube::default_namespaced(api.client("kubernetes-admin", "test"));
    let made = maps.create(&PostParams::default(), &config_map("x", "1")).await.expect("created");
    assert!(made.metadata.uid.is_some() && made.metadata.creation_timestamp.is_some());
    assert_eq!(made.metadata.namespace.as_deref(), Some("default"));
    let again = maps.create(&PostParams::default(), &config_map("x", "1")).await.expect_err("taken");
    assert!(again.to_string().contains("configmaps \"x\" already exists"), "{again}");

    let mut changed = made.clone();
    changed.data = Some([("a".to_owned(), "2".to_owned())].into());
    let replaced = maps.replace("x", &PostParams::default(), &changed).await.expect("replaced");
    assert_ne!(replaced.metadata.resource_version, made.metadata.resource_version);
    let stale = maps.replace("x", &PostParams::default(), &changed).await.expect_err("stale");
    assert!(stale.to_string().contains("the object has been modified"), "{stale}");
    let same = maps.replace("x", &PostParams::default(), &replaced).await.expect("no change");
    assert_eq!(same.metadata.resource_version, replaced.metadata.resource_version, "a no-op is no write");

    let patch = json!({"data": {"b": "3"}});
    let patched = maps.patch("x", &PatchParams::default(), &Patch::Merge(&patch)).await.expect("patched");
    assert_eq!(patched.data.expect("data").len(), 2);
    assert_eq!(maps.list(&ListParams::default()).await.expect("a list").items.len(), 1);
    maps.delete("x", &DeleteParams::default()).await.expect("deleted");
    assert!(maps.get_opt("x").await.expect("asked").is_none());
}

#[tokio::test]
async fn the_cluster_begins_with_four_namespaces() {
    let api = api().await;
    let namespaces: Kube<Namespace> = Kube::all(api.client("kubernetes-admin", "test"));
    let names: Vec<_> = namespaces
        .list(&ListParams::default())
        .await
        .expect("a list")
        .items
        .into_iter()
        .filter_map(|n| n.metadata.name)
        .collect();
    assert_eq!(names, ["default", "kube-node-lease", "kube-public", "kube-system"]);
    let default = namespaces.get("default").await.expect("there");
    assert_eq!(default.status.and_then(|s| s.phase).as_deref(), Some("Active"));
    let refused = namespaces.delete("default", &DeleteParams::default()).await.expect_err("immortal");
    assert!(refused.to_string().contains("this namespace may not be deleted"), "{refused}");
}

#[tokio::test]
async fn a_file_keeps_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.redb");
    let clock = crate::sandbox::clock::Clock::real();
    let first = super::harness::api_at(Some(path.clone()), clock.clone()).await;
    let maps: Kube<ConfigMap> = Kube::default_namespaced(first.client("kubernetes-admin", "test"));
    let made = maps.create(&PostParams::default(), &config_map("x", "1")).await.expect("created");
    first.close().await;
    let second = super::harness::api_at(Some(path), clock).await;
    let maps: Kube<ConfigMap> = Kube::default_namespaced(second.client("kubernetes-admin", "test"));
    assert_eq!(maps.get("x").await.expect("kept"), made);
}

fn deployment() -> Deployment {
    serde_json::from_value(json!({
        "metadata": {"name": "web"},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": "task-service"}]},
            },
        },
    }))
    .expect("a Deployment")
}

#[tokio::test]
async fn status_and_spec_are_written_apart() {
    let api = api().await;
    let deployments: Kube<Deployment> = Kube::default_namespaced(api.client("kubernetes-admin", "test"));
    let made = deployments.create(&PostParams::default(), &deployment()).await.expect("created");
    assert_eq!(made.metadata.generation, Some(1));
    let status = json!({"status": {"replicas": 2}, "spec": {"replicas": 7}});
    let patched =
        deployments.patch_status("web", &PatchParams::default(), &Patch::Merge(&status)).await.expect("patched");
    assert_eq!(patched.spec.replicas, Some(2), "status writes no spec");
    assert_eq!(patched.metadata.generation, Some(1), "status counts no generation");
    let both = json!({"status": {"replicas": 9}, "spec": {"replicas": 3}});
    let patched = deployments.patch("web", &PatchParams::default(), &Patch::Merge(&both)).await.expect("patched");
    assert_eq!(patched.status.and_then(|s| s.replicas), Some(2), "spec writes no status");
    assert_eq!(patched.metadata.generation, Some(2));
    let scale = deployments.get_scale("web").await.expect("a scale");
    assert_eq!(scale.spec.and_then(|s| s.replicas), Some(3));
    assert_eq!(scale.status.and_then(|s| s.selector).as_deref(), Some("app=web"));
    let wanted = json!({"spec": {"replicas": 5}});
    deployments.patch_scale("web", &PatchParams::default(), &Patch::Merge(&wanted)).await.expect("scaled");
    assert_eq!(deployments.get("web").await.expect("there").spec.replicas, Some(5));
}

#[tokio::test]
async fn many_writers_lose_no_write() {
    let api = api().await;
    let client = api.client("kubernetes-admin", "test");
    let maps: Kube<ConfigMap> = Kube::default_namespaced(client);
    maps.create(&PostParams::default(), &config_map("x", "1")).await.expect("created");
    let writers = (0..20).map(|n| {
        let maps = maps.clone();
        async move {
            let patch = json!({"data": {format!("key-{n}"): "set"}});
            maps.patch("x", &PatchParams::default(), &Patch::Merge(&patch)).await
        }
    });
    for result in futures::future::join_all(writers).await {
        result.expect("patched");
    }
    assert_eq!(maps.get("x").await.expect("there").data.expect("data").len(), 21);
}

#[tokio::test]
async fn a_pod_is_bound_once() {
    let api = api().await;
    let client = api.client("system:kube-scheduler", "test");
    let pods: Kube<Pod> = Kube::default_namespaced(client.clone());
    let pod: Pod = serde_json::from_value(json!({
        "metadata": {"generateName": "p-"}, "spec": {"containers": [{"name": "c", "image": "busybox"}]},
    }))
    .expect("a Pod");
    let made = pods.create(&PostParams::default(), &pod).await.expect("created");
    let name = made.metadata.name.expect("a generated name");
    assert!(name.starts_with("p-") && name.len() == 7, "{name}");
    let bind = || {
        let body = json!({
            "apiVersion": "v1", "kind": "Binding", "metadata": {"name": name},
            "target": {"apiVersion": "v1", "kind": "Node", "name": "sandbox"},
        });
        http::Request::post(format!("/api/v1/namespaces/default/pods/{name}/binding"))
            .header("content-type", "application/json")
            .body(body.to_string().into_bytes())
            .expect("a request")
    };
    client.request::<serde_json::Value>(bind()).await.expect("bound");
    let bound = pods.get(&name).await.expect("there");
    assert_eq!(bound.spec.and_then(|s| s.node_name).as_deref(), Some("sandbox"));
    let conditions = bound.status.and_then(|s| s.conditions).expect("conditions");
    assert!(conditions.iter().any(|c| c.type_ == "PodScheduled" && c.status == "True"));
    let again = client.request::<serde_json::Value>(bind()).await.expect_err("bound already");
    assert!(again.to_string().contains("is already assigned to node"), "{again}");
}

#[tokio::test]
async fn an_event_is_one_object_in_two_groups() {
    use k8s_openapi::api::{core::v1::Event as Core, events::v1::Event as New};
    let api = api().await;
    let client = api.client("system:kube-scheduler", "test");
    let (core, new): (Kube<Core>, Kube<New>) =
        (Kube::default_namespaced(client.clone()), Kube::default_namespaced(client));
    let event: New = serde_json::from_value(json!({
        "metadata": {"name": "e"}, "eventTime": "2026-11-23T14:00:00.000000Z", "note": "words", "reason": "Scheduled",
        "action": "Binding", "type": "Normal", "reportingController": "default-scheduler", "reportingInstance": "x",
        "regarding": {"kind": "Pod", "name": "p", "namespace": "default"},
    }))
    .expect("an Event");
    let made = new.create(&PostParams::default(), &event).await.expect("created");
    assert_eq!(made.note.as_deref(), Some("words"));
    let old = core.get("e").await.expect("the same");
    assert_eq!((old.message.as_deref(), old.involved_object.name.as_deref()), (Some("words"), Some("p")));
    let patch = json!({"note": "other words"});
    let patched = new.patch("e", &PatchParams::default(), &Patch::Merge(&patch)).await.expect("patched");
    assert_eq!(patched.note.as_deref(), Some("other words"));
    let listed = new.list(&ListParams::default()).await.expect("a list");
    assert_eq!(listed.items[0].note.as_deref(), Some("other words"));
    core.delete("e", &DeleteParams::default()).await.expect("deleted");
    assert!(new.get_opt("e").await.expect("asked").is_none());
}
