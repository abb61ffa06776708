//! POST to a collection.

use super::super::lifecycle::{self, Ownership};
use super::super::request::{Ask, WriteOptions};
use super::super::respond::Reply;
use super::super::status::ApiError;
use super::super::{Api, body, object, shapes};

pub(in super::super) async fn create(api: &Api, ask: &Ask<'_>) -> Result<Reply, ApiError> {
    let target = &ask.target;
    let options = WriteOptions::parse(ask.call, "CreateOptions")?;
    let api_version = object::api_version(ask.resource());
    let value = ask.inward(body::object(ask.call, &api_version, target.resource.kind, options.validation)?);
    check_namespace(target, object::namespace(&value))?;
    let written = lifecycle::create(api, target, value, &options, Ownership::Record).await?;
    ask.call.warn(written.warnings);
    Ok(shapes::one(api, ask, written.object)?.with_code(201))
}

/// The namespace in the object, where there is one, must be that of the path.
pub(super) fn check_namespace(target: &super::Target, given: &str) -> Result<(), ApiError> {
    if given.is_empty() || given == target.namespace {
        return Ok(());
    }
    let message = "the namespace of the provided object does not match the namespace sent on the request";
    Err(ApiError::bad_request(message))
}
