//! What the API server knows of each kind: one file a kind, one line in [`all`].
//!
//! A kind here is data plus a [`Strategy`]: defaults, what a create or an update may touch, what
//! is invalid, the columns of its table. Objects are JSON values, as stored. Called by
//! `sandbox::api`; must not read the store or a clock beyond what [`Context`] hands in.

mod check;
mod columns;
mod config_map;
mod cron_format;
mod cron_job;
mod deployment;
mod endpoint_slice;
mod endpoints;
mod event;
mod go_shape;
mod ingress;
mod ingress_class;
mod ingress_rules;
mod job;
mod lease;
mod meta;
pub mod names;
mod namespace;
mod node;
mod pod;
mod pod_rules;
mod pod_status;
mod pod_template;
mod quantity;
mod registry;
mod replica_set;
mod review;
mod secret;
mod service;
mod service_account;
mod service_rules;
#[cfg(test)]
mod tests;
pub mod time;
mod value;

use jiff::Timestamp;
use serde_json::Value;

pub use self::meta::validate_metadata;

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
    /// Where the objects are kept, for a kind that is another view of a stored one.
    pub stored_as: Option<&'static StoredAs>,
    /// The rules.
    pub strategy: &'static dyn Strategy,
}

/// The stored kind behind a second view of it: `events.k8s.io/v1` Events are core `v1` Events.
pub struct StoredAs {
    /// The stored kind's group.
    pub group: &'static str,
    /// The stored kind's version.
    pub version: &'static str,
    /// The stored kind's plural name.
    pub plural: &'static str,
    /// What a client sent, to what is stored; after that the stored kind's strategy applies.
    pub to_stored: fn(&mut Value),
    /// What is stored, to what this view's client reads.
    pub from_stored: fn(&mut Value),
}

/// What a name of a kind must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameRule {
    /// `a.b-c`, at most 253 characters (RFC 1123 subdomain).
    Subdomain,
    /// `b-c`, at most 63 characters (RFC 1123 label).
    Label,
    /// Anything that can be one segment of a path.
    PathSegment,
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

    /// What the kind's names must look like.
    fn name_rule(&self) -> NameRule {
        NameRule::Subdomain
    }

    /// The table row's `conditions`: kubectl hides or marks finished objects by them.
    fn row_conditions(&self, _object: &Value) -> Option<Value> {
        None
    }

    /// What a real server says of a field selector that the kind lacks.
    fn unknown_field(&self, label: &str) -> String {
        format!("{label:?} is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")
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
    registry::ALL
}

/// Makes of what a client sent what a real server would store: nulls are absent members, then the
/// kind's defaults.
pub fn apply_defaults(resource: &Resource, object: &mut Value) {
    value::drop_nulls(object);
    if let Some(metadata) = object.get_mut("metadata") {
        value::drop_empty(metadata, &["labels", "annotations", "ownerReferences", "finalizers", "generateName"]);
    }
    resource.strategy.default(object);
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
