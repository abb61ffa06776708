//! From a kubeconfig and a context to a client that is known to work.

use std::path::{Path, PathBuf};
use std::time::Duration;

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

use super::ClusterError;

/// Connecting takes no longer than this; a VPN that swallows packets must not look like a hang.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Which API server is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The kubeconfig file; `None`: KUBECONFIG, then `~/.kube/config`.
    pub kubeconfig: Option<PathBuf>,
    /// The context; `None`: the current one.
    pub context: Option<String>,
    /// The namespace; `None`: the context's.
    pub namespace: Option<String>,
}

/// A client and where it leads.
#[derive(Clone)]
pub struct Cluster {
    /// The client.
    pub client: Client,
    /// The API server's URL.
    pub url: String,
    /// The API server's version, `v1.36.2`.
    pub version: String,
    /// The kubeconfig context.
    pub context: String,
    /// The namespace that the lab lives in.
    pub namespace: String,
}

impl Target {
    /// The API server's host as the kubeconfig has it, without connecting.
    ///
    /// # Errors
    /// The kubeconfig cannot be read, or lacks the context.
    pub async fn host(&self) -> Result<String, ClusterError> {
        let (config, _) = self.config().await?;
        Ok(config.cluster_url.host().unwrap_or_default().to_owned())
    }

    async fn config(&self) -> Result<(Config, String), ClusterError> {
        let bad = |why: String| ClusterError::Kubeconfig { path: self.kubeconfig.clone(), why };
        let file = read(self.kubeconfig.as_deref()).map_err(|e| bad(e.to_string()))?;
        let context = match (&self.context, &file.current_context) {
            (Some(context), _) => context.clone(),
            (None, Some(current)) if !current.is_empty() => current.clone(),
            _ => return Err(bad("it names no current context".to_owned())),
        };
        if !file.contexts.iter().any(|c| c.name == context) {
            let known = file.contexts.iter().map(|c| c.name.clone()).collect();
            return Err(ClusterError::NoContext { context, known });
        }
        let options = KubeConfigOptions { context: Some(context.clone()), ..Default::default() };
        let mut config = Config::from_custom_kubeconfig(file, &options).await.map_err(|e| bad(e.to_string()))?;
        config.connect_timeout = Some(CONNECT_TIMEOUT);
        Ok((config, context))
    }
}

fn read(path: Option<&Path>) -> Result<Kubeconfig, kube::config::KubeconfigError> {
    match path {
        Some(path) => Kubeconfig::read_from(path),
        None => match Kubeconfig::from_env()? {
            Some(merged) => Ok(merged),
            None => Kubeconfig::read(),
        },
    }
}

impl Cluster {
    /// Connects, and asks the server for its version so that a dead or foreign one is told at once.
    ///
    /// # Errors
    /// A kubeconfig that cannot be used, a server that does not answer, shows a wrong certificate or
    /// refuses the credentials.
    pub async fn connect(target: &Target) -> Result<Self, ClusterError> {
        let (config, context) = target.config().await?;
        let url = config.cluster_url.to_string().trim_end_matches('/').to_owned();
        let namespace = target.namespace.clone().unwrap_or_else(|| config.default_namespace.clone());
        let client = Client::try_from(config).map_err(|e| ClusterError::connecting(&url, &e))?;
        let version = client.apiserver_version().await.map_err(|e| ClusterError::connecting(&url, &e))?;
        Ok(Self { client, url, version: version.git_version, context, namespace })
    }

    /// A heartbeat: the server answers and knows these credentials.
    ///
    /// # Errors
    /// It does not.
    pub async fn alive(&self) -> Result<(), ClusterError> {
        let request = http::Request::get("/version").body(Vec::new());
        let request = request.map_err(|e| ClusterError::connecting(&self.url, &kube::Error::HttpError(e)))?;
        self.client.request_text(request).await.map(drop).map_err(|e| ClusterError::connecting(&self.url, &e))
    }

    /// A typed handle on the lab's namespace.
    pub fn api<K>(&self) -> kube::Api<K>
    where
        K: kube::Resource<Scope = k8s_openapi::NamespaceResourceScope>,
        K::DynamicType: Default,
    {
        kube::Api::namespaced(self.client.clone(), &self.namespace)
    }

    pub(crate) fn not_found(&self, object: String) -> ClusterError {
        ClusterError::NotFound { object, namespace: self.namespace.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KUBECONFIG: &str = "apiVersion: v1\nkind: Config\ncurrent-context: a\n\
        clusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n\
        contexts: [{name: a, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {token: t}}]\n";

    fn target(dir: &tempfile::TempDir, text: &str) -> Target {
        let path = dir.path().join("kubeconfig");
        std::fs::write(&path, text).unwrap();
        Target { kubeconfig: Some(path), ..Target::default() }
    }

    #[tokio::test]
    async fn an_unknown_context_is_told_with_those_that_are_there() {
        let dir = tempfile::tempdir().unwrap();
        let target = Target { context: Some("nope".into()), ..target(&dir, KUBECONFIG) };
        let error = target.host().await.unwrap_err();
        assert_eq!(error.to_string(), r#"there is no context "nope" in the kubeconfig; it has a"#);
        assert!(error.next().unwrap().contains("--context"));
    }

    #[tokio::test]
    async fn a_missing_kubeconfig_names_the_file() {
        let target = Target { kubeconfig: Some("/nowhere/kubeconfig".into()), ..Target::default() };
        let error = target.host().await.unwrap_err();
        assert!(error.to_string().contains("/nowhere/kubeconfig"), "{error}");
        assert!(error.is_connection());
    }

    #[tokio::test]
    async fn a_dead_server_is_unreachable() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let dir = tempfile::tempdir().unwrap();
        let error = Cluster::connect(&target(&dir, KUBECONFIG)).await.err().unwrap();
        assert_eq!(error.to_string(), "the API server https://127.0.0.1:1 does not answer: connection refused");
    }
}
