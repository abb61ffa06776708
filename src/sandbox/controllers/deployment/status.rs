//! A Deployment's status: counts, and the conditions Progressing, Available, ReplicaFailure. Pure.

use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::apps::v1::{Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet, ReplicaSetStatus};

use super::scale::{max_unavailable, total, wanted};
use crate::sandbox::controllers::objects::{name, plus, time};

/// The deadline's default and its "none".
const NO_DEADLINE: i32 = i32::MAX;

pub(super) fn condition(kind: &str, status: &str, reason: &str, message: &str, now: Timestamp) -> DeploymentCondition {
    DeploymentCondition {
        type_: Some(kind.to_owned()),
        status: Some(status.to_owned()),
        reason: Some(reason.to_owned()),
        message: Some(message.to_owned()),
        last_transition_time: Some(time(now)),
        last_update_time: Some(time(now)),
    }
}

pub(super) fn find<'a>(status: &'a DeploymentStatus, kind: &str) -> Option<&'a DeploymentCondition> {
    status.conditions.iter().flatten().find(|condition| condition.type_.as_deref() == Some(kind))
}

fn reason<'a>(status: &'a DeploymentStatus, kind: &str) -> Option<&'a str> {
    find(status, kind)?.reason.as_deref()
}

/// Sets a condition unless status and reason are as they were; the new one goes to the end.
pub(super) fn set(status: &mut DeploymentStatus, mut new: DeploymentCondition) {
    let kind = new.type_.clone().unwrap_or_default();
    if let Some(old) = find(status, &kind) {
        if old.status == new.status && old.reason == new.reason {
            return;
        }
        if old.status == new.status {
            new.last_transition_time = old.last_transition_time.clone();
        }
    }
    drop_condition(status, &kind);
    status.conditions.get_or_insert_default().push(new);
}

fn drop_condition(status: &mut DeploymentStatus, kind: &str) {
    if let Some(conditions) = &mut status.conditions {
        conditions.retain(|condition| condition.type_.as_deref() != Some(kind));
    }
    status.conditions = status.conditions.take().filter(|conditions| !conditions.is_empty());
}

pub(super) fn has_deadline(deployment: &Deployment) -> bool {
    deadline(deployment).is_some()
}

fn deadline(deployment: &Deployment) -> Option<i64> {
    let seconds = deployment.spec.progress_deadline_seconds?;
    (seconds != NO_DEADLINE).then(|| seconds.into())
}

/// The counts of all sets, and whether enough pods are available.
pub(super) fn counted(
    deployment: &Deployment,
    all: &[Arc<ReplicaSet>],
    new: Option<&Arc<ReplicaSet>>,
    now: Timestamp,
) -> DeploymentStatus {
    let present = |number: i32| (number > 0).then_some(number);
    let sum = |of: fn(&ReplicaSetStatus) -> i32| all.iter().filter_map(|set| set.status.as_ref()).map(of).sum::<i32>();
    let available = sum(|status| status.available_replicas.unwrap_or(0));
    let old = deployment.status.clone().unwrap_or_default();
    let updated = new.and_then(|set| set.status.as_ref()).map_or(0, |status| status.replicas);
    let mut status = DeploymentStatus {
        observed_generation: deployment.metadata.generation,
        replicas: present(sum(|status| status.replicas)),
        updated_replicas: present(updated),
        ready_replicas: present(sum(|status| status.ready_replicas.unwrap_or(0))),
        available_replicas: present(available),
        unavailable_replicas: present(total(all) - available),
        terminating_replicas: Some(sum(|status| status.terminating_replicas.unwrap_or(0))),
        collision_count: old.collision_count,
        conditions: old.conditions,
    };
    let enough = available >= wanted(deployment) - max_unavailable(deployment);
    set(
        &mut status,
        match enough {
            true => {
                condition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.", now)
            }
            false => {
                let message = "Deployment does not have minimum availability.";
                condition("Available", "False", "MinimumReplicasUnavailable", message, now)
            }
        },
    );
    status
}

/// The status during and after a rollout, with the condition Progressing; and when the deadline is to be checked.
pub(super) fn rollout(
    deployment: &Deployment,
    all: &[Arc<ReplicaSet>],
    new: Option<&Arc<ReplicaSet>>,
    now: Timestamp,
) -> (DeploymentStatus, Option<Timestamp>) {
    let old = deployment.status.clone().unwrap_or_default();
    let mut status = counted(deployment, all, new, now);
    let Some(deadline) = deadline(deployment) else {
        drop_condition(&mut status, "Progressing");
        note_failures(&mut status, all, new);
        return (status, None);
    };
    let settled =
        status.replicas == status.updated_replicas && reason(&old, "Progressing") == Some("NewReplicaSetAvailable");
    let subject = match new {
        Some(set) => format!("ReplicaSet {:?}", name(set.as_ref())),
        None => format!("Deployment {:?}", name(deployment)),
    };
    if !settled {
        if is_complete(deployment, &status) {
            let message = format!("{subject} has successfully progressed.");
            set(&mut status, condition("Progressing", "True", "NewReplicaSetAvailable", &message, now));
        } else if has_progressed(&old, &status) {
            let message = format!("{subject} is progressing.");
            let mut progressing = condition("Progressing", "True", "ReplicaSetUpdated", &message, now);
            // Each step counts from now for the deadline, though the condition stays as it was.
            if let Some(known) = find(&old, "Progressing").filter(|known| known.status.as_deref() == Some("True")) {
                progressing.last_transition_time = known.last_transition_time.clone();
            }
            drop_condition(&mut status, "Progressing");
            set(&mut status, progressing);
        } else if is_late(&status, deadline, now) {
            let message = format!("{subject} has timed out progressing.");
            set(&mut status, condition("Progressing", "False", "ProgressDeadlineExceeded", &message, now));
        }
    }
    note_failures(&mut status, all, new);
    let again = check_at(deployment, &status, deadline);
    (status, again)
}

pub(super) fn is_complete(deployment: &Deployment, status: &DeploymentStatus) -> bool {
    let wanted = wanted(deployment);
    let is_wanted = |number: Option<i32>| number.unwrap_or(0) == wanted;
    is_wanted(status.updated_replicas)
        && is_wanted(status.replicas)
        && is_wanted(status.available_replicas)
        && status.observed_generation >= deployment.metadata.generation
}

fn has_progressed(old: &DeploymentStatus, new: &DeploymentStatus) -> bool {
    let n = |number: Option<i32>| number.unwrap_or(0);
    let stale = |status: &DeploymentStatus| n(status.replicas) - n(status.updated_replicas);
    n(new.updated_replicas) > n(old.updated_replicas)
        || stale(new) < stale(old)
        || n(new.ready_replicas) > n(old.ready_replicas)
        || n(new.available_replicas) > n(old.available_replicas)
}

fn is_late(status: &DeploymentStatus, deadline: i64, now: Timestamp) -> bool {
    let Some(progressing) = find(status, "Progressing") else { return false };
    match progressing.reason.as_deref() {
        Some("NewReplicaSetAvailable") => false,
        Some("ProgressDeadlineExceeded") => true,
        _ => progressing.last_update_time.as_ref().is_some_and(|since| plus(since.0, deadline) < now),
    }
}

/// A second after the deadline, if the rollout is still on its way.
fn check_at(deployment: &Deployment, status: &DeploymentStatus, deadline: i64) -> Option<Timestamp> {
    let progressing = find(status, "Progressing")?;
    let open = !is_complete(deployment, status) && progressing.reason.as_deref() != Some("ProgressDeadlineExceeded");
    open.then(|| progressing.last_update_time.as_ref().map(|since| plus(since.0, deadline + 1))).flatten()
}

/// A set that cannot make pods makes the Deployment say so.
fn note_failures(status: &mut DeploymentStatus, all: &[Arc<ReplicaSet>], new: Option<&Arc<ReplicaSet>>) {
    let failures = |set: &Arc<ReplicaSet>| {
        let conditions = set.status.as_ref().and_then(|status| status.conditions.clone()).unwrap_or_default();
        conditions.into_iter().find(|condition| condition.type_.as_deref() == Some("ReplicaFailure"))
    };
    match new.into_iter().chain(all).find_map(failures) {
        None => drop_condition(status, "ReplicaFailure"),
        Some(failure) => set(
            status,
            DeploymentCondition {
                type_: failure.type_,
                status: failure.status,
                reason: failure.reason,
                message: failure.message,
                last_transition_time: failure.last_transition_time.clone(),
                last_update_time: failure.last_transition_time,
            },
        ),
    }
}

/// The status when the new ReplicaSet could not be made.
pub(super) fn create_failed(deployment: &Deployment, message: &str, now: Timestamp) -> DeploymentStatus {
    let mut status = deployment.status.clone().unwrap_or_default();
    if has_deadline(deployment) {
        set(&mut status, condition("Progressing", "False", "ReplicaSetCreateError", message, now));
    }
    status
}
