//! CronJobs and Jobs.

use serde_json::Value;

use super::containers::template;
use super::page::Page;
use super::parts::{annotations, controlled_by, date, head, labels, selector, span, text, time, word, word_or, yes_no};

pub(super) fn cronjob(page: &mut Page, object: &Value) {
    head(page, object);
    labels(page, 0, object, "/metadata/labels");
    annotations(page, 0, object, "/metadata/annotations");
    page.field(0, "Schedule", text(object, "/spec/schedule"));
    page.field(0, "Concurrency Policy", text(object, "/spec/concurrencyPolicy"));
    let suspend = object.pointer("/spec/suspend").and_then(Value::as_bool);
    page.field(0, "Suspend", suspend.map_or("<unset>", yes_no));
    let unset = |pointer: &str| word_or(object, pointer, "<unset>");
    page.field(0, "Time Zone", unset("/spec/timeZone"));
    page.field(0, "Successful Job History Limit", unset("/spec/successfulJobsHistoryLimit"));
    page.field(0, "Failed Job History Limit", unset("/spec/failedJobsHistoryLimit"));
    page.field(0, "Starting Deadline Seconds", seconds(object, "/spec/startingDeadlineSeconds", "<unset>"));
    let job = |field: &str| format!("/spec/jobTemplate/spec/{field}");
    let of_template = selector(object, &job("selector"));
    page.field(0, "Selector", if of_template.is_empty() { "<unset>" } else { &of_template });
    page.field(0, "Parallelism", unset(&job("parallelism")));
    page.field(0, "Completions", unset(&job("completions")));
    let deadline = job("activeDeadlineSeconds");
    if word(object, &deadline).is_some() {
        page.field(0, "Active Deadline Seconds", seconds(object, &deadline, ""));
    }
    template(page, object.pointer(&job("template")).unwrap_or(&Value::Null));
    let last = date(object, "/status/lastScheduleTime");
    page.field(0, "Last Schedule Time", last.unwrap_or_else(|| "<unset>".into()));
    let active = super::parts::items(object, "/status/active").iter().map(|job| text(job, "/name"));
    let active = active.collect::<Vec<_>>().join(", ");
    page.field(0, "Active Jobs", if active.is_empty() { "<none>" } else { &active });
}

pub(super) fn job(page: &mut Page, object: &Value) {
    head(page, object);
    page.field(0, "Selector", selector(object, "/spec/selector"));
    labels(page, 0, object, "/metadata/labels");
    annotations(page, 0, object, "/metadata/annotations");
    controlled_by(page, object);
    let mut told = |title: &str, value: Option<String>| {
        if let Some(value) = value {
            page.field(0, title, value);
        }
    };
    told("Parallelism", word(object, "/spec/parallelism"));
    told("Completions", Some(word_or(object, "/spec/completions", "<unset>")));
    told("Completion Mode", word(object, "/spec/completionMode"));
    told("Suspend", word(object, "/spec/suspend"));
    told("Backoff Limit", word(object, "/spec/backoffLimit"));
    told("TTL Seconds After Finished", word(object, "/spec/ttlSecondsAfterFinished"));
    told("Start Time", date(object, "/status/startTime"));
    told("Completed At", date(object, "/status/completionTime"));
    let (start, end) = (time(object, "/status/startTime"), time(object, "/status/completionTime"));
    told("Duration", start.zip(end).map(|(start, end)| span(end.as_second() - start.as_second())));
    told("Active Deadline Seconds", word(object, "/spec/activeDeadlineSeconds").map(|n| format!("{n}s")));
    told("Pods Statuses", Some(pods(object)));
    if text(object, "/spec/completionMode") == "Indexed" {
        told("Completed Indexes", Some(word_or(object, "/status/completedIndexes", "<none>")));
    }
    template(page, object.pointer("/spec/template").unwrap_or(&Value::Null));
}

fn pods(object: &Value) -> String {
    let count = |field: &str| word_or(object, &format!("/status/{field}"), "0");
    let ready = word(object, "/status/ready").map(|ready| format!(" ({ready} Ready)")).unwrap_or_default();
    format!("{} Active{ready} / {} Succeeded / {} Failed", count("active"), count("succeeded"), count("failed"))
}

fn seconds(object: &Value, pointer: &str, none: &str) -> String {
    word(object, pointer).map_or_else(|| none.to_owned(), |n| format!("{n}s"))
}
