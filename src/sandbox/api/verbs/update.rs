//! PUT of one object, or of its status.

use serde_json::Value;

use crate::sandbox::resources::Subresource;

use super::super::lifecycle::{self, Made, Ownership};
use super::super::request::{Ask, WriteOptions};
use super::super::respond::Reply;
use super::super::status::{ApiError, FieldError};
use super::super::{Api, body, object, shapes};
use super::create::check_namespace;

pub(in super::super) async fn update(
    api: &Api,
    ask: &Ask<'_>,
    subresource: Option<Subresource>,
) -> Result<Reply, ApiError> {
    let target = &ask.target;
    let options = WriteOptions::parse(ask.call, "UpdateOptions")?;
    let api_version = object::api_version(ask.resource());
    let value = ask.inward(body::object(ask.call, &api_version, target.resource.kind, options.validation)?);
    check_name(&target.name, object::name(&value))?;
    check_namespace(target, object::namespace(&value))?;
    if api.store.get(&target.key()).is_none() && subresource.is_none() && may_create(target.resource.plural) {
        return create_instead(api, ask, value, &options).await;
    }
    check_revision(ask, &value)?;
    let make = |_: &Value| Ok(Made { value: value.clone(), ownership: Ownership::Record });
    let written = lifecycle::update(api, target, subresource, &options, make).await?;
    ask.call.warn(written.warnings);
    shapes::one(api, ask, written.object)
}

/// The name in the object must be that of the path.
pub(super) fn check_name(wanted: &str, given: &str) -> Result<(), ApiError> {
    if given == wanted {
        return Ok(());
    }
    let message = if given.is_empty() {
        "name must be provided".to_owned()
    } else {
        format!("the name of the object ({given}) does not match the name on the URL ({wanted})")
    };
    Err(ApiError::bad_request(message))
}

/// Kinds that a PUT creates when they are not there, as in a real server.
fn may_create(plural: &str) -> bool {
    matches!(plural, "endpoints" | "events" | "leases" | "services")
}

async fn create_instead(api: &Api, ask: &Ask<'_>, value: Value, options: &WriteOptions) -> Result<Reply, ApiError> {
    if object::revision(&value).is_some() {
        return Err(ask.target.not_found());
    }
    let written = lifecycle::create(api, &ask.target, value, options, Ownership::Record).await?;
    ask.call.warn(written.warnings);
    Ok(shapes::one(api, ask, written.object)?.with_code(201))
}

/// Most kinds may be overwritten blindly; of these the writer must have seen the latest.
fn check_revision(ask: &Ask<'_>, value: &Value) -> Result<(), ApiError> {
    let resource = ask.target.resource;
    let strict = matches!(resource.plural, "leases" | "serviceaccounts" | "endpointslices");
    if !strict || object::revision(value).is_some() {
        return Ok(());
    }
    let error = FieldError::invalid("metadata.resourceVersion", &0.into(), "must be specified for an update");
    Err(ApiError::invalid(object::about_kind(resource, &ask.target.name), &[error]))
}
