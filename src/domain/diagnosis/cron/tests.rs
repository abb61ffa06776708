//! CronJobs in each state against what is found of them.

use crate::domain::cronjob::CronJobRow;
use crate::domain::diagnosis::testing::{cronjob, ended, event, facts, failed, ids, job, lines, t};
use crate::domain::diagnosis::{Finding, Subject, Surroundings, diagnose};

fn at(cronjob: &CronJobRow, clock: &str) -> Vec<Finding> {
    diagnose(Subject::CronJob(cronjob), &Surroundings::at(t(clock)))
}

/// One that runs each minute and last did so at 10:00.
fn minutely() -> CronJobRow {
    CronJobRow { schedule: "* * * * *".into(), last_schedule: Some(t("10:00:00")), ..cronjob() }
}

fn active() -> CronJobRow {
    CronJobRow { active: vec!["task-reporter-1".into()], ..minutely() }
}

#[test]
fn each_state_has_its_findings() {
    let policy = |policy: &str| CronJobRow { concurrency_policy: policy.into(), ..active() };
    let cases: Vec<(CronJobRow, &str, &[&str])> = vec![
        (cronjob(), "10:00:00", &["cron-waiting"]),
        (CronJobRow { schedule: "every minute".into(), ..cronjob() }, "10:00:00", &["cron-unreadable"]),
        (CronJobRow { time_zone: Some("Asia/Edo".into()), ..cronjob() }, "10:00:00", &["cron-zone-unknown"]),
        (CronJobRow { schedule: "0 0 31 2 *".into(), ..cronjob() }, "10:00:00", &["cron-never"]),
        (policy("Allow"), "10:00:30", &["cron-allow", "cron-running"]),
        (policy("Replace"), "10:00:30", &["cron-replace", "cron-running"]),
        (policy("Forbid"), "10:00:30", &["cron-forbid", "cron-running"]),
        (policy("Forbid"), "10:05:30", &["cron-forbid-blocked", "cron-running"]),
        (minutely(), "10:01:10", &["cron-waiting"]),
        (minutely(), "10:01:45", &["cron-overdue", "cron-waiting"]),
    ];
    for (row, clock, wanted) in cases {
        assert_eq!(ids(&at(&row, clock)), wanted, "{} {clock}", row.schedule);
    }
}

#[test]
fn waiting_tells_when_the_next_run_is() {
    let found = at(&cronjob(), "14:59:15");
    assert_eq!((found[0].fact("at"), found[0].fact("wait")), (Some("2026-11-23T15:00:00Z"), Some("45s")));
}

#[test]
fn a_suspended_one_tells_what_resuming_does() {
    let held = |deadline| CronJobRow { suspend: true, starting_deadline_seconds: deadline, ..minutely() };
    let cases: Vec<(CronJobRow, &str, &[&str], Option<&str>)> = vec![
        (held(None), "10:00:30", &["cron-suspended", "cron-resume-nothing"], Some("0")),
        (held(None), "10:05:30", &["cron-suspended", "cron-resume-starts"], Some("5")),
        (held(Some(60)), "10:05:30", &["cron-suspended", "cron-resume-starts"], Some("5")),
        (held(Some(20)), "10:05:30", &["cron-suspended", "cron-resume-too-late"], Some("5")),
        (held(None), "12:00:30", &["cron-suspended", "cron-resume-starts", "cron-too-many-missed"], Some("100+")),
    ];
    for (row, clock, wanted, missed) in cases {
        let found = at(&row, clock);
        assert_eq!(ids(&found), wanted, "{clock} {:?}", row.starting_deadline_seconds);
        assert_eq!(found[0].fact("missed"), missed, "{clock}");
    }
    let starts = at(&held(None), "10:05:30");
    assert_eq!(starts[1].fact("at"), Some("2026-11-23T10:05:00Z"), "the latest only");
    assert_eq!(lines(&starts[0]), ["k8s-tutor cron resume task-reporter"]);
}

#[test]
fn a_start_that_is_past_its_deadline_is_skipped() {
    let row = CronJobRow { starting_deadline_seconds: Some(5), ..minutely() };
    assert_eq!(ids(&at(&row, "10:01:10")), ["cron-deadline-short", "cron-start-missed", "cron-waiting"]);
    let row = CronJobRow { starting_deadline_seconds: Some(600), ..minutely() };
    assert_eq!(ids(&at(&row, "10:01:10")), ["cron-waiting"]);
}

#[test]
fn the_last_run_and_those_by_hand_are_told() {
    let with = |jobs: &[crate::domain::job::JobRow]| {
        let events =
            [event("CronJob", "task-reporter", "UnexpectedJob", "Saw a job that the controller did not create")];
        let s = Surroundings { jobs, events: &events, ..Surroundings::at(t("10:06:00")) };
        ids(&diagnose(Subject::CronJob(&cronjob()), &s))
    };
    let lost = job(&ended(false, "BackoffLimitExceeded", 11), vec![]);
    let retries = job(&facts(), vec![failed("10:05:55", 1, "Error")]);
    let mut later = job(&ended(true, "CompletionsReached", 0), vec![]);
    later.finished_at = Some(t("10:05:30"));
    assert_eq!(with(std::slice::from_ref(&lost)), ["cron-last-failed", "cron-waiting", "cron-unexpected-job"]);
    assert_eq!(with(&[lost, later]), ["cron-waiting", "cron-unexpected-job"], "a later run went well");
    assert_eq!(with(&[retries]), ["cron-run-retrying", "cron-waiting", "cron-unexpected-job"]);
}
