//! The way to a node's kubelet: HTTPS to the address and port that its Node object tells.
//! Used by `log`.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A TLS client that trusts the sandbox's CA and nothing else.
pub(in super::super) struct KubeletClient {
    tls: TlsConnector,
}

/// Where a kubelet listens.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) host: String,
    pub(super) port: u16,
}

impl Address {
    /// From a Node's status; `None` before its kubelet has told.
    pub(super) fn of(node: &Value) -> Option<Self> {
        let addresses = node["status"]["addresses"].as_array()?;
        let internal = addresses.iter().find(|address| address["type"] == "InternalIP")?;
        let port = node["status"]["daemonEndpoints"]["kubeletEndpoint"]["Port"].as_u64()?;
        Some(Self {
            host: internal["address"].as_str()?.to_owned(),
            port: u16::try_from(port).ok().filter(|p| *p != 0)?,
        })
    }
}

impl KubeletClient {
    /// From the CA's PEM.
    pub(in super::super) fn new(ca_pem: &str) -> Result<Self, String> {
        let mut roots = rustls::RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(ca_pem.as_bytes()) {
            let certificate = certificate.map_err(|error| error.to_string())?;
            roots.add(certificate).map_err(|error| error.to_string())?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { tls: TlsConnector::from(Arc::new(tls)) })
    }

    /// GET `path`, one connection a request: they are few, and a followed log keeps its own.
    ///
    /// # Errors
    /// In the words of a Go client: `Get "https://…": …`.
    pub(super) async fn get(&self, address: &Address, path: &str, token: &str) -> Result<Response<Incoming>, String> {
        let url = format!("https://{}:{}{path}", address.host, address.port);
        self.request(address, path, token).await.map_err(|why| format!("Get {url:?}: {why}"))
    }

    async fn request(&self, address: &Address, path: &str, token: &str) -> Result<Response<Incoming>, String> {
        let place = format!("{}:{}", address.host, address.port);
        let socket = TcpStream::connect(&place).await.map_err(|error| format!("dial tcp {place}: {error}"))?;
        let name = ServerName::try_from(address.host.clone()).map_err(|error| error.to_string())?;
        let stream = self.tls.connect(name, socket).await.map_err(|error| error.to_string())?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        // Ends by itself when the answer has been read or dropped.
        tokio::spawn(connection);
        let request = Request::get(path)
            .header(http::header::HOST, place)
            .header(http::header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Empty::<Bytes>::new())
            .map_err(|error| error.to_string())?;
        sender.send_request(request).await.map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_node_tells_where_its_kubelet_is() {
        let node = json!({"status": {
            "addresses": [{"type": "Hostname", "address": "n"}, {"type": "InternalIP", "address": "127.0.0.1"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        }});
        assert_eq!(Address::of(&node), Some(Address { host: "127.0.0.1".into(), port: 10250 }));
        assert_eq!(Address::of(&json!({"status": {}})), None);
    }
}
