//! Objects and lists in the shape that `Accept` asks for: whole, as a Table, metadata only.
//! Called by the verbs.

use std::sync::Arc;

use serde_json::{Value, json};

use super::negotiate::Shape;
use super::request::{Ask, View};
use super::respond::{Content, List, Reply};
use super::status::{ApiError, FieldError};
use super::table::{self, IncludeObject};
use super::{Api, object};

/// What rows of a Table carry, from `includeObject`.
pub(super) fn include(ask: &Ask<'_>) -> Result<IncludeObject, ApiError> {
    let text = ask.call.query.get("includeObject").unwrap_or_default();
    IncludeObject::parse(text).ok_or_else(|| {
        let error = FieldError::not_supported("includeObject", &text.into(), &["None", "Metadata", "Object"]);
        super::request::options_invalid("TableOptions", error)
    })
}

/// One object.
pub(super) fn one(api: &Api, ask: &Ask<'_>, value: Arc<Value>) -> Result<Reply, ApiError> {
    let shaped = match ask.format.shape {
        Shape::Full => ask.outward(value),
        Shape::Partial(version) => Arc::new(partial(&value, version)),
        Shape::Table(version) => {
            let metadata = json!({"resourceVersion": object::meta(&value, "resourceVersion")});
            let items = std::slice::from_ref(&*value);
            let mut table = table::render(ask.target.resource, items, &metadata, include(ask)?, &api.context());
            set_version(&mut table, version);
            Arc::new(table)
        }
    };
    Ok(Reply::object(shaped))
}

/// A list with its metadata.
pub(super) fn list(api: &Api, ask: &Ask<'_>, metadata: Value, items: Vec<Arc<Value>>) -> Result<Reply, ApiError> {
    let resource = ask.resource();
    let content = match ask.format.shape {
        Shape::Full => Content::List(List {
            kind: format!("{}List", resource.kind),
            api_version: object::api_version(resource),
            metadata,
            items: items.into_iter().map(|item| ask.outward(item)).collect(),
        }),
        Shape::Partial(version) => {
            let items: Vec<Value> = items.iter().map(|item| partial(item, version)).collect();
            Content::Value(Arc::new(json!({
                "kind": "PartialObjectMetadataList",
                "apiVersion": format!("meta.k8s.io/{version}"),
                "metadata": metadata,
                "items": items,
            })))
        }
        Shape::Table(version) => {
            let items: Vec<Value> = items.iter().map(|item| (**item).clone()).collect();
            let mut table = table::render(ask.target.resource, &items, &metadata, include(ask)?, &api.context());
            set_version(&mut table, version);
            Content::Value(Arc::new(table))
        }
    };
    Ok(Reply::new(200, content))
}

/// The object of a watch frame; the columns of a Table are told in the first frame only.
pub(super) fn frame(
    api: &Api,
    resource: &crate::sandbox::resources::Resource,
    view: Option<View>,
    (shape, include): (Shape, IncludeObject),
    value: &Value,
    first: bool,
) -> Value {
    match shape {
        Shape::Full => {
            let mut value = value.clone();
            if let Some(view) = view {
                (view.stored.from_stored)(&mut value);
            }
            value
        }
        Shape::Partial(version) => partial(value, version),
        Shape::Table(version) => {
            let mut table = table::watch_frame(resource, value, first, include, &api.context());
            set_version(&mut table, version);
            table
        }
    }
}

fn partial(value: &Value, version: &str) -> Value {
    json!({
        "kind": "PartialObjectMetadata",
        "apiVersion": format!("meta.k8s.io/{version}"),
        "metadata": value["metadata"],
    })
}

fn set_version(table: &mut Value, version: &str) {
    table["apiVersion"] = format!("meta.k8s.io/{version}").into();
}
