//! From finished tasks to a report on the learner's disk, by our own verbs.

use std::time::Duration;

use serde_json::json;

use crate::support::{self, Lab, until};

#[test]
fn seeded_tasks_become_a_report_of_the_right_day() {
    let lab = Lab::new();
    lab.tutor(&["up", "--no-dashboard"]).ok();
    lab.tutor(&["task", "seed", "9"]).ok();
    lab.tutor(&["task", "add", "--user", "佐藤", "--title", "見積もり \"急ぎ\", 改行\nつき", "--done"]).ok();
    lab.tutor(&["job", "run", "test1", "--wait"]).ok();

    lab.tutor(&["report", "get", "-d", "out"]).ok();
    let files: Vec<_> = std::fs::read_dir(lab.home().join("out")).expect("the folder").collect();
    assert_eq!(files.len(), 1, "the newest report, and nothing else");
    let name = files[0].as_ref().expect("an entry").file_name().into_string().expect("UTF-8");
    let today = jiff::Timestamp::now().in_tz("Asia/Tokyo").expect("the zone").strftime("%Y-%m-%d").to_string();
    assert_eq!(name, format!("completed-tasks-{today}.csv"), "the day is the one in TZ");
    let csv = std::fs::read_to_string(lab.home().join("out").join(&name)).expect("the report");
    assert_eq!(lab.tutor(&["report", "cat"]).ok().out, csv);

    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("RFC 4180");
    assert_eq!(rows.len(), 7, "two thirds of nine, and one by hand: {csv}");
    let ours = rows.iter().find(|r| &r[1] == "佐藤").unwrap_or_else(|| panic!("no row of 佐藤: {csv}"));
    assert_eq!(&ours[3], "見積もり \"急ぎ\", 改行\nつき");
    assert!(csv.contains(",\"見積もり \"\"急ぎ\"\", 改行\nつき\"\n"), "titles are quoted, quotes doubled: {csv}");
}

#[test]
fn a_broken_port_is_retried_and_a_repaired_one_completes() {
    let Some(kubectl) = support::kubectl("1.37") else { return };
    let lab = Lab::new();
    lab.tutor(&["up", "--no-dashboard"]).ok();
    let injected = lab.tutor(&["fault", "inject-port"]).ok();
    injected.says("kubectl");
    lab.tutor(&["fault", "ls"]).ok().says("4567");
    lab.tutor(&["job", "run", "test3"]).ok();
    lab.clock(&kubectl, &json!({"speed": 10}));
    until("two attempts fail", Duration::from_secs(60), || {
        let job = lab.tutor(&["job", "show", "test3", "-o", "json"]).ok().json();
        let failed = job["failed"].as_u64().unwrap_or(0);
        if failed >= 2 { Ok(()) } else { Err(job.to_string()) }
    });
    let again = lab.tutor(&["up", "--no-dashboard"]).ok();
    again.says("inject-port");
    lab.tutor(&["fault", "ls"]).ok().says("4567");
    lab.tutor(&["fault", "clear"]).ok();
    lab.kubectl(&kubectl, &["wait", "--for=condition=complete", "job/test3", "--timeout=90s"]).ok();
}

#[test]
fn a_port_changed_by_hand_is_seen_and_mended() {
    let Some(kubectl) = support::kubectl("1.37") else { return };
    let lab = Lab::new();
    lab.tutor(&["up", "--no-dashboard"]).ok();
    let patch = r#"[{"op": "replace", "path": "/spec/ports/0/port", "value": 4999}]"#;
    lab.kubectl(&kubectl, &["patch", "svc", "localstack", "--type", "json", "-p", patch]).ok();
    lab.tutor(&["fault", "ls"]).ok().says("4999");
    lab.tutor(&["fault", "clear"]).ok();
    let port = lab.kubectl(&kubectl, &["get", "svc", "localstack", "-o", "jsonpath={.spec.ports[0].port}"]).ok();
    assert_eq!(port.out, "4566");
}
