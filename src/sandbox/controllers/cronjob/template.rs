//! The body of a CronJob's Job. Pure.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::sandbox::controllers::objects::{name, owner_reference};

/// The annotation that tells a Job which start time it stands for.
const SCHEDULED: &str = "batch.kubernetes.io/cronjob-scheduled-timestamp";

/// The name of the Job for a start time: minutes since 1970 make it unique.
pub(super) fn job_name(cron_job: &CronJob, scheduled: Timestamp) -> String {
    format!("{}-{}", name(cron_job), scheduled.as_second().div_euclid(60))
}

/// The Job for a start time.
pub(super) fn job(cron_job: &CronJob, scheduled: Timestamp, zone: &TimeZone) -> Job {
    let template = cron_job.spec.job_template.clone();
    let meta = template.metadata.unwrap_or_default();
    let mut annotations = meta.annotations.unwrap_or_default();
    annotations.insert(SCHEDULED.to_owned(), rfc3339(scheduled, zone));
    Job {
        metadata: ObjectMeta {
            name: Some(job_name(cron_job, scheduled)),
            namespace: cron_job.metadata.namespace.clone(),
            labels: meta.labels,
            annotations: Some(annotations),
            finalizers: meta.finalizers,
            owner_references: Some(vec![owner_reference(cron_job)]),
            ..ObjectMeta::default()
        },
        spec: template.spec,
        status: None,
    }
}

/// Go's RFC 3339: `Z` for UTC, else the offset.
fn rfc3339(at: Timestamp, zone: &TimeZone) -> String {
    let shown = at.to_zoned(zone.clone());
    match shown.offset().seconds() {
        0 => shown.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        _ => shown.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
    }
}
