//! Events about an object, for `job show` and `cron show`. Never a source of truth: the server folds and
//! drops events, so rows are not made from them.

use k8s_openapi::api::core::v1::Event;
use kube::api::ListParams;

use super::{Cluster, ClusterError, rows};
use crate::domain::event::EventRow;
use crate::domain::object::Uid;

impl Cluster {
    /// The events about one object, oldest first.
    ///
    /// # Errors
    /// The server cannot be asked.
    pub async fn events(&self, kind: &str, name: &str) -> Result<Vec<EventRow>, ClusterError> {
        let fields = format!("involvedObject.kind={kind},involvedObject.name={name}");
        let list = self.api::<Event>().list(&ListParams::default().fields(&fields)).await;
        let list = list.map_err(|e| ClusterError::of("list", "events", e))?;
        let mut events: Vec<EventRow> = list.items.into_iter().map(row).collect();
        events.sort_by_key(|event| event.at);
        Ok(events)
    }
}

/// An event's row.
pub fn row(event: Event) -> EventRow {
    // The scheduler's events carry only eventTime.
    let at = rows::stamp(event.last_timestamp.as_ref())
        .or_else(|| rows::stamp(event.first_timestamp.as_ref()))
        .or_else(|| event.event_time.map(|time| time.0));
    let source = event.source.and_then(|source| source.component).or(event.reporting_component);
    EventRow {
        uid: rows::uid(&event.metadata),
        object_kind: event.involved_object.kind.unwrap_or_default(),
        object_name: event.involved_object.name.unwrap_or_default(),
        object_uid: Uid::new(event.involved_object.uid.as_deref().unwrap_or_default()),
        source: source.unwrap_or_default(),
        first_at: rows::stamp(event.first_timestamp.as_ref()),
        at,
        kind: event.type_.unwrap_or_default(),
        reason: event.reason.unwrap_or_default(),
        message: event.message.unwrap_or_default(),
        count: event.count.unwrap_or(1),
    }
}
