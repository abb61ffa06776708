//! `namespaces/finalize`: how the namespace controller says that a namespace is empty.

use serde_json::Value;

use crate::sandbox::resources::Subresource;

use super::super::lifecycle::{self, Made, Ownership};
use super::super::request::{Ask, WriteOptions};
use super::super::respond::Reply;
use super::super::status::ApiError;
use super::super::{Api, body, object, shapes};

pub(super) async fn update(api: &Api, ask: &Ask<'_>) -> Result<Reply, ApiError> {
    let options = WriteOptions::parse(ask.call, "UpdateOptions")?;
    let wanted = body::object(ask.call, "v1", "Namespace", options.validation)?;
    let make = |live: &Value| {
        let mut value = live.clone();
        value["spec"]["finalizers"] = object::strings(&wanted["spec"]["finalizers"]).into();
        if let Some(revision) = object::revision(&wanted) {
            object::meta_mut(&mut value).insert("resourceVersion".into(), revision.into());
        }
        Ok(Made { value, ownership: Ownership::Record })
    };
    let written = lifecycle::update(api, &ask.target, Some(Subresource::Finalize), &options, make).await?;
    shapes::one(api, ask, written.object)
}
