//! What all parts of the agent share: the client, the clock, the tables, the folders.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use k8s_openapi::api::core::v1::Pod;
use sha2::{Digest, Sha256};

use super::addresses::Addresses;
use super::confine::Support;
use super::events::Events;
use super::images::{Images, hex};
use super::logs::Hub;
use super::network::{ServiceMode, Wanted};
use super::sources::Sources;
use super::{AgentConfig, AgentError, confine, paths};
use crate::sandbox::clock::Clock;
use crate::sandbox::net::AddressPlan;

/// The variable that marks every process of a sandbox; its value names the data directory.
pub(super) const MARK: &str = "K8S_TUTOR_NODE";

/// One agent's shared things.
pub(super) struct Shared {
    pub(super) client: kube::Client,
    pub(super) clock: Clock,
    pub(super) plan: AddressPlan,
    pub(super) node_name: String,
    pub(super) data_dir: PathBuf,
    pub(super) images: Images,
    pub(super) kubelet_tls: Arc<rustls::ServerConfig>,
    pub(super) kubelet_token: String,
    pub(super) services: ServiceMode,
    pub(super) exe: PathBuf,
    /// `K8S_TUTOR_NODE=<id of the data directory>`.
    pub(super) mark: String,
    pub(super) support: Support,
    pub(super) events: Events,
    pub(super) addresses: Addresses,
    pub(super) logs: Hub,
    pub(super) sources: Sources,
    pub(super) wanted: Wanted,
    /// The pods of this node as their workers last showed them, by namespace and name.
    pub(super) pods: Mutex<HashMap<(String, String), Shown>>,
}

/// A pod as its worker shows it to the kubelet port.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    /// The pod with its latest status.
    pub(super) pod: Arc<Pod>,
    /// Per container: the number of the newest attempt, if there was one.
    pub(super) attempts: HashMap<String, u32>,
}

impl Shared {
    /// Makes the folders and starts the event recorder.
    pub(super) async fn prepare(config: AgentConfig) -> Result<Arc<Self>, AgentError> {
        let pods = paths::pods(&config.data_dir);
        let unusable = |source| AgentError::Data { path: pods.clone(), source };
        tokio::fs::create_dir_all(&pods).await.map_err(unusable)?;
        let data_dir = tokio::fs::canonicalize(&config.data_dir).await.map_err(unusable)?;
        let id = &hex(&Sha256::digest(data_dir.as_os_str().as_encoded_bytes()))[..16];
        Ok(Arc::new(Self {
            mark: format!("{MARK}={id}"),
            support: confine::supported(),
            events: Events::start(config.client.clone(), config.clock.clone(), config.node_name.clone()),
            addresses: Addresses::new(config.plan, data_dir.join("pods").join(".next-address")),
            logs: Hub::default(),
            sources: Sources::new(config.client.clone()),
            wanted: Wanted::default(),
            pods: Mutex::default(),
            client: config.client,
            clock: config.clock,
            plan: config.plan,
            node_name: config.node_name,
            images: config.images,
            kubelet_tls: config.kubelet_tls,
            kubelet_token: config.kubelet_token,
            services: config.services,
            exe: config.exe,
            data_dir,
        }))
    }

    /// Shows a pod, or takes it from the show.
    pub(super) fn show(&self, namespace: &str, name: &str, shown: Option<Shown>) {
        let mut pods = self.pods.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (namespace.to_owned(), name.to_owned());
        match shown {
            Some(shown) => {
                pods.insert(key, shown);
            }
            None => {
                pods.remove(&key);
            }
        }
    }

    /// A pod that is shown.
    pub(super) fn shown(&self, namespace: &str, name: &str) -> Option<Shown> {
        let pods = self.pods.lock().unwrap_or_else(PoisonError::into_inner);
        pods.get(&(namespace.to_owned(), name.to_owned())).cloned()
    }
}
