//! The API server: HTTPS on loopback, and the same handler without a socket for the sandbox's own
//! controllers and agent.
//!
//! ```text
//!   serve (TLS, HTTP/1.1 + HTTP/2) --\
//!                                     handle: who asks? -> route: what is asked? -> verbs/, subresources/
//!   client (kube::Client, no socket) -/                                                |
//!          respond: JSON, YAML, Table, Status <----------------------------------------+-- write path: lifecycle
//!                                                                                             |
//!                                                                        sandbox::store <-----+
//! ```
//!
//! Called by `sandbox::daemon`. Controllers and the agent know it as a Kubernetes API only.
//! There is no RBAC: whoever has the token (or a token of a ServiceAccount) may do everything.

mod auth;
mod body;
mod bootstrap;
mod clock_endpoint;
pub mod discovery;
mod events_ttl;
mod handle;
pub mod json_patches;
mod lifecycle;
pub mod managed_fields;
mod metadata;
mod names;
mod namespaces;
mod negotiate;
mod object;
pub mod openapi;
pub mod protobuf;
mod request;
mod respond;
pub mod reviews;
mod route;
pub mod schema;
pub mod selectors;
mod serve;
mod services;
mod shapes;
mod sites;
pub mod status;
pub mod strategic;
pub mod strict;
mod subresources;
pub mod table;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod verbs;
pub mod yaml;

use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::sandbox::clock::Clock;
use crate::sandbox::net::AddressPlan;
use crate::sandbox::resources::Context;
use crate::sandbox::store::{Store, StoreError};

use status::ApiError;

/// What an API server needs to know.
pub struct ApiConfig {
    /// The redb file; `None` keeps everything in memory.
    pub state: Option<PathBuf>,
    /// Who has which address: Services get theirs from it.
    pub plan: AddressPlan,
    /// The sandbox's clock.
    pub clock: Clock,
    /// The bearer token of the user `kubernetes-admin`; also shown to kubelets.
    pub token: String,
    /// The CA that signed the kubelet's certificate.
    pub ca_pem: String,
    /// The name of the sandbox's node.
    pub node_name: String,
    /// The port of the HTTPS endpoint, for the Service `kubernetes`.
    pub port: u16,
}

/// Why the API server did not start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The state file.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A namespace or Service that every cluster has could not be written.
    #[error("the API server could not make {what}: {why}")]
    Bootstrap {
        /// `namespace default`.
        what: String,
        /// The refusal.
        why: ApiError,
    },
    /// The CA certificate is not one.
    #[error("the sandbox's CA certificate is unusable: {0}; k8s-tutor down --purge, then up, makes a new one")]
    Authority(String),
}

/// The API server. Cheap to share; ends with [`Api::close`].
pub struct Api {
    store: Store,
    config: ApiConfig,
    /// Held while Service addresses and node ports are chosen, so that none is given twice.
    allocation: tokio::sync::Mutex<()>,
    kubelets: subresources::KubeletClient,
    sweeps: events_ttl::Sweeps,
    closing: CancellationToken,
}

impl Api {
    /// Loads the store and makes what every cluster has: its four namespaces and the Service
    /// `kubernetes`.
    ///
    /// # Errors
    /// The state file's trouble by name, see [`StoreError`].
    pub async fn open(config: ApiConfig) -> Result<Arc<Self>, OpenError> {
        let store = match &config.state {
            Some(path) => Store::open(path, object::stamp)?,
            None => Store::in_memory(object::stamp)?,
        };
        let kubelets = subresources::KubeletClient::new(&config.ca_pem).map_err(OpenError::Authority)?;
        let allocation = tokio::sync::Mutex::new(());
        let sweeps = events_ttl::Sweeps::new(config.clock.now());
        let closing = CancellationToken::new();
        let api = Arc::new(Self { store, config, allocation, kubelets, sweeps, closing });
        bootstrap::run(&api).await?;
        Ok(api)
    }

    /// A client for the sandbox's own parts: in process, no socket, no TLS, no token. `user` is
    /// who the API server takes it for; `user_agent` names its entries in managedFields.
    pub fn client(self: &Arc<Self>, user: &str, user_agent: &str) -> kube::Client {
        handle::in_process(Arc::clone(self), user, user_agent)
    }

    /// Answers HTTPS until `cancel`; then lets running requests end, at most for a second.
    pub async fn serve(
        self: Arc<Self>,
        listener: tokio::net::TcpListener,
        tls: Arc<rustls::ServerConfig>,
        cancel: CancellationToken,
    ) {
        serve::run(self, listener, tls, cancel).await;
    }

    /// Ends all watches and closes the store. Every acknowledged write is on disk anyway.
    pub async fn close(&self) {
        self.closing.cancel();
        self.store.close().await;
    }

    fn now(&self) -> Timestamp {
        self.config.clock.now()
    }

    fn context(&self) -> Context {
        Context { now: self.now() }
    }
}
