//! Logs: a ring of lines for each pod, kept when the pod is gone. [`super::log_view`] shows one or several of them.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

use crate::app::filter::Filter;

/// Lines kept of one pod.
const MOST_LINES: usize = 10_000;
/// Pods whose logs are kept.
const MOST_PODS: usize = 64;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When it was written.
    pub at: Option<Timestamp>,
    /// The text, foreign.
    pub text: Box<str>,
}

/// The log of one pod.
#[derive(Clone, Debug, Default)]
pub struct PodLog {
    /// The lines, oldest first.
    pub lines: VecDeque<Line>,
    /// Lines that were dropped at the beginning.
    pub dropped: usize,
    /// Somebody reads it.
    pub following: bool,
    /// Why it could not be read on.
    pub why: Option<String>,
    /// The pod is gone; what is here is all that there is.
    pub gone: bool,
    /// When it was last added to, counted in messages: the oldest is forgotten first.
    used: u64,
}

/// What the panel shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// Nothing chosen.
    #[default]
    None,
    /// All attempts of a Job.
    Job(String),
    /// One pod.
    Pod(String),
    /// One pod, before its last restart.
    Previous(String),
}

/// All logs, and the view on them.
#[derive(Clone, Debug, Default)]
pub struct Logs {
    pods: BTreeMap<String, PodLog>,
    clock: u64,
    /// What is shown.
    pub source: Source,
    /// The end is followed.
    pub follow: bool,
    /// The first line shown, where the end is not followed.
    pub top: usize,
    /// Columns that are scrolled away to the left, where lines are not wrapped.
    pub left: usize,
    /// The search.
    pub search: Filter,
    /// The line that the search stands on.
    pub found: Option<usize>,
}

/// The ring's name for a pod's earlier container.
pub fn key(pod: &str, previous: bool) -> String {
    if previous { format!("{pod}/previous") } else { pod.to_owned() }
}

impl Logs {
    /// The log of a pod, if anything is known of it.
    pub fn pod(&self, key: &str) -> Option<&PodLog> {
        self.pods.get(key)
    }

    /// The ring of a pod, made if it is not there; the one longest unused makes room.
    pub fn ring(&mut self, key: &str) -> &mut PodLog {
        self.clock += 1;
        if !self.pods.contains_key(key) && self.pods.len() >= MOST_PODS {
            let idle = self.pods.iter().filter(|(_, log)| !log.following).min_by_key(|(_, log)| log.used);
            if let Some(oldest) = idle.map(|(name, _)| name.clone()) {
                self.pods.remove(&oldest);
            }
        }
        let clock = self.clock;
        let ring = self.pods.entry(key.to_owned()).or_default();
        ring.used = clock;
        ring
    }

    /// How many logs are being read.
    pub fn following(&self) -> usize {
        self.pods.values().filter(|log| log.following).count()
    }

    /// A pod is gone: its log stays, marked.
    pub fn lose(&mut self, pod: &str) {
        if let Some(log) = self.pods.get_mut(pod) {
            log.gone = true;
        }
    }

    /// Nobody reads any more: the connection is lost or another.
    pub fn stop_all(&mut self) {
        self.pods.values_mut().for_each(|log| log.following = false);
    }

    /// Forgets everything: another cluster or namespace.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

impl PodLog {
    /// Adds lines; the oldest make room.
    pub fn push(&mut self, lines: impl IntoIterator<Item = Line>) {
        self.lines.extend(lines);
        let over = self.lines.len().saturating_sub(MOST_LINES);
        self.lines.drain(..over);
        self.dropped += over;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(n: usize) -> Line {
        Line { at: None, text: n.to_string().into() }
    }

    #[test]
    fn a_ring_drops_its_oldest_lines_and_counts_them() {
        let mut log = PodLog::default();
        log.push((0..MOST_LINES + 5).map(line));
        assert_eq!((log.lines.len(), log.dropped), (MOST_LINES, 5));
        assert_eq!(&*log.lines[0].text, "5");
    }

    #[test]
    fn the_log_longest_unused_makes_room() {
        let mut logs = Logs::default();
        for n in 0..MOST_PODS {
            logs.ring(&format!("p{n}")).push([line(n)]);
        }
        logs.ring("p0").following = true;
        logs.ring("new").push([line(0)]);
        assert!(logs.pod("p0").is_some());
        assert!(logs.pod("p1").is_none());
    }
}
