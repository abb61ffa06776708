//! Tables: what `kubectl get` prints. The server chooses the columns and writes the cells.
//!
//! Called by the API's get, list and watch when the client accepts `as=Table`. Which columns a
//! kind has stands with the kind.

use serde_json::{Map, Value, json};

use crate::sandbox::resources::{Context, Resource};

/// What each row carries besides its cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IncludeObject {
    /// Nothing (`null`).
    None,
    /// The object's metadata, which is what `kubectl get` asks for.
    #[default]
    Metadata,
    /// The whole object.
    Object,
}

impl IncludeObject {
    /// Reads the query parameter `includeObject`; empty is [`IncludeObject::Metadata`].
    pub fn parse(value: &str) -> Option<Self> {
        match value {
            "None" => Some(Self::None),
            "" | "Metadata" => Some(Self::Metadata),
            "Object" => Some(Self::Object),
            _ => None,
        }
    }
}

/// The table of a list or of one object. `list_metadata` is the list's `metadata`, or
/// `{"resourceVersion": …}` of the one object.
pub fn render(
    resource: &Resource,
    items: &[Value],
    list_metadata: &Value,
    include: IncludeObject,
    context: &Context,
) -> Value {
    json!({
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": list_metadata,
        "columnDefinitions": definitions(resource),
        "rows": items.iter().map(|item| row(resource, item, include, context)).collect::<Vec<_>>(),
    })
}

/// The table in one frame of a watch: one row; only the stream's first frame tells the columns.
pub fn watch_frame(resource: &Resource, item: &Value, first: bool, include: IncludeObject, context: &Context) -> Value {
    let metadata = json!({"resourceVersion": item.pointer("/metadata/resourceVersion")});
    let mut table = render(resource, std::slice::from_ref(item), &metadata, include, context);
    if !first {
        table["columnDefinitions"] = Value::Null;
    }
    table
}

/// An object's metadata alone, as `as=PartialObjectMetadata` asks for it.
pub fn partial(item: &Value) -> Value {
    json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": item.get("metadata")})
}

/// The metadata of a list's items, as `as=PartialObjectMetadataList` asks for it.
pub fn partial_list(items: &[Value], list_metadata: &Value) -> Value {
    json!({
        "kind": "PartialObjectMetadataList",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": list_metadata,
        "items": items.iter().map(partial).collect::<Vec<_>>(),
    })
}

fn definitions(resource: &Resource) -> Vec<Value> {
    let columns = resource.strategy.columns().iter();
    columns
        .map(|c| {
            json!({
                "name": c.name, "type": c.kind, "format": c.format, "description": c.description, "priority": c.priority,
            })
        })
        .collect()
}

fn row(resource: &Resource, item: &Value, include: IncludeObject, context: &Context) -> Value {
    let mut row = Map::new();
    row.insert("cells".into(), resource.strategy.cells(item, context).into());
    if let Some(conditions) = resource.strategy.row_conditions(item) {
        row.insert("conditions".into(), conditions);
    }
    let object = match include {
        IncludeObject::None => Value::Null,
        IncludeObject::Metadata => partial(item),
        IncludeObject::Object => item.clone(),
    };
    row.insert("object".into(), object);
    row.into()
}
