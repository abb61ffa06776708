//! A pod that failed because AWS could not be reached, while a fault of the lab explains just that.

use super::Look;
use crate::domain::diagnosis::catalogue::{HitByFault, HitByNoEndpoints};
use crate::domain::diagnosis::{Deed, Finding, Next, Surroundings, service};
use crate::domain::fault::FaultRow;

/// The exit code for "AWS cannot be reached".
pub(in crate::domain::diagnosis) const UNREACHABLE: i32 = 3;

pub(super) fn found(look: &Look<'_>, s: &Surroundings<'_>) -> Option<Finding> {
    if !look.ours || look.exit_code != Some(UNREACHABLE) {
        return None;
    }
    let faults = s.all_faults();
    if let Some(fault) = faults.iter().find(|fault| explains(fault, look)) {
        return Some(of_fault(fault));
    }
    let names = |name: &str| look.message.is_some_and(|message| message.contains(name));
    let empty = s.services.iter().find(|row| names(&row.name) && service::ready(row, s) == Some(0))?;
    Some(HitByNoEndpoints { service: empty.name.clone() }.found().shell(service::pods_behind(empty, s)))
}

/// Whether the fault was there when the pod ended.
fn explains(fault: &FaultRow, look: &Look<'_>) -> bool {
    let bites = fault.effect.as_ref().and_then(|effect| effect.effective) != Some(false);
    bites && fault.since.zip(look.ended).is_none_or(|(since, ended)| ended >= since)
}

fn of_fault(fault: &FaultRow) -> Finding {
    let hit = HitByFault {
        target: fault.target.clone(),
        original: fault.original.to_string(),
        current: fault.current.to_string(),
    };
    hit.found().then(Next::Action(Deed::FaultClear, None))
}
