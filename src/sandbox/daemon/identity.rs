//! What a sandbox is recognised by over all its lives: its CA, its token, its slot, its port.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};

use serde::{Deserialize, Serialize};

use super::error::DaemonError;
use super::files::{Files, write_private};
use crate::sandbox::net::AddressPlan;
use crate::sandbox::pki::{Authority, Leaf};

const SCHEMA: u32 = 1;

/// Kept in `identity.json`, mode 0600.
#[derive(Serialize, Deserialize)]
pub(super) struct Identity {
    schema_version: u32,
    ca_cert: String,
    ca_key: String,
    /// The bearer token of `kubernetes-admin`.
    pub(super) token: String,
    /// The slot of addresses; its Services' addresses are stored in objects, so it stays.
    pub(super) slot: Option<u8>,
    /// The API server's port of the last life: kubeconfigs that people copied go on working.
    pub(super) port: Option<u16>,
}

impl Identity {
    /// Reads the identity, or makes a new one (without writing it yet).
    pub(super) fn load(files: &Files) -> Result<Self, DaemonError> {
        let path = files.identity();
        match fs::read(&path) {
            Ok(bytes) => Self::parse(&bytes, files),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Self::generate(),
            Err(e) => Err(DaemonError::file("read", path)(e)),
        }
    }

    fn parse(bytes: &[u8], files: &Files) -> Result<Self, DaemonError> {
        let path = files.identity();
        let identity: Self = serde_json::from_slice(bytes)
            .map_err(|e| DaemonError::file("understand", &path)(std::io::Error::other(e)))?;
        if identity.schema_version > SCHEMA {
            return Err(DaemonError::Newer { path, found: identity.schema_version, known: SCHEMA });
        }
        Ok(identity)
    }

    fn generate() -> Result<Self, DaemonError> {
        let ca = Authority::generate().map_err(certificates)?;
        // Two version-4 UUIDs: 244 random bits from the system's generator.
        let token = format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        Ok(Self { schema_version: SCHEMA, ca_cert: ca.cert_pem, ca_key: ca.key_pem, token, slot: None, port: None })
    }

    /// Writes it, if it is not on disk in just this form.
    pub(super) fn save(&self, files: &Files) -> Result<(), DaemonError> {
        let text = serde_json::to_vec_pretty(self).map_err(|e| DaemonError::Certificates(e.to_string()))?;
        let path = files.identity();
        if fs::read(&path).is_ok_and(|old| old == text) {
            return Ok(());
        }
        write_private(&path, &text)
    }

    /// The CA.
    pub(super) fn authority(&self) -> Authority {
        Authority { cert_pem: self.ca_cert.clone(), key_pem: self.ca_key.clone() }
    }

    /// The API server's certificate.
    pub(super) fn api_leaf(&self, plan: AddressPlan) -> Result<Leaf, DaemonError> {
        let names = ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"];
        let mut addresses = vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V4(plan.node_ip())];
        addresses.extend(plan.service_ip(1).map(IpAddr::V4));
        self.authority().issue("kube-apiserver", &names, &addresses).map_err(certificates)
    }

    /// The node agent's certificate for the kubelet's port.
    pub(super) fn kubelet_leaf(&self, plan: AddressPlan, node: &str) -> Result<Leaf, DaemonError> {
        let common_name = format!("system:node:{node}");
        self.authority().issue(&common_name, &[node], &[IpAddr::V4(plan.node_ip())]).map_err(certificates)
    }

    /// The kubeconfig of this sandbox.
    pub(super) fn kubeconfig(&self, url: &str) -> String {
        use base64::Engine;
        let ca = base64::engine::general_purpose::STANDARD.encode(&self.ca_cert);
        format!(
            "apiVersion: v1\nkind: Config\n\
             clusters:\n- name: {CONTEXT}\n  cluster:\n    server: {url}\n    certificate-authority-data: {ca}\n\
             users:\n- name: {CONTEXT}\n  user:\n    token: {token}\n\
             contexts:\n- name: {CONTEXT}\n  context:\n    cluster: {CONTEXT}\n    user: {CONTEXT}\n    namespace: default\n\
             current-context: {CONTEXT}\n",
            token = self.token,
        )
    }
}

const CONTEXT: &str = "k8s-tutor-sandbox";

fn certificates(e: rcgen::Error) -> DaemonError {
    DaemonError::Certificates(e.to_string())
}
