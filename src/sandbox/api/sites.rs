//! Everything that is no object: version, health, discovery, OpenAPI. Called by `route`.

use bytes::Bytes;
use http::header::{ACCEPT, CACHE_CONTROL, ETAG, IF_NONE_MATCH, VARY};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::negotiate::{Format, aggregated_discovery};
use super::request::Call;
use super::respond::{Content, Reply};
use super::status::ApiError;
use super::{Api, discovery, openapi};
use crate::sandbox::resources;

/// The Kubernetes version that is imitated; the suffix tells that it is not the real one.
const GIT_VERSION: &str = "v1.36.2+k8s-tutor";

pub(super) fn version() -> Result<Reply, ApiError> {
    let platform = match std::env::consts::ARCH {
        "x86_64" => format!("{}/amd64", std::env::consts::OS),
        "aarch64" => format!("{}/arm64", std::env::consts::OS),
        other => format!("{}/{other}", std::env::consts::OS),
    };
    Ok(Reply::object(json!({
        "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36",
        "minCompatibilityMajor": "1", "minCompatibilityMinor": "35",
        "gitVersion": GIT_VERSION, "gitCommit": "", "gitTreeState": "clean", "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "none", "compiler": "rustc", "platform": platform,
    })))
}

pub(super) fn health(call: &Call) -> Reply {
    if call.query.get("verbose").is_none() {
        return Reply::text("ok");
    }
    let what = call.path.trim_start_matches('/').split('/').next().unwrap_or_default();
    Reply::text(format!("[+]ping ok\n[+]store ok\n{what} check passed\n"))
}

pub(super) fn index() -> Reply {
    let mut paths: Vec<String> = ["/api", "/api/v1", "/apis"].map(str::to_owned).into();
    for resource in resources::all().iter().filter(|r| !r.group.is_empty()) {
        let group = format!("/apis/{}", resource.group);
        let version = format!("{group}/{}", resource.version);
        for path in [group, version] {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
    }
    paths.extend(["/healthz", "/livez", "/openapi/v3", "/readyz", "/version"].map(str::to_owned));
    Reply::object(json!({"paths": paths}))
}

pub(super) fn core(api: &Api, call: &Call) -> Reply {
    let address = format!("{}:{}", api.config.plan.node_ip(), api.config.port);
    discovered(call, || discovery::core_versions(&address), discovery::aggregated_core)
}

pub(super) fn groups(call: &Call) -> Reply {
    discovered(call, discovery::groups, discovery::aggregated_groups)
}

/// Plain discovery, or the aggregated one, which clients cache by its ETag.
fn discovered(call: &Call, plain: impl Fn() -> Value, aggregated: fn(&str) -> Value) -> Reply {
    let Some(version) = aggregated_discovery(call.header(ACCEPT)) else {
        return Reply::object(plain()).with_header(VARY, "Accept");
    };
    let list = aggregated(version);
    let content_type = match version {
        "v2" => "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        _ => "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
    };
    let bytes = Bytes::from(list.to_string());
    let tag = tag_of(&bytes);
    tagged(call, Content::Bytes(bytes, content_type), &tag)
        .with_header(VARY, "Accept")
        .with_header(CACHE_CONTROL, "public")
}

fn tag_of(bytes: &[u8]) -> String {
    let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02X}")).collect();
    format!("\"{digest}\"")
}

fn tagged(call: &Call, content: Content, tag: &str) -> Reply {
    let known = call.header(IF_NONE_MATCH).split(',').any(|t| t.trim().trim_start_matches("W/") == tag);
    let reply = if known { Reply::new(304, Content::Empty) } else { Reply::new(200, content) };
    reply.with_header(ETAG, tag)
}

pub(super) fn group(group: &str) -> Reply {
    discovery::group(group).map_or_else(Reply::page_not_found, Reply::object)
}

pub(super) fn resources(group: &str, version: &str) -> Reply {
    discovery::resources(group, version).map_or_else(Reply::page_not_found, Reply::object)
}

/// `/openapi/v3` (the index) and below it one document a group and version.
pub(super) fn openapi_v2(call: &Call) -> Reply {
    const PROTOBUF: &str = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
    if !call.header(ACCEPT).contains(PROTOBUF) {
        return Reply::page_not_found();
    }
    // kubectl asks here for a kind that version 3 lacks, to say then that there is no such kind. No
    // bytes are a document without definitions.
    Reply::new(200, Content::Bytes(Bytes::new(), PROTOBUF))
}

pub(super) fn openapi(call: &Call, path: &str) -> Reply {
    if Format::parse(call.header(ACCEPT)).is_err() {
        return Reply::text("").with_code(406);
    }
    if path.is_empty() {
        let bytes = Bytes::from(openapi::index().to_string());
        let tag = tag_of(&bytes);
        // A real server leaves it to Go to guess the type of its index.
        return tagged(call, Content::Bytes(bytes, "text/plain; charset=utf-8"), &tag);
    }
    match openapi::document(path) {
        None => Reply::page_not_found(),
        Some(document) => {
            tagged(call, Content::Bytes(Bytes::from_static(&document.bytes), "application/json"), &document.etag)
        }
    }
}
