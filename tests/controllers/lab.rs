//! The laboratory: API server, controllers, a scripted kubelet, and a clock in the test's hand.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use jiff::Timestamp;
use k8s_openapi::api::core::v1::Pod;
use k8s_tutor::sandbox::api::{Api, ApiConfig};
use k8s_tutor::sandbox::clock::Clock;
use k8s_tutor::sandbox::controllers::Controllers;
use k8s_tutor::sandbox::net::AddressPlan;
use kube::runtime::watcher;
use kube::{Client, ResourceExt};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::writes::Writes;

pub(crate) const START: &str = "2026-11-23T13:48:26.300Z";
/// How long a condition may take in real time.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Lab {
    pub(crate) clock: Clock,
    pub(crate) client: Client,
    pub(crate) writes: Writes,
    _running: tokio_util::sync::DropGuard,
}

impl Lab {
    /// A cluster with one node, its clock (almost) standing at `START`.
    pub(crate) async fn open() -> Lab {
        Self::open_at(START).await
    }

    pub(crate) async fn open_at(start: &str) -> Lab {
        let clock = Clock::starting_at(start.parse().unwrap());
        clock.set_speed(0.01).unwrap();
        let config = ApiConfig {
            state: None,
            plan: AddressPlan::new(0).unwrap(),
            clock: clock.clone(),
            token: "t".to_owned(),
            ca_pem: k8s_tutor::sandbox::pki::Authority::generate().unwrap().cert_pem,
            node_name: "node-1".to_owned(),
            port: 6443,
        };
        let api = Api::open(config).await.unwrap();
        let writes = Writes::default();
        let cancel = CancellationToken::new();
        let controllers = Controllers {
            client: writes.recording(api.client("system:kube-controller-manager", "kube-controller-manager")),
            clock: clock.clone(),
            ca_pem: "the ca".to_owned(),
        };
        tokio::spawn(controllers.run(cancel.child_token()));
        let client = api.client("kubernetes-admin", "kubectl");
        let lab = Lab { clock, client, writes, _running: cancel.clone().drop_guard() };
        lab.add_node().await;
        tokio::spawn(kubelet(lab.client.clone(), lab.clock.clone(), cancel));
        lab
    }

    async fn add_node(&self) {
        let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1"}});
        let (code, answer) = self.request("POST", "/api/v1/nodes", &node).await;
        assert!(code == 201 || code == 409, "{code} {answer}");
        let status = json!({"status": {"allocatable": {"cpu": "8", "memory": "16Gi", "pods": "110"}}});
        let (code, answer) = self.request("PATCH", "/api/v1/nodes/node-1/status", &status).await;
        assert_eq!(code, 200, "{answer}");
    }

    /// One raw request; bodies of PATCH are merge patches.
    pub(crate) async fn request(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        request(&self.client, method, path, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Option<Value> {
        let (code, answer) = self.request("GET", path, &Value::Null).await;
        (code == 200).then_some(answer)
    }

    pub(crate) async fn create(&self, path: &str, object: &Value) -> Value {
        let (code, answer) = self.request("POST", path, object).await;
        assert_eq!(code, 201, "{answer}");
        answer
    }

    pub(crate) async fn patch(&self, path: &str, change: Value) -> Value {
        let (code, answer) = self.request("PATCH", path, &change).await;
        assert_eq!(code, 200, "{answer}");
        answer
    }

    pub(crate) async fn delete(&self, path: &str, options: Value) {
        let (code, answer) = self.request("DELETE", path, &options).await;
        assert!(code < 300, "{code} {answer}");
    }

    /// A namespace with the recorded manifest in it.
    pub(crate) async fn apply_list(&self, namespace: &str, manifest: &str) {
        self.namespace(namespace).await;
        let list: Value = serde_json::from_str(manifest).unwrap();
        for item in list["items"].as_array().unwrap() {
            let (group, plural) = match item["kind"].as_str().unwrap() {
                "Job" => ("/apis/batch/v1", "jobs"),
                "CronJob" => ("/apis/batch/v1", "cronjobs"),
                "Deployment" => ("/apis/apps/v1", "deployments"),
                "Service" => ("/api/v1", "services"),
                other => panic!("no path for {other}"),
            };
            self.create(&format!("{group}/namespaces/{namespace}/{plural}"), item).await;
        }
    }

    pub(crate) async fn namespace(&self, name: &str) {
        self.create(
            "/api/v1/namespaces",
            &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}),
        )
        .await;
    }

    /// Waits until the object at `path` makes `fits` true, and returns it.
    pub(crate) async fn until(&self, path: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let seen = self.get(path).await.unwrap_or(Value::Null);
            if fits(&seen) {
                return seen;
            }
            assert!(tokio::time::Instant::now() < deadline, "it never came: {path} is {seen:#}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Waits until a list has items that make `fits` true.
    pub(crate) async fn until_items(&self, path: &str, fits: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let list = self.until(path, |list| list["items"].as_array().is_some_and(|items| fits(items))).await;
        list["items"].as_array().unwrap().clone()
    }

    /// Waits until the controllers have written `number` requests that fit.
    pub(crate) async fn until_written(&self, number: usize, fits: impl Fn(&Value) -> bool) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while self.writes.all().iter().filter(|write| fits(write)).count() < number {
            assert!(tokio::time::Instant::now() < deadline, "never written: {:#?}", self.writes.all());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    pub(crate) fn jump(&self, seconds: f64) {
        let to = self.clock.now() + jiff::SignedDuration::from_millis((seconds * 1000.0) as i64);
        self.clock.jump(to).unwrap();
    }

    pub(crate) fn jump_to(&self, to: &str) {
        self.clock.jump(to.parse().unwrap()).unwrap();
    }

    /// Ends the pod's container, as its kubelet would tell.
    pub(crate) async fn finish(&self, pod: &Value, exit_code: i32) {
        let path = format!("{}/status", pod_path(pod));
        let phase = if exit_code == 0 { "Succeeded" } else { "Failed" };
        self.patch(&path, ended(phase, exit_code, self.clock.now())).await;
    }

    /// Events about an object, as `Type Reason count: message`, oldest first.
    pub(crate) async fn events(&self, namespace: &str, kind: &str) -> Vec<String> {
        let list = self.get(&format!("/api/v1/namespaces/{namespace}/events")).await.unwrap();
        let mut events: Vec<&Value> = list["items"].as_array().unwrap().iter().collect();
        events.retain(|event| event["involvedObject"]["kind"] == kind);
        events.sort_by_key(|event| {
            event["metadata"]["name"].as_str().map(|name| name.rsplit('.').next().map(str::to_owned))
        });
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let line = |event: &&Value| {
            format!(
                "{} {} {}: {}",
                word(&event["type"]),
                word(&event["reason"]),
                event["count"],
                word(&event["message"])
            )
        };
        events.iter().map(line).collect()
    }
}

pub(crate) fn pod_path(pod: &Value) -> String {
    let text = |key: &str| pod["metadata"][key].as_str().unwrap_or_default().to_owned();
    format!("/api/v1/namespaces/{}/pods/{}", text("namespace"), text("name"))
}

async fn request(client: &Client, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let content = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
    let bytes = if body.is_null() { Vec::new() } else { serde_json::to_vec(body).unwrap() };
    let request = http::Request::builder().method(method).uri(path).header("content-type", content);
    let answer = client.send(request.body(bytes.into()).unwrap()).await.unwrap();
    let code = answer.status().as_u16();
    let bytes = answer.into_body().collect_bytes().await.unwrap();
    (code, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

fn condition(kind: &str, status: &str, now: Timestamp) -> Value {
    json!({"type": kind, "status": status, "lastProbeTime": null, "lastTransitionTime": second(now)})
}

fn second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn ended(phase: &str, exit_code: i32, now: Timestamp) -> Value {
    let reason = if exit_code == 0 { "Completed" } else { "Error" };
    let terminated =
        json!({"exitCode": exit_code, "reason": reason, "startedAt": second(now), "finishedAt": second(now)});
    json!({"status": {
        "phase": phase,
        "conditions": [condition("Ready", "False", now), condition("PodScheduled", "True", now)],
        "containerStatuses": [{
            "name": "main", "image": "busybox:1.36", "imageID": "", "ready": false, "restartCount": 0,
            "state": {"terminated": terminated},
        }],
    }})
}

/// Starts every pod at once, and ends the deleted ones: that is all these tests need of a kubelet.
async fn kubelet(client: Client, clock: Clock, cancel: CancellationToken) {
    let pods: kube::Api<Pod> = kube::Api::all(client.clone());
    let mut stream = std::pin::pin!(watcher(pods, watcher::Config::default()));
    let mut next = 0_u16;
    loop {
        let event = tokio::select! {
            () = cancel.cancelled() => return,
            event = stream.next() => event,
        };
        let (watcher::Event::Apply(pod) | watcher::Event::InitApply(pod)) = event.unwrap().unwrap() else { continue };
        let pod = Arc::new(pod);
        let bound = pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_some());
        let status = pod.status.clone().unwrap_or_default();
        let finished = matches!(status.phase.as_deref(), Some("Succeeded" | "Failed"));
        let path = format!("/api/v1/namespaces/{}/pods/{}", pod.namespace().unwrap(), pod.name_any());
        let held = pod.annotations().contains_key("test/hold");
        if pod.metadata.deletion_timestamp.is_some() {
            if held {
                continue;
            }
            if !finished {
                request(&client, "PATCH", &format!("{path}/status"), &ended("Failed", 143, clock.now())).await;
            }
            request(&client, "DELETE", &path, &json!({"gracePeriodSeconds": 0})).await;
        } else if bound && !finished && status.container_statuses.is_none() && !held {
            next += 1;
            let now = clock.now();
            let running = json!({"status": {
                "phase": "Running", "startTime": second(now), "podIP": format!("127.64.0.{next}"),
                "conditions": [condition("Ready", "True", now), condition("PodScheduled", "True", now)],
                "containerStatuses": [{
                    "name": "main", "image": "busybox:1.36", "imageID": "", "ready": true, "restartCount": 0,
                    "state": {"running": {"startedAt": second(now)}},
                }],
            }});
            request(&client, "PATCH", &format!("{path}/status"), &running).await;
        }
    }
}
