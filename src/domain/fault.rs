//! A fault: something in the lab that was broken on purpose (or by hand), and can be put back.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::service::ServiceRow;

/// The note that a fault leaves on the object it breaks: enough to put everything back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultNote {
    /// The verb: `inject-port`.
    pub fault: String,
    /// The name of the Service port that was changed; empty for an unnamed one.
    pub port_name: String,
    /// The port as it was.
    pub original: u16,
    /// The port as the fault wrote it.
    pub injected: u16,
    /// When.
    pub since: Timestamp,
    /// When it is to be cleared by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// An active fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FaultRow {
    /// The verb: `inject-port`.
    pub fault: String,
    /// The object, as `service/localstack`.
    pub target: String,
    /// The port as it should be.
    pub original: u16,
    /// The port as it is.
    pub current: u16,
    /// Who made it.
    pub by: FaultSource,
    /// When it was injected; unknown for a change by hand.
    pub since: Option<Timestamp>,
    /// When it is cleared by itself.
    pub until: Option<Timestamp>,
    /// Whether it bites, as far as it was probed.
    pub effect: Option<Effect>,
}

/// Who made a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultSource {
    /// `k8s-tutor fault …`.
    Tool,
    /// Someone with `kubectl edit` or alike.
    Hand,
}

/// What probing a fault from a pod's side showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Effect {
    /// True when every probe failed, as the fault wants; `None` where this provider cannot probe.
    pub effective: Option<bool>,
    /// Each fresh connection to the original port.
    pub probes: Vec<Probe>,
    /// In words: `connection refused 3/3`.
    pub words: String,
}

/// How one fresh connection went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Probe {
    /// Somebody accepted.
    Connected,
    /// Refused at once (nftables, or nobody listens).
    Refused,
    /// No answer within the time limit (iptables, or a black hole).
    TimedOut,
    /// Another error: no route, no address.
    Failed,
}

impl Effect {
    /// The verdict over a few probes.
    pub fn of(probes: Vec<Probe>) -> Self {
        let failed = probes.iter().filter(|p| **p != Probe::Connected).count();
        let words = match probes.iter().find(|p| **p != Probe::Connected) {
            Some(first) => format!("{first} {failed}/{}", probes.len()),
            None => format!("connected {0}/{0}", probes.len()),
        };
        Self { effective: Some(failed == probes.len() && failed > 0), probes, words }
    }

    /// What can be said where no pod's side is at hand.
    pub fn unprobed(words: impl Into<String>) -> Self {
        Self { effective: None, probes: Vec::new(), words: words.into() }
    }
}

impl FaultRow {
    /// Its beginning in a line.
    pub fn begun(&self) -> String {
        format!("{} {}: {} -> {}", self.fault, self.target, self.original, self.current)
    }

    /// True when its time is over.
    pub fn overdue(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connected => "connected",
            Self::Refused => "connection refused",
            Self::TimedOut => "timed out",
            Self::Failed => "failed",
        })
    }
}

impl fmt::Display for FaultSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tool => "k8s-tutor",
            Self::Hand => "by hand",
        })
    }
}

/// The annotation that keeps a fault's original.
pub const FAULT: &str = "k8s-tutor.dev/fault";
/// The annotation by which `up` notes a Service's own ports: a change by hand is seen against it.
pub const PORTS: &str = "k8s-tutor.dev/ports";
/// The verb of the tutorial's fault.
pub const INJECT_PORT: &str = "inject-port";

/// An active fault and where it sits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The fault.
    pub row: FaultRow,
    /// The place of its port in `spec.ports`.
    pub index: usize,
    /// True where the Service carries a note of it.
    pub noted: bool,
}

/// Finds the fault of a Service: the one noted on it, or a port that is not as `up` made it.
pub fn find(service: &ServiceRow) -> Option<Found> {
    let (annotations, ports) = (&service.annotations, &service.ports);
    let target = format!("service/{}", service.name);
    let by_name = |name: &str| ports.iter().find(|p| p.name == name).or(ports.first().filter(|_| ports.len() == 1));
    let note: Option<FaultNote> = annotations.get(FAULT).and_then(|text| serde_json::from_str(text).ok());
    if let Some(note) = note {
        let port = by_name(&note.port_name)?;
        if port.port != note.original {
            let row = FaultRow {
                fault: note.fault,
                target,
                original: note.original,
                current: port.port,
                by: FaultSource::Tool,
                since: Some(note.since),
                until: note.until,
                effect: None,
            };
            return Some(Found { row, index: port.index, noted: true });
        }
    }
    let wanted: BTreeMap<String, u16> =
        annotations.get(PORTS).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    wanted.into_iter().find_map(|(name, original)| {
        let port = by_name(&name).filter(|port| port.port != original)?;
        let row = FaultRow {
            fault: INJECT_PORT.to_owned(),
            target: target.clone(),
            original,
            current: port.port,
            by: FaultSource::Hand,
            since: None,
            until: None,
            effect: None,
        };
        Some(Found { row, index: port.index, noted: annotations.contains_key(FAULT) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::service::ServicePort;

    #[test]
    fn a_fault_bites_only_when_every_probe_fails() {
        assert_eq!(Effect::of(vec![Probe::Refused; 3]).effective, Some(true));
        assert_eq!(Effect::of(vec![Probe::Refused; 3]).words, "connection refused 3/3");
        assert_eq!(Effect::of(vec![Probe::Refused, Probe::Connected]).effective, Some(false));
        assert_eq!(Effect::of(vec![Probe::Connected]).words, "connected 1/1");
        assert_eq!(Effect::of(vec![]).effective, Some(false));
    }

    fn service(port: u16, annotations: &[(&str, &str)]) -> ServiceRow {
        let port = ServicePort { index: 0, name: "edge".into(), port, target: Some(4566), node_port: Some(30000) };
        let annotations = annotations.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        ServiceRow { name: "localstack".into(), ports: vec![port], annotations, ..ServiceRow::default() }
    }

    fn note(original: u16) -> String {
        format!(
            r#"{{"fault":"inject-port","port_name":"edge","original":{original},"injected":4567,
            "since":"2026-11-23T10:00:00Z","until":"2026-11-23T10:02:00Z"}}"#
        )
    }

    #[test]
    fn a_noted_fault_knows_its_original_and_its_end() {
        let found = find(&service(4567, &[(FAULT, &note(4566))])).unwrap();
        assert_eq!((found.row.original, found.row.current, found.row.by), (4566, 4567, FaultSource::Tool));
        assert!(found.row.overdue("2026-11-23T10:02:00Z".parse().unwrap()));
        assert!(!found.row.overdue("2026-11-23T10:01:59Z".parse().unwrap()));
        assert!(found.noted);
    }

    #[test]
    fn a_change_by_hand_is_seen_against_the_noted_ports() {
        let found = find(&service(4999, &[(PORTS, r#"{"edge":4566}"#)])).unwrap();
        assert_eq!((found.row.original, found.row.current, found.row.by), (4566, 4999, FaultSource::Hand));
        assert!(!found.noted);
        assert_eq!(find(&service(4566, &[(PORTS, r#"{"edge":4566}"#)])), None);
    }

    #[test]
    fn a_fault_mended_by_hand_is_none_any_more() {
        let note = note(4566);
        assert_eq!(find(&service(4566, &[(FAULT, &note), (PORTS, r#"{"edge":4566}"#)])), None);
    }
}
