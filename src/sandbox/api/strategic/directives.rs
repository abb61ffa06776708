//! The words that begin with `$` in a strategic patch, and how Go prints what it complains about.

use serde_json::{Map, Value};

use super::Problem;

/// `$patch`: what to do with the map it stands in.
pub(super) const PATCH: &str = "$patch";
/// The map is emptied, or the list's element removed.
pub(super) const DELETE: &str = "delete";
/// The map or list is replaced.
pub(super) const REPLACE: &str = "replace";
/// `$deleteFromPrimitiveList/<field>`: values to take out of a list.
pub(super) const DELETE_FROM: &str = "$deleteFromPrimitiveList";
/// `$setElementOrder/<field>`: the order of a list's elements.
pub(super) const ORDER: &str = "$setElementOrder";
/// `$retainKeys`: the only keys that stay.
const RETAIN: &str = "$retainKeys";

/// Applies `$retainKeys`: everything that it does not name goes.
pub(super) fn retain_keys(original: &mut Map<String, Value>, patch: &mut Map<String, Value>) -> Result<(), Problem> {
    let Some(named) = patch.shift_remove(RETAIN) else { return Ok(()) };
    let bad = Problem::Bad("invalid patch format of retainKeys");
    let Value::Array(named) = named else { return Err(bad) };
    let kept = |key: &str| named.iter().any(|name| name.as_str() == Some(key));
    let directive = |key: &str| key.starts_with(DELETE_FROM) || key.starts_with(ORDER);
    if patch.iter().any(|(key, value)| !value.is_null() && !directive(key) && !kept(key)) {
        return Err(bad);
    }
    original.retain(|key, _| kept(key));
    Ok(())
}

/// The error for a `$patch` that is none of the known words.
pub(super) fn unknown(word: &Value, map: &Map<String, Value>) -> Problem {
    Problem::Other(format!("unknown patch type: {} in map: {}", go_map_value(word), go_map(map)))
}

/// A value that is taken over whole: without the maps that carry `$patch`, at any depth.
pub(super) fn strip(value: Value) -> Option<Value> {
    match value {
        Value::Object(map) if map.contains_key(PATCH) => None,
        Value::Object(map) => {
            Some(Value::Object(map.into_iter().filter_map(|(key, value)| Some((key, strip(value)?))).collect()))
        }
        Value::Array(items) => Some(Value::Array(items.into_iter().filter_map(strip).collect())),
        other => Some(other),
    }
}

/// Nulls that delete nothing vanish.
pub(super) fn discard_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(discard_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(discard_nulls),
        _ => {}
    }
}

/// A map as Go's `%v` prints it: `map[a:1 b:[x y]]`, keys sorted.
pub(super) fn go_map(map: &Map<String, Value>) -> String {
    let mut entries: Vec<_> = map.iter().map(|(key, value)| format!("{key}:{}", go_map_value(value))).collect();
    entries.sort();
    format!("map[{}]", entries.join(" "))
}

/// A list as Go's `%v` prints it.
pub(super) fn go_list(items: &[Value]) -> String {
    format!("[{}]", items.iter().map(go_map_value).collect::<Vec<_>>().join(" "))
}

fn go_map_value(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => go_list(items),
        Value::Object(map) => go_map(map),
        other => other.to_string(),
    }
}
