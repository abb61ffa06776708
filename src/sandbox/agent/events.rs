//! Events: what the agent tells about an object in Kubernetes' own event log. A repeat raises the
//! count of the first, as client-go's correlator does.

use std::collections::HashMap;

use k8s_openapi::api::core::v1::{Event, EventSource, ObjectReference};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};
use kube::api::{Api, Patch, PatchParams, PostParams};
use tokio::sync::mpsc;

use crate::sandbox::clock::Clock;

/// More different events than this are not remembered; the oldest memory is simply dropped.
const REMEMBERED: usize = 4096;

/// Normal or Warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Normal,
    Warning,
}

/// A handle to the recorder; events are written in order by one task.
#[derive(Clone, Debug)]
pub(super) struct Events {
    queue: mpsc::UnboundedSender<Said>,
    clock: Clock,
}

#[derive(Debug)]
struct Said {
    about: ObjectReference,
    kind: Kind,
    reason: &'static str,
    message: String,
    at: jiff::Timestamp,
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    uid: String,
    field: String,
    reason: &'static str,
    message: String,
}

struct Known {
    name: String,
    count: i32,
}

impl Events {
    /// Starts the recorder's task; it ends when the last handle is dropped.
    pub(super) fn start(client: kube::Client, clock: Clock, node_name: String) -> Self {
        let (queue, said) = mpsc::unbounded_channel();
        tokio::spawn(write_all(client, node_name, said));
        Self { queue, clock }
    }

    /// Says something about an object.
    pub(super) fn say(&self, about: ObjectReference, kind: Kind, reason: &'static str, message: impl Into<String>) {
        let said = Said { about, kind, reason, message: message.into(), at: self.clock.now() };
        // Fails only while the agent is shutting down.
        let _ = self.queue.send(said);
    }
}

async fn write_all(client: kube::Client, node_name: String, mut queue: mpsc::UnboundedReceiver<Said>) {
    let mut known: HashMap<Key, Known> = HashMap::new();
    while let Some(said) = queue.recv().await {
        if known.len() >= REMEMBERED {
            known.clear();
        }
        write(&client, &node_name, &mut known, said).await;
    }
}

async fn write(client: &kube::Client, node_name: &str, known: &mut HashMap<Key, Known>, said: Said) {
    let namespace = said.about.namespace.clone().unwrap_or_else(|| "default".into());
    let api: Api<Event> = Api::namespaced(client.clone(), &namespace);
    let key = Key {
        uid: said.about.uid.clone().unwrap_or_default(),
        field: said.about.field_path.clone().unwrap_or_default(),
        reason: said.reason,
        message: said.message.clone(),
    };
    if let Some(known) = known.get_mut(&key) {
        let patch = serde_json::json!({"count": known.count + 1, "lastTimestamp": Time(said.at)});
        if api.patch(&known.name, &PatchParams::default(), &Patch::Strategic(patch)).await.is_ok() {
            known.count += 1;
            return;
        }
        // Events are forgotten after an hour, or with their namespace: then it is a new one.
    }
    let event = new_event(node_name, &namespace, said);
    let name = event.metadata.name.clone().unwrap_or_default();
    match api.create(&PostParams::default(), &event).await {
        Ok(_) => {
            known.insert(key, Known { name, count: 1 });
        }
        Err(error) => tracing::debug!(%name, %error, "event not written"),
    }
}

fn new_event(node_name: &str, namespace: &str, said: Said) -> Event {
    // The time in hexadecimal makes the name unique, as client-go does it.
    let stamp = u64::try_from(said.at.as_nanosecond()).unwrap_or_default();
    let unique = stamp ^ (uuid::Uuid::new_v4().as_u64_pair().0 & 0xffff);
    let name = format!("{}.{unique:016x}", said.about.name.as_deref().unwrap_or("object"));
    Event {
        metadata: ObjectMeta { name: Some(name), namespace: Some(namespace.to_owned()), ..ObjectMeta::default() },
        involved_object: said.about,
        reason: Some(said.reason.to_owned()),
        message: Some(said.message),
        type_: Some(format!("{:?}", said.kind)),
        count: Some(1),
        first_timestamp: Some(Time(said.at)),
        last_timestamp: Some(Time(said.at)),
        source: Some(EventSource { component: Some("kubelet".into()), host: Some(node_name.to_owned()) }),
        reporting_component: Some("kubelet".into()),
        reporting_instance: Some(node_name.to_owned()),
        ..Event::default()
    }
}
