//! One endpoint with both services: S3 answered from memory, everything else passed on to DynamoDB.
//!
//! Only as much S3 as the reporter asks for; every request is recorded, and an upload can be damaged or stalled.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::support::Dynamo;

/// What the bucket holds and how it behaves.
#[derive(Default)]
pub(crate) struct Bucket {
    /// Finished objects: key, bytes, content type.
    pub(crate) objects: BTreeMap<String, (Vec<u8>, String)>,
    /// The user metadata of each, as it was sent with the object or with the start of its upload.
    pub(crate) metadata: BTreeMap<String, BTreeMap<String, String>>,
    /// Parts of the one unfinished upload.
    pub(crate) parts: BTreeMap<u32, Vec<u8>>,
    /// `METHOD path?query` of every S3 request.
    pub(crate) requests: Vec<String>,
    /// HeadObject tells one byte less than was sent.
    pub(crate) lose_a_byte: bool,
    /// An upload (of an object or a part) is taken and never answered.
    pub(crate) stall_uploads: bool,
    /// Every request is answered 403.
    pub(crate) deny: bool,
}

/// The endpoint.
pub(crate) struct Aws {
    pub(crate) dynamo: Dynamo,
    pub(crate) address: SocketAddr,
    pub(crate) bucket: Arc<Mutex<Bucket>>,
}

#[derive(Clone)]
struct Shared {
    bucket: Arc<Mutex<Bucket>>,
    dynamo: SocketAddr,
}

impl Aws {
    pub(crate) fn start(dynamo: Dynamo, bucket: Bucket) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let bucket = Arc::new(Mutex::new(bucket));
        let shared = Shared { bucket: bucket.clone(), dynamo: dynamo.address };
        let app = Router::new().fallback(route).layer(DefaultBodyLimit::disable()).with_state(shared);
        dynamo.runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, app).await.unwrap();
        });
        Self { dynamo, address, bucket }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The only object, which must be there.
    pub(crate) fn object(&self) -> (String, String) {
        let bucket = self.bucket.lock().unwrap();
        assert_eq!(bucket.objects.len(), 1, "{:?}", bucket.objects.keys());
        let (key, (bytes, _)) = bucket.objects.iter().next().unwrap();
        (key.clone(), String::from_utf8(bytes.clone()).unwrap())
    }
}

async fn route(State(shared): State<Shared>, request: Request) -> Response {
    if request.headers().contains_key("x-amz-target") {
        return pass_on(shared.dynamo, request).await;
    }
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let path = head.uri.path().trim_start_matches('/').to_owned();
    let query = head.uri.query().unwrap_or_default().to_owned();
    let content_type = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let stall = {
        let mut bucket = shared.bucket.lock().unwrap();
        bucket.requests.push(format!("{} {path}?{query}", head.method));
        bucket.stall_uploads && head.method == Method::PUT
    };
    if stall {
        std::future::pending::<()>().await;
    }
    let mut bucket = shared.bucket.lock().unwrap();
    let metadata: BTreeMap<String, String> = head
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().strip_prefix("x-amz-meta-")?, value.to_str().ok()?)))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    if !metadata.is_empty() {
        let key = path.split_once('/').map_or("", |(_, key)| key).to_owned();
        bucket.metadata.insert(key, metadata);
    }
    bucket.answer(&head.method, &path, &query, content_type, &body)
}

async fn pass_on(address: SocketAddr, request: Request) -> Response {
    let (mut head, body) = request.into_parts();
    head.uri = format!("http://{address}/").parse().unwrap();
    let client: hyper_util::client::legacy::Client<_, Body> =
        hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new()).build_http();
    client.request(Request::from_parts(head, body)).await.unwrap().into_response()
}

impl Bucket {
    fn answer(&mut self, method: &Method, path: &str, query: &str, content_type: &str, body: &Bytes) -> Response {
        if self.deny {
            return StatusCode::FORBIDDEN.into_response();
        }
        let Some(key) = path.strip_prefix("completed-task-report-bucket") else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let key = key.trim_start_matches('/');
        match (method.as_str(), query) {
            ("HEAD", _) if key.is_empty() => StatusCode::OK.into_response(),
            ("HEAD", _) => self.head(key),
            ("GET", _) => match self.objects.get(key) {
                Some((bytes, _)) => bytes.clone().into_response(),
                None => (StatusCode::NOT_FOUND, "<Error><Code>NoSuchKey</Code></Error>").into_response(),
            },
            ("POST", "uploads") => {
                let xml = "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>";
                self.objects.insert(key.to_owned(), (Vec::new(), content_type.to_owned()));
                xml.into_response()
            }
            ("POST", _) => {
                let whole = std::mem::take(&mut self.parts).into_values().flatten().collect();
                self.objects.entry(key.to_owned()).or_default().0 = whole;
                "<CompleteMultipartUploadResult><ETag>\"e\"</ETag></CompleteMultipartUploadResult>".into_response()
            }
            ("PUT", query) => {
                match query.split('&').find_map(|pair| pair.strip_prefix("partNumber=")) {
                    Some(number) => drop(self.parts.insert(number.parse().unwrap(), body.to_vec())),
                    None => drop(self.objects.insert(key.to_owned(), (body.to_vec(), content_type.to_owned()))),
                }
                [(header::ETAG, "\"e\"")].into_response()
            }
            ("DELETE", _) => {
                self.parts.clear();
                self.objects.remove(key);
                StatusCode::NO_CONTENT.into_response()
            }
            _ => StatusCode::NOT_IMPLEMENTED.into_response(),
        }
    }

    fn head(&self, key: &str) -> Response {
        let Some((bytes, _)) = self.objects.get(key) else { return StatusCode::NOT_FOUND.into_response() };
        let length = bytes.len() - usize::from(self.lose_a_byte);
        let mut response = Response::builder().header(header::CONTENT_LENGTH, length);
        for (name, value) in self.metadata.get(key).into_iter().flatten() {
            response = response.header(format!("x-amz-meta-{name}"), value);
        }
        response.body(Body::empty()).unwrap()
    }
}
