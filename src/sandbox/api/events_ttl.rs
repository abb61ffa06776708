//! Events live for an hour, as in a real server (`--event-ttl`). Old ones are removed now and
//! then when a new one is written: a sandbox in which nothing happens does nothing.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::sandbox::resources::{self, Resource};
use crate::sandbox::store::{Change, Expect, Write};

use super::{Api, object};

const LIFE: SignedDuration = SignedDuration::from_mins(60);
/// How often is looked.
const PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// When was last looked.
pub(super) struct Sweeps(Mutex<Timestamp>);

impl Sweeps {
    pub(super) fn new(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// True once a pause.
    fn due(&self, now: Timestamp) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = now.duration_since(*last) >= PAUSE;
        if due {
            *last = now;
        }
        due
    }
}

/// Called after an Event was written.
pub(super) async fn sweep(api: &Api, written: &Resource) {
    let now = api.now();
    if written.kind != "Event" || !api.sweeps.due(now) {
        return;
    }
    let Some(resource) = resources::by_kind("v1", "Event") else { return };
    for item in api.store.list(&object::prefix(resource, None)).0 {
        if last_seen(&item.value).is_some_and(|seen| now.duration_since(seen) > LIFE) {
            let change = Change::Delete(object::copy(&item));
            let write = Write { key: item.key.to_string(), expect: Expect::Revision(item.revision), change };
            // One that was written to meanwhile stays; anything else shows up at the next write.
            api.store.write(write).await.ok();
        }
    }
}

fn last_seen(event: &Value) -> Option<Timestamp> {
    let times = [
        &event["series"]["lastObservedTime"],
        &event["lastTimestamp"],
        &event["eventTime"],
        &event["metadata"]["creationTimestamp"],
    ];
    times.into_iter().filter_map(|time| time.as_str()?.parse().ok()).max()
}
