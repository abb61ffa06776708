//! How the stand-in is started: from the environment LocalStack uses, or by hand in tests.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::error::StandinError;

/// Where tables and objects are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Persistence {
    /// In memory (large objects in a temporary folder that is removed at the end).
    Memory,
    /// In this folder, every acknowledged write on disk.
    Folder(PathBuf),
}

/// Everything [`super::serve`] needs.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where state is kept.
    pub persistence: Persistence,
    /// The folder with `boot.d`, `start.d`, `ready.d`, `shutdown.d`; need not exist.
    pub init: PathBuf,
    /// The folder whose `aws`, `awslocal` and `curl` come first on the scripts' PATH.
    pub applets: Option<PathBuf>,
}

impl Options {
    /// For tests: a free port of 127.0.0.1, in memory, no scripts.
    pub fn in_memory() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            persistence: Persistence::Memory,
            init: PathBuf::from("/nonexistent"),
            applets: None,
        }
    }

    /// From the environment: GATEWAY_LISTEN, PERSISTENCE, K8S_TUTOR_STATE_DIR, K8S_TUTOR_ROOT, K8S_TUTOR_APPLETS.
    ///
    /// # Errors
    /// GATEWAY_LISTEN is not an address.
    pub fn from_env() -> Result<Self, StandinError> {
        let var = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let root = var("K8S_TUTOR_ROOT").map(PathBuf::from);
        let inside = |path: &str| match &root {
            Some(root) => root.join(path.trim_start_matches('/')),
            None => PathBuf::from(path),
        };
        let persistence = if var("PERSISTENCE").is_some_and(|value| truthy(&value)) {
            let folder = var("K8S_TUTOR_STATE_DIR").map(PathBuf::from);
            Persistence::Folder(folder.unwrap_or_else(|| inside("/var/lib/localstack")))
        } else {
            Persistence::Memory
        };
        Ok(Self {
            listen: parse_listen(var("GATEWAY_LISTEN").as_deref())?,
            persistence,
            init: inside("/etc/localstack/init"),
            applets: var("K8S_TUTOR_APPLETS").map(PathBuf::from),
        })
    }

    /// The scripts' folder of a stage.
    pub(crate) fn stage_folder(&self, stage: &str) -> PathBuf {
        Path::new(&self.init).join(format!("{stage}.d"))
    }
}

/// What LocalStack takes for true in its configuration.
fn truthy(value: &str) -> bool {
    matches!(value.trim().to_ascii_lowercase().as_str(), "1" | "true")
}

/// `host:port`, `:port`, `port`; several may be given separated by commas, the first counts.
fn parse_listen(value: Option<&str>) -> Result<SocketAddr, StandinError> {
    let Some(value) = value else { return Ok(SocketAddr::from(([127, 0, 0, 1], 4566))) };
    let first = value.split(',').next().unwrap_or_default().trim();
    let full = match first.rsplit_once(':') {
        Some(("", port)) => format!("127.0.0.1:{port}"),
        Some(("localhost", port)) => format!("127.0.0.1:{port}"),
        Some(_) => first.to_owned(),
        None if first.chars().all(|c| c.is_ascii_digit()) => format!("127.0.0.1:{first}"),
        None => format!("{first}:4566"),
    };
    full.parse().map_err(|_| StandinError::BadListen { value: value.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listen_addresses_are_read_as_localstack_reads_them() {
        for (given, wanted) in [
            (None, "127.0.0.1:4566"),
            (Some("127.64.0.2:4566"), "127.64.0.2:4566"),
            (Some("0.0.0.0:4566,0.0.0.0:443"), "0.0.0.0:4566"),
            (Some(":4570"), "127.0.0.1:4570"),
            (Some("4571"), "127.0.0.1:4571"),
            (Some("127.0.0.9"), "127.0.0.9:4566"),
            (Some("localhost:1"), "127.0.0.1:1"),
        ] {
            assert_eq!(parse_listen(given).map(|a| a.to_string()).ok().as_deref(), Some(wanted), "{given:?}");
        }
        assert!(parse_listen(Some("somewhere:x")).is_err());
    }

    #[test]
    fn persistence_is_on_only_when_it_says_so() {
        assert!(truthy("1") && truthy("True"));
        assert!(!truthy("0") && !truthy("no"));
    }
}
