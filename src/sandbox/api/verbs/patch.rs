//! PATCH: JSON patch, merge patch, strategic merge patch, server-side apply.

use std::sync::Arc;

use serde_json::Value;

use crate::sandbox::resources::Subresource;

use super::super::lifecycle::{self, Made, Ownership};
use super::super::negotiate::media_type;
use super::super::request::{Ask, Call, FieldValidation, WriteOptions, options_invalid};
use super::super::respond::Reply;
use super::super::status::{ApiError, FieldError};
use super::super::{Api, body, json_patches, managed_fields, object, shapes, strategic, strict};
use super::create::check_namespace;
use super::update::check_name;

const ACCEPTED: &[&str] = &[
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
];

/// A patch by its content type.
pub(in super::super) enum Patch {
    /// RFC 6902.
    Json(Value),
    /// RFC 7386.
    Merge(Value),
    /// Kubernetes' own: lists are merged by their keys.
    Strategic(Value),
    /// Server-side apply: the body is read by [`apply`], which knows the kind.
    Apply,
}

impl Patch {
    /// Reads the body by its content type.
    pub(in super::super) fn parse(call: &Call) -> Result<Self, ApiError> {
        let json = || {
            serde_json::from_slice(&call.body)
                .map_err(|error| ApiError::bad_request(format!("error decoding patch: {error}")))
        };
        match media_type(call.header(http::header::CONTENT_TYPE)).0 {
            "application/json-patch+json" => json().map(Self::Json),
            "application/merge-patch+json" => json().map(Self::Merge),
            "application/strategic-merge-patch+json" => json().map(Self::Strategic),
            "application/apply-patch+yaml" => Ok(Self::Apply),
            _ => Err(body::unsupported(ACCEPTED)),
        }
    }

    /// The patched copy. Apply is not done here: it needs to know who owns what.
    pub(in super::super) fn patched(&self, live: &Value, api_version: &str, kind: &str) -> Result<Value, ApiError> {
        match self {
            Self::Json(patch) => json_patches::json_patch(live, patch),
            Self::Merge(patch) => Ok(json_patches::merge_patch(live, patch)),
            Self::Strategic(patch) => strategic::merge(live, patch, api_version, kind),
            Self::Apply => Err(body::unsupported(&ACCEPTED[..3])),
        }
    }
}

pub(in super::super) async fn patch(
    api: &Api,
    ask: &Ask<'_>,
    subresource: Option<Subresource>,
) -> Result<Reply, ApiError> {
    let options = WriteOptions::parse(ask.call, "PatchOptions")?;
    match Patch::parse(ask.call)? {
        Patch::Apply => apply(api, ask, subresource, &options).await,
        patch => change(api, ask, subresource, &patch, &options).await,
    }
}

async fn change(
    api: &Api,
    ask: &Ask<'_>,
    subresource: Option<Subresource>,
    patch: &Patch,
    options: &WriteOptions,
) -> Result<Reply, ApiError> {
    let target = &ask.target;
    let (api_version, kind) = (object::api_version(ask.resource()), target.resource.kind);
    let make = |live: &Value| {
        let shown = ask.outward(Arc::new(live.clone()));
        let patched = patch.patched(&shown, &api_version, kind)?;
        let (value, unknown) = strict::typed(&patched, &api_version, kind)?;
        body::judge(ask.call, unknown, options.validation, &api_version, kind)?;
        check_name(&target.name, object::name(&value))?;
        check_namespace(target, object::namespace(&value))?;
        Ok(Made { value: ask.inward(value), ownership: Ownership::Record })
    };
    let written = lifecycle::update(api, target, subresource, options, make).await?;
    ask.call.warn(written.warnings);
    shapes::one(api, ask, written.object)
}

/// Server-side apply: creates what is not there.
async fn apply(
    api: &Api,
    ask: &Ask<'_>,
    subresource: Option<Subresource>,
    options: &WriteOptions,
) -> Result<Reply, ApiError> {
    let target = &ask.target;
    if ask.call.query.get("fieldManager").unwrap_or_default().is_empty() {
        let error = FieldError::required("fieldManager", "is required for apply patch");
        return Err(options_invalid("PatchOptions", error));
    }
    let (api_version, kind) = (object::api_version(ask.resource()), target.resource.kind);
    let strict = options.validation == FieldValidation::Strict;
    let (applied, duplicates) = managed_fields::parse_apply(&ask.call.body, strict)?;
    if options.validation == FieldValidation::Warn {
        ask.call.warn(duplicates);
    }
    if !object::name(&applied).is_empty() {
        check_name(&target.name, object::name(&applied))?;
    }
    check_namespace(target, object::namespace(&applied))?;
    let who = lifecycle::manager(ask.resource(), subresource, options);
    let force = ask.call.query.flag("force");
    let merged = |live: Option<&Value>| {
        let shown = live.map(|live| ask.outward(Arc::new(live.clone())));
        let mut value = managed_fields::apply(shown.as_deref(), &applied, &who, force, api.now())?;
        value["apiVersion"] = api_version.clone().into();
        value["kind"] = kind.into();
        object::meta_mut(&mut value).insert("name".into(), target.name.clone().into());
        Ok(Made { value: ask.inward(value), ownership: Ownership::Applied })
    };
    if api.store.get(&target.key()).is_none() && subresource.is_none() {
        let made = merged(None)?;
        match lifecycle::create(api, target, made.value, options, Ownership::Applied).await {
            Ok(written) => {
                ask.call.warn(written.warnings);
                return Ok(shapes::one(api, ask, written.object)?.with_code(201));
            }
            // Somebody else was faster: it is an update now.
            Err(error) if error.reason == "AlreadyExists" && !options.dry_run => {}
            Err(error) => return Err(error),
        }
    }
    let written = lifecycle::update(api, target, subresource, options, |live| merged(Some(live))).await?;
    ask.call.warn(written.warnings);
    shapes::one(api, ask, written.object)
}
