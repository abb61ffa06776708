//! What the API server knows of each kind: one file a kind, one line in [`all`].
//!
//! A kind here is data plus a [`Strategy`]: defaults, what a create or an update may touch, what
//! is invalid, the columns of its table. Objects are JSON values, as stored. Called by
//! `sandbox::api`; must not read the store or a clock beyond what [`Context`] hands in.

use jiff::Timestamp;
use serde_json::Value;

use crate::sandbox::api::status::FieldError;

/// A subresource that a kind serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subresource {
    /// `/status`: writes touch `status` only; writes to the main resource leave it alone.
    Status,
    /// `/scale` as `autoscaling/v1 Scale`.
    Scale,
    /// `pods/log`.
    Log,
    /// `pods/binding`.
    Binding,
    /// `pods/eviction`.
    Eviction,
    /// `namespaces/finalize`.
    Finalize,
    /// `serviceaccounts/token`.
    Token,
}

/// One served kind.
pub struct Resource {
    /// The API group, empty for the core group.
    pub group: &'static str,
    /// The version in that group.
    pub version: &'static str,
    /// `CronJob`.
    pub kind: &'static str,
    /// `cronjobs`.
    pub plural: &'static str,
    /// `cronjob`.
    pub singular: &'static str,
    /// `cj`.
    pub short_names: &'static [&'static str],
    /// `all`.
    pub categories: &'static [&'static str],
    /// False for Namespace, Node …
    pub namespaced: bool,
    /// Stored kinds serve every verb; the others (reviews) answer a create and keep nothing.
    pub stored: bool,
    /// What is served under an object.
    pub subresources: &'static [Subresource],
    /// The rules.
    pub strategy: &'static dyn Strategy,
}

/// What a strategy may know of the request.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// The sandbox's clock.
    pub now: Timestamp,
}

/// A column of a kind's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// The heading, `Last Schedule`.
    pub name: &'static str,
    /// `string`, `integer`, `boolean`, `date`.
    pub kind: &'static str,
    /// `name` for the name column, else empty.
    pub format: &'static str,
    /// The field's description, as the real table carries it.
    pub description: &'static str,
    /// 0 is always shown, 1 in `-o wide` only.
    pub priority: u8,
}

/// The rules of a kind. The defaults do nothing, which is right for the simplest kinds.
pub trait Strategy: Send + Sync {
    /// Fills in what a real API server fills in (defaulting), on every write.
    fn default(&self, _object: &mut Value) {}

    /// Before a create: drops `status`, sets generated labels and the like. `metadata.uid`,
    /// `creationTimestamp`, `name`, `namespace` are set already.
    fn prepare_create(&self, _object: &mut Value, _context: &Context) {}

    /// Before an update: carries over what the writer may not change or left out (`clusterIP`).
    /// `status` and `metadata` are dealt with by the caller.
    fn prepare_update(&self, _object: &mut Value, _old: &Value, _context: &Context) {}

    /// What is wrong with the object, on create (`old` is `None`) or update. Metadata is checked
    /// by the caller.
    fn validate(&self, _object: &Value, _old: Option<&Value>) -> Vec<FieldError> {
        Vec::new()
    }

    /// Warnings for the `Warning:` header.
    fn warnings(&self, _object: &Value) -> Vec<String> {
        Vec::new()
    }

    /// True where `metadata.generation` counts changes of `spec`.
    fn has_generation(&self) -> bool {
        true
    }

    /// The columns of `kubectl get`; the first is the name.
    fn columns(&self) -> &'static [Column];

    /// The cells of one row, as many as columns.
    fn cells(&self, object: &Value, context: &Context) -> Vec<Value>;

    /// Field-selector keys beyond `metadata.name` and `metadata.namespace`, with their values.
    fn fields(&self, _object: &Value) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// Every served kind, in discovery's order.
pub fn all() -> &'static [Resource] {
    &[]
}

/// The kind behind `/apis/{group}/{version}/{plural}`.
pub fn by_path(group: &str, version: &str, plural: &str) -> Option<&'static Resource> {
    all().iter().find(|r| r.group == group && r.version == version && r.plural == plural)
}

/// The kind that an object's `apiVersion` and `kind` name.
pub fn by_kind(api_version: &str, kind: &str) -> Option<&'static Resource> {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    all().iter().find(|r| r.group == group && r.version == version && r.kind == kind)
}
