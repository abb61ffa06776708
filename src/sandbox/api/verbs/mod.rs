//! The verbs on objects and collections, one file each. Called by `route`.

mod create;
mod delete;
mod delete_collection;
mod delete_options;
mod get;
mod list;
mod paging;
mod patch;
mod update;
mod watch;
mod watch_stream;

pub(super) use create::create;
pub(super) use delete::{delete, remove};
pub(super) use delete_collection::delete_collection;
pub(super) use delete_options::DeleteOptions;
pub(super) use get::get;
pub(super) use list::list;
pub(super) use patch::{Patch, patch};
pub(super) use update::update;
pub(super) use watch::watch;

use serde_json::Value;

use super::request::{Query, Target};
use super::selectors::{FieldSelector, LabelSelector};
use super::status::{ApiError, FieldError};

/// What a list or watch selects.
struct Selectors {
    labels: LabelSelector,
    fields: FieldSelector,
    /// A single object by name: a watch on one object.
    name: String,
}

impl Selectors {
    fn parse(query: &Query, target: &Target) -> Result<Self, ApiError> {
        Ok(Self {
            labels: LabelSelector::parse(query.get("labelSelector").unwrap_or_default())?,
            fields: FieldSelector::parse(query.get("fieldSelector").unwrap_or_default(), target.resource)?,
            name: target.name.clone(),
        })
    }

    fn matches(&self, target: &Target, object: &Value) -> bool {
        (self.name.is_empty() || super::object::name(object) == self.name)
            && self.labels.matches(object)
            && self.fields.matches(target.resource, object)
    }

    fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }
}

/// `resourceVersion` of a list or watch; `None` where it is left out, 0 means "anything".
fn resource_version(query: &Query) -> Result<Option<u64>, ApiError> {
    let Some(text) = query.get("resourceVersion").filter(|text| !text.is_empty()) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| {
        let why = format!("strconv.ParseUint: parsing {text:?}: invalid syntax");
        let error = FieldError::invalid("resourceVersion", &text.into(), &why);
        ApiError::bad_request(format!("invalid resource version: {}: {}", error.field, error.message))
    })
}

fn list_options_invalid(field: &str, why: &str) -> ApiError {
    super::request::options_invalid("ListOptions", FieldError::forbidden(field, why))
}
