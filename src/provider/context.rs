//! Any kubeconfig context. Thin: the cluster is the user's, so it is neither started nor stopped here, and
//! the images must be there already.

use std::net::IpAddr;

use async_trait::async_trait;
use k8s_openapi::api::core::v1::Node;
use kube::api::ListParams;

use super::{Images, Options, Place, Provider, ProviderError};
use crate::cluster::{Cluster, Target};
use crate::domain::check::Check;
use crate::domain::command::ShellCommand;
use crate::domain::fault::Probe;

/// The provider `context`.
pub(super) struct Context {
    target: Target,
    allow_remote: bool,
}

impl Context {
    pub(super) fn new(options: &Options) -> Self {
        Self { target: options.target.clone(), allow_remote: options.allow_remote }
    }

    async fn place(&self) -> Result<Place, ProviderError> {
        let host = self.target.host().await?;
        let context = self.target.context.clone().unwrap_or_else(|| "(current)".to_owned());
        if !is_local(&host) && !self.allow_remote {
            return Err(ProviderError::Remote { host, context });
        }
        let words = format!("context {context} at {host}");
        Ok(Place { target: self.target.clone(), node_host: Some(host), fresh: false, words })
    }

    /// The node's own address, where it is one of this machine's: several clusters may share one
    /// machine, and the NodePorts of another may answer at the API server's host.
    async fn node_on_loopback(&self) -> Option<String> {
        let cluster = Cluster::connect(&self.target).await.ok()?;
        let nodes: kube::Api<Node> = kube::Api::all(cluster.client);
        let nodes = nodes.list(&ListParams::default()).await.ok()?.items;
        let addresses = nodes.into_iter().filter_map(|node| node.status?.addresses).flatten();
        let mut internal = addresses.filter(|a| a.type_ == "InternalIP").map(|a| a.address);
        internal.find(|ip| is_local(ip))
    }
}

#[async_trait]
impl Provider for Context {
    fn name(&self) -> &'static str {
        "context"
    }

    fn start_command(&self) -> ShellCommand {
        let command = ShellCommand::line("kubectl config use-context");
        command.arg(self.target.context.clone().unwrap_or_else(|| "CONTEXT".to_owned()))
    }

    fn images(&self) -> Images {
        Images::Present
    }

    async fn preflight(&self) -> Vec<Check> {
        match self.place().await {
            Ok(place) => vec![Check::ok("kubeconfig", place.words)],
            Err(error) => {
                vec![Check::fail("kubeconfig", error.to_string(), error.next().unwrap_or_default())]
            }
        }
    }

    async fn ensure_up(&self) -> Result<Place, ProviderError> {
        let place = self.place().await?;
        let node_host = self.node_on_loopback().await.or(place.node_host);
        Ok(Place { node_host, ..place })
    }

    async fn find(&self) -> Result<Option<Place>, ProviderError> {
        self.ensure_up().await.map(Some)
    }

    async fn stop(&self, _: bool) -> Result<Vec<String>, ProviderError> {
        Ok(Vec::new())
    }

    async fn probe(&self, _: IpAddr, _: u16) -> Option<Probe> {
        None
    }
}

fn is_local(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_counts_as_this_machine() {
        for host in ["127.0.0.1", "127.0.0.9", "localhost", "::1", "[::1]"] {
            assert!(is_local(host), "{host}");
        }
        for host in ["192.168.49.2", "example.com", "localhost.example.com", ""] {
            assert!(!is_local(host), "{host}");
        }
    }

    #[tokio::test]
    async fn a_remote_server_needs_a_word_of_consent() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("kubeconfig");
        let text = "current-context: far\nclusters: [{name: c, cluster: {server: 'https://10.0.0.1:6443'}}]\n\
                    contexts: [{name: far, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {}}]\n";
        std::fs::write(&path, text).unwrap();
        let target = Target { kubeconfig: Some(path), context: Some("far".into()), namespace: None };
        let refused = Context { target: target.clone(), allow_remote: false }.find().await.unwrap_err();
        assert!(refused.next().unwrap().contains("--allow-remote"));
        assert!(Context { target, allow_remote: true }.find().await.unwrap().is_some());
    }
}
