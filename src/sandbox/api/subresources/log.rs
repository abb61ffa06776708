//! `pods/log`: the log of a container, fetched from the kubelet of the Pod's node and passed on as
//! it comes.

use futures::StreamExt;
use http::StatusCode;
use http_body_util::{BodyExt, BodyStream, Limited};
use hyper::body::Incoming;
use serde_json::Value;

use crate::sandbox::resources;

use super::super::request::{Ask, Query};
use super::super::respond::{BoxError, Content, Reply};
use super::super::status::{About, ApiError, FieldError};
use super::super::{Api, object};
use super::kubelet::Address;

const TEXT: &str = "text/plain";
/// How much of a kubelet's refusal is passed on.
const ERROR_LIMIT: usize = 10 << 10;
/// The query parameters that a kubelet understands.
const PASSED_ON: &[&str] =
    &["follow", "previous", "timestamps", "sinceSeconds", "sinceTime", "tailLines", "limitBytes"];

pub(super) async fn get(api: &Api, ask: &Ask<'_>) -> Result<Reply, ApiError> {
    let query = &ask.call.query;
    check(query)?;
    let pod = api.store.get(&ask.target.key()).ok_or_else(|| ask.target.not_found())?;
    let container = container(&pod.value, query.get("container").unwrap_or_default())?;
    let node = pod.value["spec"]["nodeName"].as_str().unwrap_or_default();
    if node.is_empty() {
        // Nowhere to ask yet: an empty log, as from a real server.
        return Ok(Reply::text(""));
    }
    let address = kubelet(api, node)?;
    let path = format!("/containerLogs/{}/{}/{container}{}", ask.target.namespace, ask.target.name, passed_on(query));
    let answer = api.kubelets.get(&address, &path, &api.config.token).await;
    let answer = answer.map_err(|why| ApiError::new(500, "InternalError", why))?;
    let status = answer.status();
    if status.is_success() {
        return Ok(Reply::new(200, stream(answer.into_body(), ask)));
    }
    Err(refusal(status, answer.into_body(), ask).await)
}

/// The rules of `PodLogOptions`.
fn check(query: &Query) -> Result<(), ApiError> {
    let mut errors = Vec::new();
    for (field, least, why) in [
        ("tailLines", 0, "must be greater than or equal to 0"),
        ("limitBytes", 1, "must be greater than or equal to 1"),
        ("sinceSeconds", 1, "must be greater than or equal to 1"),
    ] {
        if let Some(number) = query.integer(field)?.filter(|number| *number < least) {
            errors.push(FieldError::invalid(field, &number.into(), why));
        }
    }
    if query.get("sinceSeconds").is_some() && query.get("sinceTime").is_some() {
        errors.push(FieldError::forbidden("", "at most one of `sinceTime` or `sinceSeconds` may be specified"));
    }
    if errors.is_empty() {
        return Ok(());
    }
    Err(ApiError::invalid(About { group: "", kind: "PodLogOptions", name: "" }, &errors))
}

/// The container asked for, or the only one there is.
fn container(pod: &Value, asked: &str) -> Result<String, ApiError> {
    let names = |field: &str| -> Vec<String> {
        let list = pod["spec"][field].as_array().into_iter().flatten();
        list.filter_map(|container| container["name"].as_str().map(str::to_owned)).collect()
    };
    let (own, init) = (names("containers"), names("initContainers"));
    let name = object::name(pod);
    if !asked.is_empty() {
        let known = own.iter().chain(&init).any(|container| container == asked);
        let unknown = || ApiError::bad_request(format!("container {asked} is not valid for pod {name}"));
        return known.then(|| asked.to_owned()).ok_or_else(unknown);
    }
    match own.as_slice() {
        [only] if init.is_empty() => return Ok(only.clone()),
        [] => return Err(ApiError::bad_request(format!("a container name must be specified for pod {name}"))),
        _ => {}
    }
    let default = pod["metadata"]["annotations"]["kubectl.kubernetes.io/default-container"].as_str();
    if let Some(default) = default.filter(|default| own.iter().any(|container| container == default)) {
        return Ok(default.to_owned());
    }
    let mut message = format!("a container name must be specified for pod {name}, choose one of: [{}]", own.join(" "));
    if !init.is_empty() {
        message.push_str(&format!(" or one of the init containers: [{}]", init.join(" ")));
    }
    Err(ApiError::bad_request(message))
}

fn kubelet(api: &Api, node: &str) -> Result<Address, ApiError> {
    let resource = resources::by_kind("v1", "Node");
    let found = resource.and_then(|resource| api.store.get(&object::key(resource, "", node)));
    let Some(found) = found else {
        return Err(ApiError::not_found(About { group: "", kind: "nodes", name: node }));
    };
    Address::of(&found.value).ok_or_else(|| {
        ApiError::new(500, "InternalError", format!("the node {node} has not told where its kubelet listens"))
    })
}

fn passed_on(query: &Query) -> String {
    let mut text = String::new();
    for (key, value) in query.all().iter().filter(|(key, _)| PASSED_ON.contains(&key.as_str())) {
        text.push(if text.is_empty() { '?' } else { '&' });
        text.push_str(key);
        text.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b':') {
                text.push(char::from(byte));
            } else {
                text.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    text
}

fn stream(body: Incoming, ask: &Ask<'_>) -> Content {
    let ending = ask.call.ending.clone();
    let chunks = BodyStream::new(body).filter_map(|frame| async move {
        match frame {
            Ok(frame) => frame.into_data().ok().map(Ok),
            Err(error) => Some(Err(BoxError::from(error))),
        }
    });
    Content::Stream(chunks.take_until(async move { ending.cancelled().await }).boxed(), TEXT)
}

/// A kubelet refuses in plain text; the client gets a Status with its words.
async fn refusal(status: StatusCode, body: Incoming, ask: &Ask<'_>) -> ApiError {
    let text = match Limited::new(body, ERROR_LIMIT).collect().await {
        Ok(collected) => String::from_utf8_lossy(&collected.to_bytes()).trim().to_owned(),
        Err(error) => error.to_string(),
    };
    match status {
        StatusCode::BAD_REQUEST => ApiError::bad_request(text),
        StatusCode::NOT_FOUND => {
            let message = format!("the server could not find the requested resource ( pods/log {})", ask.target.name);
            ApiError { message, ..ask.target.not_found() }
        }
        other => ApiError::new(
            other.as_u16(),
            "InternalError",
            format!(
                "an error on the server ({text:?}) has prevented the request from succeeding ( pods/log {})",
                ask.target.name
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_container_needs_no_name() {
        let pod = |names: &[&str]| {
            let containers: Vec<_> = names.iter().map(|name| json!({"name": name})).collect();
            json!({"metadata": {"name": "p"}, "spec": {"containers": containers}})
        };
        assert_eq!(container(&pod(&["a"]), "").expect("the only one"), "a");
        assert_eq!(
            container(&pod(&["a", "b"]), "").expect_err("which?").message,
            "a container name must be specified for pod p, choose one of: [a b]"
        );
        assert_eq!(container(&pod(&["a"]), "x").expect_err("none").message, "container x is not valid for pod p");
    }
}
