//! What is served under an object: status, scale, log, binding, eviction, finalize, token. One
//! file each, but for status, which the ordinary verbs write. Called by `route`.

mod binding;
mod eviction;
mod finalize;
mod kubelet;
mod log;
mod scale;
mod token;

use std::sync::Arc;

use serde_json::{Value, json};

use crate::sandbox::resources::Subresource;

use super::Api;
use super::request::Ask;
use super::respond::Reply;
use super::route::method_not_allowed;
use super::status::ApiError;
use super::verbs;

pub(super) use kubelet::KubeletClient;

/// The word in the path, and in managedFields.
pub(super) fn name(subresource: Subresource) -> &'static str {
    match subresource {
        Subresource::Status => "status",
        Subresource::Scale => "scale",
        Subresource::Log => "log",
        Subresource::Binding => "binding",
        Subresource::Eviction => "eviction",
        Subresource::Finalize => "finalize",
        Subresource::Token => "token",
    }
}

/// Does what is asked of a subresource.
pub(super) async fn answer(api: &Arc<Api>, ask: Ask<'_>, subresource: Subresource) -> Result<Reply, ApiError> {
    use Subresource::{Binding, Eviction, Finalize, Log, Scale, Status, Token};
    match (subresource, ask.call.method.as_str()) {
        (Status, "GET") => verbs::get(api, &ask),
        (Status, "PUT") => verbs::update(api, &ask, Some(Status)).await,
        (Status, "PATCH") => verbs::patch(api, &ask, Some(Status)).await,
        (Scale, "GET") => scale::get(api, &ask),
        (Scale, "PUT") => scale::update(api, &ask).await,
        (Scale, "PATCH") => scale::patch(api, &ask).await,
        (Log, "GET") => log::get(api, &ask).await,
        (Binding, "POST") => binding::create(api, &ask).await,
        (Eviction, "POST") => eviction::create(api, &ask).await,
        (Finalize, "PUT") => finalize::update(api, &ask).await,
        (Token, "POST") => token::create(api, &ask),
        _ => Err(method_not_allowed()),
    }
}

/// 201 for a POST that makes no object.
fn success() -> Reply {
    let status: Value = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201});
    Reply::object(status).with_code(201)
}
