//! From a path and a method to what has to be done. Called by `handle`.

use std::sync::Arc;

use http::Method;
use serde_json::json;

use crate::sandbox::resources::{self, Resource, Subresource};

use super::negotiate::Format;
use super::request::{Ask, Call, Target, View};
use super::respond::Reply;
use super::status::ApiError;
use super::{Api, auth, clock_endpoint, reviews, sites, subresources, verbs};

/// Does what the request asks for.
pub(super) async fn dispatch(api: &Arc<Api>, call: &Call) -> Result<Reply, ApiError> {
    let segments = segments(&call.path)?;
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let site = match segments.as_slice() {
        ["version"] => return sites::version(),
        ["healthz" | "livez" | "readyz", ..] => return Ok(sites::health(call)),
        _ if call.user.name == auth::ANONYMOUS => return Err(anonymous(call, &segments)),
        [] => sites::index(),
        ["sandbox", "v1", "clock"] => return clock_endpoint::answer(api, call),
        ["openapi", "v3", rest @ ..] => sites::openapi(call, &rest.join("/")),
        ["openapi", "v2"] => sites::openapi_v2(call),
        ["api"] => sites::core(api, call),
        ["apis"] => sites::groups(call),
        ["apis", group] => sites::group(group),
        ["api", "v1"] => sites::resources("", "v1"),
        ["apis", group, version] => sites::resources(group, version),
        ["api", version, rest @ ..] => return resource(api, call, "", version, rest).await,
        ["apis", group, version, rest @ ..] if known_group(group) => {
            return resource(api, call, group, version, rest).await;
        }
        _ => Reply::page_not_found(),
    };
    match call.method {
        Method::GET | Method::HEAD => Ok(site),
        _ if site.code == 404 => Ok(site),
        _ => Err(method_not_allowed()),
    }
}

fn known_group(group: &str) -> bool {
    resources::all().iter().any(|r| r.group == group)
}

/// The parts of the path, decoded; a part that holds a slash after decoding is refused.
fn segments(path: &str) -> Result<Vec<String>, ApiError> {
    let mut parts = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let decoded = decode(part).filter(|text| !text.contains('/') && text != "." && text != "..");
        parts.push(decoded.ok_or_else(|| ApiError::bad_request("the path cannot be decoded"))?);
    }
    Ok(parts)
}

fn decode(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let hex = [rest.next()?, rest.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// 404 as a Status: the group is there, the resource is not.
pub(super) fn no_such_resource() -> ApiError {
    let message = "the server could not find the requested resource";
    ApiError { details: json!({}), ..ApiError::new(404, "NotFound", message) }
}

pub(super) fn method_not_allowed() -> ApiError {
    let message = "the server does not allow this method on the requested resource";
    ApiError { details: json!({}), ..ApiError::new(405, "MethodNotAllowed", message) }
}

/// What a request under `/api/v1` or `/apis/g/v` names: the target and a subresource, if any.
struct Parsed {
    target: Target,
    subresource: Option<String>,
}

fn parse(group: &str, version: &str, rest: &[&str]) -> Option<Parsed> {
    let find = |plural: &str| resources::by_path(group, version, plural);
    let target = |resource: &'static Resource, namespace: &str, name: &str| Target {
        resource,
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    };
    let parsed = |target, subresource: Option<&str>| Parsed { target, subresource: subresource.map(str::to_owned) };
    // `namespaces/x/status` is a subresource; `namespaces/x/pods` is a collection in a namespace.
    match rest {
        ["namespaces", name, sub @ ("status" | "finalize")] if group.is_empty() => {
            Some(parsed(target(find("namespaces")?, "", name), Some(sub)))
        }
        ["namespaces", namespace, plural, tail @ ..] => {
            let resource = find(plural).filter(|r| r.namespaced)?;
            match tail {
                [] => Some(parsed(target(resource, namespace, ""), None)),
                [name] => Some(parsed(target(resource, namespace, name), None)),
                [name, sub] => Some(parsed(target(resource, namespace, name), Some(sub))),
                _ => None,
            }
        }
        [plural] => Some(parsed(target(find(plural)?, "", ""), None)),
        [plural, name, tail @ ..] => {
            let resource = find(plural).filter(|r| !r.namespaced)?;
            match tail {
                [] => Some(parsed(target(resource, "", name), None)),
                [sub] => Some(parsed(target(resource, "", name), Some(sub))),
                _ => None,
            }
        }
        [] => None,
    }
}

/// 403 in the words that a real server has for `system:anonymous`.
fn anonymous(call: &Call, segments: &[&str]) -> ApiError {
    let parsed = match segments {
        ["api", version, rest @ ..] => parse("", version, rest),
        ["apis", group, version, rest @ ..] => parse(group, version, rest),
        _ => None,
    };
    let verb = |collection: bool| match (call.method.as_str(), collection) {
        ("GET", true) => "list",
        ("GET", false) => "get",
        ("POST", _) => "create",
        ("PUT", _) => "update",
        ("PATCH", _) => "patch",
        ("DELETE", true) => "deletecollection",
        _ => "delete",
    };
    let Some(Parsed { target, .. }) = parsed else {
        let verb = call.method.as_str().to_lowercase();
        let message = format!("forbidden: User \"{}\" cannot {verb} path {:?}", auth::ANONYMOUS, call.path);
        return ApiError { details: json!({}), ..ApiError::new(403, "Forbidden", message) };
    };
    let Resource { group, plural, .. } = *target.resource;
    let place = match target.namespace.as_str() {
        "" => "at the cluster scope".to_owned(),
        namespace => format!("in the namespace {namespace:?}"),
    };
    let verb = verb(target.name.is_empty());
    let about = super::object::about(target.resource, &target.name);
    let error = ApiError::forbidden(
        about,
        &format!("User \"{}\" cannot {verb} resource {plural:?} in API group {group:?} {place}", auth::ANONYMOUS),
    );
    // Without a name the real words are `namespaces is forbidden`.
    ApiError { message: error.message.replace(" \"\" is forbidden", " is forbidden"), ..error }
}

async fn resource(api: &Arc<Api>, call: &Call, group: &str, version: &str, rest: &[&str]) -> Result<Reply, ApiError> {
    let Parsed { mut target, subresource } = parse(group, version, rest).ok_or_else(no_such_resource)?;
    let view = View::of(target.resource).map(|(view, stored)| {
        target.resource = stored;
        view
    });
    if let Some(subresource) = subresource {
        let kind = served(target.resource, &subresource).ok_or_else(no_such_resource)?;
        // A log is text: its `Accept` is not negotiated.
        let format = if kind == Subresource::Log { Format::JSON } else { format(call)? };
        return subresources::answer(api, Ask { call, target, format, view }, kind).await;
    }
    let ask = Ask { call, target, format: format(call)?, view };
    if !ask.target.resource.stored {
        return review(api, &ask);
    }
    let collection = ask.target.name.is_empty();
    // A namespaced kind without a namespace is a list over all namespaces: it can only be read.
    let everywhere = ask.target.resource.namespaced && ask.target.namespace.is_empty();
    match (call.method.as_str(), collection) {
        ("GET", _) if call.query.flag("watch") => verbs::watch(api, &ask),
        ("GET" | "HEAD", true) => verbs::list(api, &ask),
        ("GET" | "HEAD", false) => verbs::get(api, &ask),
        ("POST", true) if !everywhere => verbs::create(api, &ask).await,
        ("PUT", false) => verbs::update(api, &ask, None).await,
        ("PATCH", false) => verbs::patch(api, &ask, None).await,
        ("DELETE", false) => verbs::delete(api, &ask).await,
        ("DELETE", true) if !everywhere => verbs::delete_collection(api, &ask).await,
        _ => Err(method_not_allowed()),
    }
}

fn format(call: &Call) -> Result<Format, ApiError> {
    Format::parse(call.header(http::header::ACCEPT))
}

fn served(resource: &Resource, name: &str) -> Option<Subresource> {
    let kind = match name {
        "status" => Subresource::Status,
        "scale" => Subresource::Scale,
        "log" => Subresource::Log,
        "binding" => Subresource::Binding,
        "eviction" => Subresource::Eviction,
        "finalize" => Subresource::Finalize,
        "token" => Subresource::Token,
        _ => return None,
    };
    resource.subresources.contains(&kind).then_some(kind)
}

/// A review is a question in the shape of a create: it is answered, not stored.
fn review(api: &Api, ask: &Ask<'_>) -> Result<Reply, ApiError> {
    if ask.call.method != Method::POST || !ask.target.name.is_empty() {
        return Err(method_not_allowed());
    }
    let resource = ask.target.resource;
    let options = super::request::WriteOptions::parse(ask.call, "CreateOptions")?;
    let api_version = super::object::api_version(resource);
    let object = super::body::object(ask.call, &api_version, resource.kind, options.validation)?;
    let answer = if resource.kind == "TokenReview" {
        let header = format!("Bearer {}", object["spec"]["token"].as_str().unwrap_or_default());
        let user = auth::user(&header, &api.config.token, api.now());
        let name = user.as_ref().map_or("", |user| &user.name).to_owned();
        reviews::token_review(object, user.is_ok(), &name)
    } else {
        reviews::answer(resource.kind, object, &ask.call.user.name)
    };
    Ok(Reply::object(answer).with_code(201))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_decoded_but_never_grow_parts() {
        assert_eq!(segments("/api/v1//nodes/a%2Db").expect("fine"), ["api", "v1", "nodes", "a-b"]);
        for bad in ["/api/v1/nodes/a%2Fb", "/api/%2e%2E/x", "/api/%zz", "/a/%f"] {
            assert!(segments(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_namespace_is_a_target_and_a_place() {
        let at = |rest: &[&str]| {
            parse("", "v1", rest).map(|p| (p.target.resource.plural, p.target.namespace, p.target.name, p.subresource))
        };
        assert_eq!(at(&["namespaces", "x"]), Some(("namespaces", "".into(), "x".into(), None)));
        assert_eq!(
            at(&["namespaces", "x", "finalize"]),
            Some(("namespaces", "".into(), "x".into(), Some("finalize".into())))
        );
        assert_eq!(at(&["namespaces", "x", "pods"]), Some(("pods", "x".into(), "".into(), None)));
        assert_eq!(
            at(&["namespaces", "x", "pods", "p", "log"]),
            Some(("pods", "x".into(), "p".into(), Some("log".into())))
        );
        assert_eq!(at(&["namespaces", "x", "nodes", "n"]), None, "nodes have no namespace");
        assert_eq!(at(&["pods", "p"]), None, "pods need one");
        assert_eq!(at(&["frobs"]), None);
    }
}
