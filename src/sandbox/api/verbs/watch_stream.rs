//! The frames of one watch, made as the client reads them: a slow client holds up nobody and
//! nothing is queued for it. Built by `watch`.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::sandbox::store::{Event, StoreError, Watch};

use super::super::negotiate::Shape;
use super::super::request::{Target, View};
use super::super::respond::BoxError;
use super::super::status::ApiError;
use super::super::table::IncludeObject;
use super::super::{Api, object, shapes};
use super::Selectors;
use super::watch::bookmark;

/// Bookmarks come about once a minute, and shortly before the end.
const BOOKMARK_EVERY: Duration = Duration::from_secs(60);
const BOOKMARK_BEFORE_END: Duration = Duration::from_secs(2);

/// A watch on its way.
pub(super) struct WatchStream {
    pub(super) api: Arc<Api>,
    pub(super) target: Target,
    pub(super) view: Option<View>,
    pub(super) selectors: Selectors,
    pub(super) shape: Shape,
    pub(super) include: IncludeObject,
    pub(super) source: Watch,
    pub(super) pending: VecDeque<Bytes>,
    pub(super) columns_told: bool,
    pub(super) bookmarks: bool,
    pub(super) next_bookmark: Instant,
    pub(super) deadline: Instant,
    pub(super) ending: CancellationToken,
    pub(super) over: bool,
}

impl WatchStream {
    pub(super) fn into_stream(self) -> BoxStream<'static, Result<Bytes, BoxError>> {
        futures::stream::unfold(Box::new(self), |mut watch| async move {
            let frame = watch.next().await?;
            Some((Ok(frame), watch))
        })
        .boxed()
    }

    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(frame) = self.pending.pop_front() {
                return Some(frame);
            }
            if self.over {
                return None;
            }
            let wake = self.deadline.min(self.next_bookmark);
            tokio::select! {
                biased;
                () = self.ending.cancelled() => return None,
                () = self.api.closing.cancelled() => return None,
                events = self.source.next() => self.take(events),
                () = tokio::time::sleep_until(wake) => self.tick(),
            }
        }
    }

    fn take(&mut self, events: Result<Vec<Event>, StoreError>) {
        match events {
            Ok(events) => events.iter().for_each(|event| self.push_event(event)),
            Err(StoreError::Compacted { asked, oldest }) => {
                let message = format!("too old resource version: {asked} ({oldest})");
                self.push("ERROR", ApiError::new(410, "Expired", message).to_status());
                self.over = true;
            }
            Err(_) => self.over = true,
        }
    }

    fn tick(&mut self) {
        let now = Instant::now();
        if now >= self.deadline {
            self.over = true;
        } else if self.bookmarks {
            self.push_bookmark(None);
        }
        self.schedule_bookmark();
    }

    pub(super) fn schedule_bookmark(&mut self) {
        let now = Instant::now();
        let last = self.deadline.checked_sub(BOOKMARK_BEFORE_END).filter(|last| *last > now);
        self.next_bookmark = last.map_or(self.deadline, |last| last.min(now + BOOKMARK_EVERY));
    }

    pub(super) fn push_bookmark(&mut self, annotations: Option<Value>) {
        let resource = self.view.map_or(self.target.resource, |view| view.resource);
        let mark = bookmark(&object::api_version(resource), resource.kind, self.source.cursor(), annotations);
        let mark = match self.shape {
            // A Table's bookmark has no rows: there is no object to show.
            Shape::Table(version) => json!({
                "kind": "Table", "apiVersion": format!("meta.k8s.io/{version}"), "metadata": mark["metadata"],
                "columnDefinitions": null, "rows": [],
            }),
            Shape::Partial(version) => json!({
                "kind": "PartialObjectMetadata", "apiVersion": format!("meta.k8s.io/{version}"),
                "metadata": mark["metadata"],
            }),
            Shape::Full => mark,
        };
        self.push("BOOKMARK", mark);
    }

    /// An object that begins to match is ADDED, one that no longer does is DELETED.
    fn push_event(&mut self, event: &Event) {
        let selected = |value: &Value| self.selectors.matches(&self.target, value);
        let before = event.before.as_ref().filter(|item| selected(&item.value));
        let after = !event.deleted && selected(&event.value);
        match (before, after) {
            (None, true) => self.push_object("ADDED", &event.value),
            (Some(_), true) => self.push_object("MODIFIED", &event.value),
            (Some(_), false) if event.deleted => self.push_object("DELETED", &event.value),
            (Some(item), false) => {
                let mut last = object::copy(item);
                object::stamp(&mut last, event.revision);
                self.push_object("DELETED", &last);
            }
            (None, false) => {}
        }
    }

    pub(super) fn push_if_selected(&mut self, kind: &str, value: &Value) {
        if self.selectors.matches(&self.target, value) {
            self.push_object(kind, value);
        }
    }

    fn push_object(&mut self, kind: &str, value: &Value) {
        let first = !std::mem::replace(&mut self.columns_told, true);
        let shaped =
            shapes::frame(&self.api, self.target.resource, self.view, (self.shape, self.include), value, first);
        self.push(kind, shaped);
    }

    fn push(&mut self, kind: &str, object: Value) {
        let mut frame = json!({"type": kind, "object": object}).to_string();
        frame.push('\n');
        self.pending.push_back(frame.into());
    }
}
