//! The watches of the dashboard: one task a kind, which reads a list page by page, follows what changes, and tells
//! of both in rows.
//!
//! ```text
//!   kube's watcher --Event<Read<K>>--> run (one round a connection) --> tell (batches, freshness) --News--> Sink
//!                                        |  pace: how long until the next round
//! ```
//!
//! Called by `runtime`, which drops the task to end it. An object becomes a row while it is read (`read`), so that a
//! page of the list is held as rows only. Nothing here decides what to show.

mod pace;
mod read;
mod run;
mod tell;

use std::future::Future;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{Event, Pod, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;

use self::read::{Read, Watched};
use super::Cluster;
use crate::domain::object::Kind;
use crate::domain::watch::{News, WatchEvent};

/// Who listens to a watch.
pub trait Sink: Send {
    /// Takes news in; false when nobody listens any more, which ends the watch.
    fn take(&mut self, event: WatchEvent) -> impl Future<Output = bool> + Send;
}

/// Why a watch ended. A break of the connection does not end it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchEnd {
    /// Nobody listens any more.
    Closed,
    /// The server no longer knows these credentials (401), or is another one than the kubeconfig said (its
    /// certificate): connect anew from the kubeconfig.
    Unauthorized,
}

impl Cluster {
    /// Watches one kind in the lab's namespace until the sink is closed or the credentials are refused. The news
    /// come in the order that `domain::watch` promises.
    pub async fn watch<S: Sink>(&self, kind: Kind, mut sink: S) -> WatchEnd {
        match kind {
            Kind::CronJob => self.watched::<CronJob, S>(sink).await,
            Kind::Job => self.watched::<Job, S>(sink).await,
            Kind::Pod => self.watched::<Pod, S>(sink).await,
            Kind::Event => self.watched::<Event, S>(sink).await,
            Kind::Deployment => self.watched::<Deployment, S>(sink).await,
            Kind::Service => self.watched::<Service, S>(sink).await,
            Kind::EndpointSlice => self.watched::<EndpointSlice, S>(sink).await,
            Kind::ConfigMap => {
                let why = "ConfigMaps are read when they are asked for, not watched".to_owned();
                sink.take(WatchEvent { kind, news: News::Unreadable { why } }).await;
                WatchEnd::Closed
            }
        }
    }

    async fn watched<K: Watched, S: Sink>(&self, sink: S) -> WatchEnd {
        Box::pin(run::run(self.api::<Read<K>>(), &self.url, sink)).await
    }
}
