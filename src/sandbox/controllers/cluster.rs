//! What the controllers see of the cluster: one cache a kind, the clock, the recorder of Events.

use std::fmt::Debug;
use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::{ConfigMap, Endpoints, Namespace, Node, Pod, Service, ServiceAccount};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::{Api, Client, Resource};
use serde::de::DeserializeOwned;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::events::Recorder;
use super::kind::Kind;
use super::namespace::ROOT_CA;
use super::objects::name;
use super::queue::Queue;
use crate::sandbox::clock::Clock;

pub(super) struct Cluster {
    pub(super) client: Client,
    pub(super) clock: Clock,
    pub(super) ca_pem: String,
    pub(super) recorder: Recorder,
    pub(super) namespaces: Arc<Kind<Namespace>>,
    pub(super) nodes: Arc<Kind<Node>>,
    pub(super) pods: Arc<Kind<Pod>>,
    pub(super) jobs: Arc<Kind<Job>>,
    pub(super) cron_jobs: Arc<Kind<CronJob>>,
    pub(super) replica_sets: Arc<Kind<ReplicaSet>>,
    pub(super) deployments: Arc<Kind<Deployment>>,
    pub(super) services: Arc<Kind<Service>>,
    pub(super) endpoints: Arc<Kind<Endpoints>>,
    pub(super) slices: Arc<Kind<EndpointSlice>>,
    pub(super) config_maps: Arc<Kind<ConfigMap>>,
    pub(super) service_accounts: Arc<Kind<ServiceAccount>>,
}

impl Cluster {
    pub(super) fn new(client: Client, clock: Clock, ca_pem: String) -> Self {
        let config_maps = kind::<ConfigMap>(&client).stripped(forget_data);
        Self {
            recorder: Recorder::new(clock.clone()),
            namespaces: Arc::new(kind(&client)),
            nodes: Arc::new(kind(&client)),
            pods: Arc::new(kind(&client)),
            jobs: Arc::new(kind(&client)),
            cron_jobs: Arc::new(kind(&client)),
            replica_sets: Arc::new(kind(&client)),
            deployments: Arc::new(kind(&client)),
            services: Arc::new(kind(&client)),
            endpoints: Arc::new(kind(&client)),
            slices: Arc::new(kind(&client)),
            config_maps: Arc::new(config_maps),
            service_accounts: Arc::new(kind(&client)),
            client,
            clock,
            ca_pem,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn queue(&self) -> Arc<Queue> {
        Arc::new(Queue::new(self.clock.clone()))
    }

    /// Waits until every cache is filled.
    pub(super) async fn ready(&self) {
        self.namespaces.ready().await;
        self.nodes.ready().await;
        self.pods.ready().await;
        self.jobs.ready().await;
        self.cron_jobs.ready().await;
        self.replica_sets.ready().await;
        self.deployments.ready().await;
        self.services.ready().await;
        self.endpoints.ready().await;
        self.slices.ready().await;
        self.config_maps.ready().await;
        self.service_accounts.ready().await;
    }

    /// Begins all watches.
    pub(super) fn watch(&self, tasks: &mut JoinSet<()>, cancel: &CancellationToken) {
        watch(&self.namespaces, tasks, cancel);
        watch(&self.nodes, tasks, cancel);
        watch(&self.pods, tasks, cancel);
        watch(&self.jobs, tasks, cancel);
        watch(&self.cron_jobs, tasks, cancel);
        watch(&self.replica_sets, tasks, cancel);
        watch(&self.deployments, tasks, cancel);
        watch(&self.services, tasks, cancel);
        watch(&self.endpoints, tasks, cancel);
        watch(&self.slices, tasks, cancel);
        watch(&self.config_maps, tasks, cancel);
        watch(&self.service_accounts, tasks, cancel);
    }
}

fn kind<K>(client: &Client) -> Kind<K>
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    Kind::new(client.clone(), Api::all(client.clone()))
}

/// Begins the watch of one kind.
pub(super) fn watch<K>(kind: &Arc<Kind<K>>, tasks: &mut JoinSet<()>, cancel: &CancellationToken)
where
    K: Resource + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    let (kind, cancel) = (kind.clone(), cancel.clone());
    tasks.spawn(async move { kind.watch(cancel).await });
}

/// ConfigMaps can be large, and only one of them is read here.
fn forget_data(map: &mut ConfigMap) {
    if name(map) != ROOT_CA {
        map.data = None;
        map.binary_data = None;
    }
}
