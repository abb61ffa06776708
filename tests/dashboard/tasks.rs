//! Tasks by keys: added, finished, retitled, removed. What removes asks first, and Cancel is focused.

use k8s_tutor::app::PanelId;

use crate::runner::{Dashboard, lab};
use crate::support::Lab;

fn tasks(lab: &Lab) -> Vec<(String, bool)> {
    let all = lab.tutor(&["task", "ls", "-o", "json"]).ok().json();
    let title = |task: &serde_json::Value| task["title"].as_str().unwrap_or_default().to_owned();
    all["items"].as_array().unwrap().iter().map(|task| (title(task), task["done"] == true)).collect()
}

#[test]
fn add_complete_edit_delete() {
    let lab = lab();
    let dashboard = Dashboard::open(&lab, PanelId::Tasks);

    dashboard.press("a");
    dashboard.wait_for_line(&["User:", "kudoh"]);
    dashboard.press("enter enter");
    dashboard.wait_for("Title is needed");
    dashboard.type_text("書く the report");
    dashboard.press("enter");
    dashboard.wait_for_line(&["kudoh", "UNDONE", "書く the report"]);

    dashboard.press("x");
    dashboard.wait_for_line(&["✓ DONE", "書く the report"]);
    assert_eq!(tasks(&lab), [("書く the report".to_owned(), true)]);

    dashboard.press("e");
    dashboard.wait_for_line(&["Title:", "書く the report"]);
    dashboard.fill("read it");
    dashboard.press("enter");
    dashboard.wait_for_line(&["✓ DONE", "read it"]);
    dashboard.wait_for_not("書く");

    dashboard.press("ctrl-d");
    dashboard.wait_for("Delete 1?");
    dashboard.wait_for_line(&["[▸Cancel]", "[ delete]"]);
    dashboard.press("enter");
    dashboard.wait_for_not("Delete 1?");
    assert_eq!(tasks(&lab), [("read it".to_owned(), true)], "Enter on Cancel removes nothing");

    dashboard.press("ctrl-d");
    dashboard.wait_for("Delete 1?");
    dashboard.press("y");
    dashboard.wait_for("Delete 1?");
    dashboard.press("tab enter");
    dashboard.wait_for_not("read it");
    assert!(tasks(&lab).is_empty());
}

#[test]
fn what_someone_else_adds_appears_and_marked_tasks_go_together() {
    let lab = lab();
    let dashboard = Dashboard::open(&lab, PanelId::Tasks);
    for title in ["one", "two", "three"] {
        lab.tutor(&["task", "add", "--user", "sato", "--title", title]).ok();
    }
    dashboard.wait_until("all three, by themselves", |screen| {
        ["one", "two", "three"].iter().all(|title| crate::runner::has_line(screen, &["sato", title]))
    });
    dashboard.press("g space space ctrl-d");
    dashboard.wait_for("Delete 2?");
    dashboard.press("right enter");
    dashboard.wait_for("2 deleted");
    assert_eq!(tasks(&lab).len(), 1);
}
