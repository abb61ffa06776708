//! The node agent: runs the pods that are bound to this node as child processes.
//!
//! ```text
//!   API server --watch--> manager --one task a pod--> pod::Worker --starts--> attempt (a process group)
//!        ^                                               |  ^                     |        |
//!        +------ status, events, lease, node ------------+  +---- exits, probes --+      logs
//!   Services, EndpointSlices --watch--> network (a TCP proxy a port)         kubelet port (logs)
//! ```
//!
//! An ordinary Kubernetes client: it can stand behind any API server. It must not import the
//! sandbox's API, store or resources. What a kubelet calls a container is here a process with a
//! folder: no mount, PID or network namespace; `docs/sandbox.md` says what follows from that.

use std::path::PathBuf;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::clock::Clock;
use super::net::AddressPlan;

mod addresses;
mod attempt;
pub mod confine;
mod env;
mod events;
mod exec;
mod hooks;
mod images;
mod kubelet;
mod launch;
mod logs;
mod manager;
mod network;
mod node;
mod node_status;
mod orphans;
mod paths;
mod pod;
mod probes;
mod shared;
mod sources;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod volumes;

pub use images::{Image, Images};
pub use network::ServiceMode;

/// The kubelet version that the Node shows: the Kubernetes whose behaviour is imitated.
pub const KUBELET_VERSION: &str = "v1.36.2";

/// What the agent needs to run.
pub struct AgentConfig {
    /// The client of the API server that it serves.
    pub client: kube::Client,
    /// The sandbox's clock.
    pub clock: Clock,
    /// Which addresses pods and Services have.
    pub plan: AddressPlan,
    /// The Node's name.
    pub node_name: String,
    /// Where pods keep their folders: `<data_dir>/pods/<uid>`.
    pub data_dir: PathBuf,
    /// Which image names are which programs.
    pub images: Images,
    /// The certificate of the kubelet port.
    pub kubelet_tls: Arc<rustls::ServerConfig>,
    /// Who shows this bearer token may read logs.
    pub kubelet_token: String,
    /// What a connection to a port that a Service lacks finds.
    pub services: ServiceMode,
    /// This very program: the confinement shim and the built-in images are parts of it.
    pub exe: PathBuf,
}

/// Why the agent could not run.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// The data directory cannot be used.
    #[error("the node agent cannot use {path}: {source}; check that it is writable and that the disk has room")]
    Data {
        /// The folder or file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The kubelet port cannot be opened.
    #[error("the node agent cannot listen on {address}: {source}")]
    Listen {
        /// Where it tried.
        address: std::net::SocketAddr,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The API server refused something that the agent cannot do without.
    #[error("the node agent cannot {what}: {source}")]
    Api {
        /// What it tried.
        what: String,
        /// The API server's answer.
        source: Box<kube::Error>,
    },
}

/// Runs the agent until `cancel`; then every pod process is ended (TERM, a short grace, KILL), the
/// pods' states stay as they are, and the next start restarts them as a rebooted node would.
pub async fn run(config: AgentConfig, cancel: CancellationToken) -> Result<(), AgentError> {
    let shared = shared::Shared::prepare(config).await?;
    orphans::end_former_life(&shared.data_dir, &shared.mark).await;
    let (port, kubelet) = kubelet::start(&shared, cancel.clone()).await?;
    let node = tokio::spawn(node::run(shared.clone(), port, cancel.clone()));
    let network = tokio::spawn(network::run(shared.clone(), cancel.clone()));
    manager::run(shared, cancel).await;
    for part in [kubelet, node, network] {
        // A part that panicked has already said so; the others are down by now.
        let _ = part.await;
    }
    Ok(())
}
