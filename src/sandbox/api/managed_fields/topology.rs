//! How apply and ownership see a field: as one value, as a struct or map with parts, as a list of parts.

use serde_json::{Map, Value};

use super::set::{key_step, value_step};
use crate::sandbox::api::schema::{Element, Field, Shape, Struct, StructId, Topology};

/// The parts of a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Parts {
    /// One value: a scalar, or atomic.
    Whole,
    /// The fields of a struct.
    Fields(&'static Struct),
    /// The entries of a map.
    Entries(&'static Element),
    /// The elements of a set.
    Values(&'static Element),
    /// The elements of a list with keys.
    Keyed(&'static Element, &'static [&'static str]),
}

impl Parts {
    /// The parts of an object of a kind.
    pub(super) fn of_kind(id: StructId) -> Self {
        Self::Fields(id.get())
    }

    /// The parts of a field.
    pub(super) fn of_field(field: &'static Field) -> Self {
        match (&field.topology, &field.shape) {
            (Topology::Atomic, _) => Self::Whole,
            (Topology::Set, Shape::List(element)) => Self::Values(element),
            (Topology::Map(keys), Shape::List(element)) => Self::Keyed(element, keys),
            (_, shape) => Self::of_shape(shape),
        }
    }

    /// The parts of an element of a list or a map.
    pub(super) fn of_shape(shape: &'static Shape) -> Self {
        match shape {
            Shape::Struct(id) if !id.get().atomic => Self::Fields(id.get()),
            Shape::Map(element) => Self::Entries(element),
            _ => Self::Whole,
        }
    }

    /// The parts of the value behind a field's or entry's name; `None` for a field that the struct lacks.
    pub(super) fn named(self, name: &str) -> Option<Self> {
        match self {
            Self::Fields(schema) => schema.field(name).map(Self::of_field),
            Self::Entries(element) => Some(Self::of_shape(&element.shape)),
            _ => None,
        }
    }

    /// The parts of a list's element.
    pub(super) fn element(self) -> Self {
        match self {
            Self::Values(element) | Self::Keyed(element, _) => Self::of_shape(&element.shape),
            _ => Self::Whole,
        }
    }

    /// The step to a list's element.
    ///
    /// # Errors
    /// The key that the element lacks and that has no default.
    pub(super) fn step(self, value: &Value) -> Result<String, &'static str> {
        let Self::Keyed(element, keys) = self else { return Ok(value_step(value)) };
        let schema = match &element.shape {
            Shape::Struct(id) => Some(id.get()),
            _ => None,
        };
        let mut found = Map::new();
        for &key in keys {
            let default = || {
                let text = schema?.field(key)?.default?;
                serde_json::from_str(text).ok()
            };
            match value.get(key).filter(|v| !v.is_null()).cloned().or_else(default) {
                Some(value) => {
                    found.insert(key.to_owned(), value);
                }
                None => return Err(key),
            }
        }
        Ok(key_step(found))
    }

    /// What lies behind a step: whether it names a field of a struct, and the parts there.
    pub(super) fn behind(self, step: &str) -> (bool, Self) {
        match (self, step.strip_prefix("f:")) {
            (Self::Fields(_), Some(name)) => match self.named(name) {
                Some(parts) => (true, parts),
                None => (false, Self::Whole),
            },
            (Self::Entries(_), Some(name)) => (false, self.named(name).unwrap_or(Self::Whole)),
            _ => (false, self.element()),
        }
    }
}

/// The object of a value; null and everything else have none.
pub(super) fn object(value: Option<&Value>) -> Option<&Map<String, Value>> {
    value.and_then(Value::as_object)
}

/// The elements of a value.
pub(super) fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
