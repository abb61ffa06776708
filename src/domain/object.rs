//! What every Kubernetes object has: a kind, a name, and a uid that stays its own.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// An object's uid: two objects of one name, one after the other, differ by it. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Uid(Arc<str>);

impl Uid {
    /// The uid as the API server writes it.
    pub fn new(text: &str) -> Self {
        Self(Arc::from(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Uid {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Default for Uid {
    fn default() -> Self {
        Self::new("")
    }
}

impl fmt::Debug for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uid({})", self.0)
    }
}

impl Serialize for Uid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// The kinds of objects that the lab watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum Kind {
    /// batch/v1.
    CronJob,
    /// batch/v1.
    Job,
    /// v1.
    Pod,
    /// v1.
    Event,
    /// apps/v1.
    Deployment,
    /// v1.
    Service,
    /// discovery.k8s.io/v1.
    EndpointSlice,
    /// v1.
    ConfigMap,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::CronJob,
        Self::Job,
        Self::Pod,
        Self::Event,
        Self::Deployment,
        Self::Service,
        Self::EndpointSlice,
        Self::ConfigMap,
    ];

    /// As a manifest writes it: `CronJob`.
    pub fn name(self) -> &'static str {
        match self {
            Self::CronJob => "CronJob",
            Self::Job => "Job",
            Self::Pod => "Pod",
            Self::Event => "Event",
            Self::Deployment => "Deployment",
            Self::Service => "Service",
            Self::EndpointSlice => "EndpointSlice",
            Self::ConfigMap => "ConfigMap",
        }
    }

    /// As kubectl takes it: `cronjob`.
    pub fn word(self) -> &'static str {
        match self {
            Self::CronJob => "cronjob",
            Self::Job => "job",
            Self::Pod => "pod",
            Self::Event => "event",
            Self::Deployment => "deployment",
            Self::Service => "service",
            Self::EndpointSlice => "endpointslice",
            Self::ConfigMap => "configmap",
        }
    }

    /// As a manifest writes it: `batch/v1`.
    pub fn api_version(self) -> &'static str {
        match self {
            Self::CronJob | Self::Job => "batch/v1",
            Self::Pod | Self::Event | Self::Service | Self::ConfigMap => "v1",
            Self::Deployment => "apps/v1",
            Self::EndpointSlice => "discovery.k8s.io/v1",
        }
    }

    /// The kind that a manifest calls so.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One object, named so that a person and kubectl understand it: `job/test1`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct ObjectRef {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
}

impl ObjectRef {
    /// A reference.
    pub fn new(kind: Kind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind.word(), self.name)
    }
}
