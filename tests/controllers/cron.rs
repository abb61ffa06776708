//! CronJobs: start times, history, suspension, concurrency (recordings c-*).

use serde_json::{Value, json};

use crate::lab::Lab;

const PATH: &str = "/apis/batch/v1/namespaces/default/cronjobs";
const JOBS: &str = "/apis/batch/v1/namespaces/default/jobs";
const PODS: &str = "/api/v1/namespaces/default/pods";

async fn cron_job(lab: &Lab, name: &str, spec: Value) -> String {
    let template = json!({"spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "busybox"}]}});
    let mut cron_job = json!({
        "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": name},
        "spec": {"schedule": "*/1 * * * *", "jobTemplate": {"spec": {"template": template}}},
    });
    for (key, value) in spec.as_object().unwrap() {
        cron_job["spec"][key] = value.clone();
    }
    lab.create(PATH, &cron_job).await;
    format!("{PATH}/{name}")
}

fn names(items: &[Value]) -> Vec<String> {
    let mut names: Vec<String> =
        items.iter().filter_map(|item| item["metadata"]["name"].as_str().map(str::to_owned)).collect();
    names.sort();
    names
}

/// Ends all running pods; returns when their Jobs are finished.
async fn finish_all(lab: &Lab, exit_code: i32) {
    for pod in lab.until_items(PODS, |pods| pods.iter().all(|pod| pod["status"]["phase"] != "Pending")).await {
        if pod["status"]["phase"] == "Running" {
            lab.finish(&pod, exit_code).await;
        }
    }
    let over = |job: &Value| job["status"]["conditions"].as_array().is_some_and(|all| all.len() == 2);
    lab.until_items(JOBS, |jobs| jobs.iter().all(over)).await;
}

async fn started(lab: &Lab, names_wanted: &[&str]) -> Vec<Value> {
    lab.until_items(JOBS, |jobs| names(jobs) == names_wanted).await
}

#[tokio::test]
async fn every_minute_with_a_history_of_three() {
    let lab = Lab::open().await;
    let path = cron_job(&lab, "minutely", json!({"successfulJobsHistoryLimit": 3})).await;
    for minute in 49..54 {
        lab.jump_to(&format!("2026-11-23T13:{minute}:00.100Z"));
        let name = format!("minutely-299240{}", minute - 20);
        let jobs = lab.until_items(JOBS, |jobs| names(jobs).contains(&name)).await;
        let job = jobs.iter().find(|job| job["metadata"]["name"] == name.as_str()).unwrap();
        let scheduled = format!("2026-11-23T13:{minute}:00Z");
        assert_eq!(
            job["metadata"]["annotations"]["batch.kubernetes.io/cronjob-scheduled-timestamp"],
            scheduled.as_str()
        );
        let seen = lab.until(&path, |cron_job| cron_job["status"]["active"][0]["name"] == name.as_str()).await;
        assert_eq!(seen["status"]["lastScheduleTime"], scheduled.as_str());
        lab.jump(4.0);
        finish_all(&lab, 0).await;
        lab.until(&path, |cron_job| cron_job["status"]["active"].is_null()).await;
    }
    started(&lab, &["minutely-29924031", "minutely-29924032", "minutely-29924033"]).await;
    let events = lab.events("default", "CronJob").await;
    for event in [
        "Normal SuccessfulCreate 1: Created job minutely-29924029",
        "Normal SawCompletedJob 1: Saw completed job: minutely-29924029, condition: Complete",
        "Normal SuccessfulDelete 1: Deleted job minutely-29924029",
    ] {
        assert!(events.iter().any(|line| line == event), "{event} is not among {events:#?}");
    }
    assert!(!events.iter().any(|line| line.contains("MissingJob")), "{events:#?}");
}

#[tokio::test]
async fn suspend_and_resume_start_the_latest_missed_time_only() {
    let lab = Lab::open().await;
    let path = cron_job(&lab, "c", json!({"suspend": true})).await;
    lab.jump_to("2026-11-23T13:57:30Z");
    lab.patch(&path, json!({"spec": {"suspend": false}})).await;
    started(&lab, &["c-29924037"]).await;
}

#[tokio::test]
async fn a_changed_schedule_begins_with_its_next_time() {
    let lab = Lab::open().await;
    let path = cron_job(&lab, "c", json!({"schedule": "0 15 * * *"})).await;
    lab.until_written(1, |write| write["path"].as_str().is_some_and(|path| path.ends_with("serviceaccounts"))).await;
    lab.jump_to("2026-11-23T13:55:30Z");
    lab.patch(&path, json!({"spec": {"schedule": "*/1 * * * *"}})).await;
    lab.jump_to("2026-11-23T13:56:00.100Z");
    // Whether 13:56 is seen depends on when the change is; 13:55, half a minute ago, is none of its times.
    let seen = |jobs: &[Value], name: &str| names(jobs).contains(&name.to_owned());
    tokio::task::yield_now().await;
    lab.jump_to("2026-11-23T13:57:00.100Z");
    let jobs = lab.until_items(JOBS, |jobs| seen(jobs, "c-29924037")).await;
    assert!(!seen(&jobs, "c-29924035"), "{:?}", names(&jobs));
}

#[tokio::test]
async fn a_starting_deadline_skips_what_is_too_old() {
    let lab = Lab::open().await;
    let path = cron_job(&lab, "sdl", json!({"suspend": true, "startingDeadlineSeconds": 20})).await;
    // 41 s after a start time: too late, and nothing is said.
    lab.jump_to("2026-11-23T13:52:41Z");
    lab.patch(&path, json!({"spec": {"suspend": false}})).await;
    lab.jump_to("2026-11-23T13:53:00.100Z");
    started(&lab, &["sdl-29924033"]).await;
    finish_all(&lab, 0).await;
    lab.patch(&path, json!({"spec": {"suspend": true}})).await;
    // 11 s after one: in time.
    lab.jump_to("2026-11-23T13:56:10Z");
    lab.patch(&path, json!({"spec": {"suspend": false}})).await;
    started(&lab, &["sdl-29924033", "sdl-29924036"]).await;
}

#[tokio::test]
async fn forbid_waits_and_then_catches_up() {
    let lab = Lab::open().await;
    cron_job(&lab, "f", json!({"concurrencyPolicy": "Forbid"})).await;
    lab.jump_to("2026-11-23T13:49:00.100Z");
    started(&lab, &["f-29924029"]).await;
    lab.until_items(PODS, |pods| pods.iter().any(|pod| pod["status"]["phase"] == "Running")).await;
    lab.jump_to("2026-11-23T13:50:00.100Z");
    // Said at each look at the CronJob, so that its count is a matter of how often the controller looked.
    let skipped = "Not starting job because prior execution is running and concurrency policy is Forbid";
    lab.until("/api/v1/namespaces/default/events", |list| list.to_string().contains("JobAlreadyActive")).await;
    assert!(
        lab.events("default", "CronJob")
            .await
            .iter()
            .any(|line| line.starts_with("Normal JobAlreadyActive ") && line.ends_with(skipped))
    );
    let pod = lab.until_items(PODS, |pods| pods.len() == 1).await.remove(0);
    lab.finish(&pod, 0).await;
    started(&lab, &["f-29924029", "f-29924030"]).await;
}

#[tokio::test]
async fn replace_deletes_the_running_job() {
    let lab = Lab::open().await;
    let path = cron_job(&lab, "r", json!({"concurrencyPolicy": "Replace"})).await;
    lab.jump_to("2026-11-23T13:49:00.100Z");
    started(&lab, &["r-29924029"]).await;
    lab.until(&path, |cron_job| cron_job["status"]["active"][0]["name"] == "r-29924029").await;
    lab.jump_to("2026-11-23T13:50:00.100Z");
    started(&lab, &["r-29924030"]).await;
    let seen = lab.until(&path, |cron_job| cron_job["status"]["active"][0]["name"] == "r-29924030").await;
    assert_eq!(seen["status"]["active"].as_array().map(Vec::len), Some(1));
    let events = lab.events("default", "CronJob").await;
    let wanted = [
        "Normal SuccessfulCreate 1: Created job r-29924029",
        "Normal SuccessfulDelete 1: Deleted job r-29924029",
        "Normal SuccessfulCreate 1: Created job r-29924030",
    ];
    lab.until("/api/v1/namespaces/default/events", |list| list.to_string().contains("Created job r-29924030")).await;
    for event in wanted {
        assert!(lab.events("default", "CronJob").await.iter().any(|line| line == event), "{event}: {events:#?}");
    }
    // The replaced Job's pod goes with it.
    lab.until_items(PODS, |pods| pods.len() == 1).await;
}

#[tokio::test]
async fn failed_jobs_have_their_own_limit_and_a_zone_its_offset() {
    let lab = Lab::open().await;
    let mut spec = json!({"failedJobsHistoryLimit": 1, "timeZone": "Asia/Tokyo"});
    spec["jobTemplate"] = json!({"spec": {"backoffLimit": 0, "template": {"spec": {
        "restartPolicy": "Never", "containers": [{"name": "main", "image": "busybox"}]}}}});
    let path = cron_job(&lab, "t", spec).await;
    for minute in 49..51 {
        lab.jump_to(&format!("2026-11-23T13:{minute}:00.100Z"));
        let name = format!("t-299240{}", minute - 20);
        let jobs = lab.until_items(JOBS, |jobs| names(jobs).contains(&name)).await;
        let job = jobs.iter().find(|job| job["metadata"]["name"] == name.as_str()).unwrap();
        let expected = format!("2026-11-23T22:{minute}:00+09:00");
        assert_eq!(
            job["metadata"]["annotations"]["batch.kubernetes.io/cronjob-scheduled-timestamp"],
            expected.as_str()
        );
        lab.until(&path, |cron_job| cron_job["status"]["active"][0]["name"] == name.as_str()).await;
        lab.jump(2.0);
        finish_all(&lab, 1).await;
    }
    started(&lab, &["t-29924030"]).await;
    let seen = lab.until(&path, |cron_job| cron_job["status"]["active"].is_null()).await;
    assert!(seen["status"]["lastSuccessfulTime"].is_null());
}

#[tokio::test]
async fn manual_jobs_are_unexpected_but_count_for_the_history() {
    let lab = Lab::open().await;
    let path =
        cron_job(&lab, "task-reporter", json!({"schedule": "0 15 * * *", "successfulJobsHistoryLimit": 1})).await;
    let owner = lab.get(&path).await.unwrap();
    for name in ["test1", "test2"] {
        let mut job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}});
        job["metadata"]["annotations"] = json!({"cronjob.kubernetes.io/instantiate": "manual"});
        job["metadata"]["ownerReferences"] = json!([{
            "apiVersion": "batch/v1", "kind": "CronJob", "name": "task-reporter", "uid": owner["metadata"]["uid"], "controller": true}]);
        job["spec"] = owner["spec"]["jobTemplate"]["spec"].clone();
        lab.create(JOBS, &job).await;
        lab.jump(1.0);
        lab.until(&format!("{JOBS}/{name}"), |job| job["status"]["ready"] == 1).await;
        finish_all(&lab, 0).await;
    }
    started(&lab, &["test2"]).await;
    let seen = lab.until(&path, |cron_job| !cron_job["status"]["lastSuccessfulTime"].is_null()).await;
    assert!(seen["status"]["active"].is_null() && seen["status"]["lastScheduleTime"].is_null());
    let unexpected = "Saw a job that the controller did not create or forgot: test1";
    lab.until("/api/v1/namespaces/default/events", |list| list.to_string().contains(unexpected)).await;
}

#[tokio::test]
async fn more_than_a_hundred_missed_starts_still_start_the_latest() {
    let lab = Lab::open().await;
    let path = cron_job(&lab, "m", json!({"suspend": true})).await;
    lab.jump_to("2026-11-23T16:00:30Z");
    lab.patch(&path, json!({"spec": {"suspend": false}})).await;
    started(&lab, &["m-29924160"]).await;
    let warning = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew";
    lab.until("/api/v1/namespaces/default/events", |list| list.to_string().contains(warning)).await;
}
