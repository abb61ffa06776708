//! GET with `watch`: what is asked for, and where the stream begins.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::request::Ask;
use super::super::respond::{Content, Reply};
use super::super::status::ApiError;
use super::super::{Api, object, shapes};
use super::watch_stream::WatchStream;
use super::{Selectors, list_options_invalid, resource_version};

/// How long a watch lasts that names no `timeoutSeconds`; real servers draw 30 to 60 minutes.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(45 * 60);

/// What the stream shows before the first change.
pub(super) enum Start {
    /// Changes after this revision.
    At(u64),
    /// Everything there is as ADDED, then changes.
    Initial {
        /// Close the initial events with an annotated bookmark.
        bookmark: bool,
    },
}

pub(in super::super) fn watch(api: &Arc<Api>, ask: &Ask<'_>) -> Result<Reply, ApiError> {
    let query = &ask.call.query;
    let target = &ask.target;
    let selectors = Selectors::parse(query, target)?;
    let bookmarks = query.flag("allowWatchBookmarks");
    let start = start(ask, bookmarks)?;
    let timeout = query.integer("timeoutSeconds")?.and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0);
    let timeout = timeout.map_or(DEFAULT_TIMEOUT, Duration::from_secs);
    let prefix = object::prefix(target.resource, Some(target.namespace.as_str()).filter(|n| !n.is_empty()));
    let (initial, from) = match start {
        Start::At(0) | Start::Initial { .. } => api.store.list(&prefix),
        Start::At(revision) => (Vec::new(), revision),
    };
    let mut stream = WatchStream {
        api: Arc::clone(api),
        target: target.clone(),
        view: ask.view,
        selectors,
        shape: ask.format.shape,
        include: shapes::include(ask)?,
        source: api.store.watch(&prefix, from),
        pending: VecDeque::new(),
        columns_told: false,
        bookmarks,
        next_bookmark: tokio::time::Instant::now(),
        deadline: tokio::time::Instant::now() + timeout,
        ending: ask.call.ending.clone(),
        over: false,
    };
    stream.schedule_bookmark();
    for item in initial {
        stream.push_if_selected("ADDED", &item.value);
    }
    if let Start::Initial { bookmark: true } = start {
        let annotations = json!({"k8s.io/initial-events-end": "true"});
        stream.push_bookmark(Some(annotations));
    }
    Ok(Reply::new(200, Content::Stream(stream.into_stream(), "application/json")))
}

fn start(ask: &Ask<'_>, bookmarks: bool) -> Result<Start, ApiError> {
    let query = &ask.call.query;
    let revision = resource_version(query)?;
    let how = query.get("resourceVersionMatch").filter(|text| !text.is_empty());
    match query.get("sendInitialEvents").map(|_| query.flag("sendInitialEvents")) {
        None if how.is_some() => {
            let why = "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided";
            Err(list_options_invalid("resourceVersionMatch", why))
        }
        Some(_) if how != Some("NotOlderThan") => {
            let why = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan";
            Err(list_options_invalid("resourceVersionMatch", why))
        }
        Some(true) => Ok(Start::Initial { bookmark: bookmarks }),
        _ => Ok(match revision {
            // Without a revision a watch begins with everything there is.
            None | Some(0) => Start::Initial { bookmark: false },
            Some(revision) => Start::At(revision),
        }),
    }
}

/// A bookmark: no object, only how far the watch has come.
pub(super) fn bookmark(api_version: &str, kind: &str, revision: u64, annotations: Option<Value>) -> Value {
    let mut metadata = json!({"resourceVersion": revision.to_string()});
    if let Some(annotations) = annotations {
        metadata["annotations"] = annotations;
    }
    json!({"kind": kind, "apiVersion": api_version, "metadata": metadata})
}
