//! Request bodies: JSON, YAML or protobuf to a JSON value of the kind that the path wants.
//! Called by the writing verbs.

use serde_json::Value;

use super::negotiate::media_type;
use super::request::{Call, FieldValidation};
use super::status::ApiError;
use super::{protobuf, strict};

/// The object in the body, of this `api_version` and `kind`; its unknown fields are judged.
///
/// # Errors
/// 400 for what cannot be read or is of another kind, 415 for an unknown content type.
pub(super) fn object(
    call: &Call,
    api_version: &str,
    kind: &str,
    validation: FieldValidation,
) -> Result<Value, ApiError> {
    let (mut value, unknown) = decode(call, api_version, kind)?;
    let map = super::object::map_mut(&mut value, "metadata");
    map.shift_remove("selfLink");
    value["apiVersion"] = api_version.into();
    value["kind"] = kind.into();
    judge(call, unknown, validation, api_version, kind)?;
    Ok(value)
}

fn decode(call: &Call, api_version: &str, kind: &str) -> Result<(Value, Vec<String>), ApiError> {
    match media_type(call.header(http::header::CONTENT_TYPE)).0 {
        "" | "application/json" => strict::json(&call.body, api_version, kind),
        "application/yaml" => strict::yaml(&call.body, api_version, kind),
        "application/vnd.kubernetes.protobuf" => {
            let value = protobuf::decode(&call.body)?;
            check_kind(&value, api_version, kind)?;
            Ok((value, Vec::new()))
        }
        _ => Err(unsupported(&["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"])),
    }
}

/// 415 with the media types that would do.
pub(super) fn unsupported(accepted: &[&str]) -> ApiError {
    let message = format!(
        "the body of the request was in an unknown format - accepted media types include: {}",
        accepted.join(", ")
    );
    ApiError { details: serde_json::json!({}), ..ApiError::new(415, "UnsupportedMediaType", message) }
}

/// JSON and YAML are checked while they are decoded; protobuf decodes to whatever it says it is.
fn check_kind(value: &Value, api_version: &str, kind: &str) -> Result<(), ApiError> {
    let (found_version, found_kind) =
        (value["apiVersion"].as_str().unwrap_or_default(), value["kind"].as_str().unwrap_or_default());
    if (found_version, found_kind) == (api_version, kind) {
        return Ok(());
    }
    let version = found_version.rsplit('/').next().unwrap_or_default();
    Err(ApiError::bad_request(format!(
        "{found_kind} in version {version:?} cannot be handled as a {kind}: the body is of another kind"
    )))
}

/// Unknown and duplicate fields: an error, warnings or nothing.
pub(super) fn judge(
    call: &Call,
    unknown: Vec<String>,
    validation: FieldValidation,
    api_version: &str,
    kind: &str,
) -> Result<(), ApiError> {
    match validation {
        FieldValidation::Ignore => Ok(()),
        FieldValidation::Warn => {
            call.warn(unknown);
            Ok(())
        }
        FieldValidation::Strict if unknown.is_empty() => Ok(()),
        FieldValidation::Strict => Err(strict::strict_error(&unknown, api_version, kind)),
    }
}

/// A small options body (`DeleteOptions`); an empty body is an empty object.
pub(super) fn options(call: &Call) -> Result<Value, ApiError> {
    if call.body.is_empty() {
        return Ok(serde_json::json!({}));
    }
    match media_type(call.header(http::header::CONTENT_TYPE)).0 {
        "application/vnd.kubernetes.protobuf" => protobuf::decode(&call.body),
        "application/yaml" => strict::yaml(&call.body, "v1", "DeleteOptions").map(|(value, _)| value),
        _ => serde_json::from_slice(&call.body).map_err(|error| {
            ApiError::bad_request(format!("the DeleteOptions provided cannot be read: json parse error: {error}"))
        }),
    }
}
