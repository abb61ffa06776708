//! A Service that listens on another port than its clients dial, set so by the lab or by hand.

use crate::domain::diagnosis::catalogue::{
    ServiceFaultEnds, ServiceFaultHarmless, ServicePortByHand, ServicePortFault,
};
use crate::domain::diagnosis::{Deed, Finding, Next, Surroundings, facts};
use crate::domain::fault::{FaultRow, FaultSource};
use crate::domain::service::ServiceRow;

pub(super) fn found(service: &ServiceRow, fault: &FaultRow, s: &Surroundings<'_>) -> Vec<Finding> {
    let service = service.name.clone();
    let (original, current) = (fault.original.to_string(), fault.current.to_string());
    let effect = facts::said(fault.effect.as_ref().map(|effect| effect.words.as_str()));
    let harmless = fault.effect.as_ref().and_then(|effect| effect.effective) == Some(false);
    let port = match fault.by {
        FaultSource::Tool => {
            let since = facts::maybe_clock(fault.since);
            ServicePortFault { service, original, current, since, effect: effect.clone() }.found()
        }
        FaultSource::Hand => ServicePortByHand { service, original, current, effect: effect.clone() }.found(),
    };
    let ends = fault
        .until
        .map(|until| ServiceFaultEnds { until: facts::clock(until), wait: facts::between(s.now, until) }.found());
    let port = port.then(Next::Action(Deed::FaultClear, None));
    let harmless = harmless.then(|| ServiceFaultHarmless { effect }.found());
    [port].into_iter().chain(harmless).chain(ends).collect()
}
