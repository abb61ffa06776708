//! Watches the ConfigMaps and Secrets that a pod's volumes come from, one object each.

use futures::StreamExt;
use futures::stream::{BoxStream, SelectAll};
use k8s_openapi::api::core::v1::{ConfigMap, Pod, Secret};
use kube::Api;
use kube::runtime::{WatchStreamExt, watcher};
use tokio::sync::mpsc;

use super::content::referenced;
use crate::sandbox::agent::pod::Message;
use crate::sandbox::agent::sources::Kind;

/// Sends [`Message::SourceChanged`] for each change, until the worker is gone. `None` if the pod
/// has no such volume, so that nothing is watched in vain.
pub(in crate::sandbox::agent) fn watch_sources(
    client: &kube::Client,
    pod: &Pod,
    report: mpsc::UnboundedSender<Message>,
) -> Option<tokio::task::JoinHandle<()>> {
    let namespace = pod.metadata.namespace.as_deref()?;
    let found = referenced(pod.spec.as_ref()?.volumes.as_deref()?);
    let mut changes: SelectAll<BoxStream<'static, ()>> = SelectAll::new();
    for ((_, name), kind) in found {
        changes.push(match kind {
            Kind::ConfigMap => one(Api::<ConfigMap>::namespaced(client.clone(), namespace), &name),
            Kind::Secret => one(Api::<Secret>::namespaced(client.clone(), namespace), &name),
        });
    }
    if changes.is_empty() {
        return None;
    }
    Some(tokio::spawn(async move {
        while let Some(()) = changes.next().await {
            if report.send(Message::SourceChanged).is_err() {
                return;
            }
        }
    }))
}

fn one<K>(api: Api<K>, name: &str) -> BoxStream<'static, ()>
where
    K: kube::Resource + Clone + std::fmt::Debug + serde::de::DeserializeOwned + Send + 'static,
{
    let config = watcher::Config::default().fields(&format!("metadata.name={name}"));
    let changes = watcher(api, config).default_backoff();
    changes
        .filter_map(|event| async move {
            matches!(event, Ok(watcher::Event::Apply(_) | watcher::Event::Delete(_) | watcher::Event::InitApply(_)))
                .then_some(())
        })
        .boxed()
}
