//! S3: the library s3s speaks the protocol, the store behind it is ours.
//!
//! Called by the gateway with every request that is neither DynamoDB nor `/_localstack/`. Any access key is
//! let in without looking at the signature, as on LocalStack: [`unsigned`] takes signatures off and
//! undoes aws-chunked before s3s sees the request.

mod backend;
mod buckets;
mod checksum;
mod chunked;
mod conditions;
mod copy;
mod delete;
mod errors;
mod get;
mod list;
mod multipart;
mod names;
mod parts;
pub(super) mod percent;
mod put;
mod settings;
mod store;
mod unsigned;
mod uploads;

use std::path::Path;
use std::sync::{Arc, OnceLock};

use http::{HeaderName, HeaderValue, Request, Response};
use hyper::body::Incoming;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, S3Result};

use super::error::StandinError;
use super::log;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amz-request-id");
const HOST_ID: HeaderName = HeaderName::from_static("x-amz-id-2");

/// The S3 side of the stand-in.
pub(crate) struct S3Part {
    service: S3Service,
}

impl S3Part {
    /// Opens the buckets in `folder`, in memory without one. Blocks.
    pub(crate) fn open(folder: Option<&Path>) -> Result<Self, StandinError> {
        let store = store::Store::open(folder)?;
        let mut builder = S3ServiceBuilder::new(backend::Backend::new(store));
        builder.set_auth(Anybody);
        builder.set_access(Note);
        builder.set_host(names::Hosts);
        Ok(Self { service: builder.build() })
    }

    /// Answers one request and logs it.
    pub(crate) async fn call(&self, request: Request<Incoming>) -> Response<Body> {
        let operation = OperationName::default();
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let response = match unsigned::prepare(request) {
            Ok(mut request) => {
                request.extensions_mut().insert(operation.clone());
                self.service.call(request).await.map_err(|e| s3s::StdError::from(e).to_string())
            }
            Err(refusal) => refusal.to_http_response().map_err(|e| e.to_string()),
        };
        let mut response = response.unwrap_or_else(|reason| {
            let error = errors::internal(format!("the S3 part of the sandbox failed: {reason}"));
            error.to_http_response().unwrap_or_else(|_| Response::new(Body::empty()))
        });
        errors::explain(&mut response);
        if response.status() == http::StatusCode::NOT_MODIFIED {
            // HTTP allows it no body.
            *response.body_mut() = Body::empty();
        }
        let id = uuid::Uuid::new_v4();
        if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        response.headers_mut().insert(HOST_ID, HeaderValue::from_static("k8s-tutor"));
        let status = response.status().as_u16();
        match operation.0.get() {
            Some(name) => log::aws_request("s3", name, status, error_code(&response).as_deref()),
            None => log::http_request(method.as_str(), &path, status),
        }
        response
    }
}

/// The text between `<Code>` and `</Code>` of an error answer.
fn error_code(response: &Response<Body>) -> Option<String> {
    if response.status().is_success() || response.status().is_redirection() {
        return None;
    }
    let body = response.body().bytes()?;
    let text = String::from_utf8_lossy(&body);
    let (_, rest) = text.split_once("<Code>")?;
    rest.split_once("</Code>").map(|(code, _)| code.to_owned())
}

/// Where [`Note`] leaves the name of the operation for the log.
#[derive(Clone, Debug, Default)]
struct OperationName(Arc<OnceLock<String>>);

/// Lets everybody in and notes the operation s3s found.
struct Note;

#[async_trait::async_trait]
impl S3Access for Note {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let name = context.s3_op().name().to_owned();
        if let Some(slot) = context.extensions_mut().get::<OperationName>() {
            let _ = slot.0.set(name);
        }
        Ok(())
    }
}

/// Only signed browser forms come here: their key is taken for their secret, as test/test and localstack/localstack are.
struct Anybody;

#[async_trait::async_trait]
impl S3Auth for Anybody {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        Ok(SecretKey::from(access_key))
    }
}
