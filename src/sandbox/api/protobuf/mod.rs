//! Request bodies in Kubernetes' protobuf: what kubectl >= 1.32 sends for `create job`, `create ns`, `auth can-i` …
//!
//! A body is `k8s\0` and a `runtime.Unknown` (the kind's name and the message's bytes). The message is read by the
//! schema's field numbers into the JSON that the same Go object would have given. Answers stay JSON, which clients
//! accept. Called by the request handlers.

mod message;
#[cfg(test)]
mod tests;
mod wire;

use serde_json::{Map, Value};

use super::status::ApiError;
use super::{schema, strict};

const MAGIC: &[u8] = b"k8s\0";

/// Decodes a body into an object with `apiVersion` and `kind`.
///
/// # Errors
/// 400 for bytes that are no such message; 415 for a kind that the sandbox cannot read in protobuf.
pub fn decode(body: &[u8]) -> Result<Value, ApiError> {
    let Some(envelope) = body.strip_prefix(MAGIC) else {
        return Err(ApiError::bad_request(
            "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]",
        ));
    };
    let broken = |error: wire::Broken| ApiError::bad_request(format!("unable to decode the protobuf body: {error}"));
    let (mut api_version, mut kind, mut raw, mut encoding) = (String::new(), String::new(), &[][..], String::new());
    for field in wire::fields(envelope) {
        let field = field.map_err(broken)?;
        match field.number {
            1 => (api_version, kind) = type_meta(field.bytes().map_err(broken)?).map_err(broken)?,
            2 => raw = field.bytes().map_err(broken)?,
            3 => encoding = field.text().map_err(broken)?,
            _ => {}
        }
    }
    if !encoding.is_empty() {
        return Err(unsupported(&format!("the content encoding {encoding:?} is not supported")));
    }
    let Some(id) = schema::kind(&api_version, &kind) else {
        return Err(unsupported(&format!("{kind} in version {api_version:?} cannot be read as protobuf, send JSON")));
    };
    let mut map = message::read(raw, id.get()).map_err(broken)?;
    map.insert("apiVersion".into(), api_version.as_str().into());
    map.insert("kind".into(), kind.as_str().into());
    strict::typed(&Value::Object(map), &api_version, &kind).map(|(value, _)| value)
}

fn unsupported(message: &str) -> ApiError {
    ApiError::new(415, "UnsupportedMediaType", message)
}

fn type_meta(bytes: &[u8]) -> Result<(String, String), wire::Broken> {
    let (mut api_version, mut kind) = (String::new(), String::new());
    for field in wire::fields(bytes) {
        let field = field?;
        match field.number {
            1 => api_version = field.text()?,
            2 => kind = field.text()?,
            _ => {}
        }
    }
    Ok((api_version, kind))
}

type Object = Map<String, Value>;
