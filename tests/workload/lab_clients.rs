//! The lab's own clients (`k8s_tutor::aws`) write what the workloads read.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use k8s_tutor::aws::{AwsError, Endpoint, Reports, Task, Tasks, seed};

use crate::bucket::{Aws, Bucket};
use crate::support::{Dynamo, stdout, tutorial};

#[test]
fn seeded_tasks_stand_in_todays_report() {
    let aws = Aws::start(Dynamo::with_table(), Bucket::default());
    let tasks = Tasks::new(&Endpoint::new(aws.url()));
    let zone = TimeZone::get("Asia/Tokyo").unwrap();
    // Midnight may pass between seeding and reporting: then the day is asked for again.
    for _ in 0..2 {
        let before = Timestamp::now().to_zoned(zone.clone()).date();
        let seeded = seed(60, Timestamp::now());
        aws.dynamo.runtime.block_on(tasks.put_all(&seeded)).unwrap();
        assert_eq!(seeded.iter().filter(|task| task.done).count(), 40);
        let folder = tempfile::tempdir().unwrap();
        let output = tutorial(env!("CARGO_BIN_EXE_task-reporter"), &aws.url(), folder.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
        if Timestamp::now().to_zoned(zone.clone()).date() == before {
            let (_, csv) = aws.object();
            for task in seeded.iter().filter(|task| task.done) {
                assert!(csv.contains(&task.task_id), "{task:?} is not in\n{csv}");
            }
            return;
        }
        aws.bucket.lock().unwrap().objects.clear();
    }
    panic!("midnight passed twice");
}

#[test]
fn tasks_are_added_finished_and_listed() {
    let aws = Dynamo::with_table();
    let tasks = Tasks::new(&Endpoint::new(aws.url()));
    aws.runtime.block_on(async {
        tasks.ready().await.unwrap();
        let now = Timestamp::now();
        let open = Task::new("kudoh", "設計", false, now);
        let done = Task::new("kudoh", "x", true, now);
        tasks.put(&open).await.unwrap();
        tasks.put(&done).await.unwrap();
        assert!(open.updated_at.is_none() && done.updated_at.is_some());
        let at = now.as_second() + 5;
        let finished = tasks.finish(&open.task_id, true, at).await.unwrap();
        assert_eq!((finished.done, finished.updated_at), (true, Some(at)));
        assert_eq!((finished.title.as_str(), finished.start_at), ("設計", open.start_at));
        let mut listed = tasks.list().await.unwrap();
        listed.sort_by_key(|task| task.title.clone());
        assert_eq!(listed, [done, finished]);
        assert!(matches!(tasks.finish("nosuch", true, at).await, Err(AwsError::NoTask { .. })));
    });
}

#[test]
fn tasks_are_opened_again_renamed_and_deleted() {
    let aws = Dynamo::with_table();
    let tasks = Tasks::new(&Endpoint::new(aws.url()));
    aws.runtime.block_on(async {
        let one = Task::new("kudoh", "設計", true, Timestamp::now());
        tasks.put(&one).await.unwrap();
        let open = tasks.finish(&one.task_id, false, 7).await.unwrap();
        assert_eq!((open.done, open.updated_at), (false, Some(7)));
        let renamed = tasks.retitle(&one.task_id, "say \"hi\"", 8).await.unwrap();
        assert_eq!((renamed.title.as_str(), renamed.updated_at, renamed.done), ("say \"hi\"", Some(8), false));
        assert_eq!(tasks.get(&one.task_id).await.unwrap(), renamed);
        tasks.delete(&one.task_id).await.unwrap();
        for id in [one.task_id.as_str(), "nosuch", ""] {
            assert!(matches!(tasks.get(id).await, Err(AwsError::NoTask { .. })), "{id:?}");
        }
        assert!(matches!(tasks.retitle("nosuch", "x", 9).await, Err(AwsError::NoTask { .. })));
        assert!(tasks.list().await.unwrap().is_empty(), "an update made a task");
    });
}

#[test]
fn a_report_is_read_with_the_run_that_wrote_it() {
    let aws = Aws::start(Dynamo::with_table(), Bucket::default());
    let folder = tempfile::tempdir().unwrap();
    let mut command = tutorial(env!("CARGO_BIN_EXE_task-reporter"), &aws.url(), folder.path());
    let output = command.env("HOSTNAME", "test1-abcde").env("JOB_NAME", "zwölf").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let (key, csv) = aws.object();
    aws.bucket.lock().unwrap().objects.insert("by-hand.csv".to_owned(), (b"x\n".to_vec(), String::new()));
    let reports = Reports::new(&Endpoint::new(aws.url()));
    aws.dynamo.runtime.block_on(async {
        let (report, lineage) = reports.head(&key).await.unwrap();
        let lineage = lineage.unwrap();
        assert_eq!(report.size, csv.len() as u64);
        assert_eq!((lineage.pod.as_deref(), lineage.rows), (Some("test1-abcde"), Some(0)));
        assert_eq!(lineage.job, None, "what is no plain ASCII is left out");
        assert_eq!(format!("completed-tasks-{}.csv", lineage.day.unwrap()), key);
        let table = reports.table(&key).await.unwrap();
        assert_eq!(table.header, ["taskId", "userName", "completedTime", "title"]);
        assert_eq!(reports.head("by-hand.csv").await.unwrap().1, None);
        assert!(matches!(reports.head("nosuch").await, Err(AwsError::NoReport { .. })));
        let mut told = Vec::new();
        let size = reports.copy(&key, &mut Vec::new(), |size| told.push(size)).await.unwrap();
        assert_eq!(told.last(), Some(&size));
    });
}

#[test]
fn what_is_missing_is_named() {
    let empty = Dynamo::start();
    let tasks = Tasks::new(&Endpoint::new(empty.url()));
    let error = empty.runtime.block_on(tasks.ready()).unwrap_err();
    assert!(matches!(error, AwsError::NoTable { .. }), "{error}");
    let nowhere = Tasks::new(&Endpoint::new("http://127.0.0.1:1"));
    let error = empty.runtime.block_on(nowhere.list()).unwrap_err().to_string();
    assert!(error.starts_with("cannot reach http://127.0.0.1:1 for Scan: connection refused"), "{error}");
}
