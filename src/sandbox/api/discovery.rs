//! Discovery: which groups, versions and kinds the server has, told to clients in both forms: one
//! document (aggregated, what kubectl asks for since 1.26) and one a group version (plain).
//!
//! Called by the API's routes. Everything is read from `resources::all`.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::sandbox::resources::{self, Resource, Subresource};

/// The verbs of a stored kind, in the order of the alphabet, as a real server lists them.
const VERBS: &[&str] = &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// `/api`: the core group's versions. `address` is where clients reach the server, `host:port`.
pub fn core_versions(address: &str) -> Value {
    json!({
        "kind": "APIVersions",
        "versions": ["v1"],
        "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}],
    })
}

/// `/apis`: every named group.
pub fn groups() -> Value {
    let groups: Vec<_> = group_names().into_iter().filter(|g| !g.is_empty()).map(group_body).collect();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

/// `/apis/{group}`; `None` where there is no such group.
pub fn group(group: &str) -> Option<Value> {
    if group.is_empty() || !group_names().contains(&group) {
        return None;
    }
    let mut body = Map::new();
    body.insert("kind".into(), "APIGroup".into());
    body.insert("apiVersion".into(), "v1".into());
    if let Value::Object(members) = group_body(group) {
        body.extend(members);
    }
    Some(body.into())
}

/// `/api/v1` and `/apis/{group}/{version}`; `None` where there is no such version.
pub fn resources(group: &str, version: &str) -> Option<Value> {
    let kinds = kinds_of(group, version);
    if kinds.is_empty() {
        return None;
    }
    let mut list = Vec::new();
    for kind in kinds {
        list.push(plain(kind));
        list.extend(subresources(kind).iter().map(|sub| plain_subresource(kind, sub)));
    }
    let mut body = Map::new();
    body.insert("kind".into(), "APIResourceList".into());
    // The core group's list is older than this member, and has done without it ever since.
    if !group.is_empty() {
        body.insert("apiVersion".into(), "v1".into());
    }
    body.insert("groupVersion".into(), group_version(group, version).into());
    body.insert("resources".into(), list.into());
    Some(body.into())
}

/// `/api` as one document. `version` is that of the media type: `v2` or `v2beta1`.
pub fn aggregated_core(version: &str) -> Value {
    aggregated(version, vec![aggregated_group("", json!({}))])
}

/// `/apis` as one document. `version` is that of the media type: `v2` or `v2beta1`.
pub fn aggregated_groups(version: &str) -> Value {
    let groups = group_names().into_iter().filter(|g| !g.is_empty());
    aggregated(version, groups.map(|g| aggregated_group(g, json!({"name": g}))).collect())
}

fn aggregated(version: &str, items: Vec<Value>) -> Value {
    json!({
        "kind": "APIGroupDiscoveryList",
        "apiVersion": format!("apidiscovery.k8s.io/{version}"),
        "metadata": {},
        "items": items,
    })
}

/// The groups in the order of their first kind.
fn group_names() -> Vec<&'static str> {
    let mut names = Vec::new();
    for resource in resources::all() {
        if !names.contains(&resource.group) {
            names.push(resource.group);
        }
    }
    names
}

fn versions_of(group: &str) -> Vec<&'static str> {
    let mut versions = Vec::new();
    for resource in resources::all().iter().filter(|r| r.group == group) {
        if !versions.contains(&resource.version) {
            versions.push(resource.version);
        }
    }
    versions
}

fn kinds_of(group: &str, version: &str) -> Vec<&'static Resource> {
    let mut kinds: Vec<_> = resources::all().iter().filter(|r| r.group == group && r.version == version).collect();
    kinds.sort_by_key(|r| r.plural);
    kinds
}

fn group_version(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}

fn group_body(group: &str) -> Value {
    let version = |v: &&'static str| json!({"groupVersion": group_version(group, v), "version": v});
    let versions: Vec<_> = versions_of(group).iter().map(version).collect();
    json!({"name": group, "versions": versions, "preferredVersion": versions.first()})
}

fn verbs(resource: &Resource) -> Vec<&'static str> {
    match resource.plural {
        _ if !resource.stored => vec!["create"],
        // A namespace is emptied before it goes, so that a collection of them is never deleted.
        "namespaces" => VERBS.iter().copied().filter(|v| *v != "deletecollection").collect(),
        _ => VERBS.to_vec(),
    }
}

/// A subresource as discovery tells it: its path, the kind that it speaks, its verbs.
struct Sub {
    name: &'static str,
    kind: (&'static str, &'static str, &'static str),
    verbs: &'static [&'static str],
}

fn subresources(resource: &Resource) -> Vec<Sub> {
    const CHANGE: &[&str] = &["get", "patch", "update"];
    let own = ("", "", resource.kind);
    let describe = |sub: &Subresource| match sub {
        Subresource::Status => Sub { name: "status", kind: own, verbs: CHANGE },
        Subresource::Scale => Sub { name: "scale", kind: ("autoscaling", "v1", "Scale"), verbs: CHANGE },
        Subresource::Log => Sub { name: "log", kind: own, verbs: &["get"] },
        Subresource::Binding => Sub { name: "binding", kind: ("", "", "Binding"), verbs: &["create"] },
        Subresource::Eviction => Sub { name: "eviction", kind: ("policy", "v1", "Eviction"), verbs: &["create"] },
        Subresource::Finalize => Sub { name: "finalize", kind: own, verbs: &["update"] },
        Subresource::Token => {
            Sub { name: "token", kind: ("authentication.k8s.io", "v1", "TokenRequest"), verbs: &["create"] }
        }
    };
    let mut list: Vec<_> = resource.subresources.iter().map(describe).collect();
    list.sort_by_key(|sub| sub.name);
    list
}

fn plain(resource: &Resource) -> Value {
    let mut body = Map::new();
    body.insert("name".into(), resource.plural.into());
    body.insert("singularName".into(), resource.singular.into());
    body.insert("namespaced".into(), resource.namespaced.into());
    body.insert("kind".into(), resource.kind.into());
    body.insert("verbs".into(), verbs(resource).into());
    add_names(&mut body, resource);
    if resource.stored {
        body.insert("storageVersionHash".into(), storage_version_hash(resource).into());
    }
    body.into()
}

fn plain_subresource(resource: &Resource, sub: &Sub) -> Value {
    let (group, version, kind) = sub.kind;
    let mut body = Map::new();
    body.insert("name".into(), format!("{}/{}", resource.plural, sub.name).into());
    body.insert("singularName".into(), "".into());
    body.insert("namespaced".into(), resource.namespaced.into());
    if !group.is_empty() {
        body.insert("group".into(), group.into());
        body.insert("version".into(), version.into());
    }
    body.insert("kind".into(), kind.into());
    body.insert("verbs".into(), sub.verbs.into());
    body.into()
}

fn add_names(body: &mut Map<String, Value>, resource: &Resource) {
    for (key, names) in [("shortNames", resource.short_names), ("categories", resource.categories)] {
        if !names.is_empty() {
            body.insert(key.into(), names.into());
        }
    }
}

/// Tells clients when the stored form changes: the start of a digest of group, version and kind.
fn storage_version_hash(resource: &Resource) -> String {
    use base64::Engine as _;
    let (group, version) = resource.stored_as.map_or((resource.group, resource.version), |s| (s.group, s.version));
    let digest = Sha256::digest(format!("{group}/{version}/{}", resource.kind));
    base64::engine::general_purpose::STANDARD.encode(&digest[..8])
}

fn aggregated_group(group: &str, metadata: Value) -> Value {
    let version = |version: &&'static str| {
        let list: Vec<_> = kinds_of(group, version).into_iter().map(aggregated_kind).collect();
        json!({"version": version, "resources": list, "freshness": "Current"})
    };
    json!({"metadata": metadata, "versions": versions_of(group).iter().map(version).collect::<Vec<_>>()})
}

fn response_kind((group, version, kind): (&str, &str, &str)) -> Value {
    json!({"group": group, "version": version, "kind": kind})
}

fn aggregated_kind(resource: &'static Resource) -> Value {
    let mut body = Map::new();
    body.insert("resource".into(), resource.plural.into());
    body.insert("responseKind".into(), response_kind(("", "", resource.kind)));
    body.insert("scope".into(), if resource.namespaced { "Namespaced" } else { "Cluster" }.into());
    body.insert("singularResource".into(), resource.singular.into());
    body.insert("verbs".into(), verbs(resource).into());
    add_names(&mut body, resource);
    let subs: Vec<_> = subresources(resource)
        .into_iter()
        .map(|s| json!({"subresource": s.name, "responseKind": response_kind(s.kind), "verbs": s.verbs}))
        .collect();
    if !subs.is_empty() {
        body.insert("subresources".into(), subs.into());
    }
    body.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A real server's answers, without the kinds and subresources that the sandbox lacks.
    fn recorded(key: &str) -> Value {
        let all: Value =
            serde_json::from_str(include_str!("../../../tests/fixtures/kinds/discovery.json")).expect("a fixture");
        assert!(!all[key].is_null(), "{key}");
        all[key].clone()
    }

    /// Hashes differ from server to server; that there is one does not.
    fn without_hashes(mut list: Value) -> Value {
        for resource in list["resources"].as_array_mut().expect("resources") {
            let hash = resource.as_object_mut().and_then(|r| r.shift_remove("storageVersionHash"));
            let stored = resource["verbs"].as_array().is_some_and(|verbs| verbs.contains(&"watch".into()));
            assert_eq!(hash.is_some(), stored, "{resource}");
        }
        list
    }

    #[test]
    fn one_document_tells_what_a_real_server_tells() {
        assert_eq!(aggregated_core("v2"), recorded("api-aggregated-v2"));
        assert_eq!(aggregated_groups("v2"), recorded("apis-aggregated-v2"));
        assert_eq!(aggregated_groups("v2beta1")["apiVersion"], "apidiscovery.k8s.io/v2beta1");
    }

    #[test]
    fn each_group_version_tells_what_a_real_server_tells() {
        for (group, key) in [
            ("", "api_v1"),
            ("apps", "apis_apps_v1"),
            ("batch", "apis_batch_v1"),
            ("discovery.k8s.io", "apis_discovery.k8s.io_v1"),
            ("events.k8s.io", "apis_events.k8s.io_v1"),
            ("networking.k8s.io", "apis_networking.k8s.io_v1"),
        ] {
            assert_eq!(without_hashes(resources(group, "v1").expect(group)), recorded(key), "{key}");
        }
        assert_eq!(groups(), recorded("apis"));
        assert_eq!(group("batch"), Some(recorded("apis_batch")));
    }

    #[test]
    fn what_is_not_there_is_not_told() {
        assert_eq!(group(""), None);
        assert_eq!(group("nosuch"), None);
        assert_eq!(resources("batch", "v2"), None);
    }
}
