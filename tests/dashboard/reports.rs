//! A Job is run by a key, its report appears, is opened and downloaded.

use k8s_tutor::app::PanelId;

use crate::runner::{Dashboard, has_line, lab};

#[test]
fn a_job_is_run_and_its_report_opened_and_downloaded() {
    let lab = lab();
    lab.tutor(&["task", "add", "--user", "kudoh", "--title", "設計レビュー", "--done"]).ok();
    let dashboard = Dashboard::open(&lab, PanelId::Jobs);

    dashboard.press("t");
    dashboard.wait_for("kubectl create job NAME --from=cronjob/task-reporter");
    dashboard.wait_for_line(&["Job name", "test1"]);
    dashboard.press("enter");
    dashboard.wait_for_line(&["test1", "Complete", "1/1"]);

    dashboard.press("9");
    let key = dashboard.wait_until("the report is listed by itself", |screen| has_line(screen, &["▸", ".csv"])).text;
    let key = key.split_whitespace().find(|word| word.ends_with(".csv")).unwrap().to_owned();
    dashboard.press("enter");
    dashboard.wait_for_line(&["kudoh", "設計レビュー"]);
    dashboard.press("D");
    dashboard.wait_for_line(&["saved", &key]);

    let saved = std::fs::read(dashboard.downloads.join(&key)).unwrap();
    let there = lab.tutor(&["report", "cat"]).ok().out;
    assert_eq!(String::from_utf8(saved).unwrap(), there);
    assert!(there.contains("設計レビュー"), "{there}");

    dashboard.press("c");
    dashboard.wait_for("copied: aws");
    assert!(dashboard.copied()[0].contains(&format!("s3://completed-task-report-bucket/{key}")));
}
