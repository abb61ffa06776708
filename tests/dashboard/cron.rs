//! A CronJob held back, let go and given another schedule by keys.

use k8s_tutor::app::PanelId;

use crate::runner::{Dashboard, lab};
use crate::support::Lab;

fn field(lab: &Lab, name: &str) -> serde_json::Value {
    lab.tutor(&["cron", "show", "-o", "json"]).ok().json()[name].clone()
}

#[test]
fn suspend_resume_and_another_schedule() {
    let lab = lab();
    let dashboard = Dashboard::open(&lab, PanelId::Cronjobs);
    dashboard.wait_for_line(&["task-reporter", "Waiting", "0 15 * * *"]);

    dashboard.press("s");
    dashboard.wait_for_line(&["task-reporter", "Suspended"]);
    dashboard.wait_for("cronjob/task-reporter suspended");
    assert_eq!(field(&lab, "suspend"), true);
    dashboard.press("s");
    dashboard.wait_for_line(&["task-reporter", "Waiting"]);
    assert_eq!(field(&lab, "suspend"), false);

    dashboard.press("S");
    dashboard.wait_for_line(&["Schedule:", "0 15 * * *"]);
    dashboard.fill("61 * * * *");
    dashboard.press("enter");
    dashboard.wait_for("end of range (61) above maximum (59): 61");
    dashboard.wait_for_line(&["Schedule:", "61 * * * *"]);
    assert_eq!(field(&lab, "schedule"), "0 15 * * *", "nothing was sent");

    dashboard.fill("every minute");
    dashboard.press("enter");
    dashboard.wait_for("expected exactly 5 fields, found 2");
    dashboard.fill("30 3 * * 1");
    dashboard.wait_for_not("expected exactly 5 fields");
    dashboard.press("enter");
    dashboard.wait_for_not("Schedule:");
    dashboard.wait_for_line(&["task-reporter", "30 3 * * 1"]);
    assert_eq!(field(&lab, "schedule"), "30 3 * * 1");
}
