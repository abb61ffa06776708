//! `metadata.managedFields`: reading, writing, ordering, and the limit on their number.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::set::Set;
use crate::sandbox::api::strict::written_time;

/// More managers of updates than this are put together, the oldest first.
const MAX_UPDATE_MANAGERS: usize = 10;
const ANCIENT: &str = "ancient-changes";

/// How a manager came to own its fields. Apply sorts first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operation {
    /// By server-side apply: leaving a field out removes it.
    Apply,
    /// By any other write.
    Update,
}

/// One entry.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) manager: String,
    pub(super) operation: Operation,
    pub(super) api_version: String,
    pub(super) time: Option<Timestamp>,
    pub(super) subresource: Option<String>,
    pub(super) fields: Set,
}

impl Entry {
    /// Entries with the same identity are one. The version does not count for appliers.
    pub(super) fn same_manager(&self, other: &Self) -> bool {
        self.manager == other.manager
            && self.operation == other.operation
            && self.subresource == other.subresource
            && (self.operation == Operation::Apply || self.api_version == other.api_version)
    }

    fn read(value: &Value) -> Option<Self> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let operation = match text("operation")? {
            "Apply" => Operation::Apply,
            "Update" => Operation::Update,
            _ => return None,
        };
        Some(Self {
            manager: text("manager").unwrap_or_default().to_owned(),
            operation,
            api_version: text("apiVersion")?.to_owned(),
            time: text("time").and_then(|time| time.parse().ok()),
            subresource: text("subresource").map(str::to_owned),
            fields: Set::from_json(value.get("fieldsV1").unwrap_or(&Value::Null)),
        })
    }

    fn to_json(&self) -> Value {
        let mut entry = Map::new();
        entry.insert("manager".into(), self.manager.as_str().into());
        let operation = match self.operation {
            Operation::Apply => "Apply",
            Operation::Update => "Update",
        };
        entry.insert("operation".into(), operation.into());
        entry.insert("apiVersion".into(), self.api_version.as_str().into());
        if let Some(time) = self.time {
            entry.insert("time".into(), written_time(time, false).into());
        }
        entry.insert("fieldsType".into(), "FieldsV1".into());
        entry.insert("fieldsV1".into(), self.fields.to_json());
        if let Some(subresource) = &self.subresource {
            entry.insert("subresource".into(), subresource.as_str().into());
        }
        Value::Object(entry)
    }

    fn seconds(&self) -> i64 {
        self.time.map_or(i64::MIN, Timestamp::as_second)
    }
}

/// All entries of an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Entries(Vec<Entry>);

impl Entries {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.0.iter()
    }

    pub(super) fn iter_mut(&mut self) -> std::slice::IterMut<'_, Entry> {
        self.0.iter_mut()
    }

    /// Entries without fields vanish.
    pub(super) fn drop_empty(&mut self) {
        self.0.retain(|entry| !entry.fields.is_empty());
    }

    /// Adds an entry's fields to the manager's own; its time becomes the manager's.
    pub(super) fn merge(&mut self, entry: Entry) {
        match self.0.iter_mut().find(|known| known.same_manager(&entry)) {
            Some(known) => {
                known.fields.extend(&entry.fields);
                known.time = entry.time;
            }
            None => self.0.push(entry),
        }
    }

    /// Takes a manager's entry out.
    pub(super) fn take(&mut self, like: &Entry) -> Option<Entry> {
        let at = self.0.iter().position(|known| known.same_manager(like))?;
        Some(self.0.remove(at))
    }

    /// Puts an entry in.
    pub(super) fn push(&mut self, entry: Entry) {
        self.0.push(entry);
    }

    /// Puts the oldest updates together where there are too many managers.
    pub(super) fn cap(&mut self) {
        let updates = self.0.iter().filter(|e| e.operation == Operation::Update).count();
        if updates <= MAX_UPDATE_MANAGERS {
            return;
        }
        self.0.sort_by(|a, b| (a.seconds(), &a.manager).cmp(&(b.seconds(), &b.manager)));
        let (mut kept, mut left): (Vec<Entry>, usize) = (Vec::new(), updates);
        for entry in std::mem::take(&mut self.0) {
            let version = entry.api_version.clone();
            let bucket = kept.iter_mut().find(|e| e.operation == Operation::Update && e.api_version == version);
            match bucket {
                Some(bucket) if entry.operation == Operation::Update && left > MAX_UPDATE_MANAGERS => {
                    bucket.manager = ANCIENT.to_owned();
                    bucket.subresource = None;
                    bucket.fields.extend(&entry.fields);
                    bucket.time = entry.time;
                    left -= 1;
                }
                _ => kept.push(entry),
            }
        }
        self.0 = kept;
    }

    fn sorted(&self) -> Vec<&Entry> {
        let mut all: Vec<&Entry> = self.0.iter().collect();
        all.sort_by(|a, b| {
            let key = |e: &Entry| (e.operation, e.seconds());
            key(a).cmp(&key(b)).then_with(|| {
                (&a.manager, &a.api_version, &a.subresource).cmp(&(&b.manager, &b.api_version, &b.subresource))
            })
        });
        all
    }
}

/// The entries of an object; broken ones count as none at all.
pub(super) fn read(object: &Value) -> Entries {
    let listed = object.pointer("/metadata/managedFields").and_then(Value::as_array);
    let entries: Option<Vec<Entry>> = listed.into_iter().flatten().map(Entry::read).collect();
    Entries(entries.unwrap_or_default())
}

/// True where a writer asks to forget all managers: one empty entry.
pub(super) fn is_reset(object: &Value) -> bool {
    match object.pointer("/metadata/managedFields").and_then(Value::as_array).map(Vec::as_slice) {
        Some([only]) => *only == json!({}) || only.get("operation").is_none(),
        _ => false,
    }
}

/// Takes the managed fields out of an object.
pub(super) fn remove(object: &mut Value) {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.shift_remove("managedFields");
    }
}

/// Puts entries into an object in their order; none at all is no field.
pub(super) fn write(object: &mut Value, entries: &Entries) {
    remove(object);
    if entries.is_empty() {
        return;
    }
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        let listed: Vec<Value> = entries.sorted().into_iter().map(Entry::to_json).collect();
        metadata.insert("managedFields".into(), listed.into());
    }
}
