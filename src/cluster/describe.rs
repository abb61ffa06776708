//! Objects in the manner of `kubectl describe`: its fields, in its order, under its titles, then the events.
//!
//! Pure but for [`Cluster::describe`]: an object as JSON and what belongs to it in, a text out. One file a kind; a
//! kind without one is written field by field.

mod containers;
mod deployment;
mod events;
mod jobs;
mod other;
mod page;
mod parts;
mod pod;
mod service;
#[cfg(test)]
mod tests;
mod volumes;

use jiff::Timestamp;
use k8s_openapi::api::apps::v1::ReplicaSet;
use k8s_openapi::api::core::v1::Event;
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::api::ListParams;
use serde::Serialize;
use serde_json::Value;

use self::page::Page;
use super::objects::Named;
use super::{Cluster, ClusterError};

/// What belongs to an object and is told with it.
#[derive(Default)]
struct Around {
    events: Vec<Value>,
    /// A Deployment's ReplicaSets, a Service's EndpointSlices.
    related: Vec<Value>,
}

impl Cluster {
    /// An object as `kubectl describe` tells of it. Times are UTC.
    ///
    /// # Errors
    /// It is not there, or the server cannot be asked. Events that cannot be read are left out.
    pub async fn describe<'a>(&self, object: impl Into<Named<'a>>) -> Result<String, ClusterError> {
        let named = object.into();
        let object = self.object(named).await?;
        let around = Around { events: self.events_of(&object).await, related: self.related(named, &object).await };
        Ok(page(named.kind, &object, &around, Timestamp::now()))
    }

    async fn events_of(&self, object: &Value) -> Vec<Value> {
        let text = |pointer| parts::text(object, pointer);
        let fields = format!(
            "involvedObject.name={},involvedObject.kind={},involvedObject.uid={}",
            text("/metadata/name"),
            text("/kind"),
            text("/metadata/uid")
        );
        let list = self.api::<Event>().list(&ListParams::default().fields(&fields)).await;
        list.map(|list| values(&list.items)).unwrap_or_default()
    }

    async fn related(&self, named: Named<'_>, object: &Value) -> Vec<Value> {
        match named.kind {
            "Deployment" => {
                let selector = parts::pairs(object, "/spec/selector/matchLabels").join(",");
                let list = self.api::<ReplicaSet>().list(&ListParams::default().labels(&selector)).await;
                list.map(|list| values(&list.items)).unwrap_or_default()
            }
            "Service" => {
                let selector = format!("kubernetes.io/service-name={}", named.name);
                let list = self.api::<EndpointSlice>().list(&ListParams::default().labels(&selector)).await;
                list.map(|list| values(&list.items)).unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }
}

fn values<T: Serialize>(items: &[T]) -> Vec<Value> {
    items.iter().filter_map(|item| serde_json::to_value(item).ok()).collect()
}

fn page(kind: &str, object: &Value, around: &Around, now: Timestamp) -> String {
    let mut page = Page::default();
    match kind {
        "CronJob" => jobs::cronjob(&mut page, object),
        "Job" => jobs::job(&mut page, object),
        "Pod" => pod::pod(&mut page, object),
        "Deployment" => deployment::deployment(&mut page, object, &around.related),
        "Service" => service::service(&mut page, object, &around.related),
        "EndpointSlice" => service::endpoint_slice(&mut page, object),
        "ConfigMap" => other::config_map(&mut page, object),
        _ => other::generic(&mut page, object),
    }
    events::table(&mut page, &around.events, now);
    page.finish()
}
