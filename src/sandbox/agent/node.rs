//! Registers the Node and keeps it alive: a Lease every 10 s, the status every 5 min.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::api::core::v1::{Node, NodeSpec, ObjectReference};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta, OwnerReference};
use kube::api::{Api, Patch, PatchParams, PostParams};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::events::Kind as EventKind;
use super::node_status::{self, Facts};
use super::shared::Shared;

const LEASE_NAMESPACE: &str = "kube-node-lease";
/// A kubelet's renewal and report intervals, on the sandbox's clock.
const RENEW: Duration = Duration::from_secs(10);
const REPORT: Duration = Duration::from_secs(300);
/// On a sped-up clock no more often than this, in real time.
const LEAST_PAUSE: Duration = Duration::from_secs(1);
/// Leases are 40 s long, as a kubelet's.
const LEASE_SECONDS: i32 = 40;

/// Keeps the Node until `cancel`.
pub(super) async fn run(shared: Arc<Shared>, port: u16, cancel: CancellationToken) {
    tokio::select! {
        () = cancel.cancelled() => {}
        () = keep(&shared, port) => {}
    }
}

async fn keep(shared: &Shared, port: u16) {
    let mut pause = Duration::from_millis(20);
    let since = shared.clock.now();
    let uid = loop {
        match register(shared, port, since).await {
            Ok(uid) => break uid,
            Err(error) => tracing::debug!(%error, "node not registered, trying again"),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    };
    announce(shared);
    let mut reported = shared.clock.now();
    loop {
        let now = shared.clock.now();
        if let Err(error) = renew(shared, &uid, now).await {
            tracing::debug!(%error, "lease not renewed");
        }
        let report_due = now.duration_since(reported).unsigned_abs() >= REPORT;
        if report_due && register(shared, port, since).await.is_ok() {
            reported = now;
        }
        let rest = tokio::time::sleep(LEAST_PAUSE);
        shared.clock.sleep(RENEW).await;
        rest.await;
    }
}

fn announce(shared: &Shared) {
    let node = ObjectReference {
        kind: Some("Node".into()),
        name: Some(shared.node_name.clone()),
        uid: Some(shared.node_name.clone()),
        ..ObjectReference::default()
    };
    shared.events.say(node.clone(), EventKind::Normal, "Starting", "Starting kubelet.");
    let ready = format!("Node {} status is now: NodeReady", shared.node_name);
    shared.events.say(node, EventKind::Normal, "NodeReady", ready);
}

/// Creates or updates the Node; its uid.
async fn register(shared: &Shared, port: u16, since: Timestamp) -> Result<String, kube::Error> {
    let api: Api<Node> = Api::all(shared.client.clone());
    let name = &shared.node_name;
    let labels = node_status::labels(name);
    let node = match api.get_opt(name).await? {
        Some(node) => {
            let missing = labels.iter().any(|(k, v)| node.metadata.labels.as_ref().and_then(|l| l.get(k)) != Some(v));
            if missing {
                let patch = json!({"metadata": {"labels": labels}});
                api.patch(name, &PatchParams::default(), &Patch::Merge(patch)).await?;
            }
            node
        }
        None => {
            let cidr = shared.plan.pod_cidr();
            let spec = NodeSpec { pod_cidr: Some(cidr.clone()), pod_cidrs: Some(vec![cidr]), ..NodeSpec::default() };
            let metadata = ObjectMeta { name: Some(name.clone()), labels: Some(labels), ..ObjectMeta::default() };
            api.create(&PostParams::default(), &Node { metadata, spec: Some(spec), status: None }).await?
        }
    };
    let facts = Facts {
        node_name: name,
        node_ip: shared.plan.node_ip().to_string(),
        port,
        images: &shared.images,
        data_dir: &shared.data_dir,
        since,
        now: shared.clock.now(),
    };
    let patch = json!({"status": node_status::status(&facts)});
    api.patch_status(name, &PatchParams::default(), &Patch::Merge(patch)).await?;
    Ok(node.metadata.uid.unwrap_or_default())
}

async fn renew(shared: &Shared, node_uid: &str, now: Timestamp) -> Result<(), kube::Error> {
    let api: Api<Lease> = Api::namespaced(shared.client.clone(), LEASE_NAMESPACE);
    let patch = json!({"spec": {"renewTime": MicroTime(now)}});
    match api.patch(&shared.node_name, &PatchParams::default(), &Patch::Merge(patch)).await {
        Err(kube::Error::Api(refusal)) if refusal.code == 404 => {}
        other => return other.map(|_| ()),
    }
    let owner = OwnerReference {
        api_version: "v1".into(),
        kind: "Node".into(),
        name: shared.node_name.clone(),
        uid: node_uid.to_owned(),
        ..OwnerReference::default()
    };
    let metadata = ObjectMeta {
        name: Some(shared.node_name.clone()),
        namespace: Some(LEASE_NAMESPACE.into()),
        owner_references: Some(vec![owner]),
        ..ObjectMeta::default()
    };
    let spec = LeaseSpec {
        holder_identity: Some(shared.node_name.clone()),
        lease_duration_seconds: Some(LEASE_SECONDS),
        renew_time: Some(MicroTime(now)),
        ..LeaseSpec::default()
    };
    api.create(&PostParams::default(), &Lease { metadata, spec: Some(spec) }).await.map(|_| ())
}
