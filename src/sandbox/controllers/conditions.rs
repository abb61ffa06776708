//! Conditions of Jobs: small helpers over `status.conditions`. Pure.

use jiff::Timestamp;
use k8s_openapi::api::batch::v1::{Job, JobCondition};

use super::objects::time;

pub(super) fn job_condition(kind: &str, status: &str, reason: &str, message: &str, now: Timestamp) -> JobCondition {
    JobCondition {
        type_: kind.to_owned(),
        status: status.to_owned(),
        reason: Some(reason.to_owned()),
        message: Some(message.to_owned()),
        last_probe_time: Some(time(now)),
        last_transition_time: Some(time(now)),
    }
}

pub(super) fn find<'a>(conditions: Option<&'a Vec<JobCondition>>, kind: &str) -> Option<&'a JobCondition> {
    conditions.into_iter().flatten().find(|condition| condition.type_ == kind)
}

/// `Complete` or `Failed`, once the Job is over for good.
pub(super) fn finished(job: &Job) -> Option<&JobCondition> {
    let conditions = job.status.as_ref()?.conditions.as_ref()?;
    conditions
        .iter()
        .find(|condition| matches!(condition.type_.as_str(), "Complete" | "Failed") && condition.status == "True")
}

/// Sets a condition unless it stands so already; `true` if it changed.
pub(super) fn ensure(conditions: &mut Vec<JobCondition>, new: JobCondition) -> bool {
    if let Some(old) = conditions.iter_mut().find(|condition| condition.type_ == new.type_) {
        let same = old.status == new.status && old.reason == new.reason && old.message == new.message;
        if !same {
            *old = new;
        }
        return !same;
    }
    // A condition that does not hold is only worth a word if it once did.
    if new.status == "False" {
        return false;
    }
    conditions.push(new);
    true
}
