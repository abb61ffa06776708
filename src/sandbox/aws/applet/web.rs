//! A small HTTP/1.1 client for the applets: plain http, to this machine only.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::paths;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpFailure {
    /// Not a URL this client speaks.
    #[error("{0} is not a plain http URL")]
    Url(String),
    /// A host that is not on this machine.
    #[error("Could not resolve host: {0}")]
    Host(String),
    /// Nobody listens.
    #[error("Failed to connect to {host} port {port}: {reason}")]
    Connect {
        /// As written.
        host: String,
        port: u16,
        reason: String,
    },
    /// The connection broke.
    #[error("{0}")]
    Broken(String),
    /// It took too long.
    #[error("Operation timed out")]
    Timeout,
}

/// A request.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Bytes,
    pub(super) connect: Option<Duration>,
}

impl Call {
    pub(super) fn new(method: Method, url: String) -> Self {
        Self { method, url, headers: Vec::new(), body: Bytes::new(), connect: None }
    }
}

/// Sends it; the body of the answer is still to be read.
pub(super) async fn send(call: &Call) -> Result<Response<Incoming>, HttpFailure> {
    let uri: Uri = call.url.parse().map_err(|_| HttpFailure::Url(call.url.clone()))?;
    if uri.scheme_str() != Some("http") {
        return Err(HttpFailure::Url(call.url.clone()));
    }
    let host = uri.host().unwrap_or_default().to_owned();
    let port = uri.port_u16().unwrap_or(80);
    let address = paths::address(&host).ok_or_else(|| HttpFailure::Host(host.clone()))?;
    let refused = |reason: String| HttpFailure::Connect { host: host.clone(), port, reason };
    let connecting = TcpStream::connect(SocketAddr::new(address, port));
    let stream = tokio::time::timeout(call.connect.unwrap_or(Duration::from_secs(60)), connecting)
        .await
        .map_err(|_| HttpFailure::Timeout)?
        .map_err(|e| refused(e.to_string()))?;
    let broken = |e: hyper::Error| HttpFailure::Broken(e.to_string());
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    tokio::spawn(async move {
        let _ = connection.await;
    });
    let target = uri.path_and_query().map_or("/", |p| p.as_str());
    let mut request = Request::new(Full::new(call.body.clone()));
    *request.method_mut() = call.method.clone();
    *request.uri_mut() = target.parse().map_err(|_| HttpFailure::Url(call.url.clone()))?;
    let authority = uri.authority().map_or(host.as_str(), |a| a.as_str());
    let headers = request.headers_mut();
    if let Ok(value) = HeaderValue::from_str(authority) {
        headers.insert(http::header::HOST, value);
    }
    for (name, value) in &call.headers {
        // UTF-8 in a header goes out as bytes, as the real CLI sends metadata.
        let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), HeaderValue::from_bytes(value.as_bytes()))
        else {
            return Err(HttpFailure::Broken(format!("header {name} cannot be sent")));
        };
        headers.insert(name, value);
    }
    sender.send_request(request).await.map_err(broken)
}

/// Reads a whole body.
pub(super) async fn collect(body: Incoming) -> Result<Bytes, HttpFailure> {
    body.collect().await.map(http_body_util::Collected::to_bytes).map_err(|e| HttpFailure::Broken(e.to_string()))
}
