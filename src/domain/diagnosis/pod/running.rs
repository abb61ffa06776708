//! A pod whose containers run, ready or not.

use super::Look;
use crate::domain::attempt::Attempt;
use crate::domain::diagnosis::catalogue::{PodNotReady, PodRunning};
use crate::domain::diagnosis::{Deed, Finding, Surroundings, facts, object};
use crate::domain::object::Kind;
use crate::domain::pod::PodRow;

pub(super) fn found(look: &Look<'_>, pod: &PodRow, s: &Surroundings<'_>) -> Vec<Finding> {
    let (ready, containers) = (pod.ready.to_string(), pod.containers.to_string());
    // A Job's pod without probes is ready as soon as it runs, so that this is no news of it.
    if pod.ready < pod.containers && pod.job.is_none() {
        let probe = s.event(Kind::Pod, &pod.name, &["Unhealthy"]).map(|event| event.message.as_str());
        let message = facts::said(probe.or(look.message));
        return vec![look.described(PodNotReady { ready, containers, message }.found(), s)];
    }
    let age = facts::age(pod.started_at, s.now);
    vec![look.logged(PodRunning { ready, containers, age }.found())]
}

/// An attempt whose pod is not at hand.
pub(super) fn attempt(attempt: &Attempt, s: &Surroundings<'_>) -> Finding {
    let age = facts::age(attempt.started_at, s.now);
    let found = PodRunning { ready: "1".to_owned(), containers: "1".to_owned(), age }.found();
    found.act(Deed::PodLogs, object(Kind::Pod, &attempt.pod))
}
