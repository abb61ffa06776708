//! DELETE of a collection: everything that the selectors match.

use super::super::request::{Ask, Target};
use super::super::respond::Reply;
use super::super::status::ApiError;
use super::super::{Api, object, shapes};
use super::{DeleteOptions, list, remove};

pub(in super::super) async fn delete_collection(api: &Api, ask: &Ask<'_>) -> Result<Reply, ApiError> {
    let options = DeleteOptions::parse(ask.call)?;
    let (items, metadata) = list::select(api, ask)?;
    let mut removed = Vec::with_capacity(items.len());
    for item in items {
        let target = Target {
            resource: ask.target.resource,
            namespace: object::namespace(&item).to_owned(),
            name: object::name(&item).to_owned(),
        };
        match remove(api, &target, &options).await {
            Ok(done) => removed.push(done.object),
            // Gone meanwhile, or not deletable (the namespace `default`): the others still go.
            Err(error) if error.code == 404 || error.code == 403 => {}
            Err(error) => return Err(error),
        }
    }
    shapes::list(api, ask, metadata, removed)
}
