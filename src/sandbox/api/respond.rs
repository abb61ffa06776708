//! Answers: from objects and errors to HTTP. Called by `handle` and the verbs.

use std::sync::Arc;

use bytes::Bytes;
use futures::stream::BoxStream;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::negotiate::Media;
use super::status::ApiError;

pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;
/// The body of every answer.
pub(super) type Body = http_body_util::combinators::UnsyncBoxBody<Bytes, BoxError>;

/// An answer before it becomes HTTP.
pub(super) struct Reply {
    pub(super) code: u16,
    pub(super) content: Content,
    /// Texts of `Warning` headers.
    pub(super) warnings: Vec<String>,
    pub(super) headers: Vec<(HeaderName, String)>,
}

/// What is in an answer.
pub(super) enum Content {
    /// JSON (or YAML, where asked for).
    Value(Arc<Value>),
    /// A list whose items are written without their kind, as lists are.
    List(List),
    /// Text, `text/plain`.
    Text(String),
    /// Ready bytes of the content type given.
    Bytes(Bytes, &'static str),
    /// Bytes as they come, of the content type given.
    Stream(BoxStream<'static, Result<Bytes, BoxError>>, &'static str),
    /// Nothing: 304.
    Empty,
}

/// A typed list.
pub(super) struct List {
    pub(super) kind: String,
    pub(super) api_version: String,
    pub(super) metadata: Value,
    pub(super) items: Vec<Arc<Value>>,
}

impl Reply {
    pub(super) fn new(code: u16, content: Content) -> Self {
        Self { code, content, warnings: Vec::new(), headers: Vec::new() }
    }

    pub(super) fn object(value: impl Into<Arc<Value>>) -> Self {
        Self::new(200, Content::Value(value.into()))
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::new(200, Content::Text(text.into()))
    }

    pub(super) fn with_code(mut self, code: u16) -> Self {
        self.code = code;
        self
    }

    pub(super) fn with_warnings(mut self, warnings: Vec<String>) -> Self {
        self.warnings.extend(warnings);
        self
    }

    pub(super) fn with_header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// What Go's mux answers on a path that nobody serves.
    pub(super) fn page_not_found() -> Self {
        Self::text("404 page not found\n")
            .with_code(404)
            .with_header(HeaderName::from_static("x-content-type-options"), "nosniff")
    }
}

impl From<ApiError> for Reply {
    fn from(error: ApiError) -> Self {
        let reply = Self::object(error.to_status()).with_code(error.code);
        match error.retry_after {
            Some(seconds) => reply.with_header(http::header::RETRY_AFTER, seconds.to_string()),
            None => reply,
        }
    }
}

/// Serialises an object without its kind and apiVersion.
struct Bare<'a>(&'a Value);

impl Serialize for Bare<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(map) = self.0.as_object() else { return self.0.serialize(serializer) };
        let mut out = serializer.serialize_map(None)?;
        for (key, value) in map.iter().filter(|(key, _)| *key != "kind" && *key != "apiVersion") {
            out.serialize_entry(key, value)?;
        }
        out.end()
    }
}

struct Items<'a>(&'a [Arc<Value>]);

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|item| Bare(item)))
    }
}

impl Serialize for List {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(Some(4))?;
        out.serialize_entry("kind", &self.kind)?;
        out.serialize_entry("apiVersion", &self.api_version)?;
        out.serialize_entry("metadata", &self.metadata)?;
        out.serialize_entry("items", &Items(&self.items))?;
        out.end()
    }
}

/// How JSON is laid out.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    pub(super) media: Media,
    pub(super) pretty: bool,
}

fn encode(value: &impl Serialize, layout: Layout) -> (Bytes, &'static str) {
    let encoded = match layout {
        Layout { media: Media::Yaml, .. } => {
            return match serde_yaml::to_string(value) {
                Ok(text) => (text.into(), "application/yaml"),
                Err(error) => (error.to_string().into(), "text/plain"),
            };
        }
        Layout { pretty: true, .. } => serde_json::to_vec_pretty(value),
        Layout { pretty: false, .. } => serde_json::to_vec(value).map(|mut bytes| {
            bytes.push(b'\n');
            bytes
        }),
    };
    // Values of string keys always serialise; the error arm is for a future that breaks this.
    match encoded {
        Ok(bytes) => (bytes.into(), "application/json"),
        Err(error) => (error.to_string().into(), "text/plain"),
    }
}

/// The HTTP answer.
pub(super) fn render(reply: Reply, layout: Layout) -> Response<Body> {
    let mut headers = HeaderMap::new();
    let audit = uuid::Uuid::new_v4().to_string();
    insert(&mut headers, HeaderName::from_static("audit-id"), &audit);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, private"));
    let (body, content_type) = match reply.content {
        Content::Value(value) => whole(encode(&*value, layout)),
        Content::List(list) => whole(encode(&list, layout)),
        Content::Text(text) => whole((text.into(), "text/plain; charset=utf-8")),
        Content::Bytes(bytes, content_type) => whole((bytes, content_type)),
        Content::Stream(stream, content_type) => {
            use futures::StreamExt;
            (BodyExt::boxed_unsync(StreamBody::new(stream.map(|chunk| chunk.map(Frame::data)))), content_type)
        }
        Content::Empty => (whole((Bytes::new(), "")).0, ""),
    };
    if !content_type.is_empty() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    for (name, value) in reply.headers {
        insert(&mut headers, name, &value);
    }
    for warning in reply.warnings {
        let quoted = warning.replace('\\', "\\\\").replace('"', "\\\"");
        if let Ok(value) = HeaderValue::from_str(&format!("299 - \"{quoted}\"")) {
            headers.append(http::header::WARNING, value);
        }
    }
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(reply.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = headers;
    response
}

fn whole((bytes, content_type): (Bytes, &'static str)) -> (Body, &'static str) {
    (Full::new(bytes).map_err(|never| match never {}).boxed_unsync(), content_type)
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    // A value that is no header value (a line break in a name) is left out rather than sent.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn items_of_a_list_carry_no_kind() {
        let list = List {
            kind: "JobList".into(),
            api_version: "batch/v1".into(),
            metadata: json!({"resourceVersion": "7"}),
            items: vec![Arc::new(json!({"kind": "Job", "apiVersion": "batch/v1", "metadata": {"name": "x"}}))],
        };
        let text = serde_json::to_string(&list).expect("serialises");
        assert_eq!(
            text,
            r#"{"kind":"JobList","apiVersion":"batch/v1","metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"x"}}]}"#
        );
    }

    #[test]
    fn a_warning_is_quoted() {
        let reply = Reply::text("x").with_warnings(vec!["unknown field \"a\"".into()]);
        let response = render(reply, Layout { media: Media::Json, pretty: false });
        assert_eq!(response.headers()["warning"], r#"299 - "unknown field \"a\"""#);
    }
}
