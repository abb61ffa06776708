//! Faults as transactions: the original is kept on the object itself, the effect is probed from a pod's
//! side, and everything can be put back, whoever broke it.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{LOCALSTACK, Lab, LabError};
use crate::cluster::{Note, port_patch};
use crate::domain::equivalent;
use crate::domain::fault::{Effect, FAULT, FaultNote, FaultRow, FaultSource, Found, INJECT_PORT, Probe, find};
use crate::domain::service::ServiceRow;

/// Long enough for kube-proxy (0.13 s) and for a sandbox under load.
const BITES_WITHIN: Duration = Duration::from_secs(5);
const PROBES: usize = 3;

/// The value of [`crate::domain::fault::PORTS`] for a Service's manifest.
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
    let port = service.ports.first().ok_or(LabError::NoLocalStack)?;
    if to == 0 || service.ports.iter().any(|p| p.port == to) {
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
    let annotated = !service.annotations.is_empty();
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
async fn settle(lab: &Lab, service: &ServiceRow, port: u16, broken: bool) -> Effect {
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
async fn effect(lab: &Lab, service: &ServiceRow, port: u16) -> Effect {
    let Some(address) = service.cluster_ip.as_deref().and_then(|ip| ip.parse::<IpAddr>().ok()) else {
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
fn declared(service: &ServiceRow, port: u16) -> Effect {
    let has = service.ports.iter().any(|p| p.port == port);
    let words = if has { "declared again" } else { "no longer declared" };
    Effect::unprobed(format!("not probed: port {port} is {words} by the Service"))
}

fn patch_command(lab: &Lab, patch: &Value) -> crate::domain::command::ShellCommand {
    equivalent::patch_service(&lab.cluster.namespace, LOCALSTACK, patch)
}

fn now_in_seconds() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
