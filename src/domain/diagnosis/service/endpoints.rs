//! Who answers behind a Service: a connection to one without ready endpoints is refused.

use crate::domain::command::ShellCommand;
use crate::domain::diagnosis::catalogue::{ServiceNoEndpoints, ServiceNoPods, ServiceOk, ServiceUnknown};
use crate::domain::diagnosis::{Finding, Surroundings};
use crate::domain::equivalent::kubectl;
use crate::domain::service::{EndpointsRow, ServiceRow};

fn slices<'a>(service: &'a ServiceRow, s: &Surroundings<'a>) -> impl Iterator<Item = &'a EndpointsRow> {
    s.endpoints.iter().filter(|slice| slice.service == service.name)
}

/// How many endpoints are ready; `None` where nothing is known of them.
pub(in crate::domain::diagnosis) fn ready(service: &ServiceRow, s: &Surroundings<'_>) -> Option<usize> {
    slices(service, s).map(|slice| slice.ready.len()).reduce(|a, b| a + b)
}

/// The line that lists a Service's endpoints.
pub(in crate::domain::diagnosis) fn pods_behind(service: &ServiceRow, s: &Surroundings<'_>) -> ShellCommand {
    kubectl(s.namespace, "get endpointslice -l").arg(format!("kubernetes.io/service-name={}", service.name))
}

pub(super) fn found(service: &ServiceRow, s: &Surroundings<'_>) -> Finding {
    let name = service.name.clone();
    broken(service, s).unwrap_or_else(|| match ready(service, s) {
        Some(ready) => ServiceOk { service: name, ready: ready.to_string() }.found(),
        None => ServiceUnknown { service: name }.found().shell(pods_behind(service, s)),
    })
}

pub(super) fn broken(service: &ServiceRow, s: &Surroundings<'_>) -> Option<Finding> {
    if ready(service, s)? > 0 {
        return None;
    }
    let not_ready: u32 = slices(service, s).map(|slice| slice.not_ready).sum();
    let name = service.name.clone();
    let found = match not_ready {
        0 => ServiceNoPods { service: name }.found(),
        n => ServiceNoEndpoints { service: name, not_ready: n.to_string() }.found(),
    };
    Some(found.shell(pods_behind(service, s)))
}
