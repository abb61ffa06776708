//! Events about an object, for `job show` and `cron show`. Never a source of truth: the server folds and
//! drops events, so rows are not made from them.

use k8s_openapi::api::core::v1::Event;
use kube::api::ListParams;

use super::{Cluster, ClusterError, rows};
use crate::domain::event::EventRow;

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

fn row(event: Event) -> EventRow {
    // The scheduler's events carry only eventTime.
    let at = rows::stamp(event.last_timestamp.as_ref())
        .or_else(|| rows::stamp(event.first_timestamp.as_ref()))
        .or_else(|| event.event_time.map(|time| time.0));
    EventRow {
        at,
        kind: event.type_.unwrap_or_default(),
        reason: event.reason.unwrap_or_default(),
        message: event.message.unwrap_or_default(),
        count: event.count.unwrap_or(1),
    }
}
