//! Addresses of Services: a cluster IP out of the sandbox's range and node ports from 30000 on.
//!
//! Which are taken is read from the Services themselves, under a lock that the caller holds from
//! here to the end of the write: nothing else has to be stored or repaired.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use serde_json::{Value, json};

use crate::sandbox::resources::{self, Resource};

use super::status::{ApiError, FieldError};
use super::{Api, object};

const NODE_PORTS: std::ops::RangeInclusive<u16> = 30_000..=32_767;
/// The addresses below are for well-known Services; the first is the API server's.
const FIRST_FREE: u16 = 16;

pub(super) fn is_service(resource: &Resource) -> bool {
    resource.group.is_empty() && resource.kind == "Service"
}

/// What other Services have.
#[derive(Default)]
struct Taken {
    addresses: BTreeSet<String>,
    /// Port and protocol.
    ports: BTreeSet<(u64, String)>,
}

/// Gives the Service what its type needs and checks what it asks for.
pub(super) fn allocate(api: &Api, service: &mut Value, old: Option<&Value>) -> Result<(), ApiError> {
    let taken = taken(api, service);
    let kind = service["spec"]["type"].as_str().unwrap_or("ClusterIP").to_owned();
    let mut errors = Vec::new();
    if kind == "ExternalName" {
        for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
            object::map_mut(service, "spec").shift_remove(field);
        }
    } else {
        errors.extend(address(api, service, &taken).err());
    }
    errors.extend(node_ports(service, old, &taken, matches!(kind.as_str(), "NodePort" | "LoadBalancer")));
    if errors.is_empty() {
        return Ok(());
    }
    let about = super::status::About { group: "", kind: "Service", name: object::name(service) };
    Err(ApiError::invalid(about, &errors))
}

fn taken(api: &Api, service: &Value) -> Taken {
    let mut taken = Taken::default();
    let Some(resource) = resources::by_kind("v1", "Service") else { return taken };
    for item in api.store.list(&object::prefix(resource, None)).0 {
        let other = &item.value;
        let same =
            object::name(other) == object::name(service) && object::namespace(other) == object::namespace(service);
        if same {
            continue;
        }
        taken.addresses.extend(other["spec"]["clusterIP"].as_str().map(str::to_owned));
        for port in other["spec"]["ports"].as_array().into_iter().flatten() {
            taken.ports.extend(port["nodePort"].as_u64().map(|number| (number, protocol(port))));
        }
    }
    taken
}

fn protocol(port: &Value) -> String {
    port["protocol"].as_str().unwrap_or("TCP").to_owned()
}

fn address(api: &Api, service: &mut Value, taken: &Taken) -> Result<(), FieldError> {
    let asked = service["spec"]["clusterIP"].as_str().unwrap_or_default().to_owned();
    let listed = service["spec"]["clusterIPs"][0].as_str().unwrap_or_default().to_owned();
    let chosen = match if asked.is_empty() { listed } else { asked } {
        none if none == "None" => none,
        empty if empty.is_empty() => free_address(api, taken)
            .ok_or_else(|| refused(&json!([]), "failed to allocate a serviceIP: range is full"))?,
        given => {
            check_address(api, &given, taken)?;
            given
        }
    };
    let spec = object::map_mut(service, "spec");
    spec.insert("clusterIP".into(), chosen.clone().into());
    spec.insert("clusterIPs".into(), json!([chosen]));
    spec.entry("ipFamilies").or_insert_with(|| json!(["IPv4"]));
    spec.entry("ipFamilyPolicy").or_insert_with(|| "SingleStack".into());
    Ok(())
}

fn refused(value: &Value, why: &str) -> FieldError {
    FieldError::invalid("spec.clusterIPs", value, why)
}

fn check_address(api: &Api, given: &str, taken: &Taken) -> Result<(), FieldError> {
    let plan = api.config.plan;
    let fail = |why: String| refused(&json!([given]), &format!("failed to allocate IP {given}: {why}"));
    let parsed: Option<Ipv4Addr> = given.parse().ok();
    if !parsed.is_some_and(|ip| plan.is_service_ip(ip)) {
        let range = plan.service_ip(1).map(|ip| format!("{}.{}.0.0/16", ip.octets()[0], ip.octets()[1]));
        let range = range.unwrap_or_default();
        return Err(fail(format!("provided IP is not in the valid range. The range of valid IPs is {range}")));
    }
    if taken.addresses.contains(given) {
        return Err(fail("provided IP is already allocated".into()));
    }
    Ok(())
}

/// A random one, so that the address of a Service that has just gone is not reused at once: pods
/// that still hold it would reach another Service.
fn free_address(api: &Api, taken: &Taken) -> Option<String> {
    let start = random();
    let candidates = (0..u16::MAX).map(|step| start.wrapping_add(step)).filter(|n| *n >= FIRST_FREE);
    candidates
        .filter_map(|n| api.config.plan.service_ip(n))
        .map(|ip| ip.to_string())
        .find(|ip| !taken.addresses.contains(ip))
}

fn random() -> u16 {
    let id = uuid::Uuid::new_v4();
    u16::from_be_bytes([id.as_bytes()[0], id.as_bytes()[1]])
}

/// Checks asked-for node ports, fills in missing ones; takes them off where the type has none.
fn node_ports(service: &mut Value, old: Option<&Value>, taken: &Taken, wanted: bool) -> Vec<FieldError> {
    let mut mine: BTreeSet<(u64, String)> = BTreeSet::new();
    let mut errors = Vec::new();
    let Some(ports) = service["spec"]["ports"].as_array_mut() else { return errors };
    for (i, port) in ports.iter().enumerate() {
        let Some(number) = port["nodePort"].as_u64().filter(|n| *n != 0 && wanted) else { continue };
        let fail = |why: &str| FieldError::invalid(format!("spec.ports[{i}].nodePort"), &number.into(), why);
        if !u16::try_from(number).is_ok_and(|n| NODE_PORTS.contains(&n)) {
            let why = "provided port is not in the valid range. The range of valid ports is 30000-32767";
            errors.push(fail(why));
        } else if taken.ports.contains(&(number, protocol(port))) || !mine.insert((number, protocol(port))) {
            errors.push(fail("provided port is already allocated"));
        }
    }
    for (i, port) in ports.iter_mut().enumerate() {
        let Some(port_map) = port.as_object_mut() else { continue };
        if !wanted {
            port_map.shift_remove("nodePort");
            continue;
        }
        if port_map.get("nodePort").and_then(Value::as_u64).unwrap_or(0) != 0 {
            continue;
        }
        let protocol = port_map.get("protocol").and_then(Value::as_str).unwrap_or("TCP").to_owned();
        let kept = kept_port(old, port_map, &protocol).filter(|n| !mine.contains(&(*n, protocol.clone())));
        match kept.or_else(|| free_port(&protocol, taken, &mine)) {
            Some(number) => {
                mine.insert((number, protocol));
                port_map.insert("nodePort".into(), number.into());
            }
            None => errors.push(FieldError::invalid(
                format!("spec.ports[{i}].nodePort"),
                &0.into(),
                "failed to allocate a nodePort: range is full",
            )),
        }
    }
    errors
}

/// An update that leaves the node port out keeps it.
fn kept_port(old: Option<&Value>, port: &serde_json::Map<String, Value>, protocol: &str) -> Option<u64> {
    let ports = old?["spec"]["ports"].as_array()?;
    let same =
        ports.iter().find(|p| Some(&p["port"]) == port.get("port") && p["protocol"].as_str() == Some(protocol))?;
    same["nodePort"].as_u64()
}

fn free_port(protocol: &str, taken: &Taken, mine: &BTreeSet<(u64, String)>) -> Option<u64> {
    let (first, last) = (u64::from(*NODE_PORTS.start()), u64::from(*NODE_PORTS.end()));
    let count = last - first + 1;
    let start = u64::from(random()) % count;
    (0..count).map(|step| first + (start + step) % count).find(|number| {
        let key = (*number, protocol.to_owned());
        !taken.ports.contains(&key) && !mine.contains(&key)
    })
}
