//! The body of a Job's pod. Pure.

use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Container, EnvVar, EnvVarSource, ObjectFieldSelector, Pod};

use super::FINALIZER;
use super::indexes::INDEX;
use crate::sandbox::controllers::objects::{name, owner_reference};
use crate::sandbox::controllers::pods::from_template;

/// The environment variable that tells a container of an Indexed Job its index.
const INDEX_ENV: &str = "JOB_COMPLETION_INDEX";
/// How often this index has failed, on the pod that tries it again.
pub(super) const INDEX_FAILURES: &str = "batch.kubernetes.io/job-index-failure-count";
/// Failures of this index that the podFailurePolicy ignored.
pub(super) const INDEX_IGNORED: &str = "batch.kubernetes.io/job-index-ignored-failure-count";

/// A pod of the Job; with `index` one of an Indexed Job.
pub(super) fn pod(job: &Job, index: Option<u32>) -> Pod {
    let template = job.spec.as_ref().map(|spec| spec.template.clone()).unwrap_or_default();
    let mut pod = from_template(&template, name(job), owner_reference(job));
    let finalizers = pod.metadata.finalizers.get_or_insert_default();
    if !finalizers.iter().any(|finalizer| finalizer == FINALIZER) {
        finalizers.push(FINALIZER.to_owned());
    }
    if let Some(index) = index {
        number(&mut pod, name(job), index);
    }
    pod
}

/// Gives the pod its index: in name, host name, label, annotation and each container's environment.
fn number(pod: &mut Pod, job: &str, index: u32) {
    pod.metadata.generate_name = Some(format!("{job}-{index}-"));
    pod.metadata.labels.get_or_insert_default().insert(INDEX.to_owned(), index.to_string());
    pod.metadata.annotations.get_or_insert_default().insert(INDEX.to_owned(), index.to_string());
    let spec = pod.spec.get_or_insert_default();
    spec.hostname = Some(format!("{job}-{index}"));
    for container in spec.init_containers.iter_mut().flatten().chain(&mut spec.containers) {
        tell_index(container);
    }
}

fn tell_index(container: &mut Container) {
    let env = container.env.get_or_insert_default();
    if env.iter().any(|variable| variable.name == INDEX_ENV) {
        return;
    }
    let field =
        ObjectFieldSelector { api_version: Some("v1".to_owned()), field_path: format!("metadata.labels['{INDEX}']") };
    env.push(EnvVar {
        name: INDEX_ENV.to_owned(),
        value_from: Some(EnvVarSource { field_ref: Some(field), ..EnvVarSource::default() }),
        ..EnvVar::default()
    });
}
