//! Service ports: reading them, changing one in place, and the note a fault leaves on the Service.

use k8s_openapi::api::core::v1::Service;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

use super::{Cluster, ClusterError, FIELD_MANAGER};

/// One port of a Service.
#[derive(Clone, Debug, PartialEq, Eq)]
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

impl Cluster {
    /// A Service, `None` where it is not there.
    ///
    /// # Errors
    /// The server cannot be asked.
    pub async fn service(&self, name: &str) -> Result<Option<Service>, ClusterError> {
        let found = self.api::<Service>().get_opt(name).await;
        found.map_err(|e| ClusterError::of("read", format!("service/{name}"), e))
    }

    /// Changes one port of a Service, and sets (or takes away) an annotation in the same write.
    ///
    /// It is a JSON patch with `test`: if someone changed the port meanwhile, nothing is written.
    ///
    /// # Errors
    /// The server's refusal; a port that is no longer `from`.
    pub async fn patch_service_port(&self, name: &str, patch: &Value) -> Result<Service, ClusterError> {
        let operations: json_patch::Patch = serde_json::from_value(patch.clone()).map_err(|e| {
            ClusterError::Exchange { operation: "patch", object: format!("service/{name}"), why: e.to_string() }
        })?;
        let params = PatchParams { field_manager: Some(FIELD_MANAGER.into()), ..PatchParams::default() };
        let patched = self.api::<Service>().patch(name, &params, &Patch::Json::<()>(operations)).await;
        patched.map_err(|e| ClusterError::of("patch", format!("service/{name}"), e))
    }
}

impl ServicePort {
    /// All ports of a Service.
    pub fn all(service: &Service) -> Vec<Self> {
        let ports = service.spec.as_ref().and_then(|s| s.ports.as_ref());
        let ports = ports.into_iter().flatten().enumerate();
        ports
            .map(|(index, port)| Self {
                index,
                name: port.name.clone().unwrap_or_default(),
                port: u16::try_from(port.port).unwrap_or(0),
                target: match &port.target_port {
                    Some(IntOrString::Int(n)) => u16::try_from(*n).ok(),
                    _ => None,
                },
                node_port: port.node_port.and_then(|n| u16::try_from(n).ok()),
            })
            .collect()
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
    let port = format!("/spec/ports/{index}/port");
    let mut operations =
        vec![json!({"op": "test", "path": port, "value": from}), json!({"op": "replace", "path": port, "value": to})];
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
