//! Managed fields: who set which field of an object, and server-side apply, which is built on that.
//!
//! Kubernetes' idea: each write leaves in `metadata.managedFields` the set of fields that its manager changed or
//! applied. A later apply by the same manager removes what it no longer names, and conflicts with fields that others
//! own. Follows `k8s.io/apimachinery/pkg/util/managedfields` and `sigs.k8s.io/structured-merge-diff`.
//!
//! Called by the write handlers: [`record`] after defaulting and *before* a strategy prepares the object (what the
//! server itself fills in has no owner), [`apply`] in place of a patch. Objects come and go as `strict::typed` writes
//! them. Must not know of storage or requests.

mod apply;
mod compare;
mod config;
mod conflict;
mod entries;
mod last_applied;
mod merge;
mod set;
#[cfg(test)]
mod tests;
mod topology;

use jiff::Timestamp;
use serde_json::Value;

pub use self::apply::{apply, parse_apply};
use self::compare::Comparison;
use self::entries::{Entries, Entry, Operation};
use self::set::Set;
use super::schema::{self, StructId};
use super::strict;

/// Who writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manager {
    /// `fieldManager` of the request, else the user agent up to its first `/`.
    pub name: String,
    /// `status`, `scale`; `None` for the object itself.
    pub subresource: Option<String>,
    /// The `apiVersion` that the request speaks.
    pub api_version: String,
    /// The kind of the object.
    pub kind: String,
}

/// Notes in `new` who owns what after a create (`old` is `None`), update or patch. A kind without a schema keeps the
/// managed fields of `old`.
pub fn record(old: Option<&Value>, new: &mut Value, who: &Manager, now: Timestamp) {
    let entries = match entries_for(old, new, who) {
        Some(entries) => entries,
        None => {
            entries::write(new, &Entries::default());
            return;
        }
    };
    let recorded = match schema::kind(&who.api_version, &who.kind) {
        Some(id) => update(old, new, id, entries, who, now),
        None => entries,
    };
    entries::write(new, &recorded);
}

/// The entries that a write starts from: those in the written object (so that they can be edited), else the stored
/// ones. `None` where nothing is to be tracked: the writer reset them, or the object was never tracked.
fn entries_for(old: Option<&Value>, new: &Value, who: &Manager) -> Option<Entries> {
    let stored = old.map(entries::read).unwrap_or_default();
    if who.subresource.is_none() {
        if entries::is_reset(new) {
            return None;
        }
        let written = entries::read(new);
        if !written.is_empty() {
            return Some(written);
        }
    }
    if stored.is_empty() && old.is_some() { None } else { Some(stored) }
}

fn update(
    old: Option<&Value>,
    new: &Value,
    id: StructId,
    mut entries: Entries,
    who: &Manager,
    now: Timestamp,
) -> Entries {
    let (before, after) = (old.map_or_else(|| schema::zero(id), |old| written(old, who)), written(new, who));
    let mut changes = compare::compare(id, &before, &after);
    changes.exclude(&ignored(who));
    entries.give_up(&changes);
    let mut own = changes.modified.union(&changes.added);
    own.subtract(&metadata_of_no_one());
    if !own.is_empty() {
        let entry = Entry {
            manager: who.name.clone(),
            operation: Operation::Update,
            api_version: who.api_version.clone(),
            time: Some(now),
            subresource: who.subresource.clone(),
            fields: own,
        };
        entries.merge(entry);
    }
    entries.cap();
    entries
}

/// An object without its managed fields, in the form in which Go would write it.
fn written(object: &Value, who: &Manager) -> Value {
    let mut object =
        strict::typed(object, &who.api_version, &who.kind).map_or_else(|_| object.clone(), |(typed, _)| typed);
    entries::remove(&mut object);
    object
}

/// Fields that a request cannot change and hence not own: status in the main resource, spec in `/status`.
fn ignored(who: &Manager) -> Set {
    let mut set = Set::default();
    match (who.subresource.as_deref(), who.kind.as_str()) {
        (None, _) => set.insert(&["f:status"]),
        (Some("status"), kind) => {
            set.insert(&["f:spec"]);
            match kind {
                "Deployment" => set.insert(&["f:metadata", "f:labels"]),
                "Pod" => {
                    set.insert(&["f:metadata", "f:deletionTimestamp"]);
                    set.insert(&["f:metadata", "f:ownerReferences"]);
                }
                _ => {}
            }
        }
        _ => {}
    }
    set
}

/// Fields that no one owns.
fn metadata_of_no_one() -> Set {
    let mut set = Set::default();
    for field in ["f:apiVersion", "f:kind", "f:metadata"] {
        set.insert(&[field]);
    }
    for field in [
        "name",
        "namespace",
        "creationTimestamp",
        "selfLink",
        "uid",
        "clusterName",
        "generation",
        "managedFields",
        "resourceVersion",
    ] {
        set.insert(&["f:metadata", &format!("f:{field}")]);
    }
    set
}

impl Entries {
    /// Everyone loses what a write changed, added anew or removed.
    fn give_up(&mut self, changes: &Comparison) {
        for entry in self.iter_mut() {
            entry.fields.subtract(&changes.modified);
            entry.fields.subtract(&changes.added);
            entry.fields.subtract(&changes.removed);
        }
        self.drop_empty();
    }
}
