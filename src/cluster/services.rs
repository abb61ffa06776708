//! Service ports: reading them, changing one in place, and the note a fault leaves on the Service.

use k8s_openapi::api::core::v1::Service;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

use super::{Cluster, ClusterError, FIELD_MANAGER, rows};
use crate::domain::equivalent;
use crate::domain::service::{ServicePort, ServiceRow};

impl Cluster {
    /// A Service, `None` where it is not there.
    ///
    /// # Errors
    /// The server cannot be asked.
    pub async fn service(&self, name: &str) -> Result<Option<ServiceRow>, ClusterError> {
        let found = self.api::<Service>().get_opt(name).await;
        let found = found.map(|found| found.as_ref().map(service_row));
        found.map_err(|e| ClusterError::of("read", format!("service/{name}"), e))
    }

    /// Changes one port of a Service, and sets (or takes away) an annotation in the same write.
    ///
    /// It is a JSON patch with `test`: if someone changed the port meanwhile, nothing is written.
    ///
    /// # Errors
    /// The server's refusal; a port that is no longer `from`.
    pub async fn patch_service_port(&self, name: &str, patch: &Value) -> Result<ServiceRow, ClusterError> {
        let operations: json_patch::Patch = serde_json::from_value(patch.clone()).map_err(|e| {
            ClusterError::Exchange { operation: "patch", object: format!("service/{name}"), why: e.to_string() }
        })?;
        let params = PatchParams { field_manager: Some(FIELD_MANAGER.into()), ..PatchParams::default() };
        let patched = self.api::<Service>().patch(name, &params, &Patch::Json::<()>(operations)).await;
        let patched = patched.map(|service| service_row(&service));
        patched.map_err(|e| ClusterError::of("patch", format!("service/{name}"), e))
    }
}

/// A Service's row.
pub fn service_row(service: &Service) -> ServiceRow {
    let spec = service.spec.as_ref();
    let ports = spec.and_then(|spec| spec.ports.as_ref()).into_iter().flatten().enumerate();
    ServiceRow {
        uid: rows::uid(&service.metadata),
        name: rows::name(&service.metadata),
        cluster_ip: spec.and_then(|spec| spec.cluster_ip.clone()),
        ports: ports.map(|(index, port)| port_row(index, port)).collect(),
        annotations: service.metadata.annotations.clone().unwrap_or_default(),
    }
}

fn port_row(index: usize, port: &k8s_openapi::api::core::v1::ServicePort) -> ServicePort {
    ServicePort {
        index,
        name: port.name.clone().unwrap_or_default(),
        port: u16::try_from(port.port).unwrap_or(0),
        target: match &port.target_port {
            Some(IntOrString::Int(n)) => u16::try_from(*n).ok(),
            _ => None,
        },
        node_port: port.node_port.and_then(|n| u16::try_from(n).ok()),
    }
}

/// What a port change does to an annotation, in the same write.
#[derive(Clone, Copy, Debug)]
pub enum Note<'a> {
    /// Leaves all annotations alone.
    Keep,
    /// Writes one.
    Set(&'a str, &'a str),
    /// Takes one away that is there.
    Remove(&'a str),
}

/// The JSON patch that moves a port and changes an annotation.
///
/// `annotated` tells whether the Service has annotations at all: JSON patch cannot add a key to a map
/// that is not there.
pub fn port_patch(index: usize, from: u16, to: u16, note: Note<'_>, annotated: bool) -> Value {
    let mut operations = equivalent::port_operations(index, from, to);
    match note {
        Note::Keep => {}
        Note::Set(key, value) if annotated => {
            operations.push(json!({"op": "add", "path": annotation_path(key), "value": value}));
        }
        Note::Set(key, value) => {
            operations.push(json!({"op": "add", "path": "/metadata/annotations", "value": {key: value}}));
        }
        Note::Remove(key) => operations.push(json!({"op": "remove", "path": annotation_path(key)})),
    }
    Value::Array(operations)
}

fn annotation_path(key: &str) -> String {
    format!("/metadata/annotations/{}", key.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patch_tests_the_port_first() {
        let patch = port_patch(0, 4566, 4567, Note::Set("k8s-tutor.dev/fault", "x"), true);
        assert_eq!(patch[0], json!({"op": "test", "path": "/spec/ports/0/port", "value": 4566}));
        assert_eq!(patch[2]["path"], "/metadata/annotations/k8s-tutor.dev~1fault");
        let first = port_patch(0, 4566, 4567, Note::Set("k8s-tutor.dev/fault", "x"), false);
        assert_eq!(first[2]["value"], json!({"k8s-tutor.dev/fault": "x"}));
    }
}
