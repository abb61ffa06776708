//! The controllers: what makes the objects of the API server come true.
//!
//! Each controller is a pure `plan(observed, now) -> operations` and a thin driver around it. They are ordinary
//! Kubernetes clients: they hold a `kube::Client`, watch each kind once (shared by all of them), and could as well
//! drive a real API server. `Controllers::run` is called by the sandbox's daemon (or by `sandbox controllers`).
//! They must not reach into the API server or its store, and take all time from the sandbox's clock.
//!
//! ```text
//!   watch --> kind (cache, one a kind) --change--> wiring --key--> queue --> controller: plan --> writes
//!                ^                                                                               |
//!                +---------------------------- answers of the writes ----------------------------+
//! ```

mod claim;
mod cluster;
mod conditions;
mod controller;
mod cronjob;
mod deployment;
mod endpoints;
mod endpointslice;
mod error;
mod events;
mod gc;
mod job;
mod kind;
mod labels;
mod namespace;
mod objects;
mod podgc;
mod pods;
mod queue;
mod replicaset;
mod scheduler;
mod service;
mod ttl;
mod write;

use std::sync::Arc;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::cluster::Cluster;
use super::clock::Clock;

/// What the controllers need to run.
pub struct Controllers {
    /// A client of any Kubernetes API server, allowed to do everything.
    pub client: kube::Client,
    /// The sandbox's clock.
    pub clock: Clock,
    /// The certificate authority, published to each namespace as the ConfigMap `kube-root-ca.crt`.
    pub ca_pem: String,
}

impl Controllers {
    /// Runs all controllers until `cancel`; returns when every task has ended.
    pub async fn run(self, cancel: CancellationToken) {
        let cluster = Arc::new(Cluster::new(self.client, self.clock, self.ca_pem));
        let mut tasks = JoinSet::new();
        events::spawn(&cluster, &mut tasks, &cancel);
        // Handlers are wired before the first watch begins, so that no change is missed.
        namespace::start(&cluster, &mut tasks, &cancel);
        scheduler::start(&cluster, &mut tasks, &cancel);
        job::start(&cluster, &mut tasks, &cancel);
        cronjob::start(&cluster, &mut tasks, &cancel);
        replicaset::start(&cluster, &mut tasks, &cancel);
        deployment::start(&cluster, &mut tasks, &cancel);
        endpoints::start(&cluster, &mut tasks, &cancel);
        endpointslice::start(&cluster, &mut tasks, &cancel);
        ttl::start(&cluster, &mut tasks, &cancel);
        podgc::start(&cluster, &mut tasks, &cancel);
        gc::start(&cluster, &mut tasks, &cancel);
        cluster.watch(&mut tasks, &cancel);
        while let Some(ended) = tasks.join_next().await {
            if let Err(error) = ended
                && error.is_panic()
            {
                tracing::error!(%error, "a controller has stopped; `k8s-tutor sandbox stop` and `up` start it again");
            }
        }
    }
}
