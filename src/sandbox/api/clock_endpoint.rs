//! `/sandbox/v1/clock`: shows and sets the sandbox's clock. No part of Kubernetes; tests use it,
//! and later commands. GET answers `{"now", "speed"}`; PUT takes either or both.

use http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Api;
use super::request::Call;
use super::respond::Reply;
use super::route::method_not_allowed;
use super::status::ApiError;

pub(super) fn answer(api: &Api, call: &Call) -> Result<Reply, ApiError> {
    match call.method {
        Method::GET => {}
        Method::PUT => set(api, call)?,
        _ => return Err(method_not_allowed()),
    }
    let clock = &api.config.clock;
    Ok(Reply::object(json!({"now": clock.now().to_string(), "speed": clock.speed()})))
}

fn set(api: &Api, call: &Call) -> Result<(), ApiError> {
    let wanted: Value = serde_json::from_slice(&call.body)
        .map_err(|error| ApiError::bad_request(format!("the clock wants {{\"now\": …, \"speed\": …}}: {error}")))?;
    let now = match wanted.get("now") {
        None => None,
        Some(text) => Some(text.as_str().and_then(|text| text.parse::<Timestamp>().ok()).ok_or_else(|| {
            ApiError::bad_request(format!("now must be a time such as 2026-11-23T15:00:00Z, not {text}"))
        })?),
    };
    let speed = match wanted.get("speed") {
        None => None,
        Some(number) => Some(
            number.as_f64().ok_or_else(|| ApiError::bad_request(format!("speed must be a number, not {number}")))?,
        ),
    };
    let refused = |error: crate::sandbox::clock::ClockError| ApiError::bad_request(error.to_string());
    if let Some(now) = now {
        api.config.clock.jump(now).map_err(refused)?;
    }
    if let Some(speed) = speed {
        api.config.clock.set_speed(speed).map_err(refused)?;
    }
    Ok(())
}
