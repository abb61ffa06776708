//! The write path: what happens to an object between a request and the store. Called by the
//! writing verbs, the subresources and the bootstrap.
//!
//! ```text
//!   create: namespace there? -> fill metadata -> defaults -> strategy -> validate -> addresses -> owners -> store
//!   update: live object -> make the new one -> keep what may not change -> strategy -> validate -> same? -> store
//!           ^------------------------- again, when somebody else was faster -----------------------------------+
//! ```

use std::sync::Arc;

use serde_json::Value;

use crate::sandbox::resources::{self, Resource, Subresource};
use crate::sandbox::store::{Change, Expect, StoreError, Write};

use super::managed_fields::{self, Manager};
use super::request::{Target, WriteOptions};
use super::status::ApiError;
use super::{Api, events_ttl, metadata, namespaces, object, services};

/// How often a generated name that is taken is drawn again.
const NAME_TRIES: usize = 8;
/// How often a write that lost a race is done again.
const RETRIES: usize = 64;

/// A written object.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) object: Arc<Value>,
    pub(super) warnings: Vec<String>,
}

/// Who owns the fields of an object that is about to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ownership {
    /// The writer owns what it changed.
    Record,
    /// Server-side apply has worked it out already.
    Applied,
}

/// Creates an object. `target.name` is not used: the object's own name is.
pub(super) async fn create(
    api: &Api,
    target: &Target,
    mut value: Value,
    options: &WriteOptions,
    ownership: Ownership,
) -> Result<Written, ApiError> {
    let resource = target.resource;
    if object::revision(&value).is_some() {
        return Err(ApiError::bad_request("resourceVersion should not be set on objects to be created"));
    }
    let generated = object::name(&value).is_empty() && !object::meta(&value, "generateName").is_empty();
    namespaces::admit_create(api, target, object::name(&value))?;
    for attempt in 1.. {
        if generated {
            object::meta_mut(&mut value).shift_remove("name");
        }
        let (prepared, warnings) = prepare_create(api, target, value.clone(), options, ownership)?;
        match store_new(api, resource, prepared, options).await {
            Err(error) if generated && error.reason == "AlreadyExists" && attempt < NAME_TRIES => {}
            result => {
                events_ttl::sweep(api, resource).await;
                return result.map(|object| Written { object, warnings });
            }
        }
    }
    Err(ApiError::new(500, "InternalError", "no free name was found"))
}

fn prepare_create(
    api: &Api,
    target: &Target,
    mut value: Value,
    options: &WriteOptions,
    ownership: Ownership,
) -> Result<(Value, Vec<String>), ApiError> {
    let resource = target.resource;
    let context = api.context();
    metadata::fill(&mut value, resource, &target.namespace, context.now);
    resources::apply_defaults(resource, &mut value);
    // Before the strategy: what the server fills in by itself belongs to nobody.
    if ownership == Ownership::Record {
        managed_fields::record(None, &mut value, &manager(resource, None, options), context.now);
    }
    resource.strategy.prepare_create(&mut value, &context);
    let mut errors = resources::validate_metadata(resource, &value);
    errors.extend(resource.strategy.validate(&value, None));
    if !errors.is_empty() {
        return Err(ApiError::invalid(object::about_kind(resource, object::name(&value)), &errors));
    }
    object::tidy(&mut value);
    let warnings = resource.strategy.warnings(&value);
    Ok((value, warnings))
}

async fn store_new(
    api: &Api,
    resource: &'static Resource,
    mut value: Value,
    options: &WriteOptions,
) -> Result<Arc<Value>, ApiError> {
    let is_service = services::is_service(resource);
    let _chosen = if is_service { Some(api.allocation.lock().await) } else { None };
    if is_service {
        services::allocate(api, &mut value, None)?;
    }
    object::tidy(&mut value);
    let (namespace, name) = (object::namespace(&value).to_owned(), object::name(&value).to_owned());
    let key = object::key(resource, &namespace, &name);
    let taken = || ApiError::already_exists(object::about(resource, &name));
    if options.dry_run {
        return if api.store.get(&key).is_some() { Err(taken()) } else { Ok(Arc::new(value)) };
    }
    match api.store.write(Write { key, expect: Expect::Absent, change: Change::Put(value) }).await {
        Ok(item) => Ok(item.value),
        Err(StoreError::Exists(_)) => Err(taken()),
        Err(error) => Err(store_error(&error)),
    }
}

/// What the new object is made of.
pub(super) struct Made {
    pub(super) value: Value,
    pub(super) ownership: Ownership,
}

/// Changes an object. `make` turns the live object into the wanted one; it is called again when
/// somebody else wrote in between. What it returns is held to the revision it carries, if any.
pub(super) async fn update(
    api: &Api,
    target: &Target,
    subresource: Option<Subresource>,
    options: &WriteOptions,
    mut make: impl FnMut(&Value) -> Result<Made, ApiError>,
) -> Result<Written, ApiError> {
    let resource = target.resource;
    let is_service = services::is_service(resource);
    for _ in 0..RETRIES {
        let live = api.store.get(&target.key()).ok_or_else(|| target.not_found())?;
        let made = make(&live.value)?;
        check_preconditions(target, &made.value, &live.value)?;
        let _chosen = if is_service { Some(api.allocation.lock().await) } else { None };
        let (next, warnings) = prepare_update(api, resource, subresource, made, &live.value, options)?;
        if same(&next, &live.value) {
            return Ok(Written { object: live.value, warnings });
        }
        if options.dry_run {
            return Ok(Written { object: Arc::new(next), warnings });
        }
        let change = if is_over(&next, &live.value) { Change::Delete(next) } else { Change::Put(next) };
        let write = Write { key: target.key(), expect: Expect::Revision(live.revision), change };
        match api.store.write(write).await {
            Ok(item) => return Ok(Written { object: item.value, warnings }),
            Err(StoreError::Changed { .. } | StoreError::Missing(_)) => {}
            Err(error) => return Err(store_error(&error)),
        }
    }
    Err(modified(target))
}

/// Puts a Pod on a node: a spec that no ordinary update may change, and the condition that tells it.
pub(super) async fn bind(
    api: &Api,
    target: &Target,
    options: &WriteOptions,
    mut make: impl FnMut(&Value) -> Result<Made, ApiError>,
    condition: Value,
) -> Result<Written, ApiError> {
    let resource = target.resource;
    for _ in 0..RETRIES {
        let live = api.store.get(&target.key()).ok_or_else(|| target.not_found())?;
        let mut next = make(&live.value)?.value;
        let warnings = Vec::new();
        let conditions =
            object::map_mut(&mut next, "status").entry("conditions").or_insert_with(|| Value::Array(Vec::new()));
        if let Some(list) = conditions.as_array_mut() {
            list.retain(|other| other["type"] != condition["type"]);
            list.push(condition.clone());
        }
        let who = manager(resource, Some(Subresource::Binding), options);
        managed_fields::record(Some(&live.value), &mut next, &who, api.now());
        object::tidy(&mut next);
        if options.dry_run {
            return Ok(Written { object: Arc::new(next), warnings });
        }
        let write = Write { key: target.key(), expect: Expect::Revision(live.revision), change: Change::Put(next) };
        match api.store.write(write).await {
            Ok(item) => return Ok(Written { object: item.value, warnings }),
            Err(StoreError::Changed { .. } | StoreError::Missing(_)) => {}
            Err(error) => return Err(store_error(&error)),
        }
    }
    Err(modified(target))
}

/// Optimistic concurrency: the writer's revision and uid, where it names them, must be the live ones.
fn check_preconditions(target: &Target, value: &Value, live: &Value) -> Result<(), ApiError> {
    let (uid, live_uid) = (object::meta(value, "uid"), object::meta(live, "uid"));
    if !uid.is_empty() && uid != live_uid {
        let why = format!("Precondition failed: UID in precondition: {uid}, UID in object meta: {live_uid}");
        return Err(ApiError::conflict(object::about(target.resource, &target.name), &why));
    }
    match object::revision(value) {
        Some(revision) if revision != object::meta(live, "resourceVersion") => Err(modified(target)),
        _ => Ok(()),
    }
}

/// 409: somebody else wrote in between.
pub(super) fn modified(target: &Target) -> ApiError {
    let why = "the object has been modified; please apply your changes to the latest version and try again";
    ApiError::conflict(object::about(target.resource, &target.name), why)
}

fn prepare_update(
    api: &Api,
    resource: &'static Resource,
    subresource: Option<Subresource>,
    made: Made,
    live: &Value,
    options: &WriteOptions,
) -> Result<(Value, Vec<String>), ApiError> {
    let context = api.context();
    let mut next = made.value;
    let mut warnings = Vec::new();
    let mut errors = metadata::carry_over(&mut next, live);
    split_status(&mut next, live, resource, subresource);
    // `/finalize` writes what everybody else must leave alone.
    if subresource != Some(Subresource::Finalize) {
        resources::apply_defaults(resource, &mut next);
    }
    if made.ownership == Ownership::Record {
        let who = manager(resource, subresource, options);
        managed_fields::record(Some(live), &mut next, &who, context.now);
    }
    if subresource.is_none() {
        resource.strategy.prepare_update(&mut next, live, &context);
    }
    object::tidy(&mut next);
    if subresource != Some(Subresource::Status) {
        count_generation(&mut next, live, resource);
    }
    errors.extend(resources::validate_metadata(resource, &next));
    errors.extend(resource.strategy.validate(&next, Some(live)));
    if !errors.is_empty() {
        return Err(ApiError::invalid(object::about_kind(resource, object::name(live)), &errors));
    }
    if subresource.is_none() {
        if services::is_service(resource) {
            services::allocate(api, &mut next, Some(live))?;
        }
        warnings.extend(resource.strategy.warnings(&next));
    }
    object::tidy(&mut next);
    Ok((next, warnings))
}

/// `/status` writes status and nothing of the rest; the main resource writes the rest and nothing
/// of status.
fn split_status(next: &mut Value, live: &Value, resource: &Resource, subresource: Option<Subresource>) {
    if !resource.subresources.contains(&Subresource::Status) {
        return;
    }
    if subresource == Some(Subresource::Status) {
        let mut whole = live.clone();
        whole["metadata"] = next["metadata"].take();
        // These kinds keep a part of their metadata out of the hands of those who write status.
        match resource.kind {
            "Deployment" => keep(&mut whole, live, "labels"),
            "Pod" => keep(&mut whole, live, "ownerReferences"),
            _ => {}
        }
        whole["status"] = next["status"].take();
        *next = whole;
    } else {
        match live.get("status") {
            Some(status) => next["status"] = status.clone(),
            None => drop(next.as_object_mut().map(|map| map.shift_remove("status"))),
        }
    }
}

fn keep(next: &mut Value, live: &Value, field: &str) {
    match live["metadata"].get(field) {
        Some(kept) => object::meta_mut(next).insert(field.to_owned(), kept.clone()),
        None => object::meta_mut(next).shift_remove(field),
    };
}

/// `metadata.generation` counts changes of `spec`; a Deployment's also those of its annotations,
/// as its controller copies them to its ReplicaSets.
fn count_generation(next: &mut Value, live: &Value, resource: &Resource) {
    if !resource.strategy.has_generation() {
        return;
    }
    let annotations = |value: &Value| value["metadata"]["annotations"].clone();
    let deployment = resource.kind == "Deployment" && annotations(next) != annotations(live);
    if next["spec"] != live["spec"] || deployment {
        bump_generation(next);
    }
}

/// One more.
pub(super) fn bump_generation(value: &mut Value) {
    if let Some(generation) = value["metadata"]["generation"].as_i64() {
        value["metadata"]["generation"] = (generation + 1).into();
    }
}

/// True for an object that was only waiting for its last finalizer. A Pod with a grace period
/// still runs, and a Namespace has finalizers of its own in `spec`.
fn is_over(next: &Value, live: &Value) -> bool {
    let grace = next["metadata"]["deletionGracePeriodSeconds"].as_i64().unwrap_or(0);
    object::is_deleting(live)
        && object::finalizers(next).is_empty()
        && grace == 0
        && object::strings(&next["spec"]["finalizers"]).is_empty()
}

/// Equal but for the times in managedFields: such a write is none.
fn same(next: &Value, live: &Value) -> bool {
    let timeless = |value: &Value| {
        let mut value = value.clone();
        if let Some(entries) = value["metadata"].get_mut("managedFields").and_then(Value::as_array_mut) {
            for entry in entries.iter_mut().filter_map(Value::as_object_mut) {
                entry.shift_remove("time");
            }
        }
        value
    };
    next == live || timeless(next) == timeless(live)
}

/// The entry of managedFields that a write goes to.
pub(super) fn manager<'a>(
    resource: &'a Resource,
    subresource: Option<Subresource>,
    options: &'a WriteOptions,
) -> Manager {
    Manager {
        name: options.manager.clone(),
        subresource: subresource.map(|s| super::subresources::name(s).to_owned()),
        api_version: object::api_version(resource),
        kind: resource.kind.to_owned(),
    }
}

/// A failure of the store as a client sees it.
pub(super) fn store_error(error: &StoreError) -> ApiError {
    match error {
        StoreError::Closed => ApiError::new(503, "ServiceUnavailable", error.to_string()),
        StoreError::Full(_) => ApiError::new(507, "InternalError", format!("Internal error occurred: {error}")),
        _ => ApiError::new(500, "InternalError", format!("Internal error occurred: {error}")),
    }
}
