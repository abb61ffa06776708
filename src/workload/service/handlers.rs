//! The three calls of `/api/tasks`.
//!
//! Called by the router. Each reads its input, asks the store once and shapes the answer.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::json;

use super::App;
use super::answer::Problem;
use super::input;

/// 2099-12-31T00:00:00Z: what the original takes for the end of time.
const FAR_END: i64 = 4_102_358_400;

/// `POST /api/tasks` -> 201 `{"taskId": …}`.
pub(super) async fn add(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let task = input::new_task(&input::object(&headers, body)?)?;
    let id = app.store.add(task).await?;
    tracing::info!("added task {id}");
    Ok((StatusCode::CREATED, Json(json!({"taskId": id}))).into_response())
}

/// `PUT /api/tasks` -> 200 `ok`, or 404.
pub(super) async fn update(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<&'static str, Problem> {
    let update = input::update(&input::object(&headers, body)?)?;
    app.store.update(&update, Timestamp::now().as_second()).await?;
    tracing::info!(done = update.done, "updated a task");
    Ok("ok")
}

/// `GET /api/tasks?userName=&start=&end=` -> the user's tasks; `start` defaults to the start of today.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    query: Result<Query<HashMap<String, String>>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) =
        query.map_err(|_| Problem::Invalid(vec![("query".to_owned(), "is not a query string".to_owned())]))?;
    let wanted = input::selection(&query)?;
    let start = match wanted.start {
        Some(start) => start,
        None => start_of_today(&app.zone),
    };
    let end = wanted.end.unwrap_or(FAR_END);
    if start > end {
        return Ok(Json(json!([])).into_response());
    }
    let tasks = app.store.list(&wanted.user_name, start, end).await?;
    Ok(Json(tasks).into_response())
}

fn start_of_today(zone: &jiff::tz::TimeZone) -> i64 {
    let now = Timestamp::now();
    let today = now.to_zoned(zone.clone()).start_of_day();
    today.map_or_else(|_| now.as_second(), |start| start.timestamp().as_second())
}
