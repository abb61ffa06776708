//! Strategic merge patches: what `kubectl apply`, `edit`, `patch`, `set` and `rollout` send.
//!
//! Kubernetes' idea: a merge patch whose lists are merged by a key that the schema names, with directives for what a
//! merge cannot say: `$patch: delete|replace`, `$deleteFromPrimitiveList/x`, `$setElementOrder/x`, `$retainKeys`.
//! Follows `k8s.io/apimachinery/pkg/util/strategicpatch`. Called by the PATCH handler, which then passes the result
//! through `strict::typed`; must not default or validate.

mod directives;
mod lists;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use self::directives::{DELETE, DELETE_FROM, ORDER, PATCH, REPLACE};
use super::schema::{self, Field, Shape, StructId};
use super::status::ApiError;

type Object = Map<String, Value>;

/// Merges a patch into an object; neither need be valid afterwards.
///
/// # Errors
/// As a real server answers: 400 for a malformed directive, 422 for lists of lists, 500 for a missing merge key.
pub fn merge(live: &Value, patch: &Value, api_version: &str, kind: &str) -> Result<Value, ApiError> {
    let Value::Object(patch) = patch else {
        let word = if patch.is_array() { "array" } else { "string" };
        return Err(ApiError::bad_request(format!(
            "json: cannot unmarshal {word} into Go value of type map[string]interface {{}}"
        )));
    };
    let live = live.as_object().cloned().unwrap_or_default();
    let schema = schema::kind(api_version, kind).map_or(Schema::Unknown, Schema::Struct);
    merge_map(live, patch.clone(), schema).map(Value::Object).map_err(Problem::answer)
}

/// Why a patch cannot be merged.
#[derive(Debug, PartialEq)]
pub(super) enum Problem {
    /// The patch is malformed: 400.
    Bad(&'static str),
    /// 422 without a word of what is wrong, as a real server has it.
    Unprocessable,
    /// Anything else: 500.
    Other(String),
}

impl Problem {
    fn answer(self) -> ApiError {
        match self {
            Self::Bad(message) => ApiError::bad_request(message),
            Self::Unprocessable => super::json_patches::unprocessable(),
            Self::Other(message) => ApiError::new(500, "", message),
        }
    }
}

/// What is known of the map at hand.
#[derive(Clone, Copy)]
enum Schema {
    Struct(StructId),
    /// A Go map: keys are free.
    Map,
    /// A kind that the schema does not hold: merged as plain JSON.
    Unknown,
}

impl Schema {
    fn field(self, name: &str) -> Result<Option<&'static Field>, Problem> {
        match self {
            Self::Unknown => Ok(None),
            Self::Map => {
                Err(Problem::Other("merging an object in json but data type is not struct, instead is: map".to_owned()))
            }
            Self::Struct(id) => match id.get().field(name) {
                Some(field) => Ok(Some(field)),
                None => Err(Problem::Other(format!(
                    "unable to find api field in struct {} for the json field {name:?}",
                    id.get().short
                ))),
            },
        }
    }
}

fn inside(shape: &Shape) -> Schema {
    match shape {
        Shape::Struct(id) => Schema::Struct(*id),
        Shape::List(element) => inside(&element.shape),
        Shape::Map(_) => Schema::Map,
        _ => Schema::Unknown,
    }
}

fn merge_map(mut original: Object, mut patch: Object, schema: Schema) -> Result<Object, Problem> {
    match patch.get(PATCH) {
        None => {}
        Some(Value::String(word)) if word == REPLACE => {
            patch.shift_remove(PATCH);
            return Ok(patch);
        }
        Some(Value::String(word)) if word == DELETE => return Ok(Object::new()),
        Some(other) => return Err(directives::unknown(other, &patch)),
    }
    directives::retain_keys(&mut original, &mut patch)?;
    ordered_lists(&mut original, &mut patch, schema)?;
    for (key, value) in patch {
        if let Some(list) = key.strip_prefix(DELETE_FROM) {
            let name = list.strip_prefix('/').ok_or(Problem::Bad("invalid patch format of primitive list"))?;
            delete_from(&mut original, name, &value);
        } else {
            merge_field(&mut original, key, value, schema)?;
        }
    }
    Ok(original)
}

fn delete_from(original: &mut Object, name: &str, gone: &Value) {
    if let (Some(Value::Array(items)), Value::Array(gone)) = (original.get_mut(name), gone) {
        items.retain(|item| !gone.contains(item));
    }
}

fn merge_field(original: &mut Object, key: String, mut value: Value, schema: Schema) -> Result<(), Problem> {
    if value.is_null() {
        original.shift_remove(&key);
        return Ok(());
    }
    let merged = match (original.get_mut(&key), value) {
        (Some(Value::Object(old)), Value::Object(new)) => {
            let below = match schema.field(&key) {
                Ok(field) => field.map_or(Schema::Unknown, |f| inside(&f.shape)),
                // Objects in a map of strings cannot be; the decoder refuses them afterwards.
                Err(problem) => return Err(problem),
            };
            Value::Object(merge_map(std::mem::take(old), new, below)?)
        }
        (Some(Value::Array(old)), Value::Array(new)) => {
            let field = schema.field(&key)?;
            Value::Array(merge_list(std::mem::take(old), new, field)?)
        }
        (_, new) => {
            value = new;
            directives::discard_nulls(&mut value);
            match directives::strip(value) {
                Some(value) => value,
                None => {
                    original.shift_remove(&key);
                    return Ok(());
                }
            }
        }
    };
    original.insert(key, merged);
    Ok(())
}

fn merge_list(old: Vec<Value>, new: Vec<Value>, field: Option<&'static Field>) -> Result<Vec<Value>, Problem> {
    match field {
        Some(field) if field.patch.merge => lists::merge(old, new, field),
        _ => Ok(new),
    }
}

/// The lists for which the patch says the order of the elements.
fn ordered_lists(original: &mut Object, patch: &mut Object, schema: Schema) -> Result<(), Problem> {
    let keys: Vec<String> = patch.keys().filter(|k| k.starts_with(ORDER)).cloned().collect();
    for key in keys {
        let bad = Problem::Bad("invalid patch format of setElementOrder list");
        let Some(Value::Array(order)) = patch.shift_remove(&key) else { return Err(bad) };
        let Some(name) = key[ORDER.len()..].strip_prefix('/') else { return Err(bad) };
        let field = schema.field(name)?;
        let (old, new) = (taken(original.get(name))?, taken(patch.get(name))?);
        let merge_key = field.and_then(|f| f.patch.key);
        lists::check_order(new.as_deref().unwrap_or_default(), &order, merge_key)?;
        let merged = match (old.clone(), new) {
            (None, None) => continue,
            (Some(old), None) => old,
            (None, Some(new)) => new.into_iter().filter_map(directives::strip).collect(),
            (Some(old), Some(new)) => merge_list(old, new, field)?,
        };
        let sorted = lists::in_order(merged, &order, &old.unwrap_or_default(), merge_key)?;
        original.insert(name.to_owned(), sorted.into());
        patch.shift_remove(name);
    }
    Ok(())
}

fn taken(value: Option<&Value>) -> Result<Option<Vec<Value>>, Problem> {
    match value {
        None => Ok(None),
        Some(Value::Array(items)) => Ok(Some(items.clone())),
        Some(Value::Null) => Ok(None),
        Some(_) => Err(Problem::Bad("invalid patch format of setElementOrder list")),
    }
}
