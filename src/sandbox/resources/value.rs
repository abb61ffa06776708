//! Reading and filling JSON objects. Called by the kinds' files; knows nothing of Kubernetes.

use serde_json::{Map, Value};

/// The text at a JSON pointer, empty where there is none.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The integer at a JSON pointer.
pub(super) fn int(value: &Value, pointer: &str) -> Option<i64> {
    value.pointer(pointer).and_then(Value::as_i64)
}

/// The boolean at a JSON pointer, false where there is none.
pub(super) fn flag(value: &Value, pointer: &str) -> bool {
    value.pointer(pointer).and_then(Value::as_bool).unwrap_or_default()
}

/// The list at a JSON pointer, empty where there is none.
pub(super) fn items<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The list at a JSON pointer, to be changed.
pub(super) fn items_mut<'a>(value: &'a mut Value, pointer: &str) -> impl Iterator<Item = &'a mut Value> {
    value.pointer_mut(pointer).and_then(Value::as_array_mut).into_iter().flatten()
}

/// The map at a JSON pointer; empty where there is none.
pub(super) fn entries<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.pointer(pointer).and_then(Value::as_object).into_iter().flatten()
}

/// True where nothing stands at the pointer.
pub(super) fn absent(value: &Value, pointer: &str) -> bool {
    value.pointer(pointer).is_none_or(Value::is_null)
}

/// Sets a member that is missing or null. No effect on anything but an object.
pub(super) fn fill(value: &mut Value, key: &str, default: impl Into<Value>) {
    if let Value::Object(map) = value
        && map.get(key).is_none_or(Value::is_null)
    {
        map.insert(key.to_owned(), default.into());
    }
}

/// Sets a member that is missing, null or an empty text: Go cannot tell these apart.
pub(super) fn fill_text(value: &mut Value, key: &str, default: &str) {
    if text(value, &format!("/{key}")).is_empty() {
        remove(value, key);
        fill(value, key, default);
    }
}

/// The member as an object, made where it is missing.
pub(super) fn child<'a>(value: &'a mut Value, key: &str) -> &'a mut Value {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    let member = &mut value[key];
    if member.is_null() {
        *member = Value::Object(Map::new());
    }
    member
}

/// Sets a member of an object.
pub(super) fn set(value: &mut Value, key: &str, to: impl Into<Value>) {
    if let Value::Object(map) = value {
        map.insert(key.to_owned(), to.into());
    }
}

/// Takes a member away.
pub(super) fn remove(value: &mut Value, key: &str) {
    if let Value::Object(map) = value {
        map.shift_remove(key);
    }
}

/// Takes members away that are empty (`""`, `[]`, `{}`, `null`): Go's `omitempty`.
pub(super) fn drop_empty(value: &mut Value, keys: &[&str]) {
    for key in keys {
        let empty = match value.get(key) {
            Some(Value::Null) => true,
            Some(Value::String(s)) => s.is_empty(),
            Some(Value::Array(a)) => a.is_empty(),
            Some(Value::Object(o)) => o.is_empty(),
            _ => false,
        };
        if empty {
            remove(value, key);
        }
    }
}

/// Takes every null away: a Go server decodes null as absent.
pub(super) fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, member| !member.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        Value::Array(list) => list.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}
