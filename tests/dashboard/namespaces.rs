//! Another namespace: nothing of the old one stays on the screen.

use k8s_tutor::app::PanelId;

use crate::runner::{Dashboard, lab};

#[track_caller]
fn go_to(dashboard: &Dashboard, namespace: &str) {
    dashboard.press(":");
    dashboard.type_text(&format!("ns {namespace}"));
    dashboard.press("enter");
    dashboard.wait_for(&format!("ns {namespace}"));
    dashboard.wait_for("● live");
}

#[test]
fn nothing_of_the_old_namespace_stays() {
    let lab = lab();
    lab.tutor(&["task", "add", "--user", "kudoh", "--title", "old task", "--done"]).ok();
    lab.tutor(&["job", "run", "oldjob", "--wait"]).ok();
    lab.tutor(&["fault", "inject-port"]).ok();
    let dashboard = Dashboard::open(&lab, PanelId::Jobs);
    dashboard.wait_for_line(&["oldjob", "Complete"]);
    dashboard.wait_for("FAULT");
    // Everything that is read on the way is known by then: logs, a description, tasks, reports.
    dashboard.press("l");
    dashboard.wait_for("completed!!");
    dashboard.press("8");
    dashboard.wait_for("old task");
    dashboard.press("9");
    dashboard.wait_for(".csv");
    dashboard.press("3 d");
    dashboard.wait_for_line(&["Name:", "oldjob"]);

    // `n` looks for the next match in a text; the command line is everywhere.
    go_to(&dashboard, "kube-system");
    for key in ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "-"] {
        dashboard.press(key);
        let screen = dashboard.screen();
        for old in ["oldjob", "old task", ".csv", "FAULT", "ns default", "LocalStack ✓"] {
            let shown: Vec<&str> = screen.lines().filter(|line| line.contains(old) && !line.contains("$ ")).collect();
            assert!(shown.is_empty(), "{old} is still there on panel {key}:\n{screen}");
        }
    }

    dashboard.press("3 n");
    dashboard.type_text("default");
    dashboard.press("enter");
    dashboard.wait_for_line(&["oldjob", "Complete"]);
    dashboard.wait_for("FAULT");
}

#[test]
fn an_objects_text_does_not_outlive_its_namespace() {
    let lab = lab();
    let dashboard = Dashboard::open(&lab, PanelId::Pods);
    dashboard.wait_for("localstack");
    dashboard.press("y");
    dashboard.wait_for("kind: Pod");
    go_to(&dashboard, "kube-system");
    dashboard.wait_for_not("kind: Pod");
}
