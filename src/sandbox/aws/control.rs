//! `/_localstack/…`: health, init and info in LocalStack's shapes.

use http::{HeaderValue, Method, Response, StatusCode};
use s3s::Body;
use serde_json::{Value, json};

use super::init::Init;
use super::python_json;

/// The version LocalStack's last free image says; clients that look, look for the shape.
const VERSION: &str = "4.14.0";
/// What the paths begin with.
pub(crate) const PREFIX: &str = "/_localstack/";

/// Answers a path that begins with [`PREFIX`].
pub(crate) fn answer(method: &Method, path: &str, init: &Init) -> Response<Body> {
    let name = path.strip_prefix(PREFIX).unwrap_or_default().trim_end_matches('/');
    if method != Method::GET && method != Method::HEAD {
        let known = matches!(name, "health" | "info" | "init") || name.starts_with("init/");
        return text(if known { StatusCode::METHOD_NOT_ALLOWED } else { StatusCode::NOT_FOUND });
    }
    match name {
        "health" => answer_json(&health()),
        "info" => answer_json(&info(init)),
        "init" => answer_json(&init.report()),
        _ => match name.strip_prefix("init/").and_then(|stage| init.stage_report(stage)) {
            Some(report) => answer_json(&report),
            None => text(StatusCode::NOT_FOUND),
        },
    }
}

/// LocalStack answers 200 while init still runs: health says that the port answers, no more.
fn health() -> Value {
    json!({
        "services": { "dynamodb": "running", "dynamodbstreams": "running", "s3": "running" },
        "edition": "community",
        "version": VERSION,
    })
}

fn info(init: &Init) -> Value {
    json!({
        "version": format!("{VERSION}:k8s-tutor"),
        "edition": "community",
        "is_license_activated": false,
        "session_id": init.session(),
        "machine_id": "k8s-tutor",
        "system": std::env::consts::OS,
        "is_docker": false,
        "server_time_utc": init.clock().strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        "uptime": init.uptime().as_secs(),
    })
}

fn answer_json(value: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(python_json::to_text(value)));
    response.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn text(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
