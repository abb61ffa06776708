//! How an image archive gets into the nodes of a product. A provider names one; what it does is the same for all:
//! say what is there, load an archive, and say again, for several of these tools exit 0 when they have failed.

use std::path::PathBuf;

/// A way into the nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loader {
    /// `docker load` into an engine that the nodes share.
    Docker {
        /// The docker program.
        program: PathBuf,
        /// `--host`, where it is not the default context's: `unix:///home/me/.colima/default/docker.sock`.
        host: Option<String>,
        /// `--context`, where one is meant: `desktop-linux`.
        context: Option<String>,
        /// What the manifests must say of pulling.
        pull: PullPolicy,
    },
    /// `minikube image load`.
    Minikube {
        /// The minikube program.
        program: PathBuf,
        /// The profile.
        profile: String,
    },
    /// `kind load image-archive`.
    Kind {
        /// The kind program.
        program: PathBuf,
        /// The docker (or podman) program, which looks into the node containers.
        docker: PathBuf,
        /// The cluster's name.
        cluster: String,
    },
    /// `k3d image import`.
    K3d {
        /// The k3d program.
        program: PathBuf,
        /// The docker program, which looks into the node containers.
        docker: PathBuf,
        /// The cluster's name.
        cluster: String,
    },
    /// `nerdctl --namespace k8s.io load`.
    Nerdctl {
        /// The program and the words before nerdctl's own: `colima nerdctl --profile p --`, `rdctl shell nerdctl`.
        command: Vec<String>,
    },
}

/// `imagePullPolicy` in the manifests of loaded images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PullPolicy {
    /// The node has it or the pod waits: nothing is asked of a registry.
    Never,
    /// The node may take it from the engine over its own mirror.
    IfNotPresent,
}
