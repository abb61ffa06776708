//! Services, what stands behind them, and Deployments: the parts of the lab that a fault touches.

use std::collections::BTreeMap;

use serde::Serialize;

use super::object::Uid;

/// One port of a Service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServicePort {
    /// Its place in `spec.ports`.
    pub index: usize,
    /// Its name, empty for an unnamed one.
    pub name: String,
    /// Its number.
    pub port: u16,
    /// The port on the pod, where it is a number.
    pub target: Option<u16>,
    /// The node's port.
    pub node_port: Option<u16>,
}

/// One Service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ServiceRow {
    /// Its uid.
    pub uid: Uid,
    /// Its name.
    pub name: String,
    /// Its address in the cluster.
    pub cluster_ip: Option<String>,
    /// Its ports.
    pub ports: Vec<ServicePort>,
    /// Its annotations: a fault keeps its note there.
    pub annotations: BTreeMap<String, String>,
}

/// One EndpointSlice: who answers behind a Service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EndpointsRow {
    /// Its uid.
    pub uid: Uid,
    /// Its name.
    pub name: String,
    /// The Service it belongs to.
    pub service: String,
    /// The ports on the pods.
    pub ports: Vec<u16>,
    /// Addresses that are ready.
    pub ready: Vec<String>,
    /// Addresses that are not.
    pub not_ready: u32,
}

/// One Deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DeploymentRow {
    /// Its uid.
    pub uid: Uid,
    /// Its name.
    pub name: String,
    /// `spec.replicas`.
    pub wanted: u32,
    /// Replicas that are ready.
    pub ready: u32,
    /// True when the rollout is done, by the rule of `kubectl rollout status`.
    pub rolled_out: bool,
    /// What the rollout waits for.
    pub waiting: Option<String>,
}
