//! What can go wrong in a use case. Each failure has a class, from which the CLI takes its exit code.

use std::path::PathBuf;
use std::time::Duration;

use crate::aws::AwsError;
use crate::cluster::ClusterError;
use crate::config::ConfigError;
use crate::content::ContentError;
use crate::provider::ProviderError;

/// Every failure of this room.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// No cluster of this provider runs.
    #[error("the lab is not up (provider {provider})")]
    NotUp {
        /// The provider asked.
        provider: &'static str,
    },
    /// LocalStack's Service is not there.
    #[error("LocalStack is not there: the lab has no Service localstack with a NodePort")]
    NoLocalStack,
    /// S3 or DynamoDB do not answer, or lack what the lab needs.
    #[error("LocalStack at {endpoint}: {why}")]
    LocalStack {
        /// Where it was asked.
        endpoint: String,
        /// What is wrong.
        why: String,
    },
    /// A check before the start failed.
    #[error("{found}")]
    Preflight {
        /// What was found.
        found: String,
        /// What to do.
        fix: String,
    },
    /// A step of the plan failed.
    #[error("step {step}: {source}")]
    Step {
        /// The step's id.
        step: &'static str,
        /// Why.
        source: Box<LabError>,
    },
    /// No step of that name.
    #[error("there is no step {step:?}; the steps are {}", known.join(", "))]
    NoStep {
        /// The step asked for.
        step: String,
        /// Those that there are.
        known: Vec<&'static str>,
    },
    /// Another process works on the lab.
    #[error("another k8s-tutor (process {pid}) has been at work on this lab for {} s", waited.as_secs())]
    Busy {
        /// Its process id, as it wrote it down.
        pid: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// A file of the lab.
    #[error("cannot {operation} {}: {source}", path.display())]
    Files {
        /// What was tried.
        operation: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A name that Kubernetes would refuse.
    #[error("{name:?} cannot be a {what}'s name: {why}")]
    Name {
        /// What it should name.
        what: &'static str,
        /// The name.
        name: String,
        /// Why not.
        why: String,
    },
    /// A value that makes no sense.
    #[error("{0}")]
    Value(String),
    /// A fault is active already.
    #[error("{target} already has a fault: port {original} is {current}")]
    Faulty {
        /// The object.
        target: String,
        /// The port as it should be.
        original: u16,
        /// The port as it is.
        current: u16,
    },
    /// The bucket has no such report.
    #[error("{}", if key == "newest" { "there is no report in the bucket yet".to_owned() } else { format!("there is no report {key:?} in the bucket") })]
    NoReport {
        /// Its key; `newest` for any.
        key: String,
    },
    /// A key that would leave the folder it is to be saved in.
    #[error("the key {key:?} cannot be a file's name here")]
    Key {
        /// The key.
        key: String,
    },
    /// The manifests.
    #[error(transparent)]
    Manifest(#[from] ContentError),
    /// The cluster.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// The provider.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// DynamoDB or S3.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// Settings and records.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// The class of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It was tried and did not work.
    Failed,
    /// It makes no sense as asked.
    Usage,
    /// The lab is not up, or its cluster does not answer.
    NotUp,
    /// The object asked for is not there.
    NotFound,
    /// It is there already, or someone else is at it.
    Conflict,
    /// It was waited for in vain.
    Late,
    /// The provider is not available.
    Provider,
    /// A manifest or the settings file is broken.
    Input,
}

impl LabError {
    /// The class of this failure.
    pub fn class(&self) -> Class {
        match self {
            Self::NotUp { .. } | Self::NoLocalStack => Class::NotUp,
            Self::Step { source, .. } => source.class(),
            Self::NoStep { .. } | Self::Name { .. } | Self::Value(_) | Self::Key { .. } => Class::Usage,
            Self::Busy { .. } | Self::Faulty { .. } => Class::Conflict,
            Self::NoReport { .. } => Class::NotFound,
            Self::Manifest(ContentError::Unreadable { .. } | ContentError::Unwritable { .. }) => Class::Failed,
            Self::Manifest(ContentError::Exists { .. }) => Class::Conflict,
            Self::Manifest(_) | Self::Config(ConfigError::Content { .. }) => Class::Input,
            Self::Aws(AwsError::NoReport { .. } | AwsError::NoTask { .. }) => Class::NotFound,
            Self::Aws(AwsError::Unreachable { .. }) => Class::NotUp,
            Self::Cluster(error) | Self::Provider(ProviderError::Cluster(error)) => cluster_class(error),
            Self::Provider(
                ProviderError::Unknown { .. } | ProviderError::NotYet { .. } | ProviderError::Remote { .. },
            ) => Class::Provider,
            _ => Class::Failed,
        }
    }

    /// The next command or step.
    pub fn next(&self) -> Option<String> {
        Some(match self {
            Self::NotUp { .. } | Self::NoLocalStack => "k8s-tutor up".into(),
            Self::LocalStack { .. } => "k8s-tutor logs localstack; then k8s-tutor up resumes".into(),
            Self::Preflight { fix, .. } => fix.clone(),
            Self::Step { source, .. } => return source.next(),
            Self::Busy { pid, .. } => format!("wait for process {pid}, then try again"),
            Self::Files { .. } => "k8s-tutor doctor looks for the cause".into(),
            Self::Faulty { .. } => "k8s-tutor fault clear".into(),
            Self::NoReport { .. } => "k8s-tutor report ls; k8s-tutor job run --wait makes one".into(),
            Self::Cluster(error) => return error.next(),
            Self::Provider(error) => return error.next(),
            Self::Config(error) => error.next(),
            // The words of these end with what to type.
            Self::Manifest(_) | Self::Aws(_) => return None,
            Self::NoStep { .. } | Self::Name { .. } | Self::Value(_) | Self::Key { .. } => return None,
        })
    }
}

fn cluster_class(error: &ClusterError) -> Class {
    match error {
        error if error.is_connection() => Class::NotUp,
        error if error.is_not_found() => Class::NotFound,
        error if error.is_conflict() => Class::Conflict,
        ClusterError::Late { .. } => Class::Late,
        ClusterError::Manifest { .. } => Class::Input,
        ClusterError::Api { operation: "check", .. } => Class::Input,
        _ => Class::Failed,
    }
}
