//! OpenAPI v3: what `kubectl apply`, `edit`, `diff`, `create --validate` and `explain` read before they act.
//!
//! One document a group-version, put together when it is first asked for, from k8s-openapi's schemas (texts, types)
//! and our own graph (merge keys, list types), and kept as bytes. kubectl looks in it for the PATCH operation of a
//! kind with the query parameter `fieldValidation`, for merge keys, and for descriptions. Called by the handler of
//! `/openapi/v3`; must not look at stored objects.

mod components;
mod kinds;
mod operations;
mod parameters;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha512};

#[cfg(test)]
pub(super) use self::components::extensions;
#[cfg(test)]
pub(super) use self::kinds::{add as add_kind, known as known_kinds};
use crate::sandbox::resources::{self, Resource};

/// The Kubernetes whose schemas are served.
const VERSION: &str = "1.37";

static DOCUMENTS: LazyLock<Mutex<HashMap<String, &'static Document>>> = LazyLock::new(Mutex::default);

/// A finished document.
#[derive(Debug)]
pub struct Document {
    /// The JSON text.
    pub bytes: Vec<u8>,
    /// The `ETag` with its quotes; the index has the same word behind `?hash=`.
    pub etag: String,
}

/// What `/openapi/v3` answers: the paths of all documents with their hashes. No document is built for it.
pub fn index() -> Value {
    let paths: Map<String, Value> = group_versions(resources::all())
        .into_iter()
        .map(|path| {
            let url = format!("/openapi/v3/{path}?hash={}", hash(&path));
            (path, json!({"serverRelativeURL": url}))
        })
        .collect();
    json!({"paths": paths})
}

/// The document behind `/openapi/v3/<path>`, `api/v1` or `apis/batch/v1`; `None` for a group-version not served.
pub fn document(path: &str) -> Option<&'static Document> {
    let path = path.trim_matches('/');
    let path = path.strip_prefix("openapi/v3/").unwrap_or(path);
    let mut documents = DOCUMENTS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(document) = documents.get(path) {
        return Some(document);
    }
    if !group_versions(resources::all()).iter().any(|served| served == path) {
        return None;
    }
    let bytes = serde_json::to_vec(&build(path, resources::all())).ok()?;
    // A handful of documents that live as long as the process.
    let document: &'static Document = Box::leak(Box::new(Document { bytes, etag: format!("\"{}\"", hash(path)) }));
    documents.insert(path.to_owned(), document);
    Some(document)
}

fn group_versions(resources: &[Resource]) -> Vec<String> {
    let mut paths: Vec<String> = resources.iter().map(path_of).collect();
    paths.sort();
    paths.dedup();
    paths
}

fn path_of(resource: &Resource) -> String {
    match resource.group {
        "" => format!("api/{}", resource.version),
        group => format!("apis/{group}/{}", resource.version),
    }
}

/// A document depends on the program alone, so its hash need not be taken of its bytes.
fn hash(path: &str) -> String {
    let mut hasher = Sha512::new();
    for part in [env!("CARGO_PKG_VERSION"), VERSION, path, include_str!("../schema/fields.txt")] {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    for resource in resources::all() {
        hasher.update(format!("{}/{}/{}", resource.group, resource.version, resource.plural).as_bytes());
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02X}")).collect()
}

/// The whole document of one group-version.
fn build(path: &str, resources: &[Resource]) -> Value {
    let served: Vec<&Resource> = resources.iter().filter(|r| path_of(r) == path).collect();
    let mut paths = Map::new();
    for resource in &served {
        operations::add(&mut paths, path, resource);
    }
    paths.sort_keys();
    json!({
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": VERSION},
        "paths": paths,
        "components": {
            "schemas": components::schemas(&served),
            "securitySchemes": {
                "BearerToken": {
                    "type": "apiKey", "description": "Bearer Token authentication", "name": "authorization", "in": "header",
                },
            },
        },
    })
}
