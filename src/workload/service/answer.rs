//! What the service says when it cannot do what was asked.
//!
//! Called by every handler. Tells the client what *it* did wrong and never what the inside looks like: the cause of
//! a 500 goes to the log only.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::workload::failure::Failure;

/// A request that gets no result.
#[derive(Debug)]
pub(crate) enum Problem {
    /// 400: what is wrong with each field.
    Invalid(Vec<(String, String)>),
    /// 404: no task has this id.
    NoTask(String),
    /// 413: the body is over the limit.
    TooLarge,
    /// 415: the body is not JSON.
    NotJson,
    /// 503: too many requests at once.
    Busy,
    /// 500: the table could not be asked.
    Inside(Failure),
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        match self {
            Self::Invalid(fields) => {
                let fields: Map<String, Value> = fields.into_iter().map(|(name, text)| (name, text.into())).collect();
                (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid request", "fields": fields}))).into_response()
            }
            Self::NoTask(id) => {
                let body = json!({"error": "no such task", "taskId": id});
                (StatusCode::NOT_FOUND, Json(body)).into_response()
            }
            Self::TooLarge => error(StatusCode::PAYLOAD_TOO_LARGE, "the body is over 65536 bytes"),
            Self::NotJson => error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send Content-Type: application/json"),
            Self::Busy => {
                let mut response = error(StatusCode::SERVICE_UNAVAILABLE, "too many requests at once");
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
                response
            }
            Self::Inside(failure) => {
                tracing::error!("error: {}", failure.line());
                (StatusCode::INTERNAL_SERVER_ERROR, "Something wrong...").into_response()
            }
        }
    }
}

fn error(status: StatusCode, text: &str) -> Response {
    (status, Json(json!({"error": text}))).into_response()
}

/// The answer for a path that the service does not have.
pub(super) async fn no_such_path() -> Response {
    error(StatusCode::NOT_FOUND, "no such path; the API is at /api/tasks, the page at /")
}
