//! Merging a configuration into an object, and taking paths out of one.

use serde_json::{Map, Value};

use super::set::{Set, field_step};
use super::topology::{Parts, list, object};
use crate::sandbox::api::schema::StructId;

/// The object with everything that the configuration says.
pub(super) fn merge(id: StructId, live: &Value, config: &Value) -> Value {
    merged(Parts::of_kind(id), Some(live), Some(config)).unwrap_or(Value::Null)
}

fn merged(parts: Parts, live: Option<&Value>, config: Option<&Value>) -> Option<Value> {
    match parts {
        Parts::Whole => config.or(live).cloned(),
        Parts::Fields(_) | Parts::Entries(_) => {
            let (old, new) = (object(live), object(config));
            if old.is_none_or(Map::is_empty) && new.is_none_or(Map::is_empty) {
                return config.or(live).cloned();
            }
            let mut out = Map::new();
            let fresh = new.into_iter().flatten().filter(|(name, _)| old.is_none_or(|old| !old.contains_key(*name)));
            for (name, _) in old.into_iter().flatten().chain(fresh) {
                let inner = parts.named(name).unwrap_or(Parts::Whole);
                let value = merged(inner, old.and_then(|m| m.get(name)), new.and_then(|m| m.get(name)));
                if let Some(value) = value {
                    out.insert(name.clone(), value);
                }
            }
            (!out.is_empty()).then_some(Value::Object(out))
        }
        Parts::Values(_) | Parts::Keyed(..) => {
            if list(live).is_empty() && list(config).is_empty() {
                return config.or(live).cloned();
            }
            let items = merged_list(parts, list(live), list(config));
            (!items.is_empty()).then_some(Value::Array(items))
        }
    }
}

/// The configuration's elements in its order, the object's other elements between them where they stood.
fn merged_list(parts: Parts, live: &[Value], config: &[Value]) -> Vec<Value> {
    let step = |value: &Value| parts.step(value).unwrap_or_default();
    let left: Vec<(String, &Value)> = live.iter().map(|v| (step(v), v)).collect();
    let right: Vec<(String, &Value)> = config.iter().map(|v| (step(v), v)).collect();
    let on_left = |key: &str| left.iter().find(|(k, _)| k == key).map(|(_, v)| *v);
    let on_right = |key: &str| right.iter().any(|(k, _)| k == key);
    let mut shared = right.iter().map(|(key, _)| key.as_str()).filter(|key| on_left(key).is_some()).peekable();
    let mut taken: Vec<&str> = Vec::new();
    let mut out = Vec::with_capacity(left.len().max(right.len()));
    let (mut l, mut r) = (0, 0);
    while l < left.len() || r < right.len() {
        if let (Some((key, _)), Some((wanted, _))) = (left.get(l), right.get(r))
            && key != wanted
            && on_right(key)
            && shared.peek().is_some_and(|next| next != key)
        {
            // Shared, but its turn comes later.
            l += 1;
            continue;
        }
        let both = matches!((left.get(l), right.get(r)), (Some((a, _)), Some((b, _))) if a == b);
        if let (Some((key, value)), false) = (left.get(l), both) {
            if !on_right(key) {
                out.extend(merged(parts.element(), Some(value), None));
                l += 1;
                continue;
            }
            if taken.contains(&key.as_str()) {
                l += 1;
            }
        }
        if let Some((key, value)) = right.get(r) {
            taken.push(key);
            out.extend(merged(parts.element(), on_left(key), Some(value)));
            r += 1;
            l += usize::from(both);
            shared.next_if_eq(&key.as_str());
        }
    }
    out
}

/// The object without some paths.
pub(super) fn without(id: StructId, value: &Value, gone: &Set) -> Value {
    pruned(Parts::of_kind(id), value, gone)
}

fn pruned(parts: Parts, value: &Value, gone: &Set) -> Value {
    match (parts, value) {
        (Parts::Fields(_) | Parts::Entries(_), Value::Object(map)) => {
            let mut out = Map::new();
            for (name, inner) in map {
                let step = field_step(name);
                if !gone.has(&step) {
                    let inner_parts = parts.named(name).unwrap_or(Parts::Whole);
                    out.insert(name.clone(), below(inner_parts, inner, gone.below(&step)));
                }
            }
            if out.is_empty() { Value::Null } else { Value::Object(out) }
        }
        (Parts::Values(_) | Parts::Keyed(..), Value::Array(items)) => {
            let mut out = Vec::new();
            for item in items {
                let step = parts.step(item).unwrap_or_default();
                if !gone.has(&step) {
                    out.push(below(parts.element(), item, gone.below(&step)));
                }
            }
            if out.is_empty() { Value::Null } else { Value::Array(out) }
        }
        _ => value.clone(),
    }
}

fn below(parts: Parts, value: &Value, gone: Option<&Set>) -> Value {
    gone.map_or_else(|| value.clone(), |gone| pruned(parts, value, gone))
}
