//! A pod whose containers do not run yet: no node, no image, no configuration, no volume. The kubelet tries again for
//! ever, so that none of this is a failed attempt.

use super::Look;
use crate::domain::diagnosis::catalogue::{
    PodConfigMissing, PodCreateFailed, PodImageName, PodImageNeverPull, PodImagePull, PodMountFailed,
    PodNotScheduledYet, PodStarting, PodUnschedulable, PodWaiting,
};
use crate::domain::diagnosis::{Deed, Finding, Next, Surroundings, facts};
use crate::domain::object::Kind;

pub(super) fn found(look: &Look<'_>, s: &Surroundings<'_>) -> Vec<Finding> {
    let message = look.said();
    let reason = look.word.to_owned();
    let found = match look.word {
        "ErrImageNeverPull" => PodImageNeverPull { message }.found().then(Next::Action(Deed::Up, None)),
        "ErrImagePull" | "ImagePullBackOff" => PodImagePull { reason, message }.found(),
        "InvalidImageName" => PodImageName { message }.found(),
        "CreateContainerConfigError" => PodConfigMissing { message }.found(),
        "CreateContainerError" | "RunContainerError" | "PostStartHookError" => {
            PodCreateFailed { reason, message }.found()
        }
        "" | "Pending" | "ContainerCreating" | "PodInitializing" => getting_ready(look, s),
        _ => PodWaiting { reason, message }.found(),
    };
    vec![look.described(found, s)]
}

fn getting_ready(look: &Look<'_>, s: &Surroundings<'_>) -> Finding {
    let age = facts::age(look.since, s.now);
    if let Some(event) = s.event(Kind::Pod, look.pod, &["FailedMount", "FailedAttachVolume"]) {
        return PodMountFailed { message: facts::said(Some(&event.message)) }.found();
    }
    if look.placed || look.word == "ContainerCreating" {
        return PodStarting { age }.found();
    }
    let refused = s.event(Kind::Pod, look.pod, &["FailedScheduling"]).map(|event| event.message.as_str());
    match look.message.or(refused) {
        Some(message) => PodUnschedulable { message: facts::said(Some(message)) }.found(),
        None => PodNotScheduledYet { age }.found(),
    }
}
