//! Why nobody answers behind a Service. Called by `diagnose`.

mod consequences;
mod endpoints;
mod port_fault;
#[cfg(test)]
mod tests;

use super::{Finding, Surroundings};
use crate::domain::service::ServiceRow;

pub(super) use endpoints::{pods_behind, ready};

pub(super) fn diagnose(service: &ServiceRow, s: &Surroundings<'_>) -> Vec<Finding> {
    let target = format!("service/{}", service.name);
    let fault = s.all_faults().into_iter().find(|fault| fault.target == target);
    let fault = fault.or_else(|| crate::domain::fault::find(service).map(|found| found.row));
    let Some(fault) = fault else { return vec![endpoints::found(service, s)] };
    let mut found = port_fault::found(service, &fault, s);
    found.extend(endpoints::broken(service, s));
    found.extend(consequences::found(&fault, s));
    found
}
