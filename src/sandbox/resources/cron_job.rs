//! CronJob: makes a Job from a template whenever its schedule says so.

use serde_json::{Value, json};

use super::check::{Errors, not_negative, one_of};
use super::columns::{AGE, NAME, NONE, age, column, containers, name, or_none, selector, since, wide};
use super::cron_format::{check_schedule, check_time_zone};
use super::pod_rules;
use super::pod_template::default_template;
use super::value::{absent, child, drop_empty, fill, fill_text, items, set, text};
use super::{Column, Context, Strategy, job};
use crate::sandbox::api::status::FieldError;

/// The rules of CronJobs.
pub(super) struct CronJob;

const COLUMNS: &[Column] = &[
    NAME,
    column("Schedule", "The schedule in Cron format, see https://en.wikipedia.org/wiki/Cron."),
    column("Timezone", "The time zone name for the given schedule, see https://en.wikipedia.org/wiki/List_of_tz_database_time_zones. If not specified, this will default to the time zone of the kube-controller-manager process. The set of valid time zone names and the time zone offset is loaded from the system-wide time zone database by the API server during CronJob validation and the controller manager during execution. If no system-wide time zone database can be found a bundled version of the database is used instead. If the time zone name becomes invalid during the lifetime of a CronJob or due to a change in host configuration, the controller will stop creating new new Jobs and will create a system event with the reason UnknownTimeZone. More information can be found in https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#time-zones"),
    column("Suspend", "This flag tells the controller to suspend subsequent executions, it does not apply to already started executions.  Defaults to false.").of("boolean"),
    column("Active", "A list of pointers to currently running jobs.").of("integer"),
    column("Last Schedule", "Information when was the last time the job was successfully scheduled."),
    AGE,
    wide("Containers", "Names of each container in the template."),
    wide("Images", "Images referenced by each container in the template."),
    wide("Selector", "A label query over pods that should match the pod count. Normally, the system sets this field for you. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors"),
];

impl Strategy for CronJob {
    fn default(&self, object: &mut Value) {
        let spec = child(object, "spec");
        fill_text(spec, "concurrencyPolicy", "Allow");
        fill(spec, "suspend", false);
        let template = child(spec, "jobTemplate");
        drop_empty(child(template, "metadata"), &["labels", "annotations"]);
        default_template(child(child(template, "spec"), "template"));
        fill(spec, "successfulJobsHistoryLimit", 3);
        fill(spec, "failedJobsHistoryLimit", 1);
        child(object, "status");
    }

    fn prepare_create(&self, object: &mut Value, _context: &Context) {
        set(object, "status", json!({}));
    }

    fn validate(&self, object: &Value, old: Option<&Value>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        validate_schedule(&mut errors, &object["spec"], old);
        not_negative(&mut errors, "spec", &object["spec"], "startingDeadlineSeconds");
        validate_time_zone(&mut errors, &object["spec"], old);
        let policies = ["Allow", "Forbid", "Replace"];
        one_of(&mut errors, "spec.concurrencyPolicy", text(object, "/spec/concurrencyPolicy"), &policies);
        job::validate_spec(&mut errors, &object["spec"]["jobTemplate"]["spec"], "spec.jobTemplate.spec");
        for key in ["successfulJobsHistoryLimit", "failedJobsHistoryLimit"] {
            not_negative(&mut errors, "spec", &object["spec"], key);
        }
        let name = text(object, "/metadata/name");
        if old.is_none() && name.len() > NAME_LIMIT {
            let why = format!("must be no more than {NAME_LIMIT} characters");
            errors.push(FieldError::invalid("metadata.name", &name.into(), why));
        }
        errors
    }

    fn warnings(&self, object: &Value) -> Vec<String> {
        pod_rules::warnings(object, "/spec/jobTemplate/spec/template/spec", "spec.jobTemplate.spec.template.spec")
    }

    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    fn cells(&self, object: &Value, context: &Context) -> Vec<Value> {
        let [names, images] = containers(object, "/spec/jobTemplate/spec/template/spec/containers");
        let last = if absent(object, "/status/lastScheduleTime") {
            NONE.to_owned()
        } else {
            since(object, "/status/lastScheduleTime", context.now)
        };
        vec![
            name(object),
            text(object, "/spec/schedule").into(),
            or_none(text(object, "/spec/timeZone")).into(),
            suspended(object).into(),
            json!(items(object, "/status/active").len()),
            last.into(),
            age(object, context.now),
            names,
            images,
            selector(object.pointer("/spec/jobTemplate/spec/selector")).into(),
        ]
    }
}

/// The column is a boolean, its cells are texts: so a real server has it.
fn suspended(object: &Value) -> &'static str {
    match object.pointer("/spec/suspend").and_then(Value::as_bool) {
        Some(true) => "True",
        Some(false) => "False",
        None => "<unset>",
    }
}

/// A Job's name is the CronJob's, a dash and up to ten digits, and has to fit into a label.
const NAME_LIMIT: usize = 52;

fn validate_schedule(errors: &mut Errors, spec: &Value, old: Option<&Value>) {
    let schedule = text(spec, "/schedule");
    if schedule.is_empty() {
        errors.push(FieldError::required("spec.schedule", ""));
        return;
    }
    let has_zone = |schedule: &str| schedule.contains("TZ");
    // A CronJob that had a zone in its schedule before this was refused may keep it.
    let kept = old.is_some_and(|old| has_zone(text(old, "/spec/schedule")));
    let mut refuse = |why: &str| errors.push(FieldError::invalid("spec.schedule", &schedule.into(), why));
    if let Err(why) = check_schedule(schedule) {
        refuse(&why);
    }
    if has_zone(schedule) && !kept {
        refuse("cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
    } else if has_zone(schedule) && !absent(spec, "/timeZone") {
        refuse("cannot use both timeZone field and TZ or CRON_TZ in schedule");
    }
}

fn validate_time_zone(errors: &mut Errors, spec: &Value, old: Option<&Value>) {
    let Some(zone) = spec.get("timeZone").and_then(Value::as_str) else { return };
    if old.is_some_and(|old| text(old, "/spec/timeZone") == zone) {
        return;
    }
    let why = match zone {
        "" => "timeZone must be nil or non-empty string".to_owned(),
        _ if zone.eq_ignore_ascii_case("local") => {
            "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones".to_owned()
        }
        _ => match check_time_zone(zone) {
            Ok(()) => return,
            Err(why) => why,
        },
    };
    errors.push(FieldError::invalid("spec.timeZone", &zone.into(), why));
}
