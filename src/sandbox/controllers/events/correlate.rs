//! client-go's event correlation: count the same, fold the similar, silence the chatty. Pure; called by the recorder.
//!
//! Source: `k8s.io/client-go/tools/record/events_cache.go` (read), recordings c-manual and d-deploy (measured).

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use k8s_openapi::api::core::v1::{Event, EventSource};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde_json::Value;

use super::Raised;
use crate::sandbox::controllers::objects::time;

/// This many different messages of one reason within `WINDOW` are folded into one event.
const SIMILAR: usize = 10;
const WINDOW: SignedDuration = SignedDuration::from_mins(10);
/// An object may raise this many events at once …
const BURST: f64 = 25.0;
/// … and one more in this many seconds.
const REFILL: f64 = 300.0;
/// More remembered keys than this are forgotten.
const REMEMBERED: usize = 4096;

/// What to do with a raised event.
#[derive(Debug, PartialEq)]
pub(super) enum Write {
    /// A new event.
    Create(Box<Event>),
    /// Patch an event that exists; `event` is the whole of it, should it be gone.
    Count { event: Box<Event>, change: Value },
}

#[derive(Default)]
pub(super) struct Correlator {
    similar: HashMap<String, Similar>,
    counted: HashMap<String, Counted>,
    budgets: HashMap<String, Budget>,
}

struct Similar {
    messages: HashSet<String>,
    last: Timestamp,
}

struct Counted {
    name: String,
    count: i32,
    first: Timestamp,
}

struct Budget {
    left: f64,
    last: Timestamp,
}

impl Correlator {
    /// `None` if the object has said too much lately.
    pub(super) fn correlate(&mut self, raised: Raised) -> Option<Write> {
        self.forget();
        let at = raised.at;
        let object = object_key(&raised);
        let group = format!("{object}|{}|{}", raised.notice.warning, raised.notice.reason);
        let alone =
            format!("{group}|{}|{}", raised.about.field_path.as_deref().unwrap_or_default(), raised.notice.message);
        let folded = self.fold(&group, &raised.notice.message, at);
        let message = match folded {
            true => format!("(combined from similar events): {}", raised.notice.message),
            false => raised.notice.message.clone(),
        };
        let fresh = format!("{}.{:x}", raised.about.name.as_deref().unwrap_or_default(), at.as_nanosecond());
        let counted = self.counted.entry(if folded { group } else { alone });
        let counted = counted.or_insert(Counted { name: fresh, count: 0, first: at });
        counted.count += 1;
        let event = event(&raised, counted, &message);
        let write = match counted.count {
            1 => Write::Create(Box::new(event)),
            count => {
                let change = serde_json::json!({"count": count, "lastTimestamp": time(at), "message": message});
                Write::Count { event: Box::new(event), change }
            }
        };
        self.may_speak(&object, at).then_some(write)
    }

    /// Whether this message is one too many of its sort.
    fn fold(&mut self, group: &str, message: &str, at: Timestamp) -> bool {
        let similar =
            self.similar.entry(group.to_owned()).or_insert_with(|| Similar { messages: HashSet::new(), last: at });
        if at.duration_since(similar.last) > WINDOW {
            similar.messages.clear();
        }
        similar.last = at;
        similar.messages.insert(message.to_owned());
        if similar.messages.len() < SIMILAR {
            return false;
        }
        // Never more than SIMILAR are kept: any one goes.
        if let Some(any) = similar.messages.iter().next().cloned() {
            similar.messages.remove(&any);
        }
        true
    }

    fn may_speak(&mut self, object: &str, at: Timestamp) -> bool {
        let budget = self.budgets.entry(object.to_owned()).or_insert(Budget { left: BURST, last: at });
        let gained = at.duration_since(budget.last).as_secs_f64() / REFILL;
        *budget = Budget { left: (budget.left + gained).min(BURST), last: at };
        if budget.left < 1.0 {
            return false;
        }
        budget.left -= 1.0;
        true
    }

    fn forget(&mut self) {
        if self.counted.len() > REMEMBERED {
            self.counted.clear();
        }
        if self.similar.len() > REMEMBERED {
            self.similar.clear();
        }
        if self.budgets.len() > REMEMBERED {
            self.budgets.clear();
        }
    }
}

fn object_key(raised: &Raised) -> String {
    let about = &raised.about;
    let parts = [&about.kind, &about.namespace, &about.name, &about.uid, &about.api_version];
    parts.iter().fold(raised.component.to_owned(), |key, part| key + "|" + part.as_deref().unwrap_or_default())
}

fn event(raised: &Raised, counted: &Counted, message: &str) -> Event {
    Event {
        metadata: ObjectMeta {
            name: Some(counted.name.clone()),
            // Events about cluster-wide objects lie in `default`.
            namespace: Some(raised.about.namespace.clone().unwrap_or_else(|| "default".to_owned())),
            ..ObjectMeta::default()
        },
        involved_object: raised.about.clone(),
        reason: Some(raised.notice.reason.clone()),
        message: Some(message.to_owned()),
        source: Some(EventSource { component: Some(raised.component.to_owned()), host: None }),
        first_timestamp: Some(time(counted.first)),
        last_timestamp: Some(time(raised.at)),
        count: Some(counted.count),
        type_: Some(if raised.notice.warning { "Warning" } else { "Normal" }.to_owned()),
        reporting_component: Some(raised.component.to_owned()),
        reporting_instance: Some(String::new()),
        ..Event::default()
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::ObjectReference;

    use super::super::Notice;
    use super::*;

    fn raised(message: &str, second: i64) -> Raised {
        let about = ObjectReference { name: Some("web".to_owned()), uid: Some("u".to_owned()), ..Default::default() };
        let at = Timestamp::from_second(1_800_000_000 + second).expect("in range");
        Raised { component: "deployment-controller", about, notice: Notice::normal("ScalingReplicaSet", message), at }
    }

    #[test]
    fn the_same_event_is_counted_up() {
        let mut correlator = Correlator::default();
        let Some(Write::Create(first)) = correlator.correlate(raised("Scaled up", 0)) else { panic!("no new event") };
        assert_eq!(first.count, Some(1));
        let Some(Write::Count { event, change }) = correlator.correlate(raised("Scaled up", 6)) else {
            panic!("not counted")
        };
        assert_eq!(event.metadata.name, first.metadata.name);
        assert_eq!(event.first_timestamp, first.first_timestamp);
        assert_eq!(
            change,
            serde_json::json!({"count": 2, "lastTimestamp": "2027-01-15T08:00:06Z", "message": "Scaled up"})
        );
    }

    #[test]
    fn the_tenth_similar_event_is_folded() {
        let mut correlator = Correlator::default();
        for n in 0..9 {
            let write = correlator.correlate(raised(&format!("Scaled up to {n}"), n));
            assert!(matches!(write, Some(Write::Create(event)) if event.message == Some(format!("Scaled up to {n}"))));
        }
        let Some(Write::Create(folded)) = correlator.correlate(raised("Scaled up to 9", 9)) else { panic!("no event") };
        assert_eq!(folded.message.as_deref(), Some("(combined from similar events): Scaled up to 9"));
        let Some(Write::Count { change, .. }) = correlator.correlate(raised("Scaled up to 10", 10)) else {
            panic!("not counted")
        };
        assert_eq!(change["message"], "(combined from similar events): Scaled up to 10");
        assert_eq!(change["count"], 2);
    }

    #[test]
    fn a_chatty_object_is_silenced_after_25_events() {
        let mut correlator = Correlator::default();
        let spoken = (0..40).filter_map(|_| correlator.correlate(raised("Scaled up", 0))).count();
        assert_eq!(spoken, 25);
        assert_eq!(correlator.correlate(raised("Scaled up", 299)), None);
        assert!(correlator.correlate(raised("Scaled up", 301)).is_some());
    }
}
