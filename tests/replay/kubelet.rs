//! The kubelet of the recordings: no process runs, the pods' status is written as it was recorded.
//!
//! `sleep N; exit C` in a command says how long a container runs and how it ends; any other container
//! runs until its pod is deleted. The node agent has tests of its own; here the API server and the
//! controllers are compared.

use std::collections::HashSet;
use std::time::Duration;

use futures::StreamExt;
use jiff::Timestamp;
use k8s_openapi::api::core::v1::{Event, Node, Pod};
use kube::api::{Api, DeleteParams, Patch, PatchParams, PostParams};
use kube::{Client, ResourceExt};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

const NODE: &str = "node-1";

/// Registers the node and plays its kubelet until `cancel`.
pub(crate) async fn start(client: Client, cancel: CancellationToken) {
    let nodes: Api<Node> = Api::all(client.clone());
    let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE, "labels": {"kubernetes.io/hostname": NODE}}});
    nodes
        .create(&PostParams::default(), &serde_json::from_value(node).expect("a node"))
        .await
        .expect("the node registers");
    let status = json!({"status": {
        "capacity": {"cpu": "8", "memory": "16Gi", "pods": "110"}, "allocatable": {"cpu": "8", "memory": "16Gi", "pods": "110"},
        "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status"}],
        "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}, {"type": "Hostname", "address": NODE}],
    }});
    nodes.patch_status(NODE, &PatchParams::default(), &Patch::Merge(status)).await.expect("the node is ready");
    tokio::spawn(async move {
        tokio::select! {
            () = play(client) => {}
            () = cancel.cancelled() => {}
        }
    });
}

async fn play(client: Client) {
    let pods: Api<Pod> = Api::all(client.clone());
    let mut seen = HashSet::new();
    let mut ending = HashSet::new();
    let mut changes = kube::runtime::watcher(pods, kube::runtime::watcher::Config::default()).boxed();
    while let Some(change) = changes.next().await {
        use kube::runtime::watcher::Event as Change;
        let Ok(Change::Apply(pod) | Change::InitApply(pod)) = change else { continue };
        let uid = pod.uid().unwrap_or_default();
        if pod.spec.as_ref().and_then(|s| s.node_name.as_deref()) != Some(NODE) {
            continue;
        }
        if pod.metadata.deletion_timestamp.is_some() {
            if ending.insert(uid) {
                tokio::spawn(end(client.clone(), pod));
            }
        } else if seen.insert(uid) {
            tokio::spawn(run(client.clone(), pod));
        }
    }
}

/// How long a pod's container runs and its exit code; `None` for ever.
fn script(pod: &Pod) -> Option<(Duration, i32)> {
    let container = &pod.spec.as_ref()?.containers[0];
    let text = container.command.as_ref()?.join(" ");
    let seconds = text.split("sleep ").nth(1)?.split(';').next()?.trim().parse().ok()?;
    let code = text.split("exit ").nth(1)?.trim().parse().ok()?;
    Some((Duration::from_secs(seconds), code))
}

async fn run(client: Client, pod: Pod) {
    let started = Timestamp::now();
    patch(&client, &pod, status(&pod, "Pending", json!({"waiting": {"reason": "ContainerCreating"}}), started)).await;
    tokio::time::sleep(Duration::from_millis(340)).await;
    let image = &pod.spec.as_ref().expect("a spec").containers[0].image.clone().unwrap_or_default();
    event(&client, &pod, "Pulled", &format!("Container image {image:?} already present on machine")).await;
    event(&client, &pod, "Created", "Container created").await;
    event(&client, &pod, "Started", "Container started").await;
    let running = json!({"running": {"startedAt": second(started)}});
    patch(&client, &pod, status(&pod, "Running", running, started)).await;
    if let Some((span, code)) = script(&pod) {
        tokio::time::sleep(span).await;
        let (phase, reason) = if code == 0 { ("Succeeded", "Completed") } else { ("Failed", "Error") };
        let state = json!({"terminated": {
            "exitCode": code, "reason": reason, "startedAt": second(started), "finishedAt": second(Timestamp::now()),
            "containerID": container_id(&pod),
        }});
        patch(&client, &pod, status(&pod, phase, state, started)).await;
    }
}

async fn end(client: Client, pod: Pod) {
    let running = pod.status.as_ref().is_some_and(|s| s.phase.as_deref() == Some("Running"));
    if running {
        event(
            &client,
            &pod,
            "Killing",
            &format!("Stopping container {}", pod.spec.as_ref().expect("a spec").containers[0].name),
        )
        .await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let state = json!({"terminated": {
            "exitCode": 143, "reason": "Error", "startedAt": second(Timestamp::now()), "finishedAt": second(Timestamp::now()),
            "containerID": container_id(&pod),
        }});
        patch(&client, &pod, status(&pod, "Failed", state, Timestamp::now())).await;
    }
    let pods: Api<Pod> = Api::namespaced(client, &pod.namespace().unwrap_or_default());
    let now = DeleteParams { grace_period_seconds: Some(0), ..DeleteParams::default() };
    // A pod that another writer took away first is gone, as wanted.
    let _ = pods.delete(&pod.name_any(), &now).await;
}

fn second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn container_id(pod: &Pod) -> String {
    format!("containerd://{}", pod.uid().unwrap_or_default())
}

fn status(pod: &Pod, phase: &str, state: Value, started: Timestamp) -> Value {
    let container = &pod.spec.as_ref().expect("a spec").containers[0];
    let (running, over) = (phase == "Running", phase == "Succeeded" || phase == "Failed");
    let reason = match phase {
        "Succeeded" => Some("PodCompleted"),
        "Failed" => Some("PodFailed"),
        "Pending" => Some("ContainersNotReady"),
        _ => None,
    };
    let message = (phase == "Pending").then(|| format!("containers with unready status: [{}]", container.name));
    let now = second(Timestamp::now());
    let condition = |kind: &str, yes: bool, reason: Option<&str>, message: Option<&str>| {
        let mut c = json!({"type": kind, "observedGeneration": 1, "status": if yes { "True" } else { "False" }, "lastTransitionTime": now});
        if let Some(reason) = reason {
            c["reason"] = reason.into();
        }
        if let Some(message) = message {
            c["message"] = message.into();
        }
        c
    };
    let mut status = json!({
        "observedGeneration": 1, "phase": phase, "hostIP": "127.0.0.1", "hostIPs": [{"ip": "127.0.0.1"}], "startTime": second(started),
        "conditions": [
            condition("PodReadyToStartContainers", running, None, None),
            condition("Initialized", true, (phase == "Succeeded").then_some("PodCompleted"), None),
            condition("Ready", running, reason, message.as_deref()),
            condition("ContainersReady", running, reason, message.as_deref()),
            condition("PodScheduled", true, None, None),
        ],
        "containerStatuses": [{
            "name": container.name, "state": state, "lastState": {}, "ready": running, "restartCount": 0, "started": running,
            "image": image(container.image.as_deref().unwrap_or_default()), "imageID": "",
        }],
        "qosClass": "BestEffort",
    });
    if running || over {
        status["podIP"] = "10.244.0.99".into();
        status["podIPs"] = json!([{"ip": "10.244.0.99"}]);
        let image = container.image.as_deref().unwrap_or_default().split(':').next().unwrap_or_default();
        status["containerStatuses"][0]["imageID"] =
            format!("docker.io/library/{image}@sha256:{}", digest(image)).into();
        status["containerStatuses"][0]["containerID"] = container_id(pod).into();
    }
    json!({"status": status})
}

/// The digests that the recorded kubelet made up.
fn digest(image: &str) -> &'static str {
    match image {
        "busybox" => "ab512471e34f10e894cfa69eec441e1412a1c418f681cdb04b15c219c8b1dd67",
        "localstack/localstack" => "a8d8d7ab4a95cb7fff390731e046dd0c20561f238143525ef4a3d6c342481e3c",
        _ => "c19ebe98f5b89872df05539e5aa728dd08d4c0754fe7fe50f1e93855b8d52e22",
    }
}

/// The recorded kubelet wrote Docker Hub's short names out.
fn image(name: &str) -> String {
    if name.contains('/') { name.to_owned() } else { format!("docker.io/library/{name}") }
}

async fn patch(client: &Client, pod: &Pod, status: Value) {
    let pods: Api<Pod> = Api::namespaced(client.clone(), &pod.namespace().unwrap_or_default());
    // The pod may be deleted meanwhile: then nobody asks for its status.
    let _ = pods.patch_status(&pod.name_any(), &PatchParams::default(), &Patch::Merge(status)).await;
}

async fn event(client: &Client, pod: &Pod, reason: &str, message: &str) {
    let namespace = pod.namespace().unwrap_or_default();
    let now = Timestamp::now();
    let container = &pod.spec.as_ref().expect("a spec").containers[0].name;
    let event = json!({
        "apiVersion": "v1", "kind": "Event",
        "metadata": {"name": format!("{}.{:x}", pod.name_any(), now.as_nanosecond()), "namespace": namespace},
        "involvedObject": {
            "kind": "Pod", "namespace": namespace, "name": pod.name_any(), "uid": pod.uid(), "apiVersion": "v1",
            "resourceVersion": pod.resource_version(), "fieldPath": format!("spec.containers{{{container}}}"),
        },
        "reason": reason, "message": message, "type": "Normal", "count": 1,
        "source": {"component": "kubelet", "host": NODE}, "reportingComponent": "kubelet", "reportingInstance": NODE,
        "firstTimestamp": second(now), "lastTimestamp": second(now),
    });
    let events: Api<Event> = Api::namespaced(client.clone(), &namespace);
    events
        .create(&PostParams::default(), &serde_json::from_value(event).expect("an event"))
        .await
        .expect("the event is taken");
}
