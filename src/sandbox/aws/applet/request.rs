//! One request and its answer: DynamoDB's JSON, S3's paths, headers and XML, by the tables of [`super::model`].

use bytes::Bytes;
use http::Method;
use hyper::body::Incoming;
use serde_json::{Map, Value};

use super::failure::{Failure, Outcome};
use super::model::{Kind, Member, Model, Operation, Place, Scalar};
use super::session::Session;
use super::sign::{self, Scope};
use super::web::{self, Call, HttpFailure};
use super::{params, xml};
use crate::sandbox::aws::s3::percent;
use crate::sandbox::clock::Clock;

/// Decoded pairs.
type Query = Vec<(String, String)>;

/// A service as a session reaches it.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) session: Session,
    pub(super) model: Model,
    service: &'static str,
}

/// An answer whose body, where it is an object's bytes, is still to be read.
pub(super) struct Answer {
    pub(super) value: Value,
    pub(super) body: Option<Incoming>,
}

impl Client {
    /// `s3` or `dynamodb`.
    pub(super) fn new(service: &'static str, session: Session) -> Self {
        let model = Model::of(service).unwrap_or_else(|| unreachable!("the two services have tables"));
        Self { session, model, service }
    }

    /// Calls an operation by name and returns its answer in the order of its shape.
    pub(super) async fn call(&self, name: &str, input: &Value) -> Outcome<Value> {
        self.send(name, input, None).await.map(|answer| answer.value)
    }

    /// As [`Self::call`], with bytes as the payload and the answer's payload unread.
    pub(super) async fn send(&self, name: &str, input: &Value, payload: Option<Bytes>) -> Outcome<Answer> {
        let operation =
            self.model.named(name).cloned().ok_or_else(|| Failure::usage(format!("no operation {name}")))?;
        let region = match self.service {
            "s3" => self.session.region().unwrap_or_else(|| "us-east-1".to_owned()),
            _ => self.session.need_region()?,
        };
        let credentials = self.session.credentials()?;
        let endpoint = self.session.endpoint(self.service)?;
        let (path, query, mut call) = self.build(&operation, input, payload)?;
        if let Some(credentials) = credentials {
            let host = endpoint.trim_start_matches("http://").split('/').next().unwrap_or_default().to_owned();
            let scope = Scope { region: &region, service: self.service, now: Clock::real().now() };
            let signed = sign::headers(&credentials, &scope, call.method.as_str(), &host, &path, &query, &call.body);
            call.headers.extend(signed);
        }
        let query = if query.is_empty() { String::new() } else { format!("?{}", sign::encode_query(&query)) };
        call.url = format!("{endpoint}{path}{query}");
        let response = web::send(&call).await.map_err(|e| unreachable_endpoint(&call.url, &e))?;
        self.answer(&operation, response).await
    }

    fn build(&self, operation: &Operation, input: &Value, payload: Option<Bytes>) -> Outcome<(String, Query, Call)> {
        let method = Method::try_from(operation.method).map_err(Failure::other)?;
        let mut call = Call::new(method, String::new());
        if self.service == "dynamodb" {
            call.body = input.to_string().into();
            call.headers.push(("X-Amz-Target".to_owned(), format!("DynamoDB_20120810.{}", operation.name)));
            call.headers.push(("Content-Type".to_owned(), "application/x-amz-json-1.0".to_owned()));
            return Ok(("/".to_owned(), Vec::new(), call));
        }
        let (template, fixed) = operation.path.split_once('?').unwrap_or((operation.path, ""));
        let mut path = template.to_owned();
        let mut query: Query = fixed
            .split('&')
            .filter(|p| !p.is_empty())
            .map(|p| p.split_once('=').unwrap_or((p, "")))
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .collect();
        call.body = payload.unwrap_or_default();
        for member in self.model.members(operation.input) {
            let Some(value) = input.get(member.name) else { continue };
            self.place(member, value, &mut path, &mut query, &mut call);
        }
        Ok((path, query, call))
    }

    fn place(&self, member: &Member, value: &Value, path: &mut String, query: &mut Query, call: &mut Call) {
        match member.place {
            Place::Path(wire) => {
                let text = plain(value);
                *path = path
                    .replace(&format!("{{{wire}+}}"), &percent::encode(&text, b"/"))
                    .replace(&format!("{{{wire}}}"), &percent::encode(&text, b""));
            }
            Place::Query(wire) => query.push((wire.to_owned(), plain(value))),
            Place::Header(wire) => call.headers.push((wire.to_owned(), plain(value))),
            Place::Headers(prefix) => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    call.headers.push((format!("{prefix}{name}"), plain(value)));
                }
            }
            Place::Body(wire) if member.payload && !matches!(self.model.kind(member.shape), Kind::Scalar(_)) => {
                call.body = xml::write(&self.model, member.shape, wire, value, true).into();
            }
            Place::Body(_) if member.payload && self.model.kind(member.shape).is_text() => {
                call.body = plain(value).into();
            }
            Place::Body(_) | Place::Status => {}
        }
    }

    async fn answer(&self, operation: &Operation, response: ::http::Response<Incoming>) -> Outcome<Answer> {
        let (parts, body) = response.into_parts();
        let broken =
            |e: HttpFailure| Failure::other(format!("Connection was closed before we received a valid response: {e}"));
        if parts.status.as_u16() >= 300 {
            let body = web::collect(body).await.map_err(broken)?;
            let reason = parts.status.canonical_reason().unwrap_or("Unknown");
            return Err(service_error(self.service, operation.name, parts.status.as_u16(), reason, &body));
        }
        if self.service == "dynamodb" {
            let body = web::collect(body).await.map_err(broken)?;
            let value: Value =
                serde_json::from_slice(&body).map_err(|e| Failure::other(format!("Unable to parse response: {e}")))?;
            return Ok(Answer { value: params::order(&self.model, operation.output, value), body: None });
        }
        let members = self.model.members(operation.output);
        let mut found = from_headers(&self.model, members, &parts.headers);
        let payload = members.iter().find(|m| m.payload);
        if payload.is_some_and(|m| matches!(self.model.kind(m.shape), Kind::Scalar(Scalar::Blob))) {
            return Ok(Answer {
                value: params::order(&self.model, operation.output, Value::Object(found)),
                body: Some(body),
            });
        }
        let body = web::collect(body).await.map_err(broken)?;
        let text = String::from_utf8_lossy(&body);
        match (payload, xml::parse(&text)) {
            (Some(member), root) => {
                let value = match root {
                    Some(root) if !self.model.kind(member.shape).is_text() => {
                        Some(xml::read(&self.model, member.shape, &root))
                    }
                    _ => Some(Value::String(text.into_owned())).filter(|v| v != ""),
                };
                found.extend(value.map(|v| (member.name.to_owned(), v)));
            }
            (None, Some(root)) if operation.name == "GetBucketLocation" => {
                let place = if root.text.is_empty() { Value::Null } else { Value::String(root.text) };
                return Ok(Answer { value: serde_json::json!({ "LocationConstraint": place }), body: None });
            }
            (None, Some(root)) => found.extend(xml::read_members(&self.model, members, &root)),
            (None, None) => {}
        }
        Ok(Answer { value: params::order(&self.model, operation.output, Value::Object(found)), body: None })
    }
}

/// The checksum the real CLI adds by default.
pub(super) fn with_checksum(mut input: Value, body: &Bytes) -> Value {
    use base64::Engine;
    let sum = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32IsoHdlc, body);
    let bytes = u32::try_from(sum).unwrap_or_default().to_be_bytes();
    input["ChecksumAlgorithm"] = serde_json::json!("CRC32");
    input["ChecksumCRC32"] = serde_json::json!(base64::engine::general_purpose::STANDARD.encode(bytes));
    input
}

impl Kind<'_> {
    fn is_text(self) -> bool {
        matches!(self, Kind::Scalar(Scalar::Text))
    }
}

fn from_headers(model: &Model, members: &[Member], headers: &::http::HeaderMap) -> Map<String, Value> {
    let text = |value: &::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut out = Map::new();
    for member in members {
        match member.place {
            Place::Header(wire) => {
                let Some(value) = headers.get(wire).map(text) else { continue };
                let value = match model.kind(member.shape) {
                    Kind::Scalar(Scalar::Integer) => {
                        value.parse::<i64>().map(Value::from).unwrap_or(Value::String(value))
                    }
                    Kind::Scalar(Scalar::Boolean) => Value::Bool(value == "true"),
                    _ => Value::String(value),
                };
                out.insert(member.name.to_owned(), value);
            }
            Place::Headers(prefix) => {
                let pairs = headers.iter().filter_map(|(name, value)| {
                    let name = name.as_str().strip_prefix(prefix)?;
                    Some((name.to_owned(), Value::String(text(value))))
                });
                out.insert(member.name.to_owned(), Value::Object(pairs.collect()));
            }
            _ => {}
        }
    }
    out
}

fn service_error(service: &str, operation: &str, status: u16, reason: &str, body: &[u8]) -> Failure {
    let text = String::from_utf8_lossy(body);
    if service == "dynamodb" {
        let value: Value = serde_json::from_str(&text).unwrap_or_default();
        let code = value["__type"].as_str().map(|t| t.rsplit('#').next().unwrap_or(t).to_owned());
        let message = value["message"].as_str().or(value["Message"].as_str()).unwrap_or("").to_owned();
        return Failure::service(&code.unwrap_or_else(|| status.to_string()), operation, &message);
    }
    match xml::parse(&text) {
        Some(root) => {
            let code = root.child_text("Code").unwrap_or("Unknown");
            Failure::service(code, operation, root.child_text("Message").unwrap_or("None"))
        }
        None => Failure::service(&status.to_string(), operation, reason),
    }
}

fn unreachable_endpoint(url: &str, failure: &HttpFailure) -> Failure {
    match failure {
        HttpFailure::Timeout => Failure::other(format!("Connect timeout on endpoint URL: \"{url}\"")),
        HttpFailure::Host(host) => Failure::other(format!(
            "Could not connect to the endpoint URL: \"{url}\" ({host} is not on this machine, and the sandbox never goes out)"
        )),
        HttpFailure::Broken(reason) => Failure::other(format!(
            "Connection was closed before we received a valid response from endpoint URL: \"{url}\" ({reason})"
        )),
        HttpFailure::Url(_) | HttpFailure::Connect { .. } => {
            Failure::other(format!("Could not connect to the endpoint URL: \"{url}\""))
        }
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
