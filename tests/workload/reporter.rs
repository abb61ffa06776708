//! The task-reporter as a process.

use std::collections::HashMap;
use std::process::Output;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::bucket::{Aws, Bucket};
use crate::support::{Dynamo, Running, stdout, tutorial};

const PROGRAM: &str = env!("CARGO_BIN_EXE_task-reporter");
const HEADER: &str = "taskId,userName,completedTime,title\n";

/// Noon of today in Tokyo: far from both of the day's ends, whatever the time of the test.
fn noon() -> i64 {
    let today = Timestamp::now().to_zoned(TimeZone::get("Asia/Tokyo").unwrap()).date();
    today.at(12, 0, 0, 0).to_zoned(TimeZone::get("Asia/Tokyo").unwrap()).unwrap().timestamp().as_second()
}

fn put(aws: &Aws, id: &str, user: &str, title: Option<&str>, status: &str, updated: Option<i64>) {
    let mut item = HashMap::from([
        ("task_id".to_owned(), AttributeValue::S(id.to_owned())),
        ("user_name".to_owned(), AttributeValue::S(user.to_owned())),
        ("start_at".to_owned(), AttributeValue::N("1".to_owned())),
        ("status".to_owned(), AttributeValue::S(status.to_owned())),
    ]);
    if let Some(title) = title {
        item.insert("title".to_owned(), AttributeValue::S(title.to_owned()));
    }
    if let Some(updated) = updated {
        item.insert("updated_at".to_owned(), AttributeValue::N(updated.to_string()));
    }
    let client = aws.dynamo.client();
    aws.dynamo.runtime.block_on(client.put_item().table_name("tasks").set_item(Some(item)).send()).unwrap();
}

fn run(aws: &Aws, extra: &[(&str, &str)]) -> (Output, usize) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = tutorial(PROGRAM, &aws.url(), folder.path());
    let output = command.envs(extra.iter().copied()).output().unwrap();
    (output, std::fs::read_dir(folder.path()).unwrap().count())
}

#[test]
fn a_day_of_finished_tasks_becomes_the_tutorials_csv() {
    let aws = Aws::start(Dynamo::with_table(), Bucket::default());
    let noon = noon();
    put(&aws, "id-1", "kudoh", Some("スプリントプランニング"), "DONE", Some(noon));
    put(&aws, "id-2", "a,b", Some("say \"hi\""), "DONE", Some(noon + 60));
    put(&aws, "id-3", "kudoh", Some("a\"\nx,mallory,00:00,\"forged"), "DONE", Some(noon + 120));
    put(&aws, "id-4", "kudoh", Some("=1+1"), "DONE", Some(noon + 180));
    put(&aws, "id-5", "kudoh", None, "DONE", Some(noon + 240));
    put(&aws, "first", "kudoh", Some("first second"), "DONE", Some(noon - 12 * 3600));
    put(&aws, "last", "kudoh", Some("last second"), "DONE", Some(noon + 12 * 3600 - 1));
    put(&aws, "yesterday", "kudoh", Some("x"), "DONE", Some(noon - 12 * 3600 - 1));
    put(&aws, "tomorrow", "kudoh", Some("x"), "DONE", Some(noon + 12 * 3600));
    put(&aws, "undone", "kudoh", Some("x"), "UNDONE", Some(noon));
    put(&aws, "new", "kudoh", Some("x"), "UNDONE", None);
    // Seven rows in pages of two: four queries, the next always on its way.
    let (output, left) = run(&aws, &[("PAGE_SIZE", "2"), ("HOSTNAME", "test1-abcde"), ("JOB_NAME", "test1")]);
    let log = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{log}");
    let (key, csv) = aws.object();
    let today = Timestamp::now().to_zoned(TimeZone::get("Asia/Tokyo").unwrap()).date();
    assert_eq!(key, format!("completed-tasks-{today}.csv"));
    assert_eq!(
        csv,
        format!(
            "{HEADER}first,kudoh,00:00,\"first second\"\n\
             id-1,kudoh,12:00,\"スプリントプランニング\"\n\
             id-2,\"a,b\",12:01,\"say \"\"hi\"\"\"\n\
             id-3,kudoh,12:02,\"a\"\"\nx,mallory,00:00,\"\"forged\"\n\
             id-4,kudoh,12:03,\"'=1+1\"\n\
             id-5,kudoh,12:04,\"\"\n\
             last,kudoh,23:59,\"last second\"\n"
        )
    );
    for line in
        ["processing next chunk...", "uploaded file completed-tasks-", "completed!!", "rows=7", "id-1,kudoh,12:00"]
    {
        assert!(log.contains(line), "{line} is missing in:\n{log}");
    }
    assert!(log.contains("a\"\"\\nx,mallory"), "a title broke a log line:\n{log}");
    assert_eq!(left, 0, "a file was left in TEMP_DIR");
    let bucket = aws.bucket.lock().unwrap();
    assert_eq!(bucket.objects[&key].1, "text/csv; charset=utf-8");
    let metadata = &bucket.metadata[&key];
    for (name, value) in [("pod", "test1-abcde"), ("job", "test1"), ("rows", "7"), ("day", &today.to_string())] {
        assert_eq!(metadata[name], value, "{metadata:?}");
    }
    assert_eq!(metadata["run"].len(), 36, "{metadata:?}");
}

#[test]
fn an_empty_day_is_a_header_and_a_second_run_changes_nothing() {
    let aws = Aws::start(Dynamo::with_table(), Bucket::default());
    for _ in 0..2 {
        let (output, _) = run(&aws, &[]);
        assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
        assert_eq!(aws.object().1, HEADER);
    }
}

#[test]
fn a_big_day_goes_up_in_parts() {
    let aws = Aws::start(Dynamo::with_table(), Bucket::default());
    let long = "長".repeat(100_000);
    for index in 0..30 {
        put(&aws, &format!("id-{index:02}"), "kudoh", Some(&long), "DONE", Some(noon() + index));
    }
    let (output, left) = run(&aws, &[("LOG_ROWS", "1"), ("LOG_FORMAT", "json")]);
    let log = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{log}");
    assert_eq!(left, 0);
    let (_, csv) = aws.object();
    assert_eq!(csv.lines().count(), 31);
    assert_eq!(csv.matches(&long).count(), 30);
    let bucket = aws.bucket.lock().unwrap();
    assert_eq!(bucket.metadata.values().next().unwrap()["rows"], "30");
    let requests = bucket.requests.join("\n");
    assert!(requests.contains("partNumber=2") && !requests.contains("DELETE"), "{requests}");
    for line in log.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
}

#[test]
fn each_failure_has_its_exit_code_and_says_why() {
    type Extra = &'static [(&'static str, &'static str)];
    let cases: &[(Extra, i32, &str)] = &[
        (&[("TARGET_OFFSET_DAYS", "abc"), ("TZ", "Asia/Edo")], 2, "TARGET_OFFSET_DAYS is \"abc\""),
        (
            &[("AWS_ENDPOINT", "http://127.0.0.1:1")],
            3,
            "cannot reach http://127.0.0.1:1 for HeadBucket: connection refused",
        ),
        (&[("REPORT_BUCKET", "nosuch")], 4, "no bucket nosuch"),
        (&[("TASK_TABLE_NAME", "nosuch")], 5, "no table nosuch"),
        (&[("TEMP_DIR", "/nosuch/folder")], 6, "cannot create /nosuch/folder/"),
    ];
    let aws = Aws::start(Dynamo::with_table(), Bucket::default());
    let folder = tempfile::tempdir().unwrap();
    let message = folder.path().join("termination-log");
    for (extra, code, words) in cases {
        let mut extra = extra.to_vec();
        extra.push(("TERMINATION_MESSAGE_PATH", message.to_str().unwrap()));
        let (output, left) = run(&aws, &extra);
        let log = stdout(&output);
        assert_eq!(output.status.code(), Some(*code), "{log}");
        assert!(log.contains(words), "{words} is missing in:\n{log}");
        assert!(std::fs::read_to_string(&message).unwrap().contains(words));
        assert_eq!(left, 0);
    }
    assert!(aws.bucket.lock().unwrap().objects.is_empty());
}

#[test]
fn a_missing_bucket_is_seen_before_the_table_is_read() {
    let aws = Aws::start(Dynamo::start(), Bucket::default());
    let (output, _) = run(&aws, &[("REPORT_BUCKET", "nosuch")]);
    assert_eq!(output.status.code(), Some(4), "neither is there; the bucket is named");
    let (output, _) = run(&aws, &[]);
    assert_eq!(output.status.code(), Some(5));
}

#[test]
fn a_denied_upload_and_a_short_object_are_failures() {
    let aws = Aws::start(Dynamo::with_table(), Bucket { deny: true, ..Bucket::default() });
    let (output, left) = run(&aws, &[]);
    assert_eq!((output.status.code(), left), (Some(7), 0), "{}", stdout(&output));
    let aws = Aws::start(Dynamo::with_table(), Bucket { lose_a_byte: true, ..Bucket::default() });
    let (output, left) = run(&aws, &[]);
    assert_eq!((output.status.code(), left), (Some(1), 0));
    assert!(stdout(&output).contains("36 were sent"), "{}", stdout(&output));
}

#[cfg(unix)]
#[test]
fn sigterm_aborts_the_upload_and_leaves_nothing_behind() {
    let aws = Aws::start(Dynamo::with_table(), Bucket { stall_uploads: true, ..Bucket::default() });
    let long = "x".repeat(300_000);
    for index in 0..30 {
        put(&aws, &format!("id-{index:02}"), "kudoh", Some(&long), "DONE", Some(noon() + index));
    }
    let folder = tempfile::tempdir().unwrap();
    let mut command = tutorial(PROGRAM, &aws.url(), folder.path());
    command.env("LOG_ROWS", "0");
    let mut running = Running::start(command);
    running.until("collected 30 completed tasks");
    let deadline = std::time::Instant::now() + crate::support::PATIENCE;
    while !aws.bucket.lock().unwrap().requests.iter().any(|request| request.contains("partNumber=1")) {
        assert!(std::time::Instant::now() < deadline, "no upload began");
        std::thread::yield_now();
    }
    let (code, rest) = running.terminate();
    assert_eq!(code, Some(143), "{rest}");
    assert!(rest.contains("interrupted"), "{rest}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the temp file stayed");
    let bucket = aws.bucket.lock().unwrap();
    assert!(bucket.requests.last().unwrap().starts_with("DELETE "), "{:?}", bucket.requests);
    assert!(bucket.objects.is_empty());
}

#[test]
fn two_runs_that_share_a_folder_do_not_mix() {
    let aws = Aws::start(Dynamo::with_table(), Bucket::default());
    for index in 0..200 {
        put(&aws, &format!("id-{index:03}"), "kudoh", Some("設計"), "DONE", Some(noon() + index));
    }
    let folder = tempfile::tempdir().unwrap();
    let start = || tutorial(PROGRAM, &aws.url(), folder.path()).env("PAGE_SIZE", "7").spawn().unwrap();
    let runs = [start(), start(), start()];
    for child in runs {
        assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
    }
    let (_, csv) = aws.object();
    assert_eq!(csv.lines().count(), 201);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
