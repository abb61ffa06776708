//! Lists in a strategic patch: merged by key or as sets, then put in order.

use serde_json::{Map, Value};

use super::directives::{DELETE, ORDER, PATCH, REPLACE, go_list, go_map, unknown};
use super::{Problem, inside, merge_map};
use crate::sandbox::api::schema::Field;

/// Merges a list whose field is marked `merge`. Both lists are not changed in order but for what the patch names.
pub(super) fn merge(old: Vec<Value>, new: Vec<Value>, field: &'static Field) -> Result<Vec<Value>, Problem> {
    if old.is_empty() && new.is_empty() {
        return Ok(old);
    }
    let maps = one_kind(&old, &new)?;
    let before = old.clone();
    let (merged, key) = match (maps, field.patch.key) {
        (false, _) => (united(old, &new), None),
        (true, None) => {
            return Err(Problem::Other(format!("cannot merge lists without merge key for {}", "struct")));
        }
        (true, Some(key)) => {
            let (old, new) = special(old, new.clone(), key)?;
            (by_key(old, new, key, field)?, Some(key))
        }
    };
    in_order(merged, &new, &before, key)
}

/// True for maps, false for scalars; anything else cannot be merged.
fn one_kind(old: &[Value], new: &[Value]) -> Result<bool, Problem> {
    let mut all = old.iter().chain(new);
    let Some(first) = all.next() else { return Ok(false) };
    if first.is_array() {
        return Err(Problem::Unprocessable);
    }
    let kind = std::mem::discriminant(first);
    if all.any(|value| std::mem::discriminant(value) != kind) {
        return Err(Problem::Other(format!(
            "list element types are not identical: [{} {}]",
            go_list(old),
            go_list(new)
        )));
    }
    Ok(first.is_object())
}

fn united(mut old: Vec<Value>, new: &[Value]) -> Vec<Value> {
    for value in new {
        if !old.contains(value) {
            old.push(value.clone());
        }
    }
    old
}

/// Applies the elements that carry `$patch`; what is left of both lists.
fn special(mut old: Vec<Value>, new: Vec<Value>, key: &str) -> Result<(Vec<Value>, Vec<Value>), Problem> {
    let (mut plain, mut replace) = (Vec::new(), false);
    for element in new {
        let Value::Object(map) = &element else { continue };
        match map.get(PATCH) {
            None => plain.push(element),
            Some(word) if word == DELETE => {
                let value = key_of(map, key)?;
                old.retain(|candidate| candidate.get(key) != Some(value));
            }
            Some(word) if word == REPLACE => replace = true,
            Some(word) if word == "merge" => {
                return Err(Problem::Other("merging lists cannot yet be specified in the patch".to_owned()));
            }
            Some(word) => return Err(unknown(word, map)),
        }
    }
    Ok(if replace { (plain, Vec::new()) } else { (old, plain) })
}

fn by_key(mut old: Vec<Value>, new: Vec<Value>, key: &str, field: &'static Field) -> Result<Vec<Value>, Problem> {
    for element in new {
        let Value::Object(map) = element else { continue };
        let value = key_of(&map, key)?;
        let found = old.iter_mut().find(|candidate| candidate.get(key) == Some(value));
        match found {
            Some(Value::Object(before)) => *before = merge_map(std::mem::take(before), map, inside(&field.shape))?,
            _ => old.push(Value::Object(map)),
        }
    }
    Ok(old)
}

fn key_of<'a>(map: &'a Map<String, Value>, key: &str) -> Result<&'a Value, Problem> {
    map.get(key)
        .ok_or_else(|| Problem::Other(format!("map: {} does not contain declared merge key: {key}", go_map(map))))
}

/// What stands for an element when it is compared: its merge key, or the scalar itself.
fn identity<'a>(value: &'a Value, key: Option<&str>) -> Result<&'a Value, Problem> {
    match (key, value) {
        (Some(key), Value::Object(map)) => key_of(map, key),
        _ => Ok(value),
    }
}

fn position(list: &[Value], wanted: &Value, key: Option<&str>) -> Option<usize> {
    list.iter().position(|value| identity(value, key).is_ok_and(|found| found == wanted))
}

/// Sorts a merged list: what `order` names stands in that order, the rest as on the server, and the two are woven
/// together by their places on the server.
pub(super) fn in_order(
    merged: Vec<Value>,
    order: &[Value],
    server: &[Value],
    key: Option<&str>,
) -> Result<Vec<Value>, Problem> {
    let mut named: Vec<(usize, Value)> = Vec::new();
    let mut rest: Vec<(usize, Value)> = Vec::new();
    for value in merged {
        let wanted = identity(&value, key)?;
        match position(order, wanted, key) {
            Some(at) => named.push((at, value)),
            None => rest.push((position(server, wanted, key).unwrap_or(usize::MAX), value)),
        }
    }
    named.sort_by_key(|(at, _)| *at);
    rest.sort_by_key(|(at, _)| *at);
    let mut all = Vec::with_capacity(named.len() + rest.len());
    let mut rest = rest.into_iter().peekable();
    for (_, value) in named {
        let here = position(server, identity(&value, key)?, key);
        while let (Some((at, _)), Some(here)) = (rest.peek(), here) {
            if *at >= here {
                break;
            }
            all.extend(rest.next().map(|(_, value)| value));
        }
        all.push(value);
    }
    all.extend(rest.map(|(_, value)| value));
    Ok(all)
}

/// A patch's list must have its elements in the order that it sets.
pub(super) fn check_order(list: &[Value], order: &[Value], key: Option<&str>) -> Result<(), Problem> {
    if list.is_empty() || order.is_empty() {
        return Ok(());
    }
    let mut places = order.iter();
    for value in list.iter().filter(|v| key.is_none() || v.get(PATCH).is_none()) {
        let wanted = identity(value, key)?;
        let mut found = false;
        for place in places.by_ref() {
            if identity(place, key)? == wanted {
                found = true;
                break;
            }
        }
        if !found {
            let (list, order) = (go_list(list), go_list(order));
            let message = format!("The order in patch list:\n{list}\n doesn't match {ORDER} list:\n{order}\n");
            return Err(Problem::Other(message));
        }
    }
    Ok(())
}
