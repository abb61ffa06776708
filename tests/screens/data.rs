//! What cannot be watched: tasks, reports, logs, texts. In the forms in which the lab's own programs write them.

use jiff::Timestamp;
use k8s_tutor::domain::csv_table::CsvTable;
use k8s_tutor::domain::report::{Lineage, ReportRow, ReportTable};
use k8s_tutor::domain::task::TaskRow;

/// The report of the day on the screen.
pub(crate) const TODAY: &str = "completed-tasks-2026-11-23.csv";
/// The one before.
pub(crate) const YESTERDAY: &str = "completed-tasks-2026-11-22.csv";

fn at(text: &str) -> Option<Timestamp> {
    Some(text.parse().unwrap())
}

fn task(n: u32, user: &str, title: &str, start: &str, updated: Option<&str>) -> TaskRow {
    TaskRow {
        id: format!("7f3c2a{n:02}-51d4-4c0a-9b1e-0242ac12000{}", n % 10),
        user: user.to_owned(),
        title: title.to_owned(),
        done: updated.is_some(),
        start_at: at(start),
        updated_at: updated.map_or(at(start), at),
    }
}

/// Tasks as people write them; 15:00 UTC is where a day ends in Japan.
pub(crate) fn tasks() -> Vec<TaskRow> {
    vec![
        task(1, "kudoh", "スプリントプランニング", "2026-11-23T00:30:00Z", Some("2026-11-23T03:12:40Z")),
        task(2, "kudoh", "設計レビュー (batch)", "2026-11-23T01:00:00Z", Some("2026-11-23T05:45:00Z")),
        task(3, "tanaka", "Fix \"quotes\", commas, and, more", "2026-11-22T08:00:00Z", Some("2026-11-22T15:00:00Z")),
        task(4, "tanaka", "本番リリース手順書の更新とレビュー依頼、関係者への周知", "2026-11-22T02:00:00Z", None),
        task(5, "sato", "=SUM(A1:A9) in a title", "2026-11-21T02:00:00Z", Some("2026-11-22T14:59:59Z")),
        task(6, "sato", "書類 ☕ 👩‍💻", "2026-11-23T09:10:00Z", None),
        task(7, "kudoh", "Update the runbook", "2026-11-23T12:00:00Z", None),
    ]
}

/// The bucket's listing.
pub(crate) fn reports() -> Vec<ReportRow> {
    let row = |key: &str, size, modified: &str| ReportRow {
        key: key.to_owned(),
        size,
        modified_at: at(modified),
        lineage: None,
    };
    vec![
        row("completed-tasks-2026-11-20.csv", 37, "2026-11-20T15:00:04Z"),
        row("completed-tasks-2026-11-21.csv", 2_214_336, "2026-11-21T15:00:09Z"),
        row(YESTERDAY, 412, "2026-11-22T15:00:04Z"),
        row(TODAY, 388, "2026-11-23T13:49:07Z"),
    ]
}

fn table(key: &str, modified: &str, job: Option<&str>, lines: &[&[&str]], most: usize) -> ReportTable {
    let records = lines.iter().map(|line| line.iter().map(|cell| (*cell).to_owned()).collect());
    let table = CsvTable::new(records, most);
    let lineage = job.map(|job| Lineage {
        pod: Some(format!("{job}-2k9xs")),
        job: Some(job.to_owned()),
        run: None,
        rows: Some(table.rows.len() as u64),
        day: Some(key[16..26].to_owned()),
    });
    let size = lines.iter().flat_map(|line| line.iter()).map(|cell| cell.len() as u64 + 1).sum();
    ReportTable { report: ReportRow { key: key.to_owned(), size, modified_at: at(modified), lineage }, table }
}

const HEADER: &[&str] = &["taskId", "userName", "completedTime", "title"];

/// Today's report: a ragged row among good ones.
pub(crate) fn today() -> ReportTable {
    let rows: &[&[&str]] = &[
        HEADER,
        &["7f3c2a01-51d4-4c0a-9b1e-0242ac120001", "kudoh", "12:12", "スプリントプランニング"],
        &["7f3c2a02-51d4-4c0a-9b1e-0242ac120002", "kudoh", "14:45", "設計レビュー (batch)"],
        &["7f3c2a03-51d4-4c0a-9b1e-0242ac120003", "tanaka", "00:00", "Fix \"quotes\"", " commas", " and"],
        &["7f3c2a09-51d4-4c0a-9b1e-0242ac120009", "sato"],
    ];
    table(TODAY, "2026-11-23T13:49:07Z", Some("test5"), rows, 100)
}

/// Yesterday's: one task with another title, one that today's lacks; cut.
pub(crate) fn yesterday() -> ReportTable {
    let rows: &[&[&str]] = &[
        HEADER,
        &["7f3c2a01-51d4-4c0a-9b1e-0242ac120001", "kudoh", "12:12", "スプリントの計画"],
        &["7f3c2a02-51d4-4c0a-9b1e-0242ac120002", "kudoh", "14:45", "設計レビュー (batch)"],
        &["7f3c2a05-51d4-4c0a-9b1e-0242ac120005", "sato", "23:59", "'=SUM(A1:A9) in a title"],
        &["7f3c2a08-51d4-4c0a-9b1e-0242ac120008", "sato", "23:59", "more"],
    ];
    table(YESTERDAY, "2026-11-22T15:00:04Z", None, rows, 3)
}

/// A report of many rows.
pub(crate) fn long(rows: usize) -> ReportTable {
    let lines: Vec<Vec<String>> = std::iter::once(HEADER.iter().map(|cell| (*cell).to_owned()).collect())
        .chain((0..rows).map(|n| {
            vec![format!("7f3c{n:04x}-51d4-4c0a"), "kudoh".to_owned(), "12:00".to_owned(), format!("タスク {n}")]
        }))
        .collect();
    let mut long = table(TODAY, "2026-11-23T13:49:07Z", Some("test5"), &[], 0);
    long.table = CsvTable::new(lines, rows);
    long
}

/// What the task-reporter logs on a good day.
pub(crate) const GOOD: &[&str] = &[
    "2026-11-23T13:49:04.102934Z  INFO collecting tasks completed on 2026-11-23 stage=\"localstack\" zone=\"Asia/Tokyo\" endpoint=\"http://localstack:4566\"",
    "2026-11-23T13:49:04.318114Z  INFO processing next chunk...",
    "2026-11-23T13:49:04.318702Z  INFO 7f3c2a01-51d4-4c0a-9b1e-0242ac120001,kudoh,12:12,\"スプリントプランニング\"",
    "2026-11-23T13:49:04.318733Z  INFO 7f3c2a02-51d4-4c0a-9b1e-0242ac120002,kudoh,14:45,\"設計レビュー (batch)\"",
    "2026-11-23T13:49:04.320001Z  INFO collected 2 completed tasks rows=2 bytes=162 ms=217",
    "2026-11-23T13:49:05.001533Z  INFO uploaded file completed-tasks-2026-11-23.csv to s3://completed-task-report-bucket bytes=162 ms=41",
    "2026-11-23T13:49:05.001602Z  INFO completed!!",
];

/// What it logs while nobody answers behind the Service, in a minute of its second.
pub(crate) fn bad(second: &str) -> Vec<String> {
    let line = |rest: &str| format!("2026-11-23T13:{second}.{rest}");
    vec![
        line(
            "204115Z  INFO collecting tasks completed on 2026-11-23 stage=\"localstack\" zone=\"Asia/Tokyo\" endpoint=\"http://localstack:4566\"",
        ),
        line("231902Z  WARN request failed, trying again: Query on tasks: connection refused (os error 111)"),
        line(
            "302441Z ERROR error: Query on tasks at http://localstack:4566: connection refused (os error 111) exit_code=1",
        ),
        "\tat connect (tcp)\tlocalstack:4566".to_owned(),
    ]
}

/// A CronJob as the API server gives it.
pub(crate) const YAML: &str = "\
apiVersion: batch/v1
kind: CronJob
metadata:
  creationTimestamp: \"2026-11-23T13:48:30Z\"
  labels:
    app: task-reporter
  name: task-reporter
  namespace: c-manual
spec:
  concurrencyPolicy: Allow
  failedJobsHistoryLimit: 3
  # set back to false to resume
  suspend: false
  jobTemplate:
    spec:
      activeDeadlineSeconds: 3600
      backoffLimit: 10
      template:
        spec:
          containers:
          - env:
            - name: TEMP_DIR
              value: /var/app/temp
            - name: TITLE
              value: '設計レビュー \"batch\"'
            image: task-reporter
            imagePullPolicy: Never
          restartPolicy: Never
  schedule: 0 15 * * *
  successfulJobsHistoryLimit: 3
status:
  lastSuccessfulTime: \"2026-11-23T13:49:08Z\"
";

/// The same in words.
pub(crate) const DESCRIPTION: &str = "\
Name:                          task-reporter
Namespace:                     c-manual
Labels:                        app=task-reporter
Schedule:                      0 15 * * *
Concurrency Policy:            Allow
Suspend:                       False
Successful Job History Limit:  3
Failed Job History Limit:      3
Pod Template:
  Labels:  app=task-reporter
  Containers:
   task-reporter:
    Image:      task-reporter
    Environment:
      TEMP_DIR:  /var/app/temp
Last Schedule Time:  <unset>
Active Jobs:         <none>
Events:              <none>
";
