//! What differs between two objects, as sets of paths; and the set of all paths of an object.

use serde_json::Value;

use super::set::{Set, field_step};
use super::topology::{Parts, list, object};
use crate::sandbox::api::schema::StructId;

/// The differences.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Comparison {
    /// In the second object only.
    pub(super) added: Set,
    /// In the first object only.
    pub(super) removed: Set,
    /// In both, with another value.
    pub(super) modified: Set,
}

impl Comparison {
    /// Forgets some fields and all that is below them.
    pub(super) fn exclude(&mut self, ignored: &Set) {
        for set in [&mut self.added, &mut self.removed, &mut self.modified] {
            set.subtract_trees(ignored);
        }
    }
}

/// Compares two objects of a kind.
pub(super) fn compare(id: StructId, before: &Value, after: &Value) -> Comparison {
    let mut walk = Walk { found: Comparison::default(), path: Vec::new() };
    walk.value(Parts::of_kind(id), Some(before), Some(after));
    walk.found
}

struct Walk {
    found: Comparison,
    path: Vec<String>,
}

impl Walk {
    fn value(&mut self, parts: Parts, before: Option<&Value>, after: Option<&Value>) {
        match parts {
            Parts::Whole => return self.leaf(before, after),
            Parts::Fields(_) | Parts::Entries(_) => {
                let (old, new) = (object(before), object(after));
                if old.is_none_or(serde_json::Map::is_empty) && new.is_none_or(serde_json::Map::is_empty) {
                    return self.leaf(before, after);
                }
                let names = old.into_iter().flatten().map(|(name, _)| name);
                let fresh = new.into_iter().flatten().map(|(name, _)| name);
                let fresh = fresh.filter(|name| old.is_none_or(|old| !old.contains_key(*name)));
                for name in names.chain(fresh) {
                    if let Some(inner) = parts.named(name) {
                        let (old, new) = (old.and_then(|m| m.get(name)), new.and_then(|m| m.get(name)));
                        self.step(field_step(name), inner, old, new);
                    }
                }
            }
            Parts::Values(_) | Parts::Keyed(..) => {
                if list(before).is_empty() && list(after).is_empty() {
                    return self.leaf(before, after);
                }
                self.elements(parts, list(before), list(after));
            }
        }
        match (before, after) {
            (None, Some(_)) => self.found.added.insert(&self.path),
            (Some(_), None) => self.found.removed.insert(&self.path),
            _ => {}
        }
    }

    fn step(&mut self, step: String, parts: Parts, before: Option<&Value>, after: Option<&Value>) {
        self.path.push(step);
        self.value(parts, before, after);
        self.path.pop();
    }

    fn leaf(&mut self, before: Option<&Value>, after: Option<&Value>) {
        match (before, after) {
            (None, Some(_)) => self.found.added.insert(&self.path),
            (Some(_), None) => self.found.removed.insert(&self.path),
            (Some(old), Some(new)) if old != new => self.found.modified.insert(&self.path),
            _ => {}
        }
    }

    fn elements(&mut self, parts: Parts, before: &[Value], after: &[Value]) {
        let (old, new) = (grouped(parts, before), grouped(parts, after));
        let fresh = new.iter().filter(|(step, _)| !old.iter().any(|(known, _)| known == step));
        let steps: Vec<&String> = old.iter().chain(fresh).map(|(step, _)| step).collect();
        let at = |groups: &[(String, Vec<Value>)], step: &String| {
            groups.iter().find(|(known, _)| known == step).map(|(_, values)| values.clone()).unwrap_or_default()
        };
        for step in steps {
            let (old, new) = (at(&old, step), at(&new, step));
            if old.len() <= 1 && new.len() <= 1 {
                self.step(step.clone(), parts.element(), old.first(), new.first());
            } else {
                // Elements that are there twice count as one value.
                self.path.push(step.clone());
                let whole = |values: Vec<Value>| (!values.is_empty()).then_some(Value::Array(values));
                self.leaf(whole(old).as_ref(), whole(new).as_ref());
                self.path.pop();
            }
        }
    }
}

/// A list's elements by their steps, in order; those without a key cannot be owned.
fn grouped(parts: Parts, values: &[Value]) -> Vec<(String, Vec<Value>)> {
    let mut groups: Vec<(String, Vec<Value>)> = Vec::new();
    for value in values {
        let Ok(step) = parts.step(value) else { continue };
        match groups.iter_mut().find(|(known, _)| *known == step) {
            Some((_, same)) => same.push(value.clone()),
            None => groups.push((step, vec![value.clone()])),
        }
    }
    groups
}

/// Every path that an object sets.
pub(super) fn paths(id: StructId, value: &Value) -> Set {
    let mut set = Set::default();
    collect(Parts::of_kind(id), value, &mut Vec::new(), &mut set);
    set
}

fn collect(parts: Parts, value: &Value, path: &mut Vec<String>, set: &mut Set) {
    match parts {
        Parts::Whole => set.insert(path),
        Parts::Fields(_) | Parts::Entries(_) => {
            for (name, inner) in value.as_object().into_iter().flatten() {
                let Some(below) = parts.named(name) else { continue };
                path.push(field_step(name));
                collect(below, inner, path, set);
                let empty = inner.is_null() || inner.as_object().is_some_and(serde_json::Map::is_empty);
                if empty || matches!(parts, Parts::Entries(_)) {
                    set.insert(path);
                }
                path.pop();
            }
        }
        Parts::Values(_) | Parts::Keyed(..) => {
            for (step, values) in grouped(parts, list(Some(value))) {
                path.push(step);
                if let [only] = values.as_slice() {
                    collect(parts.element(), only, path, set);
                }
                set.insert(path);
                path.pop();
            }
        }
    }
}
