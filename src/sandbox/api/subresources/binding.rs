//! `pods/binding`: the scheduler's way to put a Pod on a node.

use serde_json::{Value, json};

use super::super::lifecycle::{self, Made, Ownership};
use super::super::request::{Ask, WriteOptions};
use super::super::respond::Reply;
use super::super::status::{About, ApiError, FieldError};
use super::super::{Api, body, object};

pub(super) async fn create(api: &Api, ask: &Ask<'_>) -> Result<Reply, ApiError> {
    let options = WriteOptions::parse(ask.call, "CreateOptions")?;
    let binding = body::object(ask.call, "v1", "Binding", options.validation)?;
    let node = binding["target"]["name"].as_str().unwrap_or_default().to_owned();
    if node.is_empty() {
        let error = FieldError::required("target.name", "");
        return Err(ApiError::invalid(About { group: "", kind: "Binding", name: &ask.target.name }, &[error]));
    }
    let uid = object::meta(&binding, "uid").to_owned();
    let now = api.now();
    let make = |pod: &Value| {
        check(ask, pod, &uid)?;
        let mut value = pod.clone();
        value["spec"]["nodeName"] = node.clone().into();
        Ok(Made { value, ownership: Ownership::Record })
    };
    lifecycle::bind(api, &ask.target, &options, make, scheduled(now)).await?;
    Ok(super::success())
}

fn check(ask: &Ask<'_>, pod: &Value, uid: &str) -> Result<(), ApiError> {
    let about = object::about(ask.target.resource, &ask.target.name);
    let name = &ask.target.name;
    if !uid.is_empty() && uid != object::meta(pod, "uid") {
        let why = format!(
            "Precondition failed: UID in precondition: {uid}, UID in object meta: {}",
            object::meta(pod, "uid")
        );
        return Err(ApiError::conflict(about, &why));
    }
    if object::is_deleting(pod) {
        return Err(ApiError::conflict(about, &format!("pod {name} is being deleted, cannot be assigned to a host")));
    }
    match pod["spec"]["nodeName"].as_str().unwrap_or_default() {
        "" => Ok(()),
        taken => Err(ApiError::conflict(about, &format!("pod {name} is already assigned to node {taken:?}"))),
    }
}

/// The condition that a binding sets.
fn scheduled(now: jiff::Timestamp) -> Value {
    json!({
        "type": "PodScheduled", "status": "True", "lastProbeTime": null, "lastTransitionTime": object::time(now),
    })
}
