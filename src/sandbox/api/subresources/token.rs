//! `serviceaccounts/token`: a bearer token in the name of a ServiceAccount.

use jiff::SignedDuration;
use serde_json::Value;

use super::super::request::{Ask, WriteOptions};
use super::super::respond::Reply;
use super::super::status::{About, ApiError, FieldError};
use super::super::{Api, auth, body, object};

const DEFAULT_SECONDS: i64 = 3600;
const SHORTEST: i64 = 600;
const LONGEST: i64 = 1 << 32;

pub(super) fn create(api: &Api, ask: &Ask<'_>) -> Result<Reply, ApiError> {
    let account = api.store.get(&ask.target.key()).ok_or_else(|| ask.target.not_found())?;
    let options = WriteOptions::parse(ask.call, "CreateOptions")?;
    let mut request = body::object(ask.call, "authentication.k8s.io/v1", "TokenRequest", options.validation)?;
    let seconds = request["spec"]["expirationSeconds"].as_i64().unwrap_or(DEFAULT_SECONDS);
    check(seconds, &ask.target.name)?;
    let now = api.now();
    let until = now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(now);
    let uid = object::meta(&account.value, "uid");
    let token = auth::issue(&ask.target.namespace, &ask.target.name, uid, &api.config.token, now, until);
    let meta = object::meta_mut(&mut request);
    meta.insert("name".into(), ask.target.name.clone().into());
    meta.insert("namespace".into(), ask.target.namespace.clone().into());
    meta.insert("creationTimestamp".into(), object::time(now).into());
    object::map_mut(&mut request, "spec").insert("expirationSeconds".into(), seconds.into());
    let status = object::map_mut(&mut request, "status");
    status.insert("token".into(), Value::from(token));
    status.insert("expirationTimestamp".into(), object::time(until).into());
    Ok(Reply::object(request).with_code(201))
}

fn check(seconds: i64, name: &str) -> Result<(), ApiError> {
    let why = match seconds {
        s if s < SHORTEST => "may not specify a duration less than 10 minutes",
        s if s > LONGEST => "may not specify a duration larger than 2^32 seconds",
        _ => return Ok(()),
    };
    let error = FieldError::invalid("spec.expirationSeconds", &seconds.into(), why);
    Err(ApiError::invalid(About { group: "authentication.k8s.io", kind: "TokenRequest", name }, &[error]))
}
