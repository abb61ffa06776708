//! Why a Deployment is not rolled out or not ready.

use super::catalogue::{
    DeploymentHitByFault, DeploymentReady, DeploymentRolling, DeploymentStalled, DeploymentUnready, DeploymentZero,
};
use super::{Deed, Finding, Next, Surroundings, facts, object};
use crate::domain::equivalent;
use crate::domain::object::Kind;
use crate::domain::service::DeploymentRow;

pub(super) fn diagnose(deployment: &DeploymentRow, s: &Surroundings<'_>) -> Vec<Finding> {
    let (ready, wanted) = (deployment.ready.to_string(), deployment.wanted.to_string());
    let waiting = facts::said(deployment.waiting.as_deref());
    let complete = deployment.rolled_out && deployment.ready >= deployment.wanted;
    let found = if deployment.wanted == 0 {
        DeploymentZero { deployment: deployment.name.clone() }.found()
    } else if complete {
        return vec![DeploymentReady { ready, wanted }.found()];
    } else if waiting.contains("progress") {
        // The controller's own sentence: `… has timed out progressing.`, or the deadline's name.
        DeploymentStalled { ready, wanted, waiting }.found()
    } else if deployment.rolled_out {
        DeploymentUnready { ready, wanted }.found()
    } else {
        DeploymentRolling { ready, wanted, waiting }.found()
    };
    let found = found.shell(equivalent::describe(s.namespace, &object(Kind::Deployment, &deployment.name)));
    by_fault(deployment, s).into_iter().chain([found]).collect()
}

/// A fault on the Service that the pods' readiness depends on; not on their own.
fn by_fault(deployment: &DeploymentRow, s: &Surroundings<'_>) -> Option<Finding> {
    let own = format!("service/{}", deployment.name);
    let fault = s.all_faults().into_iter().find(|fault| fault.target != own)?;
    if deployment.ready >= deployment.wanted {
        return None;
    }
    let (original, current) = (fault.original.to_string(), fault.current.to_string());
    let hit = DeploymentHitByFault { target: fault.target, original, current }.found();
    Some(hit.then(Next::Action(Deed::FaultClear, None)))
}
