//! The plan alone: what an API server would refuse. The rest runs in `tests/controllers/cron.rs`.

use jiff::Timestamp;
use k8s_openapi::api::batch::v1::CronJob;
use serde_json::{Value, json};

use super::plan::{next_start, plan};

fn t(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

fn cron_job(spec: Value) -> CronJob {
    let mut cron_job = json!({
        "metadata": {"name": "c", "namespace": "n", "uid": "c", "creationTimestamp": "2026-11-23T13:48:24Z"},
        "spec": {"schedule": "*/1 * * * *", "jobTemplate": {}},
    });
    for (key, value) in spec.as_object().expect("fields") {
        cron_job["spec"][key] = value.clone();
    }
    serde_json::from_value(cron_job).expect("a cron job")
}

fn notices(spec: Value, now: &str) -> Vec<String> {
    let plan = plan(&cron_job(spec), &[], t(now));
    plan.notices.into_iter().map(|notice| format!("{}: {}", notice.reason, notice.message)).collect()
}

#[test]
fn it_looks_a_tenth_of_a_second_after_the_start_time() {
    let plan = plan(&cron_job(json!({})), &[], t("2026-11-23T13:48:30Z"));
    assert!(plan.start.is_none() && !plan.changed);
    assert_eq!(plan.again, Some(t("2026-11-23T13:49:00.1Z")));
}

#[test]
fn the_job_is_named_by_minutes_and_carries_its_time() {
    let plan = plan(&cron_job(json!({"timeZone": "Asia/Tokyo"})), &[], t("2026-11-23T13:49:00.1Z"));
    let start = plan.start.expect("due");
    assert_eq!(start.job.metadata.name.as_deref(), Some("c-29924029"));
    let scheduled = &start.job.metadata.annotations.expect("some")["batch.kubernetes.io/cronjob-scheduled-timestamp"];
    assert_eq!(scheduled, "2026-11-23T22:49:00+09:00");
    assert_eq!(plan.again, Some(t("2026-11-23T13:50:00.1Z")));
}

#[test]
fn what_cannot_be_scheduled_is_said() {
    let now = "2026-11-23T13:49:00.1Z";
    assert_eq!(
        notices(json!({"timeZone": "Mars/Olympus"}), now),
        [r#"UnknownTimeZone: invalid timeZone: "Mars/Olympus": unknown time zone Mars/Olympus"#]
    );
    assert_eq!(
        notices(json!({"schedule": "every minute"}), now),
        [
            r#"UnparseableSchedule: unparseable schedule: "every minute" : expected exactly 5 fields, found 2: [every minute]"#
        ]
    );
    assert_eq!(
        notices(json!({"schedule": "0 0 31 2 *"}), now),
        [
            "InvalidSchedule: invalid schedule schedule: 0 0 31 2 * : time difference between two schedules is less than 1 second"
        ]
    );
}

#[test]
fn a_changed_schedule_waits_for_its_next_time() {
    let next = next_start(&cron_job(json!({})), t("2026-11-23T13:55:30Z"));
    assert_eq!(next, Some(t("2026-11-23T13:56:00.1Z")));
}

#[test]
fn a_suspended_one_neither_starts_nor_looks_again() {
    let plan = plan(&cron_job(json!({"suspend": true})), &[], t("2026-11-23T14:00:00Z"));
    assert!(plan.start.is_none() && plan.again.is_none() && plan.notices.is_empty());
}

#[test]
fn a_lost_active_job_is_taken_off_the_list() {
    let mut cron_job = cron_job(json!({"suspend": true}));
    let status = json!({"active": [{"kind": "Job", "name": "c-1", "namespace": "n", "uid": "lost"}]});
    cron_job.status = serde_json::from_value(status).expect("a status");
    let plan = plan(&cron_job, &[], t("2026-11-23T14:00:00Z"));
    assert!(plan.changed && plan.status.active.is_none());
    assert_eq!(
        (plan.notices[0].reason.as_str(), plan.notices[0].message.as_str()),
        ("MissingJob", "Active job went missing: c-1")
    );
}
