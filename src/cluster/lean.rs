//! Objects read without what no row is made of: managedFields and pod templates are most of an object's text.
//!
//! A watch over ten thousand pods reads each of them so. What comes out is the ordinary type with those fields
//! empty, so that `rows` has one way to make a row, whichever way the object was read. Called by `watch`; a reader
//! that needs the whole object uses the ordinary type.

use std::collections::BTreeMap;

use k8s_openapi::api::batch::v1::{CronJob, CronJobSpec, Job, JobSpec, JobStatus};
use k8s_openapi::api::core::v1::{
    Container, ContainerState, ContainerStatus, Event, EventSource, ObjectReference, Pod, PodCondition, PodSpec,
    PodStatus, PodTemplateSpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, ObjectMeta, OwnerReference, Time};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Metadata without managedFields.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct LeanMeta {
    name: Option<String>,
    namespace: Option<String>,
    uid: Option<String>,
    resource_version: Option<String>,
    generation: Option<i64>,
    creation_timestamp: Option<Time>,
    deletion_timestamp: Option<Time>,
    labels: Option<BTreeMap<String, String>>,
    annotations: Option<BTreeMap<String, String>>,
    owner_references: Option<Vec<OwnerReference>>,
}

impl From<LeanMeta> for ObjectMeta {
    fn from(meta: LeanMeta) -> Self {
        Self {
            name: meta.name,
            namespace: meta.namespace,
            uid: meta.uid,
            resource_version: meta.resource_version,
            generation: meta.generation,
            creation_timestamp: meta.creation_timestamp,
            deletion_timestamp: meta.deletion_timestamp,
            labels: meta.labels,
            annotations: meta.annotations,
            owner_references: meta.owner_references,
            ..Self::default()
        }
    }
}

/// A type that can be read out of JSON text without its bulk.
pub(crate) trait Lean: Sized {
    /// Reads it.
    fn lean(text: &str) -> serde_json::Result<Self>;
}

/// Reads a whole object but for its managedFields.
fn bare<Spec, Status>(text: &str) -> serde_json::Result<(ObjectMeta, Option<Spec>, Option<Status>)>
where
    Spec: DeserializeOwned,
    Status: DeserializeOwned,
{
    #[derive(Deserialize)]
    #[serde(bound = "Spec: DeserializeOwned, Status: DeserializeOwned")]
    struct Bare<Spec, Status> {
        #[serde(default)]
        metadata: LeanMeta,
        #[serde(default)]
        spec: Option<Spec>,
        #[serde(default)]
        status: Option<Status>,
    }
    let bare: Bare<Spec, Status> = serde_json::from_str(text)?;
    Ok((bare.metadata.into(), bare.spec, bare.status))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LeanPodSpec {
    #[serde(default)]
    node_name: Option<String>,
    #[serde(default)]
    containers: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct LeanPodStatus {
    phase: Option<String>,
    reason: Option<String>,
    message: Option<String>,
    start_time: Option<Time>,
    #[serde(rename = "podIP")]
    pod_ip: Option<String>,
    conditions: Option<Vec<LeanCondition>>,
    container_statuses: Option<Vec<LeanContainer>>,
}

/// A condition without its times.
#[derive(Deserialize)]
struct LeanCondition {
    #[serde(rename = "type", default)]
    type_: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LeanContainer {
    name: String,
    #[serde(default)]
    ready: bool,
    #[serde(default)]
    restart_count: i32,
    #[serde(default)]
    state: Option<ContainerState>,
}

impl From<LeanPodStatus> for PodStatus {
    fn from(status: LeanPodStatus) -> Self {
        let condition = |c: LeanCondition| PodCondition {
            type_: c.type_,
            status: c.status,
            reason: c.reason,
            message: c.message,
            ..PodCondition::default()
        };
        let container = |c: LeanContainer| ContainerStatus {
            name: c.name,
            ready: c.ready,
            restart_count: c.restart_count,
            state: c.state,
            ..ContainerStatus::default()
        };
        Self {
            phase: status.phase,
            reason: status.reason,
            message: status.message,
            start_time: status.start_time,
            pod_ip: status.pod_ip,
            conditions: status.conditions.map(|all| all.into_iter().map(condition).collect()),
            container_statuses: status.container_statuses.map(|all| all.into_iter().map(container).collect()),
            ..Self::default()
        }
    }
}

impl Lean for Pod {
    fn lean(text: &str) -> serde_json::Result<Self> {
        let (metadata, spec, status) = bare::<LeanPodSpec, LeanPodStatus>(text)?;
        let container = |named: Named| Container { name: named.name, ..Container::default() };
        let spec = spec.map(|spec| PodSpec {
            node_name: spec.node_name,
            containers: spec.containers.into_iter().map(container).collect(),
            ..PodSpec::default()
        });
        Ok(Self { metadata, spec, status: status.map(PodStatus::from) })
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct LeanJobSpec {
    completions: Option<i32>,
    parallelism: Option<i32>,
    backoff_limit: Option<i32>,
    completion_mode: Option<String>,
    active_deadline_seconds: Option<i64>,
    ttl_seconds_after_finished: Option<i32>,
    suspend: Option<bool>,
    template: LeanTemplate,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct LeanTemplate {
    spec: LeanTemplateSpec,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct LeanTemplateSpec {
    restart_policy: Option<String>,
}

impl From<LeanJobSpec> for JobSpec {
    fn from(spec: LeanJobSpec) -> Self {
        let pod = PodSpec { restart_policy: spec.template.spec.restart_policy, ..PodSpec::default() };
        Self {
            completions: spec.completions,
            parallelism: spec.parallelism,
            backoff_limit: spec.backoff_limit,
            completion_mode: spec.completion_mode,
            active_deadline_seconds: spec.active_deadline_seconds,
            ttl_seconds_after_finished: spec.ttl_seconds_after_finished,
            suspend: spec.suspend,
            template: PodTemplateSpec { metadata: None, spec: Some(pod) },
            ..Self::default()
        }
    }
}

impl Lean for Job {
    fn lean(text: &str) -> serde_json::Result<Self> {
        let (metadata, spec, status) = bare::<LeanJobSpec, JobStatus>(text)?;
        Ok(Self { metadata, spec: spec.map(JobSpec::from), status })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LeanCronJobSpec {
    schedule: String,
    #[serde(default)]
    time_zone: Option<String>,
    #[serde(default)]
    suspend: Option<bool>,
    #[serde(default)]
    concurrency_policy: Option<String>,
    #[serde(default)]
    starting_deadline_seconds: Option<i64>,
    #[serde(default)]
    successful_jobs_history_limit: Option<i32>,
    #[serde(default)]
    failed_jobs_history_limit: Option<i32>,
}

impl Lean for CronJob {
    fn lean(text: &str) -> serde_json::Result<Self> {
        let (metadata, spec, status) = bare::<LeanCronJobSpec, _>(text)?;
        let spec = spec.ok_or_else(|| serde::de::Error::missing_field("spec"))?;
        let spec = CronJobSpec {
            schedule: spec.schedule,
            time_zone: spec.time_zone,
            suspend: spec.suspend,
            concurrency_policy: spec.concurrency_policy,
            starting_deadline_seconds: spec.starting_deadline_seconds,
            successful_jobs_history_limit: spec.successful_jobs_history_limit,
            failed_jobs_history_limit: spec.failed_jobs_history_limit,
            ..CronJobSpec::default()
        };
        Ok(Self { metadata, spec, status })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LeanEvent {
    metadata: LeanMeta,
    involved_object: ObjectReference,
    #[serde(default)]
    source: Option<EventSource>,
    #[serde(default)]
    reporting_component: Option<String>,
    #[serde(default)]
    first_timestamp: Option<Time>,
    #[serde(default)]
    last_timestamp: Option<Time>,
    #[serde(default)]
    event_time: Option<MicroTime>,
    #[serde(rename = "type", default)]
    type_: Option<String>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    count: Option<i32>,
}

impl Lean for Event {
    fn lean(text: &str) -> serde_json::Result<Self> {
        let event: LeanEvent = serde_json::from_str(text)?;
        Ok(Self {
            metadata: event.metadata.into(),
            involved_object: event.involved_object,
            source: event.source,
            reporting_component: event.reporting_component,
            first_timestamp: event.first_timestamp,
            last_timestamp: event.last_timestamp,
            event_time: event.event_time,
            type_: event.type_,
            reason: event.reason,
            message: event.message,
            count: event.count,
            ..Self::default()
        })
    }
}

/// Kinds that are few: read whole.
macro_rules! whole {
    ($($kind:ty),*) => {$(
        impl Lean for $kind {
            fn lean(text: &str) -> serde_json::Result<Self> {
                serde_json::from_str(text)
            }
        }
    )*};
}

whole!(
    k8s_openapi::api::apps::v1::Deployment,
    k8s_openapi::api::core::v1::Service,
    k8s_openapi::api::discovery::v1::EndpointSlice
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::rows::{cronjob_row, job_facts, pod_facts};
    use serde_json::{Value, json};

    fn whole<K: DeserializeOwned>(object: &Value) -> K {
        serde_json::from_value(object.clone()).unwrap()
    }

    #[test]
    fn a_lean_object_makes_the_same_row_as_a_whole_one() {
        let jobs: Value = serde_json::from_str(include_str!("../../tests/fixtures/lab/jobs.json")).unwrap();
        for case in jobs.as_object().unwrap().values() {
            let mut job = case["job"].clone();
            job["metadata"]["managedFields"] =
                json!([{"manager": "m", "operation": "Update", "fieldsV1": {"f:a": {}}}]);
            assert_eq!(job_facts(&Job::lean(&job.to_string()).unwrap()), job_facts(&whole(&job)));
            for pod in case["pods"].as_array().unwrap() {
                assert_eq!(pod_facts(&Pod::lean(&pod.to_string()).unwrap()), pod_facts(&whole(pod)));
            }
        }
        let cronjobs: Value = serde_json::from_str(include_str!("../../tests/fixtures/lab/cronjobs.json")).unwrap();
        let now = "2026-11-23T14:30:00Z".parse().unwrap();
        for object in cronjobs.as_object().unwrap().values() {
            assert_eq!(
                cronjob_row(&CronJob::lean(&object.to_string()).unwrap(), now),
                cronjob_row(&whole(object), now)
            );
        }
    }

    #[test]
    fn pods_at_the_edge_make_the_same_row_too() {
        let waiting = json!({"name": "c", "ready": false, "restartCount": 2, "image": "x", "imageID": "",
            "state": {"waiting": {"reason": "ErrImageNeverPull", "message": "no image"}}});
        for status in [
            json!(null),
            json!({}),
            json!({"phase": "Pending", "containerStatuses": [waiting]}),
            json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False",
                "reason": "Unschedulable", "message": "0/1 nodes"}]}),
            json!({"phase": "Failed", "reason": "Evicted", "message": "The node was low on memory", "podIP": "10.0.0.1"}),
        ] {
            let pod = json!({"metadata": {"name": "p", "uid": "u", "deletionTimestamp": "2026-11-23T14:00:00Z"},
                "spec": {"containers": [{"name": "c"}, {"name": "d"}], "nodeName": "n"}, "status": status});
            assert_eq!(pod_facts(&Pod::lean(&pod.to_string()).unwrap()), pod_facts(&whole(&pod)), "{pod}");
        }
        assert!(Pod::lean("{\"metadata\": {\"name\": 1}}").is_err());
    }
}
