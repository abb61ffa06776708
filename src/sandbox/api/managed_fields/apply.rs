//! Server-side apply: a manager says what it wants, the server merges it by schema and remembers who said what.

use jiff::Timestamp;
use serde_json::Value;

use super::entries::{Entries, Entry, Operation};
use super::set::Set;
use super::topology::Parts;
use super::{
    Manager, compare, config, conflict, entries, ignored, last_applied, merge, metadata_of_no_one, update, written,
};
use crate::sandbox::api::schema::{self, StructId};
use crate::sandbox::api::status::ApiError;
use crate::sandbox::api::strict;
use crate::text::yaml;

/// The manager whose applies keep the annotation of client-side apply in step.
const KUBECTL: &str = "kubectl";
/// Who owns what was there before anyone was tracked.
const BEFORE: &str = "before-first-apply";

/// Reads the body of an apply: YAML or JSON. Keys that are there twice are an error when `strict`, else reported.
/// The result is as written: what it leaves out is not wanted, so it must not pass through `strict::typed`.
///
/// # Errors
/// 400 for a body that cannot be read.
pub fn parse_apply(body: &[u8], strict: bool) -> Result<(Value, Vec<String>), ApiError> {
    let text = String::from_utf8_lossy(body);
    let (value, duplicates) = yaml::lenient(&text)
        .map_err(|error| ApiError::bad_request(format!("error decoding YAML: {}", error.as_go())))?;
    let Value::Object(_) = value else {
        return Err(ApiError::bad_request("error decoding YAML: the body is no object"));
    };
    let lines: Vec<_> =
        duplicates.iter().map(|d| format!("  line {}: key {:?} already set in map", d.line, d.key)).collect();
    if lines.is_empty() {
        return Ok((value, Vec::new()));
    }
    let warning = format!("yaml: unmarshal errors:\n{}", lines.join("\n"));
    if strict {
        return Err(ApiError::bad_request(format!("error strict decoding YAML: {warning}")));
    }
    Ok((value, vec![warning]))
}

/// Applies a configuration to the stored object, or makes a new one. The result carries its managed fields and waits
/// for defaulting, the strategy and validation; it is the stored object itself where nothing changes.
///
/// # Errors
/// 400 for another kind or for managed fields in the configuration; 500 where the configuration does not fit the
/// schema (so answers a real server); 409 `Apply failed with 1 conflict: …` unless `force`.
pub fn apply(
    live: Option<&Value>,
    applied: &Value,
    who: &Manager,
    force: bool,
    now: Timestamp,
) -> Result<Value, ApiError> {
    let id = schema::kind(&who.api_version, &who.kind)
        .ok_or_else(|| ApiError::bad_request(format!("server-side apply is not served for {}", who.kind)))?;
    acceptable(applied, who)?;
    config::validate(id, applied).map_err(|error| {
        let what = described(applied, who);
        ApiError::new(500, "", format!("failed to create typed patch object ({what}): {error}"))
    })?;
    let request = Request { id, live, applied, who, now };
    let outcome = match request.attempt(force) {
        Err(conflicts) if who.name == KUBECTL => {
            let allowed = live.map(|live| last_applied::allowed(id, live, who)).unwrap_or_default();
            let rest = conflict::beyond(conflicts, &allowed);
            if rest.is_empty() { request.attempt(true) } else { Err(rest) }
        }
        outcome => outcome,
    };
    let mut object = outcome.map_err(|conflicts| conflict::answer(&conflicts))?;
    if who.name == KUBECTL {
        last_applied::refresh(&mut object, applied);
    }
    Ok(object)
}

fn acceptable(applied: &Value, who: &Manager) -> Result<(), ApiError> {
    let text = |key: &str| applied.get(key).and_then(Value::as_str).unwrap_or_default();
    if (text("apiVersion"), text("kind")) != (who.api_version.as_str(), who.kind.as_str()) {
        let message = format!("invalid object type: {}, Kind={}", text("apiVersion"), text("kind"));
        return Err(ApiError::bad_request(message));
    }
    if applied.pointer("/metadata/managedFields").is_some_and(|listed| !listed.is_null()) {
        return Err(ApiError::bad_request("metadata.managedFields must be nil"));
    }
    Ok(())
}

/// `demo/web; apps/v1, Kind=Deployment`
fn described(applied: &Value, who: &Manager) -> String {
    let text = |pointer: &str| applied.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let version = if who.api_version.contains('/') { who.api_version.clone() } else { format!("/{}", who.api_version) };
    format!("{}/{}; {version}, Kind={}", text("/metadata/namespace"), text("/metadata/name"), who.kind)
}

struct Request<'a> {
    id: StructId,
    live: Option<&'a Value>,
    applied: &'a Value,
    who: &'a Manager,
    now: Timestamp,
}

impl Request<'_> {
    fn attempt(&self, force: bool) -> Result<Value, Vec<conflict::Conflict>> {
        let before = self.live.map_or_else(|| schema::zero(self.id), |live| written(live, self.who));
        let mut all = self.entries();
        let mut own = self.own();
        own.fields.subtract_trees(&ignored(self.who));
        let last = all.take(&own);
        own.time = last.as_ref().and_then(|entry| entry.time);

        let merged = merge::merge(self.id, &before, self.applied);
        let after = match &last {
            Some(last) => self.prune(&merged, &last.fields, &all, &own.fields),
            None => merged,
        };
        let mut changes = compare::compare(self.id, &before, &after);
        changes.exclude(&ignored(self.who));
        let taken = changes.modified.union(&changes.added);
        let conflicts = conflict::find(&all, &taken);
        if !force && !conflicts.is_empty() {
            return Err(conflicts);
        }
        all.give_up(&changes);
        own.fields.subtract(&metadata_of_no_one());
        let same = self.live.is_some() && before == after;
        if !same {
            own.time = Some(self.now);
        }
        all.push(own);
        all.drop_empty();
        let mut object = match self.live {
            Some(live) if same => live.clone(),
            _ => strict::typed(&after, &self.who.api_version, &self.who.kind).map_or(after, |(typed, _)| typed),
        };
        entries::write(&mut object, &all);
        Ok(object)
    }

    /// The stored entries. An object that was never tracked gets an owner for all that it has.
    fn entries(&self) -> Entries {
        let Some(live) = self.live else { return Entries::default() };
        let stored = entries::read(live);
        if !stored.is_empty() {
            return stored;
        }
        let before = Manager { name: BEFORE.to_owned(), ..self.who.clone() };
        update(None, live, self.id, Entries::default(), &before, self.now)
    }

    fn own(&self) -> Entry {
        Entry {
            manager: self.who.name.clone(),
            operation: Operation::Apply,
            api_version: self.who.api_version.clone(),
            time: None,
            subresource: self.who.subresource.clone(),
            fields: compare::paths(self.id, self.applied),
        }
    }

    /// Removes what the manager applied last time, does not apply now, and no one else owns.
    fn prune(&self, merged: &Value, last: &Set, others: &Entries, own: &Set) -> Value {
        let root = Parts::of_kind(self.id);
        let full = |set: &Set| set.with_named_parents(root, &|parts: Parts, step: &str| parts.behind(step));
        let of = |value: &Value| full(&compare::paths(self.id, value));
        let last = full(last);
        let mut managed = own.clone();
        others.iter().for_each(|entry| managed.extend(&entry.fields));

        let all = of(merged);
        let pruned = merge::without(self.id, merged, &last);
        let kept = of(&pruned).union(&full(&managed));
        let pruned = merge::without(self.id, merged, &all.difference(&kept));
        merge::without(self.id, merged, &all.difference(&of(&pruned)).intersection(&last))
    }
}
