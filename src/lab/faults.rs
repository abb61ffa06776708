//! Faults as transactions: the original is kept on the object itself, the effect is probed from a pod's
//! side, and everything can be put back, whoever broke it.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::Service;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{LOCALSTACK, Lab, LabError};
use crate::cluster::{Note, ServicePort, port_patch};
use crate::domain::fault::{Effect, FaultNote, FaultRow, FaultSource, Probe};

/// The annotation that keeps a fault's original.
pub const FAULT: &str = "k8s-tutor.dev/fault";
/// The annotation by which `up` notes a Service's own ports: a change by hand is seen against it.
pub const PORTS: &str = "k8s-tutor.dev/ports";
/// The verb of the tutorial's fault.
pub const INJECT_PORT: &str = "inject-port";

/// Long enough for kube-proxy (0.13 s) and for a sandbox under load.
const BITES_WITHIN: Duration = Duration::from_secs(5);
const PROBES: usize = 3;

/// An active fault and where it sits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) row: FaultRow,
    index: usize,
    noted: bool,
}

/// Finds the fault of a Service: the one noted on it, or a port that is not as `up` made it.
pub(super) fn find(service: &Service) -> Option<Found> {
    let annotations = service.metadata.annotations.clone().unwrap_or_default();
    let ports = ServicePort::all(service);
    let target = format!("service/{}", service.metadata.name.clone().unwrap_or_default());
    let by_name = |name: &str| ports.iter().find(|p| p.name == name).or(ports.first().filter(|_| ports.len() == 1));
    let note: Option<FaultNote> = annotations.get(FAULT).and_then(|text| serde_json::from_str(text).ok());
    if let Some(note) = note {
        let port = by_name(&note.port_name)?;
        if port.port != note.original {
            let row = FaultRow {
                fault: note.fault,
                target,
                original: note.original,
                current: port.port,
                by: FaultSource::Tool,
                since: Some(note.since),
                until: note.until,
                effect: None,
            };
            return Some(Found { row, index: port.index, noted: true });
        }
    }
    let wanted: BTreeMap<String, u16> =
        annotations.get(PORTS).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    wanted.into_iter().find_map(|(name, original)| {
        let port = by_name(&name).filter(|port| port.port != original)?;
        let row = FaultRow {
            fault: INJECT_PORT.to_owned(),
            target: target.clone(),
            original,
            current: port.port,
            by: FaultSource::Hand,
            since: None,
            until: None,
            effect: None,
        };
        Some(Found { row, index: port.index, noted: annotations.contains_key(FAULT) })
    })
}

/// The value of [`PORTS`] for a Service's manifest.
pub(super) fn ports_note(manifest: &Value) -> String {
    let ports = manifest.pointer("/spec/ports").and_then(Value::as_array).cloned().unwrap_or_default();
    let named = ports.iter().filter_map(|port| {
        let number = u16::try_from(port["port"].as_u64()?).ok()?;
        Some((port["name"].as_str().unwrap_or_default().to_owned(), number))
    });
    json!(named.collect::<BTreeMap<String, u16>>()).to_string()
}

/// All active faults; with `probe`, each with its effect.
///
/// # Errors
/// The server cannot be asked.
pub async fn list(lab: &Lab, probe: bool) -> Result<Vec<FaultRow>, LabError> {
    let Some(service) = lab.cluster.service(LOCALSTACK).await? else { return Ok(Vec::new()) };
    let Some(found) = find(&service) else { return Ok(Vec::new()) };
    let mut row = found.row;
    if probe {
        row.effect = Some(effect(lab, &service, row.original).await);
    }
    Ok(vec![row])
}

/// Moves LocalStack's Service port away, so that whoever uses the old one cannot connect.
///
/// # Errors
/// LocalStack is not there, a fault is active already, the port makes no sense, or the server refuses.
pub async fn inject_port(lab: &Lab, to: u16, lasts: Option<Duration>) -> Result<Option<FaultRow>, LabError> {
    let service = lab.cluster.service(LOCALSTACK).await?.ok_or(LabError::NoLocalStack)?;
    if let Some(Found { row, .. }) = find(&service) {
        return Err(LabError::Faulty { target: row.target, original: row.original, current: row.current });
    }
    let ports = ServicePort::all(&service);
    let port = ports.first().ok_or(LabError::NoLocalStack)?;
    if to == 0 || ports.iter().any(|p| p.port == to) {
        return Err(LabError::Value(format!(
            "port {to} would break nothing: choose one that service/{LOCALSTACK} lacks"
        )));
    }
    let since = now_in_seconds();
    let until = lasts.and_then(|lasts| since.checked_add(jiff::SignedDuration::try_from(lasts).ok()?).ok());
    let note = FaultNote {
        fault: INJECT_PORT.to_owned(),
        port_name: port.name.clone(),
        original: port.port,
        injected: to,
        since,
        until,
    };
    let text = serde_json::to_string(&note).map_err(|e| LabError::Value(e.to_string()))?;
    let annotated = service.metadata.annotations.is_some();
    let patch = port_patch(port.index, port.port, to, Note::Set(FAULT, &text), annotated);
    if !lab.announce(patch_command(lab, &patch)) {
        return Ok(None);
    }
    let service = lab.cluster.patch_service_port(LOCALSTACK, &patch).await?;
    let mut row = FaultRow {
        fault: note.fault,
        target: format!("service/{LOCALSTACK}"),
        original: note.original,
        current: to,
        by: FaultSource::Tool,
        since: Some(since),
        until,
        effect: None,
    };
    row.effect = Some(settle(lab, &service, note.original, true).await);
    Ok(Some(row))
}

/// What clearing did.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Cleared {
    /// The fault as it was.
    pub fault: FaultRow,
    /// What a fresh connection to the original port meets now.
    pub effect: Option<Effect>,
}

/// Puts every fault back, injected or made by hand.
///
/// # Errors
/// The server refuses.
pub async fn clear(lab: &Lab) -> Result<Vec<Cleared>, LabError> {
    clear_if(lab, |_| true).await
}

/// Puts back the faults whose time is over.
///
/// # Errors
/// The server refuses.
pub async fn clear_overdue(lab: &Lab, now: Timestamp) -> Result<Vec<Cleared>, LabError> {
    clear_if(lab, |row| row.overdue(now)).await
}

async fn clear_if(lab: &Lab, wanted: impl Fn(&FaultRow) -> bool) -> Result<Vec<Cleared>, LabError> {
    let Some(service) = lab.cluster.service(LOCALSTACK).await? else { return Ok(Vec::new()) };
    let Some(found) = find(&service).filter(|found| wanted(&found.row)) else { return Ok(Vec::new()) };
    let Found { row, index, noted } = found;
    let note = if noted { Note::Remove(FAULT) } else { Note::Keep };
    let patch = port_patch(index, row.current, row.original, note, true);
    let mut effect = None;
    if lab.announce(patch_command(lab, &patch)) {
        let service = lab.cluster.patch_service_port(LOCALSTACK, &patch).await?;
        effect = Some(settle(lab, &service, row.original, false).await);
    }
    Ok(vec![Cleared { fault: row, effect }])
}

/// Probes until the port is as it should be (broken or mended), then says what fresh connections meet.
async fn settle(lab: &Lab, service: &Service, port: u16, broken: bool) -> Effect {
    let begun = Instant::now();
    loop {
        let effect = effect(lab, service, port).await;
        let as_wanted = match effect.effective {
            None => true,
            Some(true) => broken,
            Some(false) => !broken && effect.probes.iter().all(|p| *p == Probe::Connected),
        };
        if as_wanted || begun.elapsed() >= BITES_WITHIN {
            return effect;
        }
        // The node's rules follow the Service by themselves; nothing tells when they have.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A few fresh connections to a port of the Service, as a pod makes them.
async fn effect(lab: &Lab, service: &Service, port: u16) -> Effect {
    let address = service.spec.as_ref().and_then(|s| s.cluster_ip.as_deref());
    let Some(address) = address.and_then(|ip| ip.parse::<IpAddr>().ok()) else {
        return Effect::unprobed("the Service has no address to probe");
    };
    let mut probes = Vec::new();
    for _ in 0..PROBES {
        match lab.provider.probe(address, port).await {
            Some(probe) => probes.push(probe),
            None => return declared(service, port),
        }
    }
    Effect::of(probes)
}

/// Where no pod's side is at hand: what the Service itself declares.
fn declared(service: &Service, port: u16) -> Effect {
    let has = ServicePort::all(service).iter().any(|p| p.port == port);
    let words = if has { "declared again" } else { "no longer declared" };
    Effect::unprobed(format!("not probed: port {port} is {words} by the Service"))
}

fn patch_command(lab: &Lab, patch: &Value) -> crate::domain::command::ShellCommand {
    lab.kubectl(&format!("patch service {LOCALSTACK} --type=json")).arg("-p").arg(patch.to_string())
}

fn now_in_seconds() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(port: u16, annotations: &Value) -> Service {
        let object = json!({"metadata": {"name": "localstack", "annotations": annotations},
            "spec": {"ports": [{"name": "edge", "port": port, "targetPort": 4566, "nodePort": 30000}]}});
        serde_json::from_value(object).unwrap()
    }

    fn note(original: u16) -> String {
        format!(
            r#"{{"fault":"inject-port","port_name":"edge","original":{original},"injected":4567,
            "since":"2026-11-23T10:00:00Z","until":"2026-11-23T10:02:00Z"}}"#
        )
    }

    #[test]
    fn a_noted_fault_knows_its_original_and_its_end() {
        let found = find(&service(4567, &json!({FAULT: note(4566)}))).unwrap();
        assert_eq!((found.row.original, found.row.current, found.row.by), (4566, 4567, FaultSource::Tool));
        assert!(found.row.overdue("2026-11-23T10:02:00Z".parse().unwrap()));
        assert!(!found.row.overdue("2026-11-23T10:01:59Z".parse().unwrap()));
        assert!(found.noted);
    }

    #[test]
    fn a_change_by_hand_is_seen_against_the_noted_ports() {
        let found = find(&service(4999, &json!({PORTS: r#"{"edge":4566}"#}))).unwrap();
        assert_eq!((found.row.original, found.row.current, found.row.by), (4566, 4999, FaultSource::Hand));
        assert!(!found.noted);
        assert_eq!(find(&service(4566, &json!({PORTS: r#"{"edge":4566}"#}))), None);
    }

    #[test]
    fn a_fault_mended_by_hand_is_none_any_more() {
        let annotations = json!({FAULT: note(4566), PORTS: r#"{"edge":4566}"#});
        assert_eq!(find(&service(4566, &annotations)), None);
    }
}
