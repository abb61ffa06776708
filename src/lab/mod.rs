//! The use cases: up, down, status, jobs, cron, faults, tasks, reports, doctor.
//!
//! ```text
//!   cli (later the dashboard) --> lab --> provider (where the cluster is)
//!                                  |----> cluster  (Kubernetes)
//!                                  |----> aws      (tasks and reports)
//!                                  \----> content  (manifests)
//! ```
//!
//! Never prints and never looks at the environment: it returns data, and tells of its progress through
//! [`Progress`].

pub mod cron;
pub mod doctor;
pub mod down;
pub mod faults;
pub mod jobs;
pub mod kubeconfig;
pub mod logs;
pub mod reports;
pub mod status;
pub mod tasks;
pub mod up;
pub mod why;

mod error;
mod http;
mod localstack;
mod lock;
mod manifests;

use std::sync::Arc;

pub use error::{Class, LabError};

use crate::cluster::Cluster;
use crate::domain::command::ShellCommand;
use crate::domain::equivalent;
use crate::domain::step::{Event, Progress};
use crate::provider::{Place, Provider};

/// LocalStack's Service, Deployment and label value.
pub(crate) const LOCALSTACK: &str = "localstack";
pub use crate::domain::cronjob::REPORTER;
/// The API of the lab.
pub(crate) const SERVICE: &str = "task-service";

/// A lab whose cluster answers.
pub struct Lab {
    /// Where the cluster came from.
    pub provider: Arc<dyn Provider>,
    /// The connection.
    pub cluster: Cluster,
    /// Where it is.
    pub place: Place,
    /// Who is told of what happens.
    pub progress: Arc<dyn Progress>,
    /// Only tell the equivalent command of what would be changed.
    pub dry_run: bool,
}

impl Lab {
    /// Finds a cluster that runs and connects to it.
    ///
    /// # Errors
    /// None runs, or it does not answer.
    pub async fn attach(
        provider: Arc<dyn Provider>,
        progress: Arc<dyn Progress>,
        dry_run: bool,
    ) -> Result<Self, LabError> {
        Self::attach_in(provider, progress, dry_run, None).await
    }

    /// As [`Lab::attach`], in another namespace than the provider's.
    ///
    /// # Errors
    /// As [`Lab::attach`].
    pub async fn attach_in(
        provider: Arc<dyn Provider>,
        progress: Arc<dyn Progress>,
        dry_run: bool,
        namespace: Option<String>,
    ) -> Result<Self, LabError> {
        let found = provider.find().await?;
        let mut place = found.ok_or_else(|| LabError::NotUp { provider: provider.name() })?;
        if namespace.is_some() {
            place.target.namespace = namespace;
        }
        let cluster = Cluster::connect(&place.target).await?;
        Ok(Self { provider, cluster, place, progress, dry_run })
    }

    /// Where S3 and DynamoDB answer from outside the cluster: the node's port of LocalStack's Service.
    ///
    /// # Errors
    /// LocalStack's Service is not there, or has no NodePort.
    pub async fn aws_endpoint(&self) -> Result<String, LabError> {
        let service = self.cluster.service(LOCALSTACK).await?.ok_or(LabError::NoLocalStack)?;
        let node_port = service.ports.iter().find_map(|port| port.node_port);
        self.endpoint_at(node_port)
    }

    pub(crate) fn endpoint_at(&self, node_port: Option<u16>) -> Result<String, LabError> {
        match (&self.place.node_host, node_port) {
            (Some(host), Some(port)) => Ok(format!("http://{host}:{port}")),
            _ => Err(LabError::NoLocalStack),
        }
    }

    /// Tells the equivalent command. True when the deed itself is to follow.
    pub(crate) fn announce(&self, command: ShellCommand) -> bool {
        self.progress.event(Event::Command(command));
        !self.dry_run
    }

    pub(crate) fn note(&self, text: impl Into<String>) {
        self.progress.event(Event::Note(text.into()));
    }

    /// `kubectl …` for this lab's namespace.
    pub(crate) fn kubectl(&self, line: &str) -> ShellCommand {
        equivalent::kubectl(&self.cluster.namespace, line)
    }
}
