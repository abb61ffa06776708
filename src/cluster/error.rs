//! What can go wrong between the lab and an API server, said so that a person can act on it.

use std::error::Error as StdError;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use kube::core::Status;

/// Every failure of this room.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// The kubeconfig file cannot be read or understood.
    #[error("kubeconfig {}: {why}", path.as_ref().map_or("(KUBECONFIG or ~/.kube/config)".to_owned(), |p| p.display().to_string()))]
    Kubeconfig {
        /// The file; `None` for the usual places.
        path: Option<PathBuf>,
        /// What is wrong with it.
        why: String,
    },
    /// The kubeconfig has no such context.
    #[error("there is no context {context:?} in the kubeconfig; it has {}", listed(known))]
    NoContext {
        /// The context asked for.
        context: String,
        /// Those that are there.
        known: Vec<String>,
    },
    /// Nobody answers at the API server's address.
    #[error("the API server {url} does not answer: {why}")]
    Unreachable {
        /// Its address.
        url: String,
        /// Refused, timed out, no such host.
        why: String,
    },
    /// The certificate does not fit: another server, an old kubeconfig.
    #[error("the API server {url} shows a certificate that this kubeconfig does not trust: {why}")]
    Certificate {
        /// Its address.
        url: String,
        /// The TLS library's words.
        why: String,
    },
    /// 401: the credentials in the kubeconfig are not known there.
    #[error("the API server {url} does not know these credentials (401 Unauthorized)")]
    Unauthorized {
        /// Its address.
        url: String,
    },
    /// The API server said no, in a Status.
    #[error("{operation} {object}: {}", status_words(status))]
    Api {
        /// What was tried: `apply`, `create`, `read` …
        operation: &'static str,
        /// On which object, as `job/test1`.
        object: String,
        /// Its answer.
        status: Box<Status>,
    },
    /// The exchange broke off, or its answer could not be read.
    #[error("{operation} {object}: {why}")]
    Exchange {
        /// What was tried.
        operation: &'static str,
        /// On which object.
        object: String,
        /// What happened.
        why: String,
    },
    /// An object is not there.
    #[error("there is no {object} in namespace {namespace}")]
    NotFound {
        /// The object, as `job/test1`.
        object: String,
        /// The namespace looked in.
        namespace: String,
    },
    /// A condition did not come true in time.
    #[error("{what} is not ready after {} s: {state}", limit.as_secs())]
    Late {
        /// What was awaited.
        what: String,
        /// How it stands.
        state: String,
        /// How long it was waited for.
        limit: Duration,
    },
    /// A manifest that cannot be sent.
    #[error("{object}: {why}")]
    Manifest {
        /// The manifest.
        object: String,
        /// What it lacks.
        why: String,
    },
}

impl ClusterError {
    /// Turns a client error into a sentence about an operation on an object.
    pub(crate) fn of(operation: &'static str, object: impl Into<String>, error: kube::Error) -> Self {
        let object = object.into();
        match error {
            kube::Error::Api(status) => Self::Api { operation, object, status },
            other => Self::Exchange { operation, object, why: chain(&other) },
        }
    }

    /// Turns the first exchange's error into a sentence about the connection.
    pub(crate) fn connecting(url: &str, error: &kube::Error) -> Self {
        let url = url.to_owned();
        if let kube::Error::Api(status) = error {
            return match status.code {
                401 => Self::Unauthorized { url },
                _ => Self::Api { operation: "connect to", object: url, status: status.clone() },
            };
        }
        let why = chain(error);
        if why.contains("certificate") || why.contains("invalid peer") {
            return Self::Certificate { url, why };
        }
        Self::Unreachable { why: io_words(error).unwrap_or(why), url }
    }

    /// True for a 404 and for an object that was looked up in vain.
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::NotFound { .. } => true,
            Self::Api { status, .. } => status.code == 404,
            _ => false,
        }
    }

    /// True for a 409: the object is there already, or was changed by someone else meanwhile.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Api { status, .. } if status.code == 409)
    }

    /// True where a log was asked for before its container started.
    pub fn is_waiting_to_start(&self) -> bool {
        matches!(self, Self::Api { status, .. } if status.code == 400)
    }

    /// True where no API server could be talked to at all.
    pub fn is_connection(&self) -> bool {
        matches!(
            self,
            Self::Kubeconfig { .. }
                | Self::NoContext { .. }
                | Self::Unreachable { .. }
                | Self::Certificate { .. }
                | Self::Unauthorized { .. }
        )
    }

    /// The next command or step.
    pub fn next(&self) -> Option<String> {
        Some(match self {
            Self::Kubeconfig { .. } => {
                "name the file with --kubeconfig FILE, or use the built-in sandbox: k8s-tutor up --provider sandbox"
                    .into()
            }
            Self::NoContext { .. } => "choose one with --context NAME (kubectl config get-contexts lists them)".into(),
            Self::Unreachable { .. } => {
                "start that cluster, or use the built-in one: k8s-tutor up --provider sandbox".into()
            }
            Self::Certificate { .. } | Self::Unauthorized { .. } => {
                "the kubeconfig belongs to another (or an older) cluster: renew it, then try k8s-tutor doctor".into()
            }
            Self::Api { status, .. } if status.code == 403 => {
                "the user of this context may not do that; see kubectl auth can-i --list".into()
            }
            Self::NotFound { .. } => "k8s-tutor status tells what is there".into(),
            Self::Late { .. } => "k8s-tutor logs and kubectl get events tell more; k8s-tutor up resumes".into(),
            _ => return None,
        })
    }
}

/// The whole chain of causes in one line.
fn chain(error: &dyn StdError) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let text = inner.to_string();
        if !words.contains(&text) {
            words = format!("{words}: {text}");
        }
        cause = inner.source();
    }
    words.strip_prefix("ServiceError: ").unwrap_or(&words).to_owned()
}

fn io_words(error: &(dyn StdError + 'static)) -> Option<String> {
    let mut cause: Option<&dyn StdError> = Some(error);
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            return Some(match io.kind() {
                io::ErrorKind::ConnectionRefused => "connection refused".into(),
                io::ErrorKind::TimedOut => "timed out".into(),
                _ => io.to_string(),
            });
        }
        if inner.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_incomplete_message) {
            return Some("it closed the connection".into());
        }
        cause = inner.source();
    }
    None
}

fn status_words(status: &Status) -> String {
    if status.message.is_empty() {
        return format!("the API server answered {} {}", status.code, status.reason);
    }
    status.message.clone()
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
