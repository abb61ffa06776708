//! GET of one object.

use super::super::request::Ask;
use super::super::respond::Reply;
use super::super::status::ApiError;
use super::super::{Api, shapes};

pub(in super::super) fn get(api: &Api, ask: &Ask<'_>) -> Result<Reply, ApiError> {
    let item = api.store.get(&ask.target.key()).ok_or_else(|| ask.target.not_found())?;
    shapes::one(api, ask, item.value)
}
