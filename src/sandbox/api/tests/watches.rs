//! Watches as clients see them: frames.

use std::sync::Arc;

use http::Request;
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};

use super::super::Api;
use super::super::handle::{Peer, answer};
use super::super::respond::Body;
use super::harness::{TOKEN, api, ask};

const MAPS: &str = "/api/v1/namespaces/default/configmaps";
const JSON: &[&str] = &["content-type: application/json"];
const DEADLINE: std::time::Duration = std::time::Duration::from_secs(60);

/// The frames of a running watch.
struct Frames {
    body: Body,
    read: Vec<u8>,
}

impl Frames {
    async fn open(api: &Arc<Api>, path: &str, accept: &str) -> Self {
        let request = Request::get(path)
            .header("authorization", format!("Bearer {TOKEN}"))
            .header("accept", accept)
            .body(Full::new(bytes::Bytes::new()))
            .expect("a request");
        let response = answer(Arc::clone(api), Peer::Network, request, api.closing.clone()).await;
        assert_eq!(response.status(), 200);
        Self { body: response.into_body(), read: Vec::new() }
    }

    /// The next frame; `None` when the server has ended the watch.
    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(end) = self.read.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.read.drain(..=end).collect();
                return Some(serde_json::from_slice(&line).expect("JSON"));
            }
            let frame = tokio::time::timeout(DEADLINE, self.body.frame()).await.expect("in time")?;
            self.read.extend_from_slice(&frame.expect("no error").into_data().expect("data"));
        }
    }

    async fn expect(&mut self, kind: &str, name: &str) -> Value {
        let frame = self.next().await.expect("a frame");
        assert_eq!((&frame["type"], &frame["object"]["metadata"]["name"]), (&json!(kind), &json!(name)), "{frame}");
        frame["object"].clone()
    }
}

async fn put(api: &Arc<Api>, name: &str, label: &str) -> Value {
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": {"l": label}}});
    let path = format!("{MAPS}/{name}");
    let merge = &["content-type: application/merge-patch+json"];
    let patched = ask(api, "PATCH", &path, merge, json!({"metadata": {"labels": {"l": label}}}).to_string()).await;
    if patched.code == 200 {
        return patched.json();
    }
    ask(api, "POST", MAPS, JSON, map.to_string()).await.json()
}

fn version(object: &Value) -> &str {
    object["metadata"]["resourceVersion"].as_str().expect("a revision")
}

#[tokio::test]
async fn changes_come_in_order_and_selectors_let_go() {
    let api = api().await;
    let first = put(&api, "a", "x").await;
    let path = format!("{MAPS}?watch=1&labelSelector=l%3Dx&resourceVersion={}", version(&first));
    let mut frames = Frames::open(&api, &path, "*/*").await;
    put(&api, "b", "x").await;
    put(&api, "c", "y").await;
    frames.expect("ADDED", "b").await;
    let left = put(&api, "a", "y").await;
    let gone = frames.expect("DELETED", "a").await;
    assert_eq!(version(&gone), version(&left), "a later watch goes on from here");
    assert_eq!(gone["metadata"]["labels"]["l"], "x", "as it was when it matched");
    put(&api, "c", "x").await;
    frames.expect("ADDED", "c").await;
    ask(&api, "DELETE", &format!("{MAPS}/c"), &[], "").await;
    let deleted = frames.expect("DELETED", "c").await;
    assert_eq!(deleted["kind"], "ConfigMap");
}

#[tokio::test]
async fn initial_events_end_with_a_bookmark() {
    let api = api().await;
    put(&api, "a", "x").await;
    let query =
        "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1";
    let mut frames = Frames::open(&api, &format!("{MAPS}?{query}"), "*/*").await;
    frames.expect("ADDED", "a").await;
    let mark = frames.next().await.expect("a frame");
    assert_eq!(mark["type"], "BOOKMARK");
    assert_eq!(mark["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"], "true");
    assert_eq!(mark["object"]["kind"], "ConfigMap");
    let mut last = frames.next().await;
    while let Some(frame) = last {
        assert_eq!(frame["type"], "BOOKMARK", "nothing else happens: {frame}");
        last = frames.next().await;
    }
    let refused = ask(&api, "GET", &format!("{MAPS}?watch=1&sendInitialEvents=true"), &[], "").await;
    assert_eq!(refused.code, 422);
}

#[tokio::test]
async fn without_a_revision_a_watch_begins_with_what_is_there() {
    let api = api().await;
    put(&api, "a", "x").await;
    let mut frames = Frames::open(&api, &format!("{MAPS}?watch=true&fieldSelector=metadata.name%3Da"), "*/*").await;
    frames.expect("ADDED", "a").await;
    put(&api, "b", "x").await;
    put(&api, "a", "y").await;
    frames.expect("MODIFIED", "a").await;
}

#[tokio::test]
async fn a_table_tells_its_columns_once() {
    let api = api().await;
    put(&api, "a", "x").await;
    let accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    let mut frames = Frames::open(&api, &format!("{MAPS}?watch=1"), accept).await;
    let first = frames.next().await.expect("a frame")["object"].clone();
    assert_eq!((&first["kind"], first["rows"].as_array().map(Vec::len)), (&json!("Table"), Some(1)));
    assert!(first["columnDefinitions"].is_array());
    put(&api, "a", "y").await;
    let second = frames.next().await.expect("a frame")["object"].clone();
    assert!(second["columnDefinitions"].is_null());
    let metadata = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json";
    let mut frames = Frames::open(&api, &format!("{MAPS}?watch=1"), metadata).await;
    let first = frames.expect("ADDED", "a").await;
    assert_eq!(first["kind"], "PartialObjectMetadata");
}

#[tokio::test]
async fn a_revision_of_a_former_life_is_gone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.redb");
    let clock = crate::sandbox::clock::Clock::real();
    let first = super::harness::api_at(Some(path.clone()), clock.clone()).await;
    put(&first, "a", "x").await;
    first.close().await;
    let api = super::harness::api_at(Some(path), clock).await;
    let mut frames = Frames::open(&api, &format!("{MAPS}?watch=1&resourceVersion=1"), "*/*").await;
    let error = frames.next().await.expect("a frame");
    assert_eq!((&error["type"], &error["object"]["code"]), (&json!("ERROR"), &json!(410)));
    let message = error["object"]["message"].as_str().expect("a message");
    assert!(message.starts_with("too old resource version: 1 ("), "{message}");
    assert_eq!(frames.next().await, None);
    let list = ask(&api, "GET", &format!("{MAPS}?resourceVersion=1&resourceVersionMatch=Exact"), &[], "").await;
    assert_eq!((list.code, list.json()["reason"].clone()), (410, "Expired".into()));
}

#[tokio::test]
async fn closing_ends_watches() {
    let api = api().await;
    let mut frames = Frames::open(&api, &format!("{MAPS}?watch=1"), "*/*").await;
    api.close().await;
    assert_eq!(frames.next().await, None);
}
