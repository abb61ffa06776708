//! `pods/eviction`: a delete that could be refused by a disruption budget; there are none here.

use super::super::request::{Ask, WriteOptions};
use super::super::respond::Reply;
use super::super::status::ApiError;
use super::super::verbs::{DeleteOptions, remove};
use super::super::{Api, body};

pub(super) async fn create(api: &Api, ask: &Ask<'_>) -> Result<Reply, ApiError> {
    if api.store.get(&ask.target.key()).is_none() {
        return Err(ask.target.not_found());
    }
    let options = WriteOptions::parse(ask.call, "CreateOptions")?;
    let eviction = body::object(ask.call, "policy/v1", "Eviction", options.validation)?;
    let mut delete = DeleteOptions::from_value(&eviction["deleteOptions"], &ask.call.query)?;
    delete.dry_run |= options.dry_run;
    remove(api, &ask.target, &delete).await?;
    Ok(super::success())
}
