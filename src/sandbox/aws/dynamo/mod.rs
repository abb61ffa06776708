//! DynamoDB: the library dynoxide on SQLite, reached by operation name.
//!
//! The library's dispatch by operation name (with its checks of the request's JSON types, which decide
//! the error texts) is private to its HTTP server, so that server runs here on an inner port of the
//! loopback, on a runtime of its own with 16 MiB stacks: nested expressions recurse deep.
//! Called by the gateway. It adds nothing to DynamoDB's behaviour but [`guard`] and [`arn`].

mod arn;
mod guard;

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use super::error::StandinError;

/// The stack of a thread that evaluates expressions.
const STACK_BYTES: usize = 16 * 1024 * 1024;
/// What the request gets as its signature when the client sent none; nobody verifies it.
const ANYBODY: &str =
    "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";
/// The header with the checksum of the body.
pub(crate) const CRC32: HeaderName = HeaderName::from_static("x-amz-crc32");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const DATE: HeaderName = HeaderName::from_static("x-amz-date");

/// A running DynamoDB.
pub(crate) struct Dynamo {
    inner: SocketAddr,
    client: Client<HttpConnector, Full<Bytes>>,
    runtime: Option<Runtime>,
    stop: CancellationToken,
}

impl Dynamo {
    /// Opens the tables in `file` (in memory without one) and starts the inner server. Blocks.
    pub(crate) fn open(file: Option<&Path>) -> Result<Self, StandinError> {
        let place = file.map_or_else(|| "memory".to_owned(), |path| path.display().to_string());
        let failed = |reason: String| StandinError::Dynamo { place: place.clone(), reason };
        let database = match file {
            None => dynoxide::Database::memory(),
            Some(path) => {
                let path = path.to_str().ok_or_else(|| failed("the path is not UTF-8".to_owned()))?;
                dynoxide::Database::new(path)
            }
        }
        .map_err(|e| failed(e.to_string()))?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_stack_size(STACK_BYTES)
            .thread_name("dynamodb")
            .enable_all()
            .build()
            .map_err(StandinError::Runtime)?;
        let (listener, inner) = inner_listener().map_err(|e| failed(e.to_string()))?;
        let stop = CancellationToken::new();
        let ended = stop.clone();
        runtime.spawn(async move {
            let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
            let _ =
                dynoxide::server::serve_with_shutdown(listener, database, async move { ended.cancelled().await }).await;
        });
        let client = Client::builder(TokioExecutor::new()).build_http();
        Ok(Self { inner, client, runtime: Some(runtime), stop })
    }

    /// Answers one request: `target` is the whole X-Amz-Target value.
    pub(crate) async fn call(&self, target: &HeaderValue, headers: &HeaderMap, body: Bytes) -> Response<Bytes> {
        if let Some(refusal) = guard::check(&body) {
            return refusal;
        }
        match self.forward(target, headers, body).await {
            Ok(response) => arn::localise(response),
            Err(e) => {
                let text = serde_json::json!({
                    "__type": "com.amazonaws.dynamodb.v20120810#InternalServerError",
                    "message": format!("the DynamoDB part of the sandbox did not answer: {e}"),
                });
                finish(StatusCode::INTERNAL_SERVER_ERROR, text.to_string().into())
            }
        }
    }

    async fn forward(
        &self,
        target: &HeaderValue,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Response<Bytes>, Box<dyn std::error::Error + Send + Sync>> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = format!("http://{}/", self.inner).parse()?;
        let sent = request.headers_mut();
        sent.insert(TARGET, target.clone());
        let json = HeaderValue::from_static("application/x-amz-json-1.0");
        sent.insert(CONTENT_TYPE, headers.get(CONTENT_TYPE).cloned().unwrap_or(json));
        // Anybody may come in, as on LocalStack; the library only wants the header to be there.
        sent.insert(AUTHORIZATION, HeaderValue::from_static(ANYBODY));
        sent.insert(DATE, HeaderValue::from_static("20260101T000000Z"));
        sent.remove(HOST);
        let response = self.client.request(request).await?;
        let (parts, body) = response.into_parts();
        Ok(Response::from_parts(parts, body.collect().await?.to_bytes()))
    }
}

impl Drop for Dynamo {
    fn drop(&mut self) {
        self.stop.cancel();
        // Waiting for threads is not allowed inside another runtime; every acknowledged write is on disk already.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn inner_listener() -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((IpAddr::V4(Ipv4Addr::LOCALHOST), 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// A response with the headers every DynamoDB client checks or logs.
fn finish(status: StatusCode, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    let id = uuid::Uuid::new_v4().simple().to_string().to_uppercase();
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    seal(&mut response);
    response
}

/// Sets length and checksum of a body that is final.
fn seal(response: &mut Response<Bytes>) {
    let sum = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32IsoHdlc, response.body());
    let length = response.body().len();
    response.headers_mut().insert(CRC32, HeaderValue::from(sum));
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
}

/// The short name of an error body's type, for the log: `ResourceInUseException`.
pub(crate) fn error_code(body: &[u8]) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    let name = body.get("__type")?.as_str()?;
    Some(name.rsplit('#').next().unwrap_or(name).to_owned())
}
