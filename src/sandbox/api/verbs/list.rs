//! GET of a collection: selectors, chunks, and what `resourceVersion` asks for.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::sandbox::store::{Item, StoreError};

use super::super::request::Ask;
use super::super::respond::Reply;
use super::super::status::ApiError;
use super::super::{Api, object, shapes};
use super::paging::Token;
use super::{Selectors, list_options_invalid, resource_version};

pub(in super::super) fn list(api: &Api, ask: &Ask<'_>) -> Result<Reply, ApiError> {
    let (items, metadata) = select(api, ask)?;
    shapes::list(api, ask, metadata, items)
}

/// A chunk and the list's metadata.
pub(super) fn select(api: &Api, ask: &Ask<'_>) -> Result<(Vec<Arc<Value>>, Value), ApiError> {
    let query = &ask.call.query;
    let selectors = Selectors::parse(query, &ask.target)?;
    let limit = query.integer("limit")?.and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0);
    let token = query.get("continue").filter(|text| !text.is_empty()).map(Token::decode).transpose()?;
    let (all, revision) = snapshot(api, ask, token.as_ref())?;
    let after = token.as_ref().map_or("", |token| &token.after);
    let mut chosen = Vec::new();
    let mut last = None;
    let mut more = 0;
    for item in all.into_iter().filter(|item| &*item.key > after) {
        if limit.is_some_and(|limit| chosen.len() >= limit) {
            more += 1;
        } else if selectors.matches(&ask.target, &item.value) {
            last = Some(item.key);
            chosen.push(item.value);
        }
    }
    let mut metadata = json!({"resourceVersion": revision.to_string()});
    if let (true, Some(last)) = (more > 0, last) {
        metadata["continue"] = Token { revision, after: last.to_string() }.encode().into();
        // With selectors nobody has counted what is still to come.
        if selectors.is_empty() {
            metadata["remainingItemCount"] = more.into();
        }
    }
    Ok((chosen, metadata))
}

/// The items at the revision asked for, and that revision.
fn snapshot(api: &Api, ask: &Ask<'_>, token: Option<&Token>) -> Result<(Vec<Item>, u64), ApiError> {
    let query = &ask.call.query;
    let namespace = Some(ask.target.namespace.as_str()).filter(|n| !n.is_empty());
    let prefix = object::prefix(ask.target.resource, namespace);
    let wanted = resource_version(query)?;
    let how = query.get("resourceVersionMatch").filter(|text| !text.is_empty());
    if query.get("sendInitialEvents").is_some() {
        return Err(list_options_invalid("sendInitialEvents", "sendInitialEvents is forbidden for list"));
    }
    if let Some(token) = token {
        return match api.store.list_at(&prefix, token.revision) {
            Ok(items) => Ok((items, token.revision)),
            Err(_) => Err(stale_token(api, token)),
        };
    }
    match (how, wanted) {
        (None | Some("NotOlderThan"), None | Some(0)) if how.is_none() || wanted.is_some() => {
            Ok(api.store.list(&prefix))
        }
        (Some(_), None) => {
            let why = "resourceVersionMatch is forbidden unless resourceVersion is provided";
            Err(list_options_invalid("resourceVersionMatch", why))
        }
        (Some("Exact"), Some(0)) => {
            let why = "resourceVersionMatch \"Exact\" is forbidden for resourceVersion \"0\"";
            Err(list_options_invalid("resourceVersionMatch", why))
        }
        (_, Some(revision)) if revision > api.store.revision() => Err(too_large(revision, api.store.revision())),
        (Some("Exact"), Some(revision)) => {
            api.store.list_at(&prefix, revision).map(|items| (items, revision)).map_err(|error| expired(&error))
        }
        (None | Some("NotOlderThan"), _) => Ok(api.store.list(&prefix)),
        (Some(other), Some(_)) => {
            let error = super::super::status::FieldError::not_supported(
                "resourceVersionMatch",
                &other.into(),
                &["", "Exact", "NotOlderThan"],
            );
            Err(super::super::request::options_invalid("ListOptions", error))
        }
    }
}

/// 504: a revision that is still to come.
fn too_large(wanted: u64, current: u64) -> ApiError {
    let message = format!("Timeout: Too large resource version: {wanted}, current: {current}");
    let causes = json!([{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}]);
    ApiError { details: json!({"causes": causes}), retry_after: Some(1), ..ApiError::new(504, "Timeout", message) }
}

fn expired(error: &StoreError) -> ApiError {
    match error {
        StoreError::Compacted { .. } => {
            ApiError::new(410, "Expired", "The resourceVersion for the provided list is too old.")
        }
        other => super::super::lifecycle::store_error(other),
    }
}

/// 410 for a chunk that comes too late.
fn stale_token(api: &Api, token: &Token) -> ApiError {
    let message = "The provided continue parameter is too old to display a consistent list result. You can start a new \
                   list without the continue parameter, or use the continue token in this response to retrieve the \
                   remainder of the results. Continuing with the provided token results in an inconsistent list - \
                   objects that were created, modified, or deleted between the time the first chunk was returned and \
                   now may show up in the list.";
    tracing::debug!(revision = token.revision, oldest = api.store.compacted(), "a continue token has expired");
    ApiError::new(410, "Expired", message)
}
