//! DELETE of one object.
//!
//! What has finalizers, or is a Pod that still runs on a node, is only marked with a
//! `deletionTimestamp`; it goes when the last finalizer is taken off, or when the node agent
//! deletes the Pod with a grace period of 0.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::sandbox::store::{Change, Expect, StoreError, Write};

use super::super::lifecycle::{bump_generation, modified, store_error};
use super::super::request::{Ask, Target};
use super::super::respond::Reply;
use super::super::status::ApiError;
use super::super::{Api, namespaces, object, shapes};
use super::delete_options::{DeleteOptions, Propagation};

const RETRIES: usize = 64;

/// How a delete ended.
pub(in super::super) struct Removed {
    pub(in super::super) object: Arc<Value>,
    /// False while it waits for finalizers, a grace period or its content.
    pub(in super::super) gone: bool,
}

pub(in super::super) async fn delete(api: &Api, ask: &Ask<'_>) -> Result<Reply, ApiError> {
    let options = DeleteOptions::parse(ask.call)?;
    let removed = remove(api, &ask.target, &options).await?;
    if !removed.gone || returns_object(ask.target.resource.plural) {
        return shapes::one(api, ask, removed.object);
    }
    Ok(Reply::object(success(&ask.target, object::meta(&removed.object, "uid"))))
}

/// Kinds whose delete answers with the object even when it has gone.
fn returns_object(plural: &str) -> bool {
    matches!(plural, "pods" | "services" | "serviceaccounts")
}

fn success(target: &Target, uid: &str) -> Value {
    let mut details = json!({"name": target.name});
    if !target.resource.group.is_empty() {
        details["group"] = target.resource.group.into();
    }
    details["kind"] = target.resource.plural.into();
    details["uid"] = uid.into();
    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})
}

/// Deletes, or marks as deleted.
pub(in super::super) async fn remove(api: &Api, target: &Target, options: &DeleteOptions) -> Result<Removed, ApiError> {
    namespaces::admit_delete(target)?;
    for _ in 0..RETRIES {
        let live = api.store.get(&target.key()).ok_or_else(|| target.not_found())?;
        check_preconditions(target, options, &live.value)?;
        let mut next = object::copy(&live);
        let gone = !mark(&mut next, target, options, api.now());
        if *live.value == next && !gone {
            return Ok(Removed { object: live.value, gone: false });
        }
        if options.dry_run {
            return Ok(Removed { object: Arc::new(next), gone });
        }
        let change = if gone { Change::Delete(next) } else { Change::Put(next) };
        let write = Write { key: target.key(), expect: Expect::Revision(live.revision), change };
        match api.store.write(write).await {
            Ok(item) => return Ok(Removed { object: item.value, gone }),
            Err(StoreError::Changed { .. } | StoreError::Missing(_)) => {}
            Err(error) => return Err(store_error(&error)),
        }
    }
    Err(modified(target))
}

fn check_preconditions(target: &Target, options: &DeleteOptions, live: &Value) -> Result<(), ApiError> {
    let resource = target.resource;
    let about = object::about_kind(resource, &target.name);
    if let Some(uid) = options.uid.as_deref().filter(|uid| *uid != object::meta(live, "uid")) {
        let why = format!(
            "the UID in the precondition ({uid}) does not match the UID in record ({}). \
             The object might have been deleted and then recreated",
            object::meta(live, "uid")
        );
        return Err(ApiError::conflict(about, &why));
    }
    let found = object::meta(live, "resourceVersion");
    if let Some(revision) = options.revision.as_deref().filter(|revision| *revision != found) {
        let why = format!(
            "the ResourceVersion in the precondition ({revision}) does not match the ResourceVersion in record \
             ({found}). The object might have been modified"
        );
        return Err(ApiError::conflict(about, &why));
    }
    Ok(())
}

/// Marks the object as the options ask; true while it has to wait, false when it goes at once.
fn mark(value: &mut Value, target: &Target, options: &DeleteOptions, now: jiff::Timestamp) -> bool {
    propagate(value, options.propagation);
    if namespaces::is_namespace(target.resource) && namespaces::has_content(value) {
        stamp(value, now, None);
        value["status"]["phase"] = "Terminating".into();
        return true;
    }
    let is_pod = target.resource.kind == "Pod" && target.resource.group.is_empty();
    let grace = if is_pod { pod_grace(value, options.grace) } else { 0 };
    let finalizers = object::finalizers(value);
    if grace == 0 && finalizers.is_empty() {
        if is_pod {
            // A Pod's last state tells when it went, even if it had no time to end.
            stamp(value, now, Some(0));
        }
        return false;
    }
    let running = value["metadata"]["deletionGracePeriodSeconds"].as_i64();
    match running {
        // A second delete may shorten the grace period, never lengthen it.
        Some(current) if object::is_deleting(value) && (grace >= current || options.grace.is_none()) => {}
        _ => stamp(value, now, Some(grace)),
    }
    true
}

/// A Pod that runs on a node is given time to end; any other goes at once.
fn pod_grace(pod: &Value, asked: Option<i64>) -> i64 {
    let phase = pod["status"]["phase"].as_str().unwrap_or_default();
    let unbound = pod["spec"]["nodeName"].as_str().unwrap_or_default().is_empty();
    if unbound || matches!(phase, "Succeeded" | "Failed") {
        return 0;
    }
    match asked.or_else(|| pod["spec"]["terminationGracePeriodSeconds"].as_i64()).unwrap_or(30) {
        negative if negative < 0 => 1,
        seconds => seconds,
    }
}

/// Foreground and orphan deletion are finalizers, which the garbage collector takes off.
fn propagate(value: &mut Value, propagation: Propagation) {
    let before = object::finalizers(value);
    let mut finalizers: Vec<String> = before
        .iter()
        .filter(|f| !matches!(f.as_str(), "foregroundDeletion" | "orphan") || object::is_deleting(value))
        .cloned()
        .collect();
    let wanted = match propagation {
        Propagation::Background => None,
        Propagation::Foreground => Some("foregroundDeletion"),
        Propagation::Orphan => Some("orphan"),
    };
    if let Some(wanted) = wanted.filter(|w| !finalizers.iter().any(|f| f == w)) {
        finalizers.push(wanted.to_owned());
    }
    if finalizers != before {
        object::set_finalizers(value, &finalizers);
    }
}

fn stamp(value: &mut Value, now: jiff::Timestamp, grace: Option<i64>) {
    if !object::is_deleting(value) {
        bump_generation(value);
    } else if grace.is_none() {
        return;
    }
    let span = jiff::SignedDuration::from_secs(grace.unwrap_or(0));
    let at = now.checked_add(span).unwrap_or(now);
    let meta = object::meta_mut(value);
    meta.insert("deletionTimestamp".into(), object::time(at).into());
    if let Some(grace) = grace {
        meta.insert("deletionGracePeriodSeconds".into(), grace.into());
    }
    object::tidy(value);
}
