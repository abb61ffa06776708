//! A pod that was ended from outside: deleted, evicted, out of time, lost with its node.

use super::Look;
use crate::domain::diagnosis::catalogue::{
    PodDeadline, PodDeleted, PodEvicted, PodLost, PodOfJobTerminating, PodTerminating,
};
use crate::domain::diagnosis::{Deed, Finding, Surroundings, facts, object};
use crate::domain::object::Kind;
use crate::domain::pod::PodRow;

/// An end that tells more than its exit code.
pub(super) fn found(look: &Look<'_>, s: &Surroundings<'_>) -> Option<Finding> {
    match look.word {
        "Evicted" => Some(look.described(PodEvicted { message: look.said() }.found(), s)),
        "DeadlineExceeded" => Some(look.described(PodDeadline { message: look.said() }.found(), s)),
        "ContainerStatusUnknown" | "NodeLost" | "Unknown" | "Shutdown" | "NodeShutdown" => Some(lost(look, s)),
        // Without an end of its own, nothing but a deletion makes an attempt fail.
        "" if look.exit_code.is_none() => Some(deleted(look.pod)),
        _ => None,
    }
}

pub(super) fn lost(look: &Look<'_>, s: &Surroundings<'_>) -> Finding {
    look.described(PodLost { reason: facts::said(Some(look.word)) }.found(), s)
}

pub(super) fn deleted(pod: &str) -> Finding {
    PodDeleted { pod: pod.to_owned() }.found()
}

/// A pod in its grace period. One of a Job that goes on counts as a failure when it is gone.
pub(super) fn terminating(pod: &PodRow, s: &Surroundings<'_>) -> Finding {
    let name = pod.name.clone();
    let goes_on = |job: &&str| {
        let known = s.jobs.iter().find(|row| row.name == **job);
        known.is_some_and(|row| !row.status.is_finished() && !row.spec.suspend)
    };
    match pod.job.as_deref().filter(goes_on) {
        Some(job) => {
            let found = PodOfJobTerminating { pod: name, job: job.to_owned() }.found();
            found.act(Deed::JobShow, object(Kind::Job, job))
        }
        None => PodTerminating { pod: name }.found(),
    }
}
