//! An API server in memory, and ways to ask it. Used by the tests of `api`.

use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use serde_json::Value;

use super::super::handle::{Peer, answer};
use super::super::{Api, ApiConfig};
use crate::sandbox::clock::Clock;
use crate::sandbox::net::AddressPlan;
use crate::sandbox::pki::Authority;

pub(super) const TOKEN: &str = "the-token";

/// An API server in memory on the machine's clock.
pub(super) async fn api() -> Arc<Api> {
    api_at(None, Clock::real()).await
}

/// An API server on a file or in memory.
pub(super) async fn api_at(state: Option<std::path::PathBuf>, clock: Clock) -> Arc<Api> {
    let config = ApiConfig {
        state,
        plan: AddressPlan::new(3).expect("a slot"),
        clock,
        token: TOKEN.into(),
        ca_pem: Authority::generate().expect("a CA").cert_pem,
        node_name: "sandbox".into(),
        port: 6443,
    };
    Api::open(config).await.expect("opens")
}

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) code: u16,
    pub(super) headers: http::HeaderMap,
    pub(super) bytes: Bytes,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).expect("JSON")
    }
}

/// A request through the network's door, with the token, headers as `name: value`.
pub(super) async fn ask(api: &Arc<Api>, method: &str, path: &str, headers: &[&str], body: impl Into<Bytes>) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {TOKEN}"));
    for header in headers {
        let (name, value) = header.split_once(": ").expect("name: value");
        request = request.header(name, value);
    }
    send(api, request.body(Full::new(body.into())).expect("a request")).await
}

/// The same, exactly as given.
pub(super) async fn send(api: &Arc<Api>, request: Request<Full<Bytes>>) -> Answer {
    let response = answer(Arc::clone(api), Peer::Network, request, api.closing.clone()).await;
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.expect("a body").to_bytes();
    Answer { code: parts.status.as_u16(), headers: parts.headers, bytes }
}
