//! Where the cluster comes from: one file a provider, behind one trait.
//!
//! Called by `lab` (to bring a cluster up, find it, stop it, probe it) and `cli` (to choose one). A
//! provider knows how to get *a* cluster; what the lab puts into it is `lab`'s affair.

mod context;
mod sandbox;
pub mod sandbox_control;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;

use crate::cluster::ClusterError;
pub use crate::cluster::Target;
use crate::domain::check::Check;
use crate::domain::command::ShellCommand;
use crate::domain::fault::Probe;
pub use crate::image::Loader;

/// What the caller chose.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The provider's name, or `auto`.
    pub provider: String,
    /// The kubeconfig and context, where the provider takes them.
    pub target: Target,
    /// Go on where the API server is not on this machine.
    pub allow_remote: bool,
    /// The sandbox's folder.
    pub sandbox_dir: PathBuf,
    /// This program, which the sandbox starts again.
    pub exe: PathBuf,
    /// The port of the sandbox's API server; `None`: any free one.
    pub port: Option<u16>,
    /// The sandbox's address slot; `None`: the first free one.
    pub slot: Option<u8>,
}

/// Where a cluster is that runs.
#[derive(Clone, Debug)]
pub struct Place {
    /// How to connect.
    pub target: Target,
    /// The host of NodePorts, where it is known.
    pub node_host: Option<String>,
    /// True when this call started the cluster.
    pub fresh: bool,
    /// In words, for the plan.
    pub words: String,
}

/// How images get to the nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Images {
    /// They are names of programs that the provider knows.
    BuiltIn,
    /// They are built and loaded this way.
    Load(Loader),
    /// The user has put them there.
    Present,
}

/// A source of clusters.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Its name, as for `--provider`.
    fn name(&self) -> &'static str;

    /// What a person would type to start such a cluster.
    fn start_command(&self) -> ShellCommand;

    /// How images get in.
    fn images(&self) -> Images;

    /// What can be checked before anything is started.
    async fn preflight(&self) -> Vec<Check>;

    /// Starts the cluster unless it runs. Idempotent.
    async fn ensure_up(&self) -> Result<Place, ProviderError>;

    /// The cluster if it runs; never starts one.
    async fn find(&self) -> Result<Option<Place>, ProviderError>;

    /// The kubeconfig that this provider wrote and that purging removes, running or not; `None` where it wrote none.
    fn own_kubeconfig(&self) -> Option<PathBuf> {
        None
    }

    /// Stops the cluster where it is ours to stop, with `purge` removing its state too. What it did, in words.
    async fn stop(&self, purge: bool) -> Result<Vec<String>, ProviderError>;

    /// A fresh connection as a pod would make it; `None` where this provider has no pod's side at hand.
    async fn probe(&self, address: IpAddr, port: u16) -> Option<Probe>;
}

/// Every failure of this room.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// No such provider.
    #[error("there is no provider {name:?}; there are auto, sandbox and context")]
    Unknown {
        /// The name asked for.
        name: String,
    },
    /// Announced, not there.
    #[error("the provider {name} is not in this version yet; there are auto, sandbox and context")]
    NotYet {
        /// The name asked for.
        name: String,
    },
    /// The API server is somewhere else.
    #[error("the API server {host} of context {context:?} is not on this machine")]
    Remote {
        /// Its host.
        host: String,
        /// The context.
        context: String,
    },
    /// The sandbox did not do as told.
    #[error("the sandbox: {why}")]
    Sandbox {
        /// Its own words.
        why: String,
    },
    /// Files of the provider.
    #[error("cannot {operation} {}: {source}", path.display())]
    Files {
        /// What was tried.
        operation: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Connecting.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
}

impl ProviderError {
    /// The next command or step.
    pub fn next(&self) -> Option<String> {
        Some(match self {
            Self::Unknown { .. } | Self::NotYet { .. } => "k8s-tutor up --provider sandbox needs nothing else".into(),
            Self::Remote { context, .. } => {
                format!("if it is meant: k8s-tutor up --provider context --context {context} --allow-remote")
            }
            Self::Sandbox { .. } => {
                "k8s-tutor doctor looks for the cause; k8s-tutor sandbox status tells what runs".into()
            }
            Self::Files { .. } => "k8s-tutor doctor; K8S_TUTOR_DATA_DIR chooses another folder".into(),
            Self::Cluster(error) => return error.next(),
        })
    }
}

/// The provider that the options name. `auto` is the sandbox until real clusters are looked for.
///
/// # Errors
/// The name is unknown, or announced only.
pub fn choose(options: &Options) -> Result<Arc<dyn Provider>, ProviderError> {
    match options.provider.as_str() {
        "auto" | "" | "sandbox" => Ok(Arc::new(sandbox::Sandbox::new(options))),
        "context" => Ok(Arc::new(context::Context::new(options))),
        name @ ("minikube" | "docker-desktop") => Err(ProviderError::NotYet { name: name.to_owned() }),
        name => Err(ProviderError::Unknown { name: name.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(name: &str) -> Result<&'static str, String> {
        let options = Options { provider: name.into(), ..Options::default() };
        choose(&options).map(|p| p.name()).map_err(|e| e.to_string())
    }

    #[test]
    fn auto_is_the_sandbox_and_others_are_told_apart() {
        assert_eq!(chosen("auto"), Ok("sandbox"));
        assert_eq!(chosen("context"), Ok("context"));
        assert!(chosen("minikube").unwrap_err().contains("not in this version yet"));
        assert!(chosen("gke").unwrap_err().contains("there is no provider"));
    }
}
