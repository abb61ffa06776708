//! A fault: something in the lab that was broken on purpose (or by hand), and can be put back.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_bites_only_when_every_probe_fails() {
        assert_eq!(Effect::of(vec![Probe::Refused; 3]).effective, Some(true));
        assert_eq!(Effect::of(vec![Probe::Refused; 3]).words, "connection refused 3/3");
        assert_eq!(Effect::of(vec![Probe::Refused, Probe::Connected]).effective, Some(false));
        assert_eq!(Effect::of(vec![Probe::Connected]).words, "connected 1/1");
        assert_eq!(Effect::of(vec![]).effective, Some(false));
    }
}
