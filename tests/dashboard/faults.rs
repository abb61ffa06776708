//! The tutorial's fault by keys: injected, felt, cleared; and on leaving the dashboard.

use k8s_tutor::app::PanelId;

use serde_json::{Value, json};

use crate::runner::{Dashboard, lab};
use crate::support::Lab;

fn faults(lab: &Lab) -> Value {
    lab.tutor(&["fault", "ls", "-o", "json"]).ok().json()["items"].clone()
}

/// Injects the port fault, and waits for its badge.
#[track_caller]
fn inject(dashboard: &Dashboard) {
    dashboard.press("I");
    dashboard.wait_for("k8s-tutor fault inject-port --to 4567");
    // From the port to the seconds, and on.
    dashboard.press("enter enter");
    dashboard.wait_for("FAULT inject-port 4566→4567");
}

#[test]
fn a_job_fails_while_the_fault_is_in_place_and_completes_when_it_is_cleared() {
    let lab = lab();
    let dashboard = Dashboard::open(&lab, PanelId::Jobs);
    inject(&dashboard);

    dashboard.press("t");
    dashboard.wait_for("Job name");
    dashboard.press("enter");
    let first = dashboard.wait_for_line(&["test1", "Retrying", "✗ #2 "]).text;
    dashboard.wait_until("the countdown goes on by itself", |screen| {
        countdown(screen).is_some_and(|left| countdown(&first).is_some_and(|before| left < before))
    });

    dashboard.press("C");
    dashboard.wait_for_not("FAULT");
    dashboard.wait_for_line(&["test1", "Complete", "✗✓"]);
    assert_eq!(faults(&lab), json!([]));
}

/// The seconds until the second attempt of `test1`.
fn countdown(screen: &str) -> Option<u64> {
    let line = screen.lines().find(|line| line.contains("test1") && line.contains("Retrying"))?;
    let (_, rest) = line.split_once("#2 ")?;
    rest.split_once('s')?.0.parse().ok()
}

#[test]
fn leaving_with_a_fault_in_place_asks_and_clears_it() {
    let lab = lab();
    let dashboard = Dashboard::open(&lab, PanelId::Pods);
    inject(&dashboard);

    dashboard.press("q");
    dashboard.wait_for_line(&["[▸Cancel]", "Clear and quit", "Quit anyway"]);
    dashboard.press("enter");
    dashboard.wait_for_not("Quit anyway");
    dashboard.press("ctrl-c");
    dashboard.wait_for("A fault is in place");
    dashboard.press("right");
    dashboard.wait_for("[▸Clear and quit]");
    dashboard.press("enter");
    dashboard.ended();

    assert_eq!(faults(&lab), json!([]));
    lab.tutor(&["job", "run", "test1", "--wait"]).ok();
}

#[test]
fn leaving_anyway_leaves_the_fault() {
    let lab = lab();
    let dashboard = Dashboard::open(&lab, PanelId::Pods);
    inject(&dashboard);
    dashboard.press("q right right");
    dashboard.wait_for("[▸Quit anyway]");
    dashboard.press("enter");
    assert_eq!(dashboard.ended().world.faults.len(), 1, "it is known, to be told after the dashboard");
    lab.tutor(&["fault", "ls"]).ok().says("4567");
}
