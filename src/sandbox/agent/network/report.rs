//! Tells when a Service's port could not be opened: a Warning event on the Service, and an
//! annotation that goes again when the port is there.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{ObjectReference, Service};
use kube::api::{Api, Patch, PatchParams};

use super::table::Key;
use crate::sandbox::agent::events::Kind as EventKind;
use crate::sandbox::agent::shared::Shared;

/// On a Service: which of its addresses nobody listens on, and why.
pub(super) const ANNOTATION: &str = "k8s-tutor.dev/ports-not-listening";

/// The API server's own Service: its port 443 needs root on most machines, and nobody misses it.
const MASTER: (&str, &str) = ("default", "kubernetes");

/// A port that could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unbound {
    pub(super) address: SocketAddr,
    pub(super) error: String,
}

/// Remembers what it has told.
pub(super) struct Reporter {
    shared: Arc<Shared>,
    told: BTreeMap<Key, String>,
}

impl Reporter {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, told: BTreeMap::new() }
    }

    /// Tells what has changed since the last time.
    pub(super) async fn report(&mut self, services: &BTreeMap<Key, Service>, failed: BTreeMap<Key, Vec<Unbound>>) {
        let now: BTreeMap<Key, String> = failed
            .into_iter()
            .filter(|((namespace, name), _)| (namespace.as_str(), name.as_str()) != MASTER)
            .map(|(key, ports)| {
                let texts: Vec<_> = ports.iter().map(|p| format!("{}: {}", p.address, p.error)).collect();
                (key, texts.join("; "))
            })
            .collect();
        for (key, service) in services {
            let text = now.get(key);
            let shown = service.metadata.annotations.as_ref().and_then(|a| a.get(ANNOTATION));
            if text == shown {
                continue;
            }
            if text == self.told.get(key) && text.is_some() {
                // Written already, the watch has not shown it yet.
                continue;
            }
            self.annotate(key, text).await;
            if let Some(text) = text {
                self.say(service, text);
            }
        }
        self.told = now;
    }

    async fn annotate(&self, (namespace, name): &Key, text: Option<&String>) {
        let api: Api<Service> = Api::namespaced(self.shared.client.clone(), namespace);
        let patch = serde_json::json!({"metadata": {"annotations": {ANNOTATION: text}}});
        if let Err(error) = api.patch(name, &PatchParams::default(), &Patch::Merge(patch)).await {
            tracing::debug!(%namespace, %name, %error, "Service not annotated");
        }
    }

    fn say(&self, service: &Service, text: &str) {
        let meta = &service.metadata;
        let about = ObjectReference {
            api_version: Some("v1".into()),
            kind: Some("Service".into()),
            name: meta.name.clone(),
            namespace: meta.namespace.clone(),
            uid: meta.uid.clone(),
            ..ObjectReference::default()
        };
        let message = format!("nobody listens on a port of this Service, it is tried again: {text}");
        self.shared.events.say(about, EventKind::Warning, "PortNotListening", message);
    }
}
